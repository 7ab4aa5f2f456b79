// A configuration that cannot work, or would not be safe, is refused at the start, with the name of
// the setting.

import type { AuthInfo, CallToolResult } from '@modelcontextprotocol/server'
import {
  type CallAuthInfo,
  guardTool,
  type ProtectOptions,
  protectMcpServer,
  toolFailure,
} from 'onbehalf/mcp-server'
import { expect, expectTypeOf, it } from 'vitest'
import { build } from './house.ts'

const { options } = await build()

it.each<[string, Partial<ProtectOptions>, RegExp]>([
  ['a resource over plain http', { resource: 'http://tasks.example/mcp' }, /https/],
  ['no issuer', { authorizationServers: [] }, /^authorizationServers/],
  ['a scope with a space', { scopes: ['a b'] }, /^scopes/],
  ['a tool scope with a quote', { toolScopes: { add: ['a"b'] } }, /^toolScopes\.add/],
  [
    'an API over plain http',
    { apis: { tasks: { url: 'http://api.example', scopes: ['a'] } } },
    /^apis\.tasks\.url/,
  ],
  [
    'an API with a query',
    { apis: { tasks: { url: 'https://api.example/?key=1', scopes: ['a'] } } },
    /^apis\.tasks\.url/,
  ],
  [
    'an API with user-info',
    { apis: { tasks: { url: 'https://a:b@api.example/', scopes: ['a'] } } },
    /^apis\.tasks\.url/,
  ],
  [
    'an API without scopes',
    { apis: { tasks: { url: 'https://api.example', scopes: [] } } },
    /^apis\.tasks\.scopes/,
  ],
  ['a host with a scheme', { allowedHosts: ['https://tasks.example'] }, /^allowedHosts/],
  ['a host with a wildcard', { allowedHosts: ['*'] }, /^allowedHosts/],
  ['an origin with a path', { allowedOrigins: ['https://app.example/'] }, /^allowedOrigins/],
  ['the origin null', { allowedOrigins: ['null'] }, /^allowedOrigins/],
  ['a body of no bytes', { maxBodyBytes: 0 }, /^maxBodyBytes/],
  ['a short fingerprint key', { fingerprintKey: new Uint8Array(16) }, /^fingerprintKey/],
])('a setting that cannot work is refused: %s', (_, change, message) => {
  const create = () => protectMcpServer({ ...options, ...change }, async () => new Response())
  expect(create).toThrow(TypeError)
  expect(create).toThrow(message)
})

it('APIs without an exchanger are refused', () => {
  const { exchanger: _, ...without } = options
  expect(() => protectMcpServer(without, async () => new Response())).toThrow(
    /^apis need the setting exchanger/,
  )
})

it('authInfo and a failed tool have the shapes of the MCP SDK', () => {
  expectTypeOf<CallAuthInfo>().toExtend<AuthInfo>()
  expectTypeOf(toolFailure(new Error('x'))).toExtend<CallToolResult>()
  expect(toolFailure(new Error('hunter2'))).toEqual({
    content: [
      { type: 'text', text: 'Something went wrong, and it was logged. Try again in a moment.' },
    ],
    isError: true,
  })
})

it('a guarded tool gets its arguments and gives its result', async () => {
  const guarded = guardTool({ report: () => {} }, 'sum', async (a: number, b: number) => a + b)
  expect(await guarded(1, 2)).toBe(3)
})

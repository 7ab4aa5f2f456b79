// The parsers of the gateway: what clients send to it, what servers behind it list, and the file that
// an operator writes. It has no tests.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfiguration } from '../../src/cli/gateway/configuration.ts'
import { ConfigError } from '../../src/cli/gateway/place.ts'
import type { RunningProcess } from '../../src/core/carry/child-processes.ts'
import { granted } from '../../src/core/errors.ts'
import { createGateway } from '../../src/gateway/index.ts'
import { quickRequestOf } from '../../src/mount/quick-request.ts'
import { callHook } from '../../src/policy/index.ts'
import { alice, ISSUER, MCP, verifiedToken } from '../core/parts.ts'
import {
  fromJson,
  headersWith,
  NEVER_COMES,
  outcomeOf,
  outcomeOfAnswer,
  type StrangerParser,
} from './parser.ts'

const GATEWAY = 'https://gateway.example'

/** A gateway whose servers answer every request with this text. */
function gatewayOver(answer: string, process?: RunningProcess) {
  return createGateway({
    url: GATEWAY,
    authorizationServers: [ISSUER],
    verifier: { verify: async () => granted(verifiedToken({ expiresAt: Date.now() / 1000 + 60 })) },
    servers: {
      Tasks: { url: MCP, source: { type: 'own', audience: 'any' } },
      ...(process
        ? {
            Files: {
              url: 'stdio:files',
              resource: 'https://files.example',
              source: { type: 'own', audience: 'any' },
              placement: { type: 'meta', key: 'com.example/token' },
              process: { command: 'files' },
            },
          }
        : {}),
    },
    ...(process ? { processes: { take: async () => granted(process), end() {} } } : {}),
    audience: 'any',
    allowedOrigins: ['https://page.example'],
    audit: { record() {} },
    warn() {},
    fetch: async () =>
      new Response(answer, {
        headers: { 'content-type': 'application/json', 'mcp-session-id': 'a-session' },
      }),
  })
}

/** A process that answers each request with nothing. */
function quietProcess(): RunningProcess {
  const process: RunningProcess = {
    fits: () => true,
    async send(message) {
      if ('id' in message) process.onmessage?.({ jsonrpc: '2.0', id: message.id, result: {} })
    },
    release() {},
    end() {},
  }
  return process
}

function post(path: string, body: string, headers = new Headers()): Request {
  headers.set('authorization', 'Bearer a.good.token')
  return new Request(`${GATEWAY}${path}`, { method: 'POST', headers, body })
}

const message = (method: string, params: object = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
const RESULT = JSON.stringify({ jsonrpc: '2.0', id: 1, result: {} })
const FILE = `url: ${GATEWAY}
issuer: { preset: oidc, issuer: ${ISSUER}, audience: any }
servers:
  Tasks: { url: ${MCP}, source: { type: own, audience: any } }
subsets: { team: [Tasks] }
`

export const GATEWAY_PARSERS: readonly StrangerParser[] = [
  {
    name: 'answer of a filter',
    stranger: 'an operator',
    files: ['src/policy/call-hook.ts'],
    good: () => ['{"allow":true}'],
    quotes: true,
    async read(text) {
      const hook = callHook({
        url: 'https://filter.example/',
        fetch: async () => new Response(text),
      })
      const call = { principal: alice, claims: {}, server: 'Tasks', tool: 'add_task', args: {} }
      return outcomeOf(await hook.permit(call))
    },
  },
  {
    name: 'body of a request to the gateway',
    stranger: 'a caller',
    files: ['src/gateway/pass-on.ts', 'src/gateway/session-opening.ts'],
    good: () => [
      message('ping'),
      message('tools/call', { name: 'add', arguments: {} }),
      message('initialize', {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'agent', version: '1' },
      }),
    ],
    read: async (text) =>
      outcomeOfAnswer(await gatewayOver(RESULT).fetch(post('/mcp/Tasks', text))),
  },
  {
    name: 'request of node:http to the gateway',
    stranger: 'a caller',
    files: ['src/gateway/quick-way.ts', 'src/mount/quick-request.ts'],
    good: () => [
      JSON.stringify(['/mcp/Tasks', 'gateway.example', 'accept', '*/*', message('ping')]),
      JSON.stringify([
        '/mcp/Tasks',
        'gateway.example',
        'mcp-protocol-version',
        '2025-11-25',
        message('ping'),
      ]),
    ],
    async read(input) {
      const parts = fromJson(input)?.value
      if (!Array.isArray(parts) || !parts.every((part) => typeof part === 'string'))
        return NEVER_COMES
      const [url = '', host = '', name = '', value = '', body = ''] = parts
      const incoming = Object.assign(new IncomingMessage(new Socket()), { method: 'POST', url })
      incoming.rawHeaders.push('host', host, name, value, 'authorization', 'Bearer a.good.token')
      incoming.push(body)
      incoming.push(null)
      const request = quickRequestOf(incoming, new ServerResponse(incoming))
      const answer = request && gatewayOver(RESULT).fetch.quick?.(request)
      return answer ? outcomeOfAnswer(await answer) : NEVER_COMES
    },
  },
  {
    name: 'body of a request to several servers',
    stranger: 'a caller',
    files: [
      'src/gateway/joint/serve.ts',
      'src/gateway/joint/names.ts',
      'src/gateway/joint/take-message.ts',
    ],
    good: () => [
      message('ping'),
      message('tasks/get', { taskId: 'Tasks__"1"' }),
      JSON.stringify({ jsonrpc: '2.0', id: 'Tasks__1', result: {} }),
      message('initialize', { protocolVersion: '2025-11-25' }),
      message('tools/list'),
    ],
    read: async (text) => outcomeOfAnswer(await gatewayOver(RESULT).fetch(post('/mcp', text))),
  },
  {
    name: 'body of a request without a session to several servers',
    stranger: 'a caller',
    files: ['src/gateway/joint/answer-stateless.ts', 'src/mcp/stateless.ts'],
    good: () => {
      const of = { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } }
      return [
        message('tools/list', of),
        message('server/discover', of),
        message('tools/call', { ...of, name: 'Tasks__add' }),
      ]
    },
    async read(text) {
      const headers = new Headers({ 'mcp-protocol-version': '2026-07-28' })
      return outcomeOfAnswer(await gatewayOver(RESULT).fetch(post('/mcp', text, headers)))
    },
  },
  {
    name: 'body of a request to a stdio server behind the gateway',
    stranger: 'a caller',
    files: ['src/gateway/stdio/sessions.ts'],
    good: () => [
      message('initialize', { protocolVersion: '2025-11-25' }),
      message('tools/call', { name: 'add', arguments: {} }),
    ],
    read: async (text) =>
      outcomeOfAnswer(await gatewayOver(RESULT, quietProcess()).fetch(post('/mcp/Files', text))),
  },
  ...['origin', 'access-control-request-headers', 'mcp-protocol-version'].map(
    (name): StrangerParser => ({
      name: `${name} header of a request to the gateway`,
      stranger: 'a caller',
      files: [name === 'mcp-protocol-version' ? 'src/gateway/pass-on.ts' : 'src/gateway/cors.ts'],
      good: () => [
        name === 'origin'
          ? 'https://page.example'
          : name === 'mcp-protocol-version'
            ? '2025-11-25'
            : 'authorization',
      ],
      async read(text) {
        const headers = headersWith(name, text)
        if (!headers) return NEVER_COMES
        return outcomeOfAnswer(
          await gatewayOver(RESULT).fetch(post('/mcp', message('ping'), headers)),
        )
      },
    }),
  ),
  {
    name: 'authorization header of a request to the gateway',
    stranger: 'a caller',
    files: ['src/gateway/chat/run-tokens.ts'],
    good: () => ['Bearer a.good.token'],
    async read(text) {
      const headers = headersWith('authorization', text)
      if (!headers) return NEVER_COMES
      const request = new Request(`${GATEWAY}/mcp`, {
        method: 'POST',
        headers,
        body: message('ping'),
      })
      return outcomeOfAnswer(await gatewayOver(RESULT).fetch(request))
    },
  },
  {
    name: 'answer of a server behind several',
    stranger: 'an MCP server',
    files: [
      'src/gateway/joint/list.ts',
      'src/gateway/joint/upstreams.ts',
      'src/gateway/joint/to-client.ts',
      'src/mcp/own-session.ts',
    ],
    good: () => [
      JSON.stringify({ jsonrpc: '2.0', id: 'onbehalf-open', result: { protocolVersion: 'x' } }),
    ],
    read: async (text) =>
      outcomeOfAnswer(await gatewayOver(text).fetch(post('/mcp', message('tools/list')))),
  },
  {
    name: 'file of a gateway',
    stranger: 'an operator',
    files: [
      'src/cli/gateway/configuration.ts',
      'src/cli/gateway/listen.ts',
      'src/cli/gateway/read-file.ts',
    ],
    good: () => [FILE],
    quotes: true,
    share: 1 / 4,
    mayThrow: (error) => error instanceof ConfigError,
    async read(text) {
      const folder = mkdtempSync(join(tmpdir(), 'onbehalf-stranger-'))
      try {
        const file = join(folder, 'onbehalf.yaml')
        writeFileSync(file, text)
        const configured = await readConfiguration(file, { env: {}, warn() {} })
        await configured.close()
        return { taken: true }
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  },
]

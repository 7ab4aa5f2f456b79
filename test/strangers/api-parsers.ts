// The parsers of HTTP APIs behind the gateway: their documents, the arguments of a call, and what an API
// answers. It has no tests.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openApiIn } from '../../src/cli/gateway/openapi.ts'
import { ConfigError } from '../../src/cli/gateway/place.ts'
import { granted } from '../../src/core/errors.ts'
import { createGateway } from '../../src/gateway/index.ts'
import { ISSUER, verifiedToken } from '../core/parts.ts'
import { outcomeOfAnswer, type StrangerParser } from './parser.ts'

const GATEWAY = 'https://gateway.example'
const API = 'https://api.example'
const DOCUMENT = {
  openapi: '3.1.0',
  paths: {
    '/pets/{pet}': {
      get: {
        operationId: 'pet',
        parameters: [
          { name: 'pet', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'at', in: 'query', style: 'deepObject', schema: { type: 'object' } },
          { name: 'X-Trace', in: 'header', schema: { $ref: '#/components/schemas/Text' } },
        ],
        requestBody: { content: { 'application/x-www-form-urlencoded': { schema: {} } } },
        responses: {
          200: {
            content: {
              'application/json': {
                schema: { type: 'object', properties: { name: { type: 'string' } } },
              },
            },
          },
        },
      },
    },
  },
  components: { schemas: { Text: { type: 'string' } } },
}

/** A gateway over one API, which answers every request with this text. */
function gatewayOver(document: unknown, answer = '{}') {
  return createGateway({
    url: GATEWAY,
    authorizationServers: [ISSUER],
    verifier: { verify: async () => granted(verifiedToken({ expiresAt: Date.now() / 1000 + 60 })) },
    servers: { Pets: { url: API, source: { type: 'own', audience: 'any' } } },
    openApi: { Pets: document },
    audience: 'any',
    audit: { record() {} },
    warn() {},
    fetch: async () =>
      new Response(answer, { headers: { 'content-type': 'application/json; charset=utf-8' } }),
  })
}

function post(body: string): Request {
  const headers = { authorization: 'Bearer a.good.token' }
  return new Request(`${GATEWAY}/mcp/Pets`, { method: 'POST', headers, body })
}

const call = (args: unknown) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'pet', arguments: args },
  })

export const API_PARSERS: readonly StrangerParser[] = [
  {
    name: 'OpenAPI document of a server behind the gateway',
    stranger: 'an operator',
    files: ['src/cli/gateway/openapi.ts'],
    good: () => [
      JSON.stringify(DOCUMENT),
      'openapi: 3.0.3\npaths: { /a: { get: { operationId: a } } }\n',
    ],
    quotes: true,
    share: 1 / 4,
    mayThrow: (error) => error instanceof ConfigError || error instanceof TypeError,
    async read(text) {
      const folder = mkdtempSync(join(tmpdir(), 'onbehalf-stranger-'))
      try {
        writeFileSync(join(folder, 'api.yaml'), text)
        const { openApi } = await openApiIn({ Pets: { url: API, openapi: 'api.yaml' } }, folder)
        gatewayOver(openApi.Pets)
        return { taken: true }
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  },
  {
    name: 'call of an operation of an API behind the gateway',
    stranger: 'a model',
    files: ['src/gateway/openapi/api-server.ts', 'src/gateway/openapi/write-request.ts'],
    good: () => [
      call({ pet: 'rex', at: { lat: [1, { deep: true }] }, 'X-Trace': 'on', body: { a: ['x'] } }),
    ],
    read: async (text) => outcomeOfAnswer(await gatewayOver(DOCUMENT).fetch(post(text))),
  },
  {
    name: 'answer of an API behind the gateway',
    stranger: 'an MCP server',
    files: ['src/gateway/openapi/read-answer.ts'],
    // Whatever an API answers is passed on as a text.
    good: () => ['{"name":"Rex","owner":null,"tags":["x"]}'],
    read: async (text) =>
      outcomeOfAnswer(await gatewayOver(DOCUMENT, text).fetch(post(call({ pet: 'rex' })))),
  },
]

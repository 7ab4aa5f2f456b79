// A server that makes tools of an API's description: here of one that wants its key in the body.

import { moduleFile, type Package } from './packages.ts'
import type { Place, RealServer } from './server.ts'

const NAME = '@ivotoby/openapi-mcp-server'
const PACKAGE: Package = { from: 'npm', name: NAME, version: '1.16.1' }

const object = (properties: object, required: readonly string[]) => ({
  type: 'object',
  properties,
  required,
})
const text = { type: 'string' }
const account = object({ api_key: text, email: text }, ['api_key', 'email'])
const ANSWER = { '200': { description: 'It was sent.' } }
const DESCRIPTION = {
  openapi: '3.0.0',
  info: { title: 'letters', version: '1.0.0' },
  paths: {
    '/letters': {
      post: {
        operationId: 'send_letter',
        summary: 'Sends a letter',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: object({ title: text, account }, ['title', 'account']),
            },
          },
        },
        responses: ANSWER,
      },
      get: {
        operationId: 'find_letters',
        summary: 'Finds letters',
        parameters: ['title', 'api_key'].map((name) => ({
          name,
          in: 'query',
          required: true,
          schema: text,
        })),
        responses: ANSWER,
      },
    },
  },
}

/** Over stdio, because over HTTP it gives the answers of calls to another stream than the call's. */
const processOf = ({ folder, backend }: Place) => ({
  command: process.execPath,
  args: [moduleFile(folder, `${NAME}/bin/mcp-server.js`)],
  env: {
    API_BASE_URL: backend,
    OPENAPI_SPEC_INLINE: JSON.stringify(DESCRIPTION),
    DISABLE_ABBREVIATION: 'true',
  },
})

const shared: Pick<RealServer, 'name' | 'package' | 'binding' | 'hidden'> = {
  name: NAME,
  package: PACKAGE,
  binding: (place) => ({
    process: processOf(place),
    placement: {
      type: 'argument',
      parameters: [
        { pointer: '/account/api_key', value: 'credential' },
        { pointer: '/account/email', value: { claim: 'email' } },
        { pointer: '/api_key', value: 'credential' },
      ],
    },
  }),
  hidden: ['api_key', 'email'],
}

/** The server, with a key in an argument that is nested, and in one that is not. */
export const openapi: readonly RealServer[] = [
  {
    ...shared,
    form: 'an argument of a tool (nested), with a claim beside it',
    call: (person) => ({ name: 'send-letter', arguments: { title: `of-${person}` } }),
    arrives: ({ main }, person) => [
      `"account":{"api_key":"${main}","email":"${person}@people.example"}`,
    ],
    places: ['argument /account/api_key, /account/email'],
  },
  {
    ...shared,
    form: 'an argument of a tool (flat)',
    call: (person) => ({ name: 'find-letters', arguments: { title: `of-${person}` } }),
    arrives: ({ main }) => [`api_key=${main}`],
    places: ['argument /api_key'],
  },
]

// The JSON Schema of what a gateway's file says of the people who sign in to it.

import { ISSUER, REFERENCE, STRINGS, TEXT_OR_TEXTS, TEXTS, URLS } from './schema-types.ts'

const SECONDS: object = { type: 'integer', minimum: 300 }

export const SESSION: object = {
  type: 'object',
  additionalProperties: false,
  properties: {
    issuer: { type: 'string', format: 'uri' },
    clientId: { type: 'string' },
    clientSecret: REFERENCE,
    path: { type: 'string', pattern: '^/' },
    cookie: { type: 'string' },
    scopes: TEXTS,
    audience: TEXT_OR_TEXTS,
    resource: { type: 'string' },
    presents: { enum: ['access_token', 'id_token'] },
    idleSeconds: SECONDS,
    lifeSeconds: SECONDS,
    afterSignOut: { type: 'string', pattern: '^/' },
    parameters: STRINGS,
    pkce: { const: 'S256' },
    endpoints: URLS,
    endSessionEndpoint: { type: 'string', format: 'uri' },
    jwksUri: { type: 'string', format: 'uri' },
    deadline: { type: 'integer', minimum: 1, maximum: 20_000 },
  },
}

export const ACCOUNT: object = {
  type: 'object',
  required: ['issuer'],
  additionalProperties: false,
  properties: {
    issuer: { anyOf: [{ type: 'string', format: 'uri' }, ISSUER] },
    clientId: { type: 'string' },
    clientSecret: REFERENCE,
    client: { enum: ['document', 'dynamic'] },
    scopes: TEXTS,
    stepUp: TEXTS,
    resource: { anyOf: [{ const: false }, { type: 'string' }] },
    dpop: { enum: [true, 'offered'] },
    pkce: { const: 'S256' },
    parameters: STRINGS,
    endpoints: URLS,
    discovery: { const: false },
    scopeSeparator: { enum: [' ', ','] },
    offlineAccess: { type: 'boolean' },
  },
}

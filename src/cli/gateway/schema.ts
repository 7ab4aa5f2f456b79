// The JSON Schema of a gateway's file (2020-12), for editors. What it cannot say, the command checks.

import { ACCOUNT, SESSION } from './schema-people.ts'
import { ISSUER, REFERENCE, STRINGS, TEXT_OR_TEXTS, TEXTS, URLS } from './schema-types.ts'
import { SETTINGS, type Setting } from './settings.ts'

const SOURCE = {
  type: 'object',
  required: ['type'],
  properties: {
    type: {
      enum: ['exchange', 'own', 'connection', 'static', 'client-credentials', 'identity-assertion'],
    },
    scopes: TEXTS,
    audience: TEXT_OR_TEXTS,
  },
} as const

const PLACEMENT = {
  type: 'object',
  required: ['type'],
  properties: {
    type: {
      enum: ['header', 'query', 'path', 'cookie', 'argument', 'meta', 'session', 'env', 'args'],
    },
  },
} as const

const SEARCH = { enum: [true, 'only'] } as const

const COUNT = { type: 'integer', minimum: 1 } as const

const PROCESS = {
  type: 'object',
  required: ['command'],
  additionalProperties: false,
  properties: {
    command: { type: 'string' },
    args: TEXTS,
    env: { anyOf: [TEXTS, { type: 'object', additionalProperties: { type: 'string' } }] },
    cwd: { type: 'string' },
    maxProcesses: COUNT,
    idleMs: { type: 'integer', minimum: 0 },
    maxMemoryMb: COUNT,
  },
} as const

const SERVER = {
  type: 'object',
  required: ['url'],
  additionalProperties: false,
  properties: {
    url: { type: 'string', format: 'uri' },
    openapi: {
      type: 'string',
      description: 'the OpenAPI document of an HTTP API: a file, or an https address',
    },
    resource: { type: 'string', format: 'uri' },
    source: SOURCE,
    sources: { type: 'object', additionalProperties: SOURCE },
    placement: { anyOf: [PLACEMENT, { type: 'array', items: PLACEMENT }] },
    leaveToModel: { type: 'array' },
    toolScopes: { type: 'object', additionalProperties: TEXTS },
    tools: {
      type: 'object',
      additionalProperties: false,
      properties: { allow: TEXTS, deny: TEXTS },
    },
    onReflection: { enum: ['redact', 'quarantine'] },
    process: PROCESS,
    upstream: {
      type: 'object',
      additionalProperties: false,
      minProperties: 1,
      properties: { ca: REFERENCE, cert: REFERENCE, key: REFERENCE, proxy: { type: 'string' } },
    },
    legacySse: { enum: ['carry', 'refuse'] },
  },
} as const

const CLAIM_VALUE = { type: ['string', 'number', 'boolean'] } as const
const CLAIM_VALUES = {
  anyOf: [CLAIM_VALUE, { type: 'array', items: CLAIM_VALUE, minItems: 1 }],
} as const
const CLAIMS = { type: 'object', minProperties: 1, additionalProperties: CLAIM_VALUES } as const

const RULE = {
  type: 'object',
  required: ['tools'],
  additionalProperties: false,
  properties: {
    tools: TEXT_OR_TEXTS,
    when: CLAIMS,
    unless: CLAIMS,
    effect: { enum: ['allow', 'ask', 'deny'] },
    arguments: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        minProperties: 1,
        additionalProperties: false,
        properties: {
          required: { type: 'boolean' },
          enum: { type: 'array', items: CLAIM_VALUE, minItems: 1 },
          minimum: { type: 'number' },
          maximum: { type: 'number' },
          maxLength: { type: 'integer', minimum: 0 },
          maxItems: { type: 'integer', minimum: 0 },
          like: TEXT_OR_TEXTS,
        },
      },
    },
    limits: {
      type: 'object',
      additionalProperties: false,
      properties: { minute: COUNT, hour: COUNT, day: COUNT, atOnce: COUNT },
    },
    say: { type: 'string', maxLength: 300 },
  },
} as const

const TYPES: Readonly<Record<Setting, object>> = {
  listen: { type: 'string', pattern: '^.+:[0-9]{1,5}$' },
  tls: {
    type: 'object',
    required: ['cert', 'key'],
    additionalProperties: false,
    properties: { cert: REFERENCE, key: REFERENCE },
  },
  url: { type: 'string', format: 'uri' },
  issuer: ISSUER,
  issuers: { type: 'array', items: ISSUER, minItems: 1 },
  audience: TEXT_OR_TEXTS,
  scopes: TEXTS,
  scopesSupported: TEXTS,
  subjectHeader: { type: 'string' },
  servers: { type: 'object', additionalProperties: SERVER, minProperties: 1 },
  subsets: { type: 'object', additionalProperties: TEXTS },
  search: { anyOf: [SEARCH, { type: 'object', additionalProperties: SEARCH }] },
  keys: { type: 'object', additionalProperties: { anyOf: [REFERENCE, { const: 'none' }] } },
  sessionSecret: REFERENCE,
  allowedHosts: TEXTS,
  allowedOrigins: TEXTS,
  forwardHeaders: TEXTS,
  maxBodyBytes: { type: 'integer', minimum: 1 },
  deadline: { type: 'integer', minimum: 1 },
  processes: {
    type: 'object',
    additionalProperties: false,
    properties: { maxProcesses: COUNT, maxPerPerson: COUNT },
  },
  insecurelyAllowHttp: TEXTS,
  session: SESSION,
  accounts: { type: 'object', additionalProperties: ACCOUNT },
  accessKeys: { type: 'boolean' },
  clients: {
    type: 'object',
    additionalProperties: false,
    properties: {
      clientId: { type: 'string' },
      clientSecret: REFERENCE,
      issuer: { type: 'string', format: 'uri' },
      redirectUris: TEXTS,
      scopes: TEXTS,
      resource: { anyOf: [{ const: false }, { type: 'string' }] },
      parameters: STRINGS,
      pkce: { const: 'S256' },
      endpoints: URLS,
      documents: { type: 'boolean' },
    },
  },
  audit: {
    anyOf: [
      { const: 'stdout' },
      {
        type: 'object',
        required: ['file'],
        additionalProperties: false,
        properties: { file: { type: 'string' }, sync: { type: 'boolean' } },
      },
      {
        type: 'object',
        required: ['to'],
        additionalProperties: false,
        properties: { to: { const: 'postgres' } },
      },
    ],
  },
  metrics: {
    type: 'object',
    required: ['listen'],
    additionalProperties: false,
    properties: { listen: { type: 'string', pattern: '^.+:[0-9]{1,5}$' } },
  },
  status: {
    type: 'object',
    required: ['listen'],
    additionalProperties: false,
    properties: {
      listen: { type: 'string', pattern: '^(localhost|127\\.0\\.0\\.1|\\[?::1\\]?):[0-9]{1,5}$' },
    },
  },
  otel: {
    type: 'object',
    required: ['endpoint'],
    additionalProperties: false,
    properties: { endpoint: { type: 'string', format: 'uri' }, serviceName: { type: 'string' } },
  },
  chat: {
    type: 'object',
    required: ['path', 'upstream', 'principalSecret'],
    additionalProperties: false,
    properties: {
      path: { type: 'string', pattern: '^/' },
      upstream: { type: 'string', format: 'uri' },
      principalSecret: REFERENCE,
    },
  },
  hook: {
    type: 'object',
    required: ['url'],
    additionalProperties: false,
    properties: {
      url: { type: 'string', format: 'uri' },
      secret: REFERENCE,
      claims: TEXTS,
      results: { type: 'boolean' },
      deadline: { type: 'integer', minimum: 1, maximum: 4500 },
      maxChars: COUNT,
      maxAtOnce: COUNT,
    },
  },
  policy: {
    type: 'object',
    required: ['rules'],
    additionalProperties: false,
    properties: { default: { enum: ['allow', 'deny'] }, rules: { type: 'array', items: RULE } },
  },
  store: {
    type: 'object',
    required: ['keyring'],
    additionalProperties: false,
    properties: { sqlite: { type: 'string' }, postgres: REFERENCE, keyring: { type: 'string' } },
    oneOf: [{ required: ['sqlite'] }, { required: ['postgres'] }],
  },
}

/** The schema. */
export const SCHEMA: Readonly<Record<string, unknown>> = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'onbehalf gateway',
  type: 'object',
  required: ['servers'],
  additionalProperties: false,
  properties: Object.fromEntries(
    Object.entries(SETTINGS).map(([name, description]) => [
      name,
      { ...TYPES[name as Setting], description },
    ]),
  ),
}

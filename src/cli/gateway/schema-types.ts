// Types that several settings of a gateway's file have, in its JSON Schema.

export const TEXTS: object = { type: 'array', items: { type: 'string' } }
export const TEXT_OR_TEXTS: object = { anyOf: [{ type: 'string' }, TEXTS] }
export const REFERENCE: object = {
  type: 'string',
  pattern: '^(env|file):.+$',
  description: 'a reference to a secret: env:NAME or file:PATH',
}

export const ISSUER: object = {
  type: 'object',
  required: ['preset'],
  properties: {
    preset: { type: 'string', description: 'a preset of onbehalf/issuers, such as oidc' },
    clientId: { type: 'string' },
    clientSecret: REFERENCE,
  },
}

export const STRINGS: object = { type: 'object', additionalProperties: { type: 'string' } }
export const URLS: object = {
  type: 'object',
  additionalProperties: { type: 'string', format: 'uri' },
}

// The exchange policy as a table: who may exchange what for what, and which error code says no.

import { describe, expect, it } from 'vitest'
import {
  ACCESS_TOKEN_TYPE,
  decideExchange,
  type ExchangeCase,
  type ExchangeError,
  type ExchangeRequest,
  type ExchangeRule,
  type SubjectToken,
} from '../../../../examples/taskflow/issuer/exchange-policy.ts'

const rules: readonly ExchangeRule[] = [
  {
    client: 'chat',
    subjectAudience: 'https://chat',
    target: 'https://mcp',
    scopes: ['read', 'write'],
  },
  { client: 'mcp', subjectAudience: 'https://mcp', target: 'https://api', scopes: ['read'] },
]
const now = 1_000_000
const goodRequest: ExchangeRequest = {
  subjectTokenType: ACCESS_TOKEN_TYPE,
  hasActorToken: false,
  targets: ['https://mcp'],
}
const goodSubject: SubjectToken = {
  audience: ['https://chat'],
  scopes: ['read', 'write'],
  expiresAt: now + 200,
}

interface Change {
  readonly client?: string
  readonly request?: Partial<ExchangeRequest>
  readonly subject?: Partial<SubjectToken> | null
}

function given({ client = 'chat', request, subject }: Change): ExchangeCase {
  return {
    client,
    now,
    request: { ...goodRequest, ...request },
    subject: subject === null ? undefined : { ...goodSubject, ...subject },
  }
}

describe('what is granted', () => {
  it('a granted token is a token for the next hop, with the subject token’s scopes and what is left of its life', () => {
    expect(decideExchange(rules, given({}))).toEqual({
      ok: true,
      target: 'https://mcp',
      scopes: ['read', 'write'],
      lifetimeSeconds: 200,
      act: { sub: 'chat' },
    })
  })

  it('a granted token has the scopes that were asked for when they are fewer', () => {
    expect(decideExchange(rules, given({ request: { scope: 'read' } }))).toMatchObject({
      ok: true,
      scopes: ['read'],
    })
  })

  it('a granted token has the rule’s scopes at most when none are asked for', () => {
    const change = {
      client: 'mcp',
      request: { targets: ['https://api'] },
      subject: { audience: ['https://mcp'] },
    }
    expect(decideExchange(rules, given(change))).toMatchObject({ ok: true, scopes: ['read'] })
  })

  it('a granted token lives 300 seconds at most, however long the subject token lives', () => {
    expect(decideExchange(rules, given({ subject: { expiresAt: now + 3600 } }))).toMatchObject({
      ok: true,
      lifetimeSeconds: 300,
    })
  })

  it('a granted token never outlives the subject token by rounding', () => {
    expect(decideExchange(rules, given({ subject: { expiresAt: now + 1.9 } }))).toMatchObject({
      ok: true,
      lifetimeSeconds: 1,
    })
  })

  it('a granted token keeps the earlier actors inside the new one', () => {
    const act = { sub: 'chat', act: { sub: 'first' } }
    const change = {
      client: 'mcp',
      request: { targets: ['https://api'] },
      subject: { audience: ['https://mcp'], act },
    }
    expect(decideExchange(rules, given(change))).toMatchObject({
      ok: true,
      act: { sub: 'mcp', act },
    })
  })

  it('a granted token may be asked for by resource and audience at once when both name the same target', () => {
    expect(
      decideExchange(rules, given({ request: { targets: ['https://mcp', 'https://mcp'] } })),
    ).toMatchObject({ ok: true })
  })

  it('a granted token may be asked for with the requested token type spelt out', () => {
    expect(
      decideExchange(rules, given({ request: { requestedTokenType: ACCESS_TOKEN_TYPE } })),
    ).toMatchObject({ ok: true })
  })
})

const refusals: readonly (readonly [name: string, error: ExchangeError, change: Change])[] = [
  ['a client that no rule names', 'unauthorized_client', { client: 'page' }],
  [
    'a client that no rule names, whatever it sends',
    'unauthorized_client',
    { client: 'page', subject: null, request: { targets: [] } },
  ],
  ['no subject token type', 'invalid_request', { request: { subjectTokenType: undefined } }],
  [
    'an ID token by its type',
    'invalid_request',
    { request: { subjectTokenType: 'urn:ietf:params:oauth:token-type:id_token' } },
  ],
  [
    'a refresh token as the requested type',
    'invalid_request',
    { request: { requestedTokenType: 'urn:ietf:params:oauth:token-type:refresh_token' } },
  ],
  ['an actor token', 'invalid_request', { request: { hasActorToken: true } }],
  ['no target', 'invalid_request', { request: { targets: [] } }],
  ['a subject token that is not a live one of this issuer', 'invalid_grant', { subject: null }],
  ['an expired subject token', 'invalid_grant', { subject: { expiresAt: now } }],
  [
    'a subject token with less than a second left',
    'invalid_grant',
    { subject: { expiresAt: now + 0.5 } },
  ],
  [
    'a subject token for another server',
    'invalid_grant',
    { subject: { audience: ['https://mcp'] } },
  ],
  [
    'a subject token for several audiences',
    'invalid_grant',
    { subject: { audience: ['https://chat', 'https://mcp'] } },
  ],
  ['a subject token for no audience', 'invalid_grant', { subject: { audience: [] } }],
  [
    'a target that is another client’s',
    'invalid_target',
    { request: { targets: ['https://api'] } },
  ],
  [
    'the audience that the token already has',
    'invalid_target',
    { request: { targets: ['https://chat'] } },
  ],
  [
    'two different targets',
    'invalid_target',
    { request: { targets: ['https://mcp', 'https://api'] } },
  ],
  [
    'a target that only begins like the allowed one',
    'invalid_target',
    { request: { targets: ['https://mcp/'] } },
  ],
  [
    'a scope that the subject token lacks',
    'invalid_scope',
    { request: { scope: 'read write' }, subject: { scopes: ['read'] } },
  ],
  [
    'a scope that the rule lacks',
    'invalid_scope',
    { request: { scope: 'admin' }, subject: { scopes: ['read', 'admin'] } },
  ],
  ['an empty scope', 'invalid_scope', { request: { scope: ' ' } }],
  ['a subject token without any scope', 'invalid_scope', { subject: { scopes: [] } }],
]

describe('what is refused', () => {
  it.each(refusals)('the policy refuses %s with %s', (_name, error, change) => {
    expect(decideExchange(rules, given(change))).toMatchObject({ ok: false, error })
  })
})

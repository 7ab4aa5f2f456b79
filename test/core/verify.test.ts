import { describe, expect, it } from 'vitest'
import { validateClaims } from '../../src/core/verify/verify.ts'
import { CHAT, ISSUER, MCP, reasonOf, START } from './parts.ts'

const rules = { issuer: ISSUER, audience: CHAT, nowSeconds: START, toleranceSeconds: 30 }
const valid = {
  iss: ISSUER,
  sub: 'alice',
  aud: CHAT,
  exp: START + 300,
  iat: START,
  jti: 'j1',
  scope: 'a b',
  client_id: 'page',
}

function judge(
  changes: Readonly<Record<string, unknown>>,
  without: readonly string[] = [],
): string {
  const claims = Object.fromEntries(
    Object.entries({ ...valid, ...changes }).filter(([name]) => !without.includes(name)),
  )
  const result = validateClaims(claims, rules)
  return result.ok
    ? 'granted'
    : [result.refusal.reason, result.refusal.claim].filter(Boolean).join(' ')
}

describe('the claims of an access token', () => {
  it('become a verified token', () => {
    expect(validateClaims(valid, rules)).toStrictEqual({
      ok: true,
      value: {
        principal: { issuer: ISSUER, subject: 'alice', client: 'page' },
        audience: [CHAT],
        scopes: ['a', 'b'],
        expiresAt: START + 300,
        tokenId: 'j1',
        claims: valid,
      },
    })
  })

  it('the claims of an access token become a token without what they do not say', () => {
    const { client_id, jti, ...bare } = { ...valid, aud: [7, CHAT, null] }
    expect(validateClaims(bare, rules)).toStrictEqual({
      ok: true,
      value: {
        principal: { issuer: ISSUER, subject: 'alice' },
        audience: [CHAT],
        scopes: ['a', 'b'],
        expiresAt: START + 300,
        claims: bare,
      },
    })
    const acting = validateClaims({ ...bare, act: { sub: 'app' } }, rules)
    expect(acting.ok && acting.value.principal).toStrictEqual({
      issuer: ISSUER,
      subject: 'alice',
      actor: { subject: 'app' },
    })
  })

  it.each<[string, object, string]>([
    ['a text where it has members', { org: 'acme' }, '/org/id'],
    ['a number where it has members', { org: 7 }, '/org/id'],
    ['a list where it has members', { org: [{ id: 't1' }] }, '/org/id'],
    ['a text where a list is', { orgs: 't1' }, '/orgs/0'],
    ['a list in place of a text', { org: ['t1'] }, 'org'],
    ['a number', { org: 7 }, 'org'],
  ])(
    'a tenant that is %s is refused, also where a tenant is optional',
    (_, claims, tenantClaim) => {
      const result = validateClaims(
        { ...valid, ...claims },
        { ...rules, tenantClaim, tenantOptional: true },
      )
      expect(result).toMatchObject({ ok: false, refusal: { claim: tenantClaim } })
    },
  )

  it.each<[string, object, string]>([
    ['missing', {}, '/org/id'],
    ['null', { org: null }, '/org/id'],
    ['an empty list', { orgs: [] }, '/orgs/0'],
    ['an object without it', { org: {} }, '/org/id'],
  ])('a tenant that is %s is none, where a tenant is optional', (_, claims, tenantClaim) => {
    const result = validateClaims(
      { ...valid, ...claims },
      { ...rules, tenantClaim, tenantOptional: true },
    )
    expect(result.ok && result.value.principal.tenant).toBeUndefined()
    expect(result.ok).toBe(true)
  })

  it('the claims of an access token must name the tenant where there are several, and the refusal says how', () => {
    const result = validateClaims(valid, { ...rules, tenantClaim: 'org' })
    expect(result).toStrictEqual({
      ok: false,
      refusal: { reason: 'claim_missing', claim: 'org' },
    })
    const of = validateClaims({ ...valid, org: 't1' }, { ...rules, tenantClaim: 'org' })
    expect(of.ok && of.value.principal.tenant).toBe('t1')
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['expired 29 seconds ago, within the tolerance', { exp: START - 29 }, 'granted'],
    ['expired 30 seconds ago', { exp: START - 30 }, 'token_expired'],
    ['expired 31 seconds ago', { exp: START - 31 }, 'token_expired'],
    ['not valid before 29 seconds from now', { nbf: START + 29 }, 'granted'],
    ['not valid before 30 seconds from now', { nbf: START + 30 }, 'granted'],
    ['not valid before 31 seconds from now', { nbf: START + 31 }, 'token_not_yet_valid'],
    ['issued 29 seconds from now', { iat: START + 29 }, 'granted'],
    ['issued 30 seconds from now', { iat: START + 30 }, 'granted'],
    ['issued 31 seconds from now', { iat: START + 31 }, 'token_not_yet_valid'],
    ['issued long ago', { iat: 0 }, 'granted'],
    ['expiry as a text', { exp: String(START + 300) }, 'claim_missing exp'],
    ['expiry without end', { exp: Number.POSITIVE_INFINITY }, 'claim_missing exp'],
    ['expiry that is no number', { exp: Number.NaN }, 'claim_missing exp'],
    ['expiry null', { exp: null }, 'claim_missing exp'],
    ['nbf as a text', { nbf: '0' }, 'claim_invalid nbf'],
    ['nbf null', { nbf: null }, 'claim_invalid nbf'],
    ['nbf that is no number', { nbf: Number.NaN }, 'claim_invalid nbf'],
    ['iat as a text', { iat: 'now' }, 'claim_invalid iat'],
    ['iat without end', { iat: Number.NEGATIVE_INFINITY }, 'claim_invalid iat'],
    ['another issuer', { iss: 'https://login.evil.example' }, 'issuer_mismatch'],
    ['the issuer with a slash', { iss: `${ISSUER}/` }, 'issuer_mismatch'],
    ['the issuer in an array', { iss: [ISSUER] }, 'issuer_mismatch'],
    ['the audience of the MCP server', { aud: MCP }, 'audience_mismatch'],
    ['the audience with two slashes', { aud: `${CHAT}//` }, 'audience_mismatch'],
    ['the audience as a prefix', { aud: `${CHAT}/admin` }, 'audience_mismatch'],
    ['several audiences, ours among them', { aud: [MCP, CHAT] }, 'granted'],
    ['several audiences, ours not among them', { aud: [MCP, 'x'] }, 'audience_mismatch'],
    ['no audience in an array', { aud: [] }, 'audience_mismatch'],
    [
      'audiences that are no texts',
      { aud: [[CHAT], { toString: () => CHAT }] },
      'audience_mismatch',
    ],
    ['an audience that is an object', { aud: { 0: CHAT } }, 'audience_mismatch'],
    ['half a character as the subject', { sub: 'alice\ud800' }, 'claim_missing sub'],
    ['an empty subject', { sub: '' }, 'claim_missing sub'],
    ['a subject that is a number', { sub: 7 }, 'claim_missing sub'],
    ['a binding to a key that nobody here asks for', { cnf: { jkt: 'x' } }, 'claim_invalid cnf'],
    ['a binding to a certificate', { cnf: { 'x5t#S256': 'x' } }, 'claim_invalid cnf'],
    ['an actor', { act: { sub: 'agent' } }, 'granted'],
    ['an actor that is null', { act: null }, 'claim_invalid act'],
    ['an actor that is a text', { act: 'agent' }, 'claim_invalid act'],
    ['an actor without subject', { act: { iss: ISSUER } }, 'claim_invalid act'],
    ['an actor with an empty subject', { act: { sub: '' } }, 'claim_invalid act'],
    [
      'a chain with a hole',
      { act: { sub: 'agent', act: { act: { sub: 'x' } } } },
      'claim_invalid act',
    ],
    ['a chain of eight', { act: chain(8) }, 'granted'],
    ['a chain of nine', { act: chain(9) }, 'claim_invalid act'],
  ])('the claims of an access token with %s: %s → %s', (_, changes, reason) => {
    expect(judge(changes)).toBe(reason)
  })

  it.each([
    ['iss', 'issuer_mismatch'],
    ['aud', 'audience_mismatch'],
    ['exp', 'claim_missing exp'],
    ['sub', 'claim_missing sub'],
    ['iat', 'granted'],
    ['jti', 'granted'],
    ['scope', 'granted'],
    ['client_id', 'granted'],
  ])('the claims of an access token without %s: %s', (claim, reason) => {
    expect(judge({}, [claim])).toBe(reason)
  })

  it.each<[Record<string, unknown>, string | undefined]>([
    [{ client_id: 'a', azp: 'b' }, 'a'],
    [{ client_id: undefined, azp: 'b' }, 'b'],
    [{ client_id: 7, azp: 7 }, undefined],
  ])('the claims of an access token name the client: %j → %s', (changes, client) => {
    const result = validateClaims({ ...valid, ...changes }, rules)
    expect(result.ok && result.value.principal.client).toBe(client)
  })

  it('the claims of an access token name the actors, the current one first, each with its issuer', () => {
    const act = { sub: 'mcp', iss: ISSUER, act: { sub: 'chat', iss: 7 } }
    const result = validateClaims({ ...valid, act }, rules)
    expect(result.ok && result.value.principal.actor).toEqual({
      subject: 'mcp',
      issuer: ISSUER,
      actor: { subject: 'chat' },
    })
  })

  it.each<[Record<string, unknown>, string]>([
    [{ tid: 'acme' }, 'acme'],
    [{}, 'claim_missing'],
    [{ tid: '' }, 'claim_missing'],
    [{ tid: 7 }, 'claim_missing'],
  ])(
    'the claims of an access token name the tenant where the issuer serves several: %j → %s',
    (changes, expected) => {
      const result = validateClaims({ ...valid, ...changes }, { ...rules, tenantClaim: 'tid' })
      expect(result.ok ? result.value.principal.tenant : reasonOf(result)).toBe(expected)
    },
  )

  it('the claims of an access token give no scopes when scope is neither a text nor a list, and no token id when jti is none', () => {
    const result = validateClaims({ ...valid, scope: 7, jti: 7 }, rules)
    expect(result.ok && [result.value.scopes, result.value.tokenId]).toEqual([[], undefined])
  })
})

function chain(length: number): unknown {
  let act: unknown
  for (let index = 0; index < length; index++)
    act = { sub: `actor-${index}`, ...(act ? { act } : {}) }
  return act
}

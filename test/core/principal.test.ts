import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  actorChain,
  type Principal,
  principalKey,
  samePrincipal,
} from '../../src/core/principal.ts'
import { alice } from './parts.ts'

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^["\\,[\]n|:/ ]{0,6}$/),
  fc.constantFrom('null', '', '","'),
)
const principal: fc.Arbitrary<Principal> = fc.record(
  { issuer: hostile, subject: hostile, tenant: hostile, client: hostile },
  { requiredKeys: ['issuer', 'subject'] },
)

describe('the key of a principal', () => {
  it('the key of a principal is equal exactly for equal issuer, tenant and subject', () => {
    fc.assert(
      fc.property(principal, principal, (a, b) => {
        const same = a.issuer === b.issuer && a.subject === b.subject && a.tenant === b.tenant
        return (principalKey(a) === principalKey(b)) === same
      }),
      { numRuns: 5000 },
    )
  })

  it.each<[string, Principal, Principal]>([
    [
      'parts that move between the fields',
      { issuer: 'a', subject: 'bc' },
      { issuer: 'ab', subject: 'c' },
    ],
    [
      'a subject that looks like the end of a key',
      { issuer: 'a', subject: '"],["' },
      { issuer: 'a","', subject: '[' },
    ],
    [
      'no tenant and a tenant named null',
      { issuer: 'a', subject: 'b' },
      { issuer: 'a', subject: 'b', tenant: 'null' },
    ],
    [
      'no tenant and an empty one',
      { issuer: 'a', subject: 'b' },
      { issuer: 'a', subject: 'b', tenant: '' },
    ],
    [
      'subjects that differ in case',
      { issuer: 'a', subject: 'Alice' },
      { issuer: 'a', subject: 'alice' },
    ],
    [
      'subjects that differ in a trailing space',
      { issuer: 'a', subject: 'alice' },
      { issuer: 'a', subject: 'alice ' },
    ],
    [
      'subjects that differ in normal form',
      { issuer: 'a', subject: '\u00e9' },
      { issuer: 'a', subject: 'e\u0301' },
    ],
    [
      'issuers that differ in a slash',
      { issuer: 'https://a', subject: 'b' },
      { issuer: 'https://a/', subject: 'b' },
    ],
    [
      'two surrogates that encode alike',
      { issuer: 'a', subject: '\ud800' },
      { issuer: 'a', subject: '\ud801' },
    ],
  ])('differs for %s', (_, a, b) => {
    expect(principalKey(a)).not.toBe(principalKey(b))
    expect(samePrincipal(a, b)).toBe(false)
  })

  it('the key of a principal does not depend on the client or the actor, which are no part of the identity', () => {
    expect(samePrincipal(alice, { ...alice, client: 'cli', actor: { subject: 'agent' } })).toBe(
      true,
    )
  })
})

describe('the chain of actors', () => {
  it('the chain of actors is empty when nobody acts', () => {
    expect(actorChain(alice)).toEqual([])
  })
  it('the chain of actors begins with the current actor', () => {
    expect(actorChain({ ...alice, actor: { subject: 'mcp', actor: { subject: 'chat' } } })).toEqual(
      ['mcp', 'chat'],
    )
  })
})

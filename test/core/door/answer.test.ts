import { describe, expect, it } from 'vitest'
import { toResponse, toWire } from '../../../src/core/door/answer.ts'
import { isSetup, type RefusalReason } from '../../../src/core/errors.ts'
import { REASONS, STATUS } from '../reasons.ts'

const FACE = {
  resourceMetadata: 'https://app.example/.well-known/oauth-protected-resource',
  scopes: ['a'],
}

async function bytes(response: Response): Promise<string> {
  return JSON.stringify([response.status, [...response.headers], await response.text()])
}

describe('the answer of a door', () => {
  it.each(REASONS)(
    'the answer of a door to %s has a status, a challenge that fits and a JSON body',
    async (reason) => {
      const response = toResponse({ reason, server: 'tasks', scopes: ['b'] }, FACE)
      const status = STATUS[reason]
      expect([toWire({ reason }).status, response.status]).toEqual([status, status])
      expect(response.headers.has('www-authenticate')).toBe(status !== 503)
      expect(response.headers.has('retry-after')).toBe(status === 503 && !isSetup(reason))
      expect(response.headers.get('content-type')).toContain('application/json')
      expect(await response.json()).toEqual({
        code: expect.stringMatching(
          /^(invalid_request|invalid_token|insufficient_scope|invalid_dpop_proof|unauthorized|unavailable)$/,
        ),
        message: expect.stringMatching(/^[A-Z].*\.$/),
      })
    },
  )

  it('the answer of a door is byte for byte the same for every way in which a token is not valid', async () => {
    const alike: RefusalReason[] = [
      'token_malformed',
      'algorithm_refused',
      'type_refused',
      'key_unknown',
      'signature_invalid',
      'issuer_mismatch',
      'audience_mismatch',
      'claim_missing',
      'claim_invalid',
      'token_not_yet_valid',
      'token_inactive',
    ]
    const answers = await Promise.all(
      alike.map((reason) => bytes(toResponse({ reason, claim: reason }, FACE))),
    )
    expect(new Set(answers).size).toBe(1)
  })

  it('the answer of a door is byte for byte the same for everything that fails behind the door', async () => {
    const behind = REASONS.filter((reason) => STATUS[reason] === 503 && !isSetup(reason))
    const answers = await Promise.all(
      behind.map((reason) => bytes(toResponse({ reason, server: 'tasks', scopes: ['x'] }, FACE))),
    )
    expect(new Set(answers).size).toBe(1)
  })

  it('the answer of a door is the same for every wrong setting, and tells nobody to try again', async () => {
    const answers = await Promise.all(
      REASONS.filter(isSetup).map((reason) => bytes(toResponse({ reason, found: 'x' }, FACE))),
    )
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).not.toMatch(/try again|retry-after/i)
  })

  it('the answer of a door names the scopes to ask for in a 401, the missing ones in a 403, and repeats only scope tokens', async () => {
    expect(
      toResponse({ reason: 'credential_missing' }, FACE).headers.get('www-authenticate'),
    ).toContain('scope="a"')
    const response = toResponse({ reason: 'scope_missing', scopes: ['b', 'c" injected'] }, {})
    expect(await response.json()).toEqual({
      code: 'insufficient_scope',
      message: 'The access token lacks a scope that this needs (b).',
    })
    expect(
      toResponse({ reason: 'scope_missing' }, FACE).headers.get('www-authenticate'),
    ).not.toContain('scope="a"')
  })

  it.each<[RefusalReason, string, RegExp]>([
    ['credential_missing', 'unauthorized', /^Send an access token/],
    ['credential_repeated', 'invalid_request', /^Send exactly one access token/],
    ['credential_in_query', 'invalid_request', /not accepted in the URL/],
    ['subject_header_mismatch', 'invalid_request', /names another subject/],
    ['server_unavailable', 'unavailable', /^A service that this depends on/],
  ])('the answer of a door to %s has the code %s and says %s', async (reason, code, message) => {
    expect(await toResponse({ reason }, FACE).json()).toEqual({
      code,
      message: expect.stringMatching(message),
    })
  })

  it('the answer of a door names no scope in a 403 that is about none', () => {
    expect(toResponse({ reason: 'scope_missing' }, {}).headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_scope", error_description="The access token lacks a scope that this needs."',
    )
  })

  it('the answer of a door has a bare challenge when the door has no metadata and no scopes', () => {
    expect(toResponse({ reason: 'credential_missing' }, {}).headers.get('www-authenticate')).toBe(
      'Bearer',
    )
  })
})

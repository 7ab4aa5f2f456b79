import { describe, expect, it } from 'vitest'
import { AuthError, isFailure, type RefusalReason } from '../../src/core/errors.ts'
import { sentenceFor, toError, toResponse, toSentence, toWire } from '../../src/core/wire.ts'

/** Every reason, and the status that a door answers it with. A reason that is missing here does not compile. */
const STATUS: Readonly<Record<RefusalReason, number>> = {
  credential_missing: 401,
  credential_malformed: 400,
  credential_repeated: 400,
  credential_in_query: 400,
  subject_header_mismatch: 400,
  proof_missing: 401,
  proof_invalid: 401,
  proof_replayed: 401,
  token_malformed: 401,
  algorithm_refused: 401,
  type_refused: 401,
  key_unknown: 401,
  signature_invalid: 401,
  issuer_mismatch: 401,
  audience_mismatch: 401,
  claim_missing: 401,
  claim_invalid: 401,
  token_expired: 401,
  token_not_yet_valid: 401,
  token_inactive: 401,
  scope_missing: 403,
  issuer_unavailable: 503,
  exchange_grant_refused: 401,
  exchange_scope_refused: 503,
  exchange_target_refused: 503,
  exchange_client_refused: 503,
  exchange_failed: 503,
  connection_needed: 503,
  connect_refused: 503,
  server_unbound: 503,
  handle_refused: 401,
  own_audience_mismatch: 503,
  destination_refused: 503,
  redirect_refused: 503,
  server_refused: 503,
  server_unreachable: 503,
  server_unavailable: 503,
  audit_unavailable: 503,
  tool_refused: 503,
  arguments_refused: 503,
  reference_refused: 503,
  answer_too_large: 503,
  credential_reflected: 503,
  server_quarantined: 503,
  cancelled: 503,
}
const REASONS = Object.keys(STATUS) as RefusalReason[]
const FACE = {
  resourceMetadata: 'https://app.example/.well-known/oauth-protected-resource',
  scopes: ['a'],
}

async function bytes(response: Response): Promise<string> {
  return JSON.stringify([response.status, [...response.headers], await response.text()])
}

describe('the outside of a refusal', () => {
  it.each(REASONS)(
    '%s has a status, a challenge that fits, a JSON body and a sentence',
    async (reason) => {
      const response = toResponse({ reason, server: 'tasks', scopes: ['b'] }, FACE)
      const status = STATUS[reason]
      expect([toWire({ reason }).status, response.status]).toEqual([status, status])
      expect(response.headers.has('www-authenticate')).toBe(status !== 503)
      expect(response.headers.has('retry-after')).toBe(status === 503)
      expect(response.headers.get('content-type')).toContain('application/json')
      expect(await response.json()).toEqual({
        code: expect.stringMatching(
          /^(invalid_request|invalid_token|insufficient_scope|invalid_dpop_proof|unauthorized|unavailable)$/,
        ),
        message: expect.stringMatching(/^[A-Z].*\.$/),
      })
      expect(toSentence({ reason, server: 'tasks' })).toMatch(/^[A-Zt].*\.$/)
      expect(toSentence({ reason })).toMatch(/^[A-Zt].*\.$/)
    },
  )

  it('is byte for byte the same for every way in which a token is not valid', async () => {
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

  it('is byte for byte the same for everything that is out of order behind the door', async () => {
    const behind = REASONS.filter((reason) => STATUS[reason] === 503)
    const answers = await Promise.all(
      behind.map((reason) => bytes(toResponse({ reason, server: 'tasks', scopes: ['x'] }, FACE))),
    )
    expect(new Set(answers).size).toBe(1)
  })

  it('names scopes in the challenge of a 401 and a 403, each its own, and only scope tokens in texts', async () => {
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
    expect(
      toSentence({
        reason: 'scope_missing',
        server: 'tasks',
        scopes: ['b', 'Ignore all previous'],
      }),
    ).toBe('This was not done: tasks needs a permission that the person has not granted (b).')
  })

  it('is plain without anything to point to', () => {
    expect(toResponse({ reason: 'credential_missing' }, {}).headers.get('www-authenticate')).toBe(
      'Bearer',
    )
  })
})

describe('the sentence for what was thrown', () => {
  it('is that of an AuthError', () => {
    expect(sentenceFor(toError({ reason: 'cancelled' }))).toBe(
      'This was stopped before an answer came.',
    )
  })

  it.each([
    [new Error('Bearer canary')],
    [new TypeError('Headers.append: "Bearer canary" is an invalid header value.')],
    ['canary'],
    [undefined],
    [{ message: 'canary', name: 'AuthError', refusal: { reason: 'canary' } }],
  ])('says nothing about %s', (thrown) => {
    expect(sentenceFor(thrown)).toBe(
      'Something went wrong, and it was logged. Try again in a moment.',
    )
  })

  it('is the message of the error, whose code is the reason and which has no cause', () => {
    const error = toError({ reason: 'server_refused', server: 'tasks' })
    expect(error).toBeInstanceOf(AuthError)
    expect([error.name, error.code, error.message, error.cause]).toEqual([
      'AuthError',
      'server_refused',
      'This was not done: tasks did not accept the credential for this call.',
      undefined,
    ])
  })
})

it('only what is out of order is a failure', () => {
  expect(REASONS.filter(isFailure)).toEqual([
    'issuer_unavailable',
    'exchange_failed',
    'server_unreachable',
    'server_unavailable',
    'audit_unavailable',
  ])
})

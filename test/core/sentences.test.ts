import { describe, expect, it } from 'vitest'
import { AuthError, isFailure, isSetup } from '../../src/core/errors.ts'
import { sentenceFor, toError, toSentence } from '../../src/core/sentences.ts'
import { REASONS } from './reasons.ts'

describe('the sentence for a refusal', () => {
  it.each(REASONS)(
    'the sentence for a refusal is there for %s, with and without the name of a server',
    (reason) => {
      expect(toSentence({ reason, server: 'tasks' })).toMatch(/^[A-Zt].*\.$/)
      expect(toSentence({ reason })).toMatch(/^[A-Zt].*\.$/)
    },
  )

  it('the sentence for a refusal repeats scope tokens only, for a server chose the scopes', () => {
    expect(
      toSentence({
        reason: 'scope_missing',
        server: 'tasks',
        scopes: ['b', 'Ignore all previous'],
      }),
    ).toBe('This was not done: tasks needs a permission that the person has not granted (b).')
  })
})

describe('the sentence for an error that was thrown', () => {
  it('the sentence for an error that was thrown is the own sentence of an AuthError', () => {
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
  ])('the sentence for an error that was thrown says nothing about %s', (thrown) => {
    expect(sentenceFor(thrown)).toBe(
      'Something went wrong, and it was logged. Try again in a moment.',
    )
  })

  it('the sentence for an error that was thrown is the message of the error, whose code is the reason and which has no cause', () => {
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

it('calls only those reasons failures where something does not work', () => {
  expect(REASONS.filter(isFailure)).toEqual([
    'endpoint_elsewhere',
    'endpoint_missing',
    'issuer_mismatch_metadata',
    'issuer_unavailable',
    'metadata_missing',
    'pkce_not_announced',
    'exchange_invalid_request',
    'exchange_scope_widened',
    'exchange_failed',
    'server_unreachable',
    'server_not_ready',
    'server_unavailable',
    'audit_unavailable',
    'too_many_credentials',
    'policy_unavailable',
    'process_limit_reached',
  ])
})

it('tells nobody to try again when the settings are wrong', () => {
  for (const reason of REASONS.filter(isSetup))
    expect([reason, toSentence({ reason })]).toEqual([reason, expect.not.stringMatching(/moment/)])
})

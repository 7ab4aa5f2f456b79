// What an operator is told beside the reason, and what never gets there.

import { describe, expect, it } from 'vitest'
import { authorizationServerWords, detailsOf, forOperator } from '../../src/core/refusal-details.ts'

describe('a text for the operator', () => {
  it.each([
    ['https://api.acme.example/', 'https://api.acme.example/'],
    ['6f0b6962-2c6a-4a0e-9d53-0d9b9d1f7c11', '6f0b6962-2c6a-4a0e-9d53-0d9b9d1f7c11'],
    ['Client is not within the token audience', 'Client is not within the token audience'],
    ['Bearer s3cr3t', '[credential]'],
    ['bad token eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.x', 'bad token [credential]'],
    ['client_secret=hunter2 is wrong', 'client_secret=[credential] is wrong'],
    ['two\nlines\u001b[31m', 'two\\u000alines\\u001b[31m'],
    ['', undefined],
    [7, undefined],
    [{ toString: () => 'x' }, undefined],
  ])('a text for the operator: %j becomes %j', (value, expected) => {
    expect(forOperator(value)).toBe(expected)
  })

  it('a text for the operator has 200 characters at most', () => {
    expect(forOperator('a '.repeat(300))).toHaveLength(200)
  })
})

it('takes the words of an authorization server only where there are any', () => {
  expect(authorizationServerWords('invalid_grant', 'no')).toEqual({
    authorizationServerError: 'invalid_grant',
    authorizationServerErrorDescription: 'no',
  })
  expect(authorizationServerWords(undefined, { a: 1 })).toEqual({})
})

it('gives the details of a refusal without anything else', () => {
  const details = {
    claim: 'aud',
    expected: 'a',
    found: 'b',
    authorizationServerError: 'c',
    authorizationServerErrorDescription: 'd',
  }
  const refusal = { reason: 'audience_mismatch', server: 'tasks', ...details }
  expect(detailsOf(refusal)).toEqual(details)
  expect(detailsOf({})).toEqual({})
})

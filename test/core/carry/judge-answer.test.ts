import { describe, expect, it } from 'vitest'
import { judgeAnswer } from '../../../src/core/carry/judge-answer.ts'
import { issuedToken } from '../parts.ts'

const bearer = issuedToken('canary')
const bound = issuedToken('canary', { proof: async () => 'proof' })

function answer(status: number, challenge?: string): Response {
  return new Response(null, {
    status,
    headers: challenge === undefined ? {} : { 'www-authenticate': challenge },
  })
}

describe('an answer', () => {
  it.each([200, 204, 304, 400, 404, 405, 409, 429])(
    'an answer with %d has no problem of ours',
    (status) => {
      expect(judgeAnswer(answer(status), bearer)).toBeUndefined()
    },
  )

  it.each([
    [301, 'redirect_refused'],
    [307, 'redirect_refused'],
    [401, 'server_refused'],
    [403, 'server_refused'],
    [500, 'server_unavailable'],
    [503, 'server_unavailable'],
  ])('an answer with %d has the problem %s', (status, reason) => {
    expect(judgeAnswer(answer(status), bearer)?.reason).toBe(reason)
  })

  it.each([
    ['Bearer', 'a bearer token', bearer, 'scope_missing'],
    ['DPoP', 'a bearer token', bearer, 'server_refused'],
    ['Bearer', 'a token with a proof', bound, 'server_refused'],
    ['DPoP', 'a token with a proof', bound, 'scope_missing'],
    ['Bearer', 'no token', undefined, 'scope_missing'],
    ['DPoP', 'no token', undefined, 'scope_missing'],
  ])('an answer with a %s challenge to %s', (scheme, _, token, reason) => {
    const problem = judgeAnswer(
      answer(403, `${scheme} error="insufficient_scope", scope="a"`),
      token,
    )
    expect(problem?.reason).toBe(reason)
  })

  it('an answer lacks no scope because a 401 says so: the credential itself was refused', () => {
    expect(judgeAnswer(answer(401, 'Bearer error="insufficient_scope"'), bearer)?.reason).toBe(
      'server_refused',
    )
  })
})

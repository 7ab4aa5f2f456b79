// The end of a sign-in at its issuer: which tokens are admitted no more.

import { describe, expect, it } from 'vitest'
import { granted } from '../src/core/errors.ts'
import { createOnBehalf, type EndedSignIn, type OnBehalfOptions } from '../src/index.ts'
import { ISSUER, START } from './jwt/issuer.ts'

describe('the end of a sign-in', () => {
  /** An app whose verifier reads the claims from the token. */
  function app(options: Partial<OnBehalfOptions> = {}) {
    return createOnBehalf({
      resource: 'https://app.example/chat',
      authorizationServers: [ISSUER],
      servers: {},
      audit: { record: () => {} },
      now: () => START * 1000,
      verifier: {
        verify: async (credential) => {
          const read: Record<string, unknown> = JSON.parse(atob(credential.reveal()))
          return granted({
            principal: { issuer: ISSUER, subject: String(read.oid ?? read.sub), tenant: 't' },
            audience: ['https://app.example/chat'],
            scopes: [],
            expiresAt: START + 300,
            claims: read,
          })
        },
      },
      ...options,
    })
  }
  type App = ReturnType<typeof app>
  const admit = (onbehalf: App, token: object) =>
    onbehalf.admit(
      new Request('https://app.example/chat', {
        headers: { authorization: `Bearer ${btoa(JSON.stringify(token))}` },
      }),
    )
  /** Whether a caller still works: a caller that has ended is refused before anything is sent. */
  const works = async (onbehalf: App, token: object, ended: EndedSignIn) => {
    const admission = await admit(onbehalf, token)
    if (!admission.ok) throw new Error(admission.refusal.reason)
    onbehalf.endSignIn(ended)
    return (await admit(onbehalf, token)).ok
  }
  const alice = { sub: 'alice', sid: 's1', iat: START - 10 }

  it.each<[string, object, EndedSignIn, boolean]>([
    ['the subject', alice, { issuer: ISSUER, subject: 'alice' }, false],
    ['the session', alice, { issuer: ISSUER, sessionId: 's1' }, false],
    ['the subject, with a slash', alice, { issuer: `${ISSUER}/`, subject: 'alice' }, false],
    ['the session, with a slash', alice, { issuer: `${ISSUER}/`, sessionId: 's1' }, false],
    ['a subject of another path', alice, { issuer: `${ISSUER}/x`, subject: 'alice' }, true],
    ['both', alice, { issuer: ISSUER, subject: 'alice', sessionId: 's1' }, false],
    [
      'a subject that is not the principal’s',
      { ...alice, oid: 'o' },
      { issuer: ISSUER, subject: 'alice' },
      false,
    ],
    [
      'the subject of a token without a time',
      { sub: 'alice' },
      { issuer: ISSUER, subject: 'alice' },
      false,
    ],
    [
      'the subject, where the issuer’s clock is ahead',
      { sub: 'alice', iat: START + 20 },
      { issuer: ISSUER, subject: 'alice' },
      false,
    ],
    [
      'a session that the token does not name',
      { sub: 'alice', iat: START - 10 },
      { issuer: ISSUER, subject: 'alice', sessionId: 's1' },
      false,
    ],
    ['another subject', alice, { issuer: ISSUER, subject: 'bob' }, true],
    ['another session', alice, { issuer: ISSUER, subject: 'alice', sessionId: 's2' }, true],
    ['another issuer', alice, { issuer: 'https://evil.example', subject: 'alice' }, true],
  ])(
    'by %s: its tokens are admitted no more, and others are',
    async (_, token, ended, admitted) => {
      expect(await works(app(), token, ended)).toBe(admitted)
    },
  )

  it('is seen also while a request is being admitted', async () => {
    const onbehalf: App = app({
      audit: { record: () => onbehalf.endSignIn({ issuer: ISSUER, subject: 'alice' }) },
    })
    const admission = await admit(onbehalf, alice)
    expect(admission.ok || admission.refusal.reason).toBe('token_inactive')
  })

  it('does not keep the person from signing in again', async () => {
    const onbehalf = app()
    await admit(onbehalf, alice)
    onbehalf.endSignIn({ issuer: ISSUER, subject: 'alice' })
    const refused = await admit(onbehalf, alice)
    expect(refused.ok ? 200 : [refused.response.status, refused.refusal.reason]).toEqual([
      401,
      'token_inactive',
    ])
    expect((await admit(onbehalf, { ...alice, sid: 's2', iat: START + 1 })).ok).toBe(true)
  })

  it('does not keep them out with tokens that say no time', async () => {
    let at = START
    const onbehalf = app({ now: () => at * 1000 })
    await admit(onbehalf, { sub: 'alice', jti: 'before' })
    at += 1
    onbehalf.endSignIn({ issuer: ISSUER, subject: 'alice' })
    at += 1
    expect((await admit(onbehalf, { sub: 'alice', jti: 'before' })).ok).toBe(false)
    expect((await admit(onbehalf, { sub: 'alice', jti: 'after' })).ok).toBe(true)
  })
})

// The option `session` of createOnBehalf: a request is admitted by what a kept sign-in presents, and
// the end of the sign-in ends its callers.

import { describe, expect, it } from 'vitest'
import { granted, refused } from '../src/core/errors.ts'
import {
  Credential,
  createOnBehalf,
  type KeptSignIn,
  type PresentedSignIn,
  principalKey,
} from '../src/index.ts'
import { ISSUER, START } from './jwt/issuer.ts'

const RESOURCE = 'https://app.example/chat'
const placement = 'cookie'

/** A sign-in of a person, and how it ends. */
function signInOf(subject: string) {
  const listeners = new Set<() => void>()
  const signIn: KeptSignIn = {
    owner: principalKey({ issuer: ISSUER, subject }),
    freshen: async () => refused('sign_in_ended'),
    whenEnded(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return { signIn, listeners }
}

/** An app with one sign-in, whose tokens are names. */
function app(presented: PresentedSignIn | undefined) {
  return createOnBehalf({
    resource: RESOURCE,
    authorizationServers: [ISSUER],
    servers: { Tasks: { url: 'https://tasks.example/mcp', source: { type: 'own' } } },
    audit: { record: () => {} },
    now: () => START * 1000,
    verifier: {
      verify: async (credential) =>
        granted({
          principal: { issuer: ISSUER, subject: credential.reveal() },
          audience: [RESOURCE],
          scopes: [],
          expiresAt: START + 300,
          claims: {},
        }),
    },
    session: {
      present: async (request) => (request.headers.has('cookie') ? presented : undefined),
      signInOf: async () => undefined,
    },
  })
}

const withCookie = () => new Request(RESOURCE, { method: 'POST', headers: { cookie: 'x=y' } })
const tokenOf = (name: string) => ({ credential: granted(new Credential(name)), placement })

describe('a kept sign-in', () => {
  it('admits as its token does, and bearer tokens go on to work beside it', async () => {
    const onbehalf = app({ presented: tokenOf('alice'), signIn: signInOf('alice').signIn })
    const byCookie = await onbehalf.admit(withCookie())
    expect(byCookie.ok && byCookie.value.principal.subject).toBe('alice')
    const headers = { authorization: 'Bearer bob' }
    const byToken = await onbehalf.admit(new Request(RESOURCE, { method: 'POST', headers }))
    expect(byToken.ok && byToken.value.principal.subject).toBe('bob')
    expect(await onbehalf.admit(new Request(RESOURCE))).toMatchObject({
      refusal: { reason: 'credential_missing' },
    })
  })

  it('admits nobody else, whatever token the issuer answered a refresh with', async () => {
    const onbehalf = app({ presented: tokenOf('mallory'), signIn: signInOf('alice').signIn })
    const admission = await onbehalf.admit(withCookie())
    expect(admission).toMatchObject({ refusal: { reason: 'sign_in_ended' } })
    expect(!admission.ok && admission.response.status).toBe(401)
  })

  it.each([
    ['sign_in_ended', 401],
    ['origin_refused', 400],
    ['credential_repeated', 400],
    ['server_unavailable', 503],
  ] as const)('that presents %s is answered with %d', async (reason, status) => {
    const onbehalf = app({ presented: { credential: refused(reason), placement } })
    const admission = await onbehalf.admit(withCookie())
    expect(admission).toMatchObject({ refusal: { reason } })
    expect(!admission.ok && admission.response.status).toBe(status)
  })

  it('that ends takes its callers with it; one that leaves listens no more', async () => {
    const { signIn, listeners } = signInOf('alice')
    const onbehalf = app({ presented: tokenOf('alice'), signIn })
    const [first, second] = [await onbehalf.admit(withCookie()), await onbehalf.admit(withCookie())]
    if (!first.ok || !second.ok) throw new Error('refused')
    await second.value.end()
    expect(listeners.size).toBe(1)
    const fetch = first.value.fetch('Tasks')
    for (const listener of listeners) listener()
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
    await expect(fetch('https://tasks.example/mcp', { method: 'POST', body })).rejects.toThrow(
      'the sign-in has ended',
    )
    expect(listeners.size).toBe(0)
  })
})

describe('the answer to a request that presents nobody', () => {
  const answer = async (onbehalf: ReturnType<typeof app>) => {
    const admission = await onbehalf.admit(new Request(RESOURCE, { method: 'POST' }))
    if (admission.ok) throw new Error('admitted')
    const { status, headers } = admission.response
    return [status, await admission.response.json(), headers.get('www-authenticate')]
  }

  it('tells people to sign in, and agents where to get a token', async () => {
    const [status, body, challenge] = await answer(app(undefined))
    expect([status, body]).toEqual([
      401,
      { code: 'unauthorized', message: 'Nobody is signed in. Sign in, or send an access token.' },
    ])
    expect(challenge).toMatch(/^Bearer resource_metadata=/)
  })
})

// Refresh tokens, revocation and introspection, CORS for the page, and what a restart and the file
// on disk keep.

import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SignedIn, signInWithCode } from '../../../../examples/taskflow/issuer/code-flow.ts'
import { signIn } from '../sign-in.ts'
import { type RunningIssuer, resources, startIssuer, web } from './running-issuer.ts'
import { exchange, post, refresh } from './token-client.ts'

let running: RunningIssuer

beforeAll(async () => {
  running = await startIssuer()
})
afterAll(async () => {
  await running.stop()
  expect(running.failures).toEqual([])
})

function pageSignIn(): Promise<SignedIn> {
  const page = {
    clientId: 'taskflow-page',
    redirectUri: `${web}/`,
    resources: [resources.chat, resources.api],
  }
  return signInWithCode({ issuer: running.issuer, as: 'alice', ...page })
}

const refreshToken = (signedIn: SignedIn) => signedIn.refreshToken?.reveal() ?? ''

describe('refresh tokens', () => {
  it('refresh tokens come without asking for offline_access, for the page only', async () => {
    expect((await pageSignIn()).refreshToken).toBeDefined()
    expect(
      (await signInWithCode({ issuer: running.issuer, as: 'alice' })).refreshToken,
    ).toBeUndefined()
  })

  it('refresh tokens rotate: each is good once, and a second use ends the whole family', async () => {
    const first = refreshToken(await pageSignIn())
    const second = await refresh(running, first, { resource: resources.chat })
    expect(second.refresh_token).not.toBe(first)
    expect(await refresh(running, first)).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect(await refresh(running, second.refresh_token)).toMatchObject({
      status: 400,
      error: 'invalid_grant',
    })
  })

  it('refresh tokens used twice at the same moment give one answer at most, and the family ends', async () => {
    const first = refreshToken(await pageSignIn())
    const answers = await Promise.all([refresh(running, first), refresh(running, first)])
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1)
    expect(answers.some(({ error }) => error === 'invalid_grant')).toBe(true)
    const won = answers.find(({ status }) => status === 200)
    if (won) expect((await refresh(running, won.refresh_token)).error).toBe('invalid_grant')
  })

  it('refresh tokens of the page are of no use to another client', async () => {
    const token = refreshToken(await pageSignIn())
    const asCli = { client_id: 'taskflow-cli' }
    expect((await refresh(running, token, asCli)).status).toBe(400)
  })

  it('refresh tokens survive a restart, with the keys and the sessions', async () => {
    const before = await pageSignIn()
    const { kid } = running.keys.issuerKey
    await running.restart()
    expect(running.keys.issuerKey.kid).toBe(kid)
    const after = await refresh(running, refreshToken(before), { resource: resources.chat })
    expect(decodeJwt(after.access_token)).toMatchObject({ sub: 'alice', aud: resources.chat })
    const subject = { subject_token: before.accessToken.reveal(), resource: resources.mcp }
    expect((await exchange(running, 'taskflow-chat', subject)).status).toBe(200)
  })
})

describe('codes', () => {
  it('codes are good once: a second use ends what the first one gave', async () => {
    let redeem = new URLSearchParams()
    const original = globalThis.fetch
    const spying: typeof fetch = (input, init) => {
      if (init?.body instanceof URLSearchParams && init.body.has('code'))
        redeem = new URLSearchParams(init.body)
      return original(input, init)
    }
    globalThis.fetch = spying
    const signedIn = await pageSignIn().finally(() => {
      globalThis.fetch = original
    })
    expect(await post(running, '/oauth/token', Object.fromEntries(redeem))).toMatchObject({
      status: 400,
      error: 'invalid_grant',
    })
    expect((await refresh(running, refreshToken(signedIn))).error).toBe('invalid_grant')
  })
})

describe('revocation and introspection', () => {
  it('the issuer ends a refresh token, and says nothing about a foreign one', async () => {
    const token = refreshToken(await pageSignIn())
    const asCli = await post(running, '/oauth/revoke', { client_id: 'taskflow-cli', token })
    expect(asCli.status).toBe(200)
    const kept = await refresh(running, token)
    expect(kept.status).toBe(200)
    await post(running, '/oauth/revoke', { client_id: 'taskflow-page', token: kept.refresh_token })
    expect((await refresh(running, kept.refresh_token)).error).toBe('invalid_grant')
  })

  it('the issuer tells a client about its own refresh token only', async () => {
    const token = refreshToken(await pageSignIn())
    expect(
      await post(running, '/oauth/introspect', { client_id: 'taskflow-page', token }),
    ).toMatchObject({
      active: true,
      sub: 'alice',
    })
    expect(
      await post(running, '/oauth/introspect', { client_id: 'taskflow-cli', token }),
    ).toMatchObject({ active: false })
  })
})

describe('cross-origin requests', () => {
  it.each(['/oauth/token', '/oauth/revoke'])(
    'cross-origin requests of the page are allowed at %s',
    async (path) => {
      const preflight = {
        origin: web,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      }
      const response = await fetch(`${running.issuer}${path}`, {
        method: 'OPTIONS',
        headers: preflight,
      })
      expect(response.status).toBe(204)
      expect(response.headers.get('access-control-allow-origin')).toBe(web)
    },
  )

  it('cross-origin requests let the page refresh, and no other origin read the answer', async () => {
    const token = refreshToken(await pageSignIn())
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'taskflow-page',
      refresh_token: token,
    })
    const ask = (origin: string) =>
      fetch(`${running.issuer}/oauth/token`, { method: 'POST', body: form, headers: { origin } })
    const foreign = await ask('https://evil.example')
    expect(foreign.status).toBe(400)
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
    const own = await ask(web)
    expect(own.status).toBe(200)
    expect(own.headers.get('access-control-allow-origin')).toBe(web)
    expect(own.headers.get('cache-control')).toBe('no-store')
  })

  it.each(['/oauth/jwks', '/.well-known/openid-configuration'])(
    'cross-origin requests may read the public %s',
    async (path) => {
      const response = await fetch(`${running.issuer}${path}`, { headers: { origin: web } })
      expect(response.headers.get('access-control-allow-origin')).toBe(web)
    },
  )
})

describe('the data folder', () => {
  it('the data folder holds no refresh token, session cookie or access token as it stands', async () => {
    const signedIn = await pageSignIn()
    const secrets = [
      refreshToken(signedIn),
      signedIn.accessToken.reveal(),
      await signIn({ issuer: running.issuer, as: 'bob' }),
    ]
    const files = (await readdir(running.dataDir)).filter((name) => name.startsWith('issuer.db'))
    expect(files).toContain('issuer.db')
    for (const name of files) {
      const path = join(running.dataDir, name)
      const bytes = await readFile(path)
      for (const secret of secrets) expect(bytes.includes(secret), name).toBe(false)
      expect((await stat(path)).mode & 0o077, name).toBe(0)
    }
  })
})

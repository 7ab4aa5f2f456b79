// The pages that people see: sign-in and sign-out, what they promise, and that they work without a
// script.

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { action, hidden, type TestBrowser, testBrowser, type Visit } from './browser.ts'
import { type RunningIssuer, resources, startIssuer, web } from './running-issuer.ts'
import { type Answer, exchange, post, refresh } from './token-client.ts'

const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

let running: RunningIssuer

beforeAll(async () => {
  running = await startIssuer()
})
afterAll(async () => {
  await running.stop()
  expect(running.failures).toEqual([])
})

function authorization(extra: Readonly<Record<string, string>> = {}): string {
  const parameters = {
    response_type: 'code',
    client_id: 'taskflow-page',
    redirect_uri: `${web}/`,
    scope: 'openid tasks:read',
    state: 'abc',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...extra,
  }
  return `/oauth/authorize?${new URLSearchParams(parameters)}`
}

async function redeem({ leftFor }: Visit): Promise<Answer> {
  const code = leftFor?.searchParams.get('code') ?? ''
  const form = {
    grant_type: 'authorization_code',
    client_id: 'taskflow-page',
    redirect_uri: `${web}/`,
    code,
    code_verifier: VERIFIER,
  }
  return await post(running, '/oauth/token', form)
}

async function signInAs(browser: TestBrowser, account: string): Promise<Answer> {
  const page = await browser.open(authorization())
  return await redeem(await browser.open(action(page.html), { account }))
}

describe('the sign-in page', () => {
  it('the sign-in page says that there are no passwords, and offers both people as buttons of one form', async () => {
    const { html, headers, status } = await testBrowser(running.issuer).open(authorization())
    expect(status).toBe(200)
    expect(headers.get('content-type')).toMatch(/^text\/html; charset=utf-8/)
    expect(html).toContain('no passwords')
    expect(html).toContain('<html lang="en">')
    expect(html).toContain('name="viewport"')
    expect(html.match(/<h1>/g)).toHaveLength(1)
    expect(
      [...html.matchAll(/<button [^>]*>([^<]*)<\/button>/g)].map(([, label]) => label),
    ).toEqual(['Continue as Alice', 'Continue as Bob'])
  })

  it.each([
    ['tasks:read', 'TaskFlow asks to read your tasks.'],
    ['tasks:read tasks:write', 'TaskFlow asks to read and change your tasks.'],
  ])('the sign-in page says what %s allows', async (scope, sentence) => {
    expect((await testBrowser(running.issuer).open(authorization({ scope }))).html).toContain(
      sentence,
    )
  })

  it('the sign-in page runs no script, loads nothing, cannot be framed, and is not kept', async () => {
    const { html, headers } = await testBrowser(running.issuer).open(authorization())
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(| style=| on[a-z]+=/i)
    const policy = headers.get('content-security-policy')?.split(';') ?? []
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        'script-src',
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ]),
    )
    const style = /<style>([\s\S]*)<\/style>/.exec(html)?.[1] ?? ''
    expect(policy).toContain(
      `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    )
    expect(policy.find((one) => one.startsWith('form-action'))).toMatch(`form-action 'self' ${web}`)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('the sign-in page lets the form go back to a loopback client on its own port', async () => {
    const cli = { client_id: 'taskflow-cli', redirect_uri: 'http://127.0.0.1:51234/callback' }
    const { headers } = await testBrowser(running.issuer).open(authorization(cli))
    expect(headers.get('content-security-policy')).toContain('http://127.0.0.1:51234')
  })

  it('the sign-in page sets cookies that scripts cannot read, other sites do not send, and plain http on loopback keeps', async () => {
    const response = await fetch(`${running.issuer}${authorization()}`, { redirect: 'manual' })
    const cookies = response.headers.getSetCookie()
    expect(cookies.length).toBeGreaterThan(0)
    for (const cookie of cookies) {
      expect(cookie).toMatch(/httponly/i)
      expect(cookie).toMatch(/samesite=lax/i)
      expect(cookie).not.toMatch(/; secure/i)
      expect(cookie).not.toMatch(/path=\/;/i)
    }
  })

  it('the sign-in page takes no choice from a browser that did not begin the sign-in', async () => {
    const page = await testBrowser(running.issuer).open(authorization())
    const foreign = await testBrowser(running.issuer).open(action(page.html), { account: 'alice' })
    expect(foreign.status).toBe(400)
    expect(foreign.html).toContain('This sign-in did not work')
  })

  it('the sign-in page takes no forged cookie', async () => {
    const page = await testBrowser(running.issuer).open(authorization())
    const uid = action(page.html).split('/').pop() ?? ''
    const headers = { cookie: `taskflow_sign_in=${uid}` }
    const response = await fetch(new URL(action(page.html), running.issuer), {
      method: 'POST',
      headers,
      body: new URLSearchParams({ account: 'bob' }),
    })
    expect(response.status).toBe(400)
  })

  it.each([
    ['an unknown name', { account: 'carol' }],
    ['an empty name', { account: '' }],
    ['no name', {}],
    ['a name without end', { account: 'x'.repeat(2000) }],
  ])('the sign-in page refuses anybody else: %s', async (_name, form) => {
    const browser = testBrowser(running.issuer)
    const page = await browser.open(authorization())
    const answer = await browser.open(action(page.html), form)
    expect(answer.status).toBe(400)
    expect(answer.leftFor).toBeUndefined()
  })

  it('the sign-in page shows what is wrong with a request as text, never as markup', async () => {
    const { html, status } = await testBrowser(running.issuer).open(
      authorization({ client_id: '<script>alert(1)</script>' }),
    )
    expect(status).toBe(400)
    expect(html).not.toContain('<script')
  })

  it('the sign-in page is not shown to somebody who is signed in already', async () => {
    const browser = testBrowser(running.issuer)
    await signInAs(browser, 'alice')
    const again = await browser.open(authorization({ prompt: 'none' }))
    expect(decodeJwt((await redeem(again)).access_token).sub).toBe('alice')
  })

  it('the sign-in page cannot be skipped with prompt=none by somebody who is not', async () => {
    const { leftFor } = await testBrowser(running.issuer).open(authorization({ prompt: 'none' }))
    expect(leftFor?.searchParams.get('error')).toBe('login_required')
  })
})

describe('changing the person with prompt=login', () => {
  it('prompt=login signs the first person out, without a trace of their session cookie on disk', async () => {
    const browser = testBrowser(running.issuer)
    const alice = await signInAs(browser, 'alice')
    const page = await browser.open(authorization({ prompt: 'login' }))
    const cookie =
      /taskflow_session=([^;]+)/.exec(browser.jar.header('/oauth/authorize'))?.[1] ?? ''
    expect(cookie.length).toBeGreaterThan(20)
    for (const name of await readdir(running.dataDir)) {
      if (name.startsWith('issuer.db'))
        expect((await readFile(join(running.dataDir, name))).includes(cookie)).toBe(false)
    }
    const between = await browser.open(action(page.html), { account: 'bob' })
    const script = /<script>([\s\S]*)<\/script>/.exec(between.html)?.[1] ?? ''
    const digest = createHash('sha256').update(script).digest('base64')
    expect(between.headers.get('content-security-policy')).toContain(
      `script-src 'sha256-${digest}'`,
    )
    const done = await browser.open(action(between.html), {
      xsrf: hidden(between.html, 'xsrf'),
      logout: 'yes',
    })
    expect(decodeJwt((await redeem(done)).access_token).sub).toBe('bob')
    expect((await refresh(running, alice.refresh_token)).error).toBe('invalid_grant')
  })
})

describe('signing out', () => {
  const signOut = `/oauth/sign-out?${new URLSearchParams({ client_id: 'taskflow-page', post_logout_redirect_uri: `${web}/`, state: 'xyz' })}`

  it('signing out asks once, goes back to the page, and ends the session, its refresh tokens and every exchange behind it', async () => {
    const browser = testBrowser(running.issuer)
    const tokens = await signInAs(browser, 'alice')
    const subject = { subject_token: tokens.access_token, resource: resources.mcp }
    const forMcp = await exchange(running, 'taskflow-chat', subject)
    expect(forMcp.status).toBe(200)

    const page = await browser.open(signOut)
    expect(page.html).not.toContain('<script')
    expect(page.html).toContain('Sign out of TaskFlow?')
    const done = await browser.open(action(page.html), {
      xsrf: hidden(page.html, 'xsrf'),
      logout: 'yes',
    })
    expect(done.leftFor?.href).toBe(`${web}/?state=xyz`)

    expect((await exchange(running, 'taskflow-chat', subject)).error).toBe('invalid_grant')
    const toApi = { subject_token: forMcp.access_token, resource: resources.api }
    expect((await exchange(running, 'taskflow-mcp', toApi)).error).toBe('invalid_grant')
    expect((await refresh(running, tokens.refresh_token)).error).toBe('invalid_grant')
    expect((await browser.open(authorization())).html).toContain('Continue as Alice')
  })

  it('signing out needs the secret of its own form', async () => {
    const browser = testBrowser(running.issuer)
    const tokens = await signInAs(browser, 'bob')
    const page = await browser.open(signOut)
    expect((await browser.open(action(page.html), { xsrf: 'guessed', logout: 'yes' })).status).toBe(
      400,
    )
    expect((await refresh(running, tokens.refresh_token)).status).toBe(200)
  })

  it('signing out goes back to no address that is not registered', async () => {
    const evil = `/oauth/sign-out?${new URLSearchParams({ client_id: 'taskflow-page', post_logout_redirect_uri: 'https://evil.example/' })}`
    const { status, leftFor } = await testBrowser(running.issuer).open(evil)
    expect(status).toBe(400)
    expect(leftFor).toBeUndefined()
  })

  it('signing out says so when it has nowhere to go back to', async () => {
    const browser = testBrowser(running.issuer)
    await signInAs(browser, 'alice')
    const page = await browser.open('/oauth/sign-out')
    const done = await browser.open(action(page.html), {
      xsrf: hidden(page.html, 'xsrf'),
      logout: 'yes',
    })
    expect(done.html).toContain('You are signed out')
  })
})

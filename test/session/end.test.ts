// The end of a sign-in: by the person, by the issuer, by time; here and on other instances.

import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { house, OF_PAGE, ORIGIN, whoIs } from './house.ts'
import { ISSUER } from './issuer.ts'

const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1'
const BODY = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })

/** A chat request's caller that is at work. */
async function atWork(house_: Awaited<ReturnType<typeof house>>) {
  const one = house_.browser()
  await one.signIn()
  const admission = await one.admit()
  if (!admission.ok) throw new Error(admission.refusal.reason)
  const fetch = admission.value.fetch('Tasks')
  return { one, call: () => fetch('https://tasks.example/mcp', { method: 'POST', body: BODY }) }
}

describe('signing out', () => {
  it('makes the cookie worthless, also in the hands of a thief, and revokes the tokens', async () => {
    const { browser, issuer, secrets, store } = await house()
    const one = browser()
    await one.signIn()
    const thief = browser()
    for (const [name, value] of one.cookies) thief.cookies.set(name, value)
    const [{ id } = { id: '' }] = await store.list('all')
    const response = await one.ask('POST', '/auth/sign-out')
    expect(one.cookies.size).toBe(0)
    expect(await whoIs(thief.admit())).toBe('sign_in_ended')
    expect(await (await thief.get('/auth/me')).json()).toEqual({ signedIn: false })
    expect(issuer.asked.map(({ path }) => path)).toEqual(['/token', '/revoke'])
    expect(
      await secrets.read({
        owner: `sign-in:${id}`,
        resource: 'urn:onbehalf:sign-in',
        kind: 'sign-in',
      }),
    ).toBeUndefined()
    // A script is told where to send the person, and gets no token.
    const { location } = (await response.json()) as { readonly location: string }
    expect(Object.fromEntries(new URL(location).searchParams)).toEqual({
      client_id: 'app',
      post_logout_redirect_uri: `${ORIGIN}/`,
    })
  })

  it('by a form goes on to the issuer, with the ID token as a hint', async () => {
    const { browser, app, issuer } = await house({ afterSignOut: '/bye' })
    const one = browser()
    await one.signIn()
    const cookie = [...one.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = {
      cookie,
      origin: ORIGIN,
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'navigate',
    }
    const request = new Request(`${ORIGIN}/auth/sign-out`, { method: 'POST', headers })
    const response = await app.session.handle(request)
    const location = new URL(response?.headers.get('location') ?? '')
    expect([response?.status, `${location.origin}${location.pathname}`]).toEqual([
      303,
      `${ISSUER}/end-session`,
    ])
    expect(location.searchParams.get('post_logout_redirect_uri')).toBe(`${ORIGIN}/bye`)
    expect(location.searchParams.get('id_token_hint')).toMatch(/^eyJ/)
    expect(issuer.asked.at(-1)?.path).toBe('/revoke')
  })

  it('by a form gives the issuer no ID token that opens the app', async () => {
    const { browser, app } = await house({ presents: 'id_token' })
    const one = browser()
    await one.signIn()
    const cookie = [...one.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...OF_PAGE, cookie, 'sec-fetch-mode': 'navigate' }
    const request = new Request(`${ORIGIN}/auth/sign-out`, { method: 'POST', headers })
    const response = await app.session.handle(request)
    expect(response?.headers.get('location')).toMatch(/\/end-session\?client_id=app/)
    expect(response?.headers.get('location')).not.toContain('eyJ')
  })

  it('works at an issuer without such an endpoint, and one that does not answer', async () => {
    const { browser, issuer } = await house()
    issuer.metadata = { end_session_endpoint: undefined }
    const one = browser()
    await one.signIn()
    issuer.before = async () => {
      throw new Error('no answer')
    }
    const response = await one.ask('POST', '/auth/sign-out')
    expect(await response.json()).toEqual({ location: `${ORIGIN}/` })
    expect(one.cookies.size).toBe(0)
  })

  it('without a sign-in is no error', async () => {
    const { browser } = await house()
    expect((await browser().ask('POST', '/auth/sign-out')).status).toBe(200)
  })
})

describe('one’s own sign-ins', () => {
  it('are listed with device and times, and with nothing secret', async () => {
    const { browser, clock } = await house()
    const [desk, phone] = [browser(), browser(PHONE)]
    await desk.signIn()
    clock.forward(100)
    await phone.signIn()
    await browser().signIn('bob')
    const text = await (await phone.get('/auth/sign-ins')).text()
    const { signIns } = JSON.parse(text) as { readonly signIns: readonly object[] }
    expect(signIns).toMatchObject([
      { device: 'Safari on iPhone', isThis: true },
      { device: 'Firefox on Linux', isThis: false },
    ])
    expect(Object.keys(signIns[0] ?? {}).sort()).toEqual(
      ['device', 'endsAt', 'id', 'isThis', 'startedAt', 'usedAt'].sort(),
    )
    for (const value of [...phone.cookies.values(), ...desk.cookies.values()])
      expect(text).not.toContain(value)
  })

  it('can be ended from another device, one or all', async () => {
    const { browser, store } = await house()
    const [desk, phone, other] = [browser(), browser(PHONE), browser()]
    for (const one of [desk, phone, other]) await one.signIn()
    const bob = browser()
    await bob.signIn('bob')
    const ofDesk = (await store.list('all')).at(-1)?.id
    expect(await (await phone.ask('DELETE', `/auth/sign-ins/${ofDesk}`)).json()).toEqual({
      ended: 1,
    })
    expect(await whoIs(desk.admit())).toBe('sign_in_ended')
    expect(await whoIs(phone.admit())).toBe('alice')
    expect(await (await phone.ask('DELETE', '/auth/sign-ins')).json()).toEqual({ ended: 2 })
    expect(phone.cookies.size).toBe(0)
    expect(await whoIs(other.admit())).toBe('sign_in_ended')
    expect(await whoIs(bob.admit())).toBe('bob')
  })

  it('are nobody else’s', async () => {
    const { browser, store } = await house()
    const [alice, bob] = [browser(), browser()]
    await alice.signIn('alice')
    await bob.signIn('bob')
    const ofAlice = (await store.list('all')).at(-1)?.id
    expect((await bob.ask('DELETE', `/auth/sign-ins/${ofAlice}`)).status).toBe(404)
    expect(await whoIs(alice.admit())).toBe('alice')
    const stranger = browser()
    expect((await stranger.get('/auth/sign-ins')).status).toBe(401)
    expect((await stranger.ask('DELETE', '/auth/sign-ins')).status).toBe(401)
  })

  it('have a page that loads nothing from elsewhere', async () => {
    const { browser } = await house()
    const page = await browser().get('/auth/page')
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await page.text()).toContain('src="/auth/page.js"')
    const script = await browser().get('/auth/page.js')
    expect(script.headers.get('content-type')).toContain('text/javascript')
  })
})

describe('the issuer', () => {
  const logout = async (
    { app, issuer }: Awaited<ReturnType<typeof house>>,
    claims: Record<string, unknown>,
  ) => {
    const body = new URLSearchParams({ logout_token: await issuer.logoutToken(claims) })
    const request = new Request(`${ORIGIN}/auth/back-channel-logout`, { method: 'POST', body })
    return (await app.session.handle(request))?.status
  }

  it('ends one session by back-channel logout, and leaves the others', async () => {
    const made = await house()
    const [desk, phone] = [made.browser(), made.browser(PHONE)]
    await desk.signIn()
    await phone.signIn()
    const sid = (await made.store.list('all')).at(-1)?.sessionId
    expect(await logout(made, { sid })).toBe(200)
    expect(await whoIs(desk.admit())).toBe('sign_in_ended')
    expect(await whoIs(phone.admit())).toBe('alice')
  })

  it('ends all of a subject, and tells the app', async () => {
    const told: unknown[] = []
    const made = await house({ onEnded: (ended) => void told.push(ended) })
    const [desk, phone, bob] = [made.browser(), made.browser(PHONE), made.browser()]
    await desk.signIn()
    await phone.signIn()
    await bob.signIn('bob')
    expect(await logout(made, { sub: 'alice' })).toBe(200)
    for (const one of [desk, phone]) expect(await whoIs(one.admit())).toBe('sign_in_ended')
    expect(await whoIs(bob.admit())).toBe('bob')
    expect(told).toEqual([{ issuer: ISSUER, subject: 'alice' }])
  })

  it('ends nothing by a token that is not its own', async () => {
    const made = await house()
    const one = made.browser()
    await one.signIn()
    expect(await logout(made, { sub: 'alice', aud: 'another' })).toBe(400)
    expect(await whoIs(one.admit())).toBe('alice')
  })

  it('that gives no token any more ends the sign-in, and the person is told', async () => {
    const { browser, issuer, clock, store } = await house()
    const one = browser()
    await one.signIn()
    issuer.revoke('alice')
    clock.forward(299)
    const admission = await one.admit()
    expect(admission).toMatchObject({ refusal: { reason: 'sign_in_ended' } })
    const response = admission.ok ? undefined : admission.response
    expect([response?.status, await response?.json()]).toEqual([
      401,
      { code: 'invalid_token', message: 'The sign-in has ended. Sign in again.' },
    ])
    expect(await store.list({ issuer: ISSUER, subject: 'alice' })).toEqual([])
  })
})

describe('time', () => {
  it('ends a sign-in that nobody uses, and one that is used goes on', async () => {
    const { browser, clock, issuer } = await house({ idleSeconds: 1000 })
    issuer.life = 100_000
    const [used, idle] = [browser(), browser()]
    await used.signIn()
    await idle.signIn()
    clock.forward(900)
    expect(await whoIs(used.admit())).toBe('alice')
    clock.forward(900)
    expect(await whoIs(used.admit())).toBe('alice')
    expect(await whoIs(idle.admit())).toBe('sign_in_ended')
  })

  it('ends every sign-in, however much it is used', async () => {
    const { browser, clock, issuer } = await house({ idleSeconds: 400, lifeSeconds: 1000 })
    issuer.life = 100_000
    const one = browser()
    await one.signIn()
    for (let round = 0; round < 3; round++) {
      clock.forward(300)
      expect(await whoIs(one.admit())).toBe('alice')
    }
    clock.forward(100)
    expect(await whoIs(one.admit())).toBe('sign_in_ended')
  })

  it('notes a use once a minute: a note is a write', async () => {
    const { browser, clock, store } = await house()
    const one = browser()
    await one.signIn()
    const touch = vi.spyOn(store, 'touch')
    for (let round = 0; round < 10; round++) {
      clock.forward(30)
      await whoIs(one.admit())
    }
    expect(touch).toHaveBeenCalledTimes(5)
  })

  it('by an administrator, who has no key, has its tokens revoked by the app within ten minutes', async () => {
    const { browser, issuer, store, clock } = await house()
    const one = browser()
    await one.signIn()
    // What `onbehalf sessions end` does. It can neither open the tokens nor ask the issuer.
    await store.end({ issuer: ISSUER, subject: 'alice' }, clock.now() / 1000)
    expect(await whoIs(one.admit())).toBe('sign_in_ended')
    expect(issuer.asked.map(({ path }) => path)).toEqual(['/token'])
    clock.forward(600)
    await browser().signIn('bob')
    await vi.waitFor(() =>
      expect(issuer.asked.map(({ path }) => path)).toEqual(['/token', '/token', '/revoke']),
    )
  })

  it('removes what is over, the marks of answers and the tokens too', async () => {
    const { browser, clock, store, secrets } = await house({ idleSeconds: 300, lifeSeconds: 300 })
    const one = browser()
    await one.signIn()
    const [{ id } = { id: '' }] = await store.list({ issuer: ISSUER, subject: 'alice' })
    clock.forward(700)
    await browser().signIn('bob')
    await vi.waitFor(async () => {
      const left = await store.list({ overAt: Number.MAX_SAFE_INTEGER })
      expect(left.map(({ subject }) => subject).sort()).toEqual(['', 'bob'])
    })
    const resource = 'urn:onbehalf:sign-in'
    const key = { owner: `sign-in:${id}`, resource, kind: 'sign-in' } as const
    expect(await secrets.read(key)).toBeUndefined()
  })
})

describe('work that goes on when the sign-in ends', () => {
  it('ends at once on the same instance', async () => {
    const made = await house()
    const { one, call } = await atWork(made)
    await one.ask('POST', '/auth/sign-out')
    await expect(call()).rejects.toThrow('the sign-in has ended')
  })

  it('ends within five seconds on another one', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const made = await house()
    const { one, call } = await atWork(made)
    const other = made.instance()
    await one.ask('POST', '/auth/sign-out', other)
    await vi.advanceTimersByTimeAsync(2500)
    await expect(call()).rejects.toThrow('the sign-in has ended')
  })

  it('goes on while the store does not answer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const made = await house()
    const { one } = await atWork(made)
    const admission = await one.admit(OF_PAGE)
    if (!admission.ok) throw new Error('refused')
    vi.spyOn(made.store, 'list').mockRejectedValue(new Error('no answer'))
    await vi.advanceTimersByTimeAsync(10_000)
    // It is a caller still: what is not bound is what it says, and not that it has ended.
    expect(() => admission.value.fetch('Nobody')).toThrow(/Nobody/)
    expect(await whoIs(one.admit())).toBe('server_unavailable')
  })
})

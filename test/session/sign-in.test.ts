// Signing in and out with a cookie: what the browser gets, and who is refused.

import { describe, expect, it } from 'vitest'
import { house, OF_PAGE, ORIGIN, whoIs } from './house.ts'
import { CHAT, ISSUER } from './issuer.ts'

const COOKIE = '__Host-onbehalf'

describe('a sign-in', () => {
  it('sends the person to the issuer with PKCE, state, nonce and the app’s own redirect URI', async () => {
    const { browser } = await house({ resource: CHAT })
    const location = await browser().begin()
    expect(`${location.origin}${location.pathname}`).toBe(`${ISSUER}/authorize`)
    const asked = Object.fromEntries(location.searchParams)
    expect(asked).toMatchObject({
      response_type: 'code',
      client_id: 'app',
      redirect_uri: `${ORIGIN}/auth/callback`,
      code_challenge_method: 'S256',
      scope: 'openid offline_access',
      resource: CHAT,
    })
    const values = [asked.state, asked.nonce, asked.code_challenge]
    for (const value of values) expect(value).toMatch(/^[\w-]{43}$/)
    expect(new Set(values).size).toBe(3)
  })

  it('ends on the app’s own page, and the cookie stands for the person from then on', async () => {
    const { browser } = await house()
    const one = browser()
    const response = await one.signIn()
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      `${ORIGIN}/chat?thread=1`,
    ])
    expect(await whoIs(one.admit())).toBe('alice')
    expect([...one.cookies.keys()]).toEqual([COOKIE])
  })

  it('gives a cookie that no script reads, that no other host sets, and that other sites do not send', async () => {
    const { browser } = await house()
    const response = await browser().signIn()
    const [cookie] = response.headers.getSetCookie().filter((one) => one.startsWith(COOKIE))
    expect(cookie).toMatch(
      /^__Host-onbehalf=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure$/,
    )
  })

  it('on loopback over plain http goes without prefix and Secure, which browsers would not take', async () => {
    const { browser } = await house({ origin: 'http://127.0.0.1:4000' })
    const response = await browser().signIn()
    const cookies = response.headers.getSetCookie()
    expect(cookies.some((cookie) => /^onbehalf=[\w-]{43};/.test(cookie))).toBe(true)
    expect(cookies.join()).not.toMatch(/__Host-|Secure/)
  })

  it('lets several tabs sign in at once, and each comes back to its own page', async () => {
    const { browser, issuer } = await house()
    const one = browser()
    const [first, second] = [await one.begin('/first'), await one.begin('/second')]
    const backs = [await one.back(issuer.agree(first)), await one.back(issuer.agree(second))]
    expect(backs.map(({ headers }) => headers.get('location'))).toEqual([
      `${ORIGIN}/first`,
      `${ORIGIN}/second`,
    ])
  })

  it('keeps the cookies of five sign-ins that nobody finished, and no more', async () => {
    const { browser } = await house()
    const one = browser()
    for (let round = 0; round < 9; round++) await one.begin()
    expect(one.cookies.size).toBe(5)
  })

  it('says who is signed in, and that nobody is', async () => {
    const { browser, clock } = await house()
    const one = browser()
    expect(await (await one.get('/auth/me')).json()).toEqual({ signedIn: false })
    await one.signIn()
    const startedAt = clock.now() / 1000
    expect(await (await one.get('/auth/me')).json()).toEqual({
      signedIn: true,
      issuer: ISSUER,
      subject: 'alice',
      name: 'Person alice',
      startedAt,
      endsAt: startedAt + 604_800,
    })
  })

  it('by an ID token, where the issuer’s access tokens cannot be verified', async () => {
    const { browser, issuer, clock } = await house({ presents: 'id_token' })
    const one = browser()
    await one.signIn()
    expect(await whoIs(one.admit())).toBe('alice')
    clock.forward(290)
    expect(await whoIs(one.admit())).toBe('alice')
    expect(issuer.refreshes()).toBe(1)
  })

  it.each(['http://app.example', 'https://app.example/x', 'app.example'])(
    'is not set up with the origin %s',
    async (origin) => {
      await expect(house({ origin })).rejects.toThrow(/^origin /)
    },
  )

  it.each([
    [{ path: '/auth/' }, /^path /],
    [{ path: '//evil' }, /^path /],
    [{ afterSignOut: 'https://evil.example' }, /^afterSignOut /],
    [{ idleSeconds: 10 }, /^idleSeconds /],
    [{ idleSeconds: 1000, lifeSeconds: 999 }, /^lifeSeconds /],
    [{ cookie: '__Host-x;' }, /^cookie /],
    [{ parameters: { nonce: 'x' } }, /^parameters\.nonce /],
  ])('is not set up with %o', async (options, message) => {
    await expect(house(options)).rejects.toThrow(message)
  })
})

describe('an answer of the issuer is refused', () => {
  const cases: readonly (readonly [string, Record<string, string | undefined>])[] = [
    ['with another state', { state: 'A'.repeat(43) }],
    ['without a state', { state: undefined }],
    ['of another issuer (RFC 9207)', { iss: 'https://evil.example' }],
    ['without the issuer’s name, where it promises it', { iss: undefined }],
    ['with an error', { code: undefined, error: 'access_denied' }],
    ['with a code that is not one of its own', { code: 'made-up' }],
  ]
  it.each(cases)('%s', async (_, changes) => {
    const { browser, issuer } = await house()
    const one = browser()
    const answer = { ...issuer.agree(await one.begin()), ...changes }
    const given = Object.entries(answer).filter(([, value]) => value !== undefined)
    const response = await one.back(Object.fromEntries(given) as Record<string, string>)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('Sign in again')
    expect(one.cookies.has(COOKIE)).toBe(false)
  })

  it.each([
    ['another nonce', { nonce: 'of-another-sign-in' }],
    ['no nonce', { nonce: undefined }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['another client', { aud: 'another' }],
    ['another authorized party', { azp: 'another' }],
    ['another subject', { sub: 'mallory' }],
    ['no subject', { sub: undefined }],
    ['a time that is over', { exp: 1 }],
  ])('with an ID token of %s', async (_, claims) => {
    const { browser, issuer, store } = await house()
    issuer.idClaims = claims
    const one = browser()
    expect((await one.signIn()).status).toBe(400)
    expect(one.cookies.has(COOKIE)).toBe(false)
    expect(await store.list('all')).toEqual([])
  })

  it('in another browser than the one that began (login CSRF)', async () => {
    const { browser, issuer } = await house()
    const [mallory, victim] = [browser(), browser()]
    const answer = issuer.agree(await mallory.begin(), 'mallory')
    expect((await victim.back(answer)).status).toBe(400)
    // Not even when the victim has begun to sign in as well.
    await victim.begin()
    expect((await victim.back(answer)).status).toBe(400)
    expect(victim.cookies.has(COOKIE)).toBe(false)
  })

  it('when it comes a second time, on whatever instance, also with the first cookie', async () => {
    const { browser, issuer, instance } = await house()
    const one = browser()
    const answer = issuer.agree(await one.begin())
    const before = new Map(one.cookies)
    expect((await one.back(answer)).status).toBe(303)
    const asked = issuer.asked.length
    for (const [name, value] of before) one.cookies.set(name, value)
    expect((await one.back(answer, instance())).status).toBe(400)
    // Asked again, the issuer would end the tokens that it gave for the code.
    expect(issuer.asked).toHaveLength(asked)
    expect(await whoIs(one.admit())).toBe('alice')
  })

  it('when it comes after ten minutes', async () => {
    const { browser, issuer, clock } = await house()
    const one = browser()
    const answer = issuer.agree(await one.begin())
    clock.forward(600)
    expect((await one.back(answer)).status).toBe(400)
  })

  it('and the audit says why; no token, code or cookie is in it', async () => {
    const { browser, issuer, events } = await house()
    issuer.idClaims = { nonce: 'of-another-sign-in' }
    const one = browser()
    await one.signIn()
    expect(events.at(-1)).toMatchObject({ hop: 'sign-in', reason: 'claim_invalid', claim: 'nonce' })
    issuer.idClaims = {}
    await one.signIn()
    await whoIs(one.admit())
    const text = JSON.stringify(events)
    const refresh = issuer.asked.map(({ form }) => form.get('code')).filter((code) => code !== null)
    for (const secret of [...one.cookies.values(), ...refresh, 'refresh-of', 'eyJ'])
      expect(text).not.toContain(secret)
  })
})

describe('where a sign-in leads', () => {
  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/%5cevil.example',
    '/%2fevil.example',
    '/..//evil.example',
    '/%252fevil',
    'javascript:alert(1)',
    '/\tevil',
    '',
    'chat',
  ])('is never %j', async (returnTo) => {
    const { browser } = await house()
    const response = await browser().get(`/auth/sign-in?returnTo=${encodeURIComponent(returnTo)}`)
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
  })

  it('is the start page when nobody says it', async () => {
    const { browser, issuer } = await house()
    const one = browser()
    const response = await one.get('/auth/sign-in')
    const back = await one.back(issuer.agree(new URL(response.headers.get('location') ?? '')))
    expect(back.headers.get('location')).toBe(`${ORIGIN}/`)
  })

  it('is not what somebody wrote into the cookie', async () => {
    const { browser, issuer } = await house()
    const one = browser()
    const answer = issuer.agree(await one.begin('/chat'))
    for (const [name, value] of one.cookies) {
      const facts = { returnTo: '/other', namesIssuer: false, startedAt: 1_800_000_000 }
      const body = Buffer.from(JSON.stringify(facts)).toString('base64url')
      one.cookies.set(name, `${value.split('.')[0]}.${body}`)
    }
    expect((await one.back(answer)).status).toBe(400)
  })
})

describe('a cookie', () => {
  it('that was there before a sign-in is worth nothing after it (fixation)', async () => {
    const { browser } = await house()
    const mallory = browser()
    await mallory.signIn('mallory')
    const planted = mallory.cookies.get(COOKIE) ?? ''
    const victim = browser()
    victim.cookies.set(COOKIE, planted)
    await victim.signIn('alice')
    expect(victim.cookies.get(COOKIE)).not.toBe(planted)
    expect(await whoIs(victim.admit())).toBe('alice')
    expect(await whoIs(mallory.admit())).toBe('sign_in_ended')
  })

  it('that somebody made up opens nothing', async () => {
    const { browser } = await house()
    const one = browser()
    one.cookies.set(COOKIE, 'A'.repeat(43))
    expect(await whoIs(one.admit())).toBe('sign_in_ended')
    expect(await (await one.get('/auth/me')).json()).toEqual({ signedIn: false })
  })

  it('beside another of its name is refused, as one of them is tossed by a sibling host', async () => {
    const { browser } = await house()
    const one = browser()
    await one.signIn()
    const own = one.cookies.get(COOKIE)
    const twice = { ...OF_PAGE, cookie: `${COOKIE}=${own}; ${COOKIE}=${'A'.repeat(43)}` }
    expect(await whoIs(one.admit(twice))).toBe('credential_repeated')
    // Without the prefix, any host of the domain could have set it: it is not read at all.
    const plain = { ...OF_PAGE, cookie: `onbehalf=${own}` }
    expect(await whoIs(one.admit(plain))).toBe('credential_missing')
  })

  it('is kept nowhere: the store has its digest alone', async () => {
    const { browser, store } = await house()
    const one = browser()
    await one.signIn()
    const stored = JSON.stringify(await store.list('all'))
    expect(stored).not.toContain(one.cookies.get(COOKIE))
    for (const { digest } of await store.list('all')) {
      one.cookies.set(COOKIE, digest)
      expect(await whoIs(one.admit())).toBe('sign_in_ended')
    }
  })

  it('stands behind a token that is sent on purpose, good or bad', async () => {
    const { browser } = await house()
    const one = browser()
    await one.signIn()
    const reason = await whoIs(one.admit({ ...OF_PAGE, authorization: 'Bearer x.y.z' }))
    expect(reason).not.toBe('alice')
  })
})

it('nobody is signed in when that cannot be recorded', async () => {
  const { browser, store } = await house({
    audit: {
      record(event) {
        if (event.operation === 'signed in') throw new Error('the disk is full')
      },
    },
  })
  const one = browser()
  expect((await one.signIn()).status).toBe(503)
  expect(one.cookies.has(COOKIE)).toBe(false)
  expect(await store.list('all')).toEqual([])
})

// Requests with the cookie that other pages make: which are refused (cross-site request forgery).

import { describe, expect, it } from 'vitest'
import { house, OF_PAGE, ORIGIN, whoIs } from './house.ts'

const SIBLING = 'https://evil.app.example'

describe('a chat request with the cookie', () => {
  const refusals: readonly (readonly [string, Record<string, string>])[] = [
    ['without the header', { origin: ORIGIN, 'sec-fetch-site': 'same-origin' }],
    ['with another value of the header', { ...OF_PAGE, 'x-onbehalf': '0' }],
    [
      'of another site',
      { ...OF_PAGE, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    ],
    ['of a sibling host', { ...OF_PAGE, origin: SIBLING, 'sec-fetch-site': 'same-site' }],
    ['of a sibling host, from an old browser', { origin: SIBLING, 'x-onbehalf': '1' }],
    ['of a page without an origin', { ...OF_PAGE, origin: 'null' }],
    ['of the same host at another port', { ...OF_PAGE, origin: `${ORIGIN}:8443` }],
    ['of the same host over plain http', { ...OF_PAGE, origin: 'http://app.example' }],
    ['that somebody typed', { ...OF_PAGE, 'sec-fetch-site': 'none' }],
    ['that does not say where it comes from', { 'x-onbehalf': '1' }],
  ]
  it.each(refusals)('%s is refused', async (_, headers) => {
    const { browser } = await house()
    const one = browser()
    await one.signIn()
    expect(await whoIs(one.admit(headers))).toBe('origin_refused')
  })

  it.each([
    ['a browser of today', OF_PAGE],
    ['a browser that sends no Sec-Fetch-Site', { origin: ORIGIN, 'x-onbehalf': '1' }],
  ])('of the app’s own page is admitted: %s', async (_, headers) => {
    const { browser } = await house()
    const one = browser()
    await one.signIn()
    expect(await whoIs(one.admit(headers))).toBe('alice')
  })
})

describe('a reading request with the cookie', () => {
  const admitGet = async (headers: Record<string, string>) => {
    const { browser, app } = await house()
    const one = browser()
    await one.signIn()
    const cookie = [...one.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    return whoIs(
      app.onbehalf.admit(new Request(`${ORIGIN}/file`, { headers: { cookie, ...headers } })),
    )
  }

  it.each([
    ['an image of the app’s page', { 'sec-fetch-site': 'same-origin' }],
    ['an address that the person typed', { 'sec-fetch-site': 'none' }],
    ['an old browser', {}],
  ])('is admitted for %s', async (_, headers) => {
    expect(await admitGet(headers)).toBe('alice')
  })

  it.each([
    ['an image of another site', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling host', { 'sec-fetch-site': 'same-site', origin: SIBLING }],
    [
      'a stream that an element of the page opens',
      { 'sec-fetch-site': 'same-origin', accept: 'text/event-stream' },
    ],
  ])('is refused for %s', async (_, headers) => {
    expect(await admitGet(headers)).toBe('origin_refused')
  })
})

describe('the session’s own routes', () => {
  it.each([
    ['POST', '/auth/sign-out'],
    ['DELETE', '/auth/sign-ins'],
    ['DELETE', '/auth/sign-ins/x'],
  ])('%s %s without the header changes nothing', async (method, path) => {
    const { browser, app } = await house()
    const one = browser()
    await one.signIn()
    const cookie = [...one.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    for (const headers of [
      { origin: ORIGIN, 'sec-fetch-site': 'same-origin' },
      { ...OF_PAGE, origin: SIBLING, 'sec-fetch-site': 'same-site' },
      {
        'sec-fetch-mode': 'navigate',
        'sec-fetch-site': 'cross-site',
        origin: 'https://evil.example',
      },
    ]) {
      const request = new Request(`${ORIGIN}${path}`, { method, headers: { cookie, ...headers } })
      const answer = await app.session.handle(request)
      expect([answer?.status, answer?.headers.getSetCookie()]).toEqual([400, []])
    }
    expect(await whoIs(one.admit())).toBe('alice')
  })

  it.each([
    ['a page that hides its address', { origin: 'null', 'sec-fetch-site': 'same-origin' }, 303],
    ['a frame in a sandbox', { origin: 'null', 'sec-fetch-site': 'cross-site' }, 400],
    ['a sibling host', { origin: SIBLING, 'sec-fetch-site': 'same-site' }, 400],
    ['nobody says where', {}, 400],
  ])('a form of %s is answered as its browser says', async (_, headers, status) => {
    const { browser, app } = await house()
    const one = browser()
    await one.signIn()
    const cookie = [...one.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const given = { cookie, 'sec-fetch-mode': 'navigate', ...headers }
    const request = new Request(`${ORIGIN}/auth/sign-out`, { method: 'POST', headers: given })
    expect((await app.session.handle(request))?.status).toBe(status)
  })

  it('GET changes nothing but the routes of the sign-in itself', async () => {
    const { browser } = await house()
    const one = browser()
    await one.signIn()
    for (const path of ['sign-out', 'back-channel-logout', 'sign-ins/x']) {
      const answer = await one.get(`/auth/${path}`)
      expect([answer.status, answer.headers.get('allow')]).toEqual([
        405,
        path.startsWith('sign-ins') ? 'DELETE' : 'POST',
      ])
    }
    expect(await whoIs(one.admit())).toBe('alice')
  })

  it('every other path is the app’s own', async () => {
    const { app } = await house()
    for (const path of [
      '/',
      '/auth',
      '/auth/',
      '/auth/other',
      '/authors',
      '/auth/__proto__',
      '/auth/constructor',
    ])
      expect(await app.session.handle(new Request(`${ORIGIN}${path}`))).toBeUndefined()
  })

  it('no answer is kept by a cache, or framed', async () => {
    const { browser } = await house()
    const one = browser()
    await one.signIn()
    for (const path of ['me', 'sign-ins', 'page', 'sign-in', 'callback']) {
      const { headers } = await one.get(`/auth/${path}`)
      expect([path, headers.get('cache-control'), headers.get('x-frame-options')]).toEqual([
        path,
        'no-store',
        'DENY',
      ])
    }
  })
})

// The connections page: what a person sees and does there, what others see, and what is refused.

import { describe, expect, it } from 'vitest'
import { Credential } from '../../../src/index.ts'
import { GATEWAY, OWN_FORM, PAGE, pageHouse } from './house.ts'

const KEY = 'canary0f-a-key-of-alices-own'
const CHAT_SERVER = {
  path: '/chatkit',
  upstream: 'http://127.0.0.1:9/chatkit',
  principalSecret: new Credential('a-secret-of-gateway-and-chat-server-0123'),
}
const ACCOUNT = { which: 'account:Notes' }
const OWN_KEY = { which: 'key:Search', key: KEY }

/** The text of a page, as somebody reads it. */
const textOf = (html: string) =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&nbsp;', ' ')
    .replace(/\s+/g, ' ')
    .replace(/ (?=[.,])/g, '')
    .trim()

describe('the page', () => {
  it('sends who is not signed in to do that, and back for the server they came for', async () => {
    const { browser } = await pageHouse()
    const answer = await browser().get(`${PAGE}?server=Notes`)
    expect(answer.status).toBe(303)
    const to = `/connections?server=Notes`
    expect(answer.headers.get('location')).toBe(`/auth/sign-in?returnTo=${encodeURIComponent(to)}`)
  })

  it('shows a person what there is to connect, without a script', async () => {
    const { browser } = await pageHouse()
    const alice = await browser().signIn('alice')
    const answer = await alice.get(PAGE)
    expect(answer.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const html = await answer.text()
    expect(html).not.toMatch(/<script|<style| style=| on\w+=/)
    expect(textOf(html)).toMatch(
      /Notes Your account at notes\.example Not connected\. Connect Notes Search A key of your own at search\.example No key is kept\./,
    )
  })

  it('connects an account, tells what used it, and shows nobody else any of it', async () => {
    const { browser, call } = await pageHouse()
    const alice = await browser().signIn('alice')
    const bob = await browser().signIn('bob')
    const back = await alice.connect()
    expect(back).toBe('/connections?done=connected&which=account%3ANotes')
    const connected = textOf(await (await alice.get(back)).text())
    expect(connected).toContain('Notes is connected.')
    expect(connected).toContain('Not used yet.')
    expect((await call('Notes', 'alice', 'find_notes')).status).toBe(200)
    await call('Notes', 'alice', 'read_note')
    expect(textOf(await alice.page())).toMatch(
      /Connected just now \(.+?\)\. It may: notes:read, offline_access\. Last used just now \(.+?\) for read_note, by app\. Used 2 times in all\. Disconnect Notes/,
    )
    const seen = await bob.page('?done=connected&which=account%3ANotes')
    expect(seen).not.toMatch(/read_note|is connected|Disconnect/)
    expect(textOf(seen)).toContain('Not connected.')
  })

  it('keeps a key of the person, uses it for them alone, and never shows it', async () => {
    const { browser, call, reached, events } = await pageHouse()
    const alice = await browser().signIn('alice')
    const kept = await alice.post('key', OWN_KEY)
    const back = kept.headers.get('location') ?? ''
    const html = await (await alice.get(back)).text()
    expect(textOf(html)).toContain('Your key for Search is kept.')
    expect(html).not.toContain(KEY)
    await call('Search', 'alice', 'search')
    const refused = await call('Search', 'bob', 'search')
    expect(await refused.text()).toContain(`${GATEWAY}/connections?server=Search`)
    expect(reached.map(({ headers }) => headers.get('x-api-key'))).toEqual([KEY])
    const noted = events.filter(({ operation }) => operation === 'put key')
    expect(noted).toMatchObject([{ subject: 'alice', destination: 'https://search.example/mcp' }])
    expect(JSON.stringify(events)).not.toContain(KEY)
  })

  it('removes a key: nothing is sent with it any more', async () => {
    const { browser, call, reached, events } = await pageHouse()
    const alice = await browser().signIn('alice')
    await alice.post('key', OWN_KEY)
    const removed = await alice.post('disconnect', { which: 'key:Search' })
    const html = await (await alice.get(removed.headers.get('location') ?? '')).text()
    expect(textOf(html)).toContain('Your key for Search is removed.')
    await call('Search', 'alice', 'search')
    expect(reached).toEqual([])
    expect(events.map(({ operation }) => operation)).toContain('remove key')
  })

  it.each([['short'], [`with\u0000${KEY}`], [' '.repeat(20)], ['x'.repeat(8193)]])(
    'keeps no %j as a key',
    async (key) => {
      const { browser, call, reached } = await pageHouse()
      const alice = await browser().signIn('alice')
      const answer = await alice.post('key', { ...OWN_KEY, key })
      expect(answer.headers.get('location')).toContain('done=not_a_key')
      await call('Search', 'alice', 'search')
      expect(reached).toEqual([])
    },
  )

  it('keeps no key that cannot be recorded', async () => {
    const { browser, call, reached, loseAudit } = await pageHouse()
    const alice = await browser().signIn('alice')
    loseAudit('connection')
    expect((await alice.post('key', OWN_KEY)).status).toBe(503)
    await call('Search', 'alice', 'search')
    expect(reached).toEqual([])
  })

  it('lists access keys, and revokes one of the person alone', async () => {
    const house = await pageHouse()
    const { browser, gateway, tokenOf } = house
    const made = await gateway.fetch(
      new Request(`${GATEWAY}/access-keys`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await tokenOf('alice')}` },
        body: JSON.stringify({ name: 'laptop', servers: ['Search'], days: 30 }),
      }),
    )
    const { id, key } = (await made.json()) as { id: string; key: string }
    const alice = await browser().signIn('alice')
    const bob = await browser().signIn('bob')
    const html = await alice.page()
    expect(textOf(html)).toMatch(/laptop For Search\. Made just now/)
    expect(html).not.toContain(key)
    expect(await bob.page()).not.toContain('laptop')
    await bob.post('revoke', { id })
    expect(await alice.page()).toContain('laptop')
    await alice.post('revoke', { id })
    expect(await alice.page()).not.toContain('laptop')
  })

  it('shows the name of a tool as it is, whatever it is', async () => {
    const { browser, call } = await pageHouse()
    const alice = await browser().signIn('alice')
    await alice.connect()
    await call('Notes', 'alice', '<img src=x onerror=alert(1)>')
    expect(await alice.page()).toContain('for &lt;img src=x onerror=alert(1)&gt;')
  })

  it.each(['denied', 'refused', 'unavailable'])(
    'says why nothing was connected: %s',
    async (why) => {
      const { browser } = await pageHouse()
      const alice = await browser().signIn('alice')
      const html = await alice.page(`?done=connected&which=account%3ANotes&connect_error=${why}`)
      expect(textOf(html)).toContain('Notes was not connected')
      expect(textOf(html)).not.toContain('is connected')
    },
  )
})

it('has one card for a key of several servers, and ends calls of them all', async () => {
  const key = { type: 'static', of: 'person' } as const
  const at = { source: key, resource: 'https://search.example/mcp' }
  const { browser, call, begun, reached } = await pageHouse({
    servers: {
      Search: { url: 'https://search.example/mcp', ...at },
      Images: { url: 'https://images.example/mcp', ...at },
    },
  })
  const alice = await browser().signIn('alice')
  await alice.post('key', OWN_KEY)
  expect(textOf(await alice.page())).toContain('at search.example, for Search, Images')
  const running = call('Images', 'alice', 'wait')
  await begun()
  await alice.post('disconnect', { which: 'key:Search' })
  expect(await (await running).text()).toContain('This was stopped')
  expect(reached).toHaveLength(1)
})

it('lets the chat server be asked with the cookie, from pages of its own origin', async () => {
  const asked: (string | null)[] = []
  const { browser } = await pageHouse({
    chat: CHAT_SERVER,
    async fetch(input, init) {
      const { headers } = new Request(input, init)
      const claims = headers.get('x-onbehalf-principal')?.split('.')[1] ?? ''
      asked.push(JSON.parse(Buffer.from(claims, 'base64url').toString()).sub, headers.get('cookie'))
      return Response.json({})
    },
  })
  const alice = await browser().signIn('alice')
  const own = { origin: GATEWAY, 'sec-fetch-site': 'same-origin', 'x-onbehalf': '1' }
  const ask = async (headers: Record<string, string>) =>
    (await alice.get('/chatkit', headers)).status
  expect(await ask(own)).toBe(200)
  expect(asked).toEqual(['alice', null])
  expect(await ask({ ...own, origin: 'https://evil.example' })).toBe(403)
  expect(await ask({ ...own, 'sec-fetch-site': 'same-site' })).toBe(400)
  expect(asked).toHaveLength(2)
})

describe('what is refused', () => {
  it('is an access token of the person: an agent has one, too', async () => {
    const { gateway, tokenOf } = await pageHouse()
    const headers = { authorization: `Bearer ${await tokenOf('alice')}`, ...OWN_FORM }
    const page = await gateway.fetch(new Request(`${GATEWAY}${PAGE}`, { headers }))
    expect(page.headers.get('location')).toMatch(/^\/auth\/sign-in/)
    const body = new URLSearchParams(OWN_KEY)
    const put = await gateway.fetch(
      new Request(`${GATEWAY}${PAGE}/key`, { method: 'POST', headers, body }),
    )
    expect(put.headers.get('location')).toMatch(/^\/auth\/sign-in/)
  })

  it.each<[string, Record<string, string>]>([
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['a sibling host', { origin: 'https://evil.gateway.example', 'sec-fetch-site': 'same-site' }],
    ['another origin, by a browser that says no more', { origin: 'https://evil.example' }],
    ['nobody knows where', {}],
    ['a page without an origin', { origin: 'null' }],
  ])('is a form of %s', async (_, headers) => {
    const { browser, events } = await pageHouse()
    const alice = await browser().signIn('alice')
    await alice.connect()
    for (const [act, form] of [
      ['disconnect', ACCOUNT],
      ['key', OWN_KEY],
      ['revoke', { id: 'x' }],
    ] as const)
      expect((await alice.post(act, form, headers)).status).toBe(400)
    expect(textOf(await alice.page())).toMatch(/Connected just now.*No key is kept/)
    expect(events.map(({ operation }) => operation)).not.toContain('disconnect')
  })

  it('is to begin to connect from another page', async () => {
    const { browser } = await pageHouse()
    const alice = await browser().signIn('alice')
    for (const site of ['cross-site', 'same-site', 'none']) {
      const headers = { 'sec-fetch-site': site }
      const answer = await alice.get(`${PAGE}/connect?which=account%3ANotes`, headers)
      expect([site, answer.headers.get('location')]).toEqual([site, PAGE])
    }
  })

  it('is the code of another person', async () => {
    const { browser, notes } = await pageHouse()
    const alice = await browser().signIn('alice')
    const bob = await browser().signIn('bob')
    const away = await alice.get(`${PAGE}/connect?which=account%3ANotes`, {
      'sec-fetch-site': 'same-origin',
    })
    const answer = notes.agree(new URL(away.headers.get('location') ?? ''))
    for (const [name, value] of alice.cookies)
      if (name.includes('connect')) bob.cookies.set(name, value)
    await bob.get(`/connected/Notes?${new URLSearchParams(answer)}`)
    expect(await bob.page()).not.toContain('Disconnect')
  })

  it.each([
    ['GET', '/disconnect'],
    ['GET', '/key'],
    ['POST', ''],
    ['POST', '/connect'],
    ['DELETE', ''],
  ])('is %s at %s', async (method, at) => {
    const { gateway } = await pageHouse()
    const request = new Request(`${GATEWAY}${PAGE}${at}`, { method, headers: OWN_FORM })
    expect((await gateway.fetch(request)).status).toBe(405)
  })

  it.each([{ which: 'account:Mail' }, { which: 'key:Notes', key: KEY }, {}])(
    'is %j, which there is not',
    async (form) => {
      const { browser } = await pageHouse()
      const alice = await browser().signIn('alice')
      for (const act of ['disconnect', 'key'])
        expect((await alice.post(act, form)).headers.get('location')).toContain('done=not_found')
    },
  )
})

it.each<[Parameters<typeof pageHouse>[0], string]>([
  [{ secrets: undefined as never }, 'page needs the setting secrets'],
  [
    { session: { present: async () => undefined, signInOf: async () => undefined } },
    'leave session out',
  ],
  [{ page: { session: {} } as never }, 'page.session must have the method handle'],
  [{ chat: { ...CHAT_SERVER, path: '/connections/chat' } }, 'chat.path is at /connections'],
  [{ chat: { ...CHAT_SERVER, path: '/auth' } }, 'chat.path is at /auth'],
  [{ page: { sesion: {} } as never }, 'page.sesion: did you mean session?'],
])('says at the start what cannot work: %j', async (changes, words) => {
  await expect(pageHouse(changes)).rejects.toThrow(words)
})

// Calls that wait for a person's yes, on the connections page: each as it would be made, for its own
// person, and only their browser says yes.

import { describe, expect, it } from 'vitest'
import { principalKey } from '../../../src/core/principal.ts'
import { callPolicy, memoryCallApprovals } from '../../../src/policy/index.ts'
import { START } from '../../core/parts.ts'
import { ISSUER } from '../../session/issuer.ts'
import { GATEWAY, OWN_FORM, PAGE, pageHouse } from './house.ts'

const NOW = START * 1000

/** A house where calls of alice wait. */
async function house(args: object = { amount: 500 }) {
  const approvals = memoryCallApprovals()
  const owner = principalKey({ issuer: ISSUER, subject: 'alice' })
  const ask = (id: string, more: object = args) =>
    approvals.ask({
      id,
      owner,
      key: `key of ${id}`,
      server: 'Notes',
      tool: 'send_money',
      arguments: JSON.stringify(more),
      askedAt: NOW,
      endsAt: NOW + 900_000,
    })
  await ask('first')
  const made = await pageHouse({}, { approvals })
  return { ...made, approvals, ask }
}

describe('a call that waits', () => {
  it('is shown as it would be made, to its person alone, who says yes', async () => {
    const { browser, approvals, events } = await house()
    const alice = await browser().signIn('alice')
    const bob = await browser().signIn('bob')
    const html = await alice.page('?call=first')
    expect(html).toContain('&quot;amount&quot;: 500')
    expect(html).toMatch(/<li aria-current="true" tabindex="-1" autofocus>\s*<h3>send_money/)
    expect(await bob.page('?call=first')).not.toContain('send_money')
    await bob.post('approve', { id: 'first' })
    expect(await approvals.use('first', NOW)).toBe(false)
    const answer = await alice.post('approve', { id: 'first' })
    expect(answer.headers.get('location')).toBe(`${PAGE}?done=decided`)
    expect(await alice.page('?call=first')).toContain('waits no more')
    expect(await approvals.use('first', NOW)).toBe(true)
    expect(events.filter(({ hop }) => hop === 'consent')).toMatchObject([
      { subject: 'alice', operation: 'approve call', destination: 'https://notes.example/mcp' },
    ])
  })

  it('comes from a rule that asks: the answer leads to the page, and the yes is for one call', async () => {
    const approvals = memoryCallApprovals()
    const now = () => NOW
    const policy = callPolicy(
      { rules: [{ tools: 'Search/send', effect: 'ask' }] },
      { approvals, approveAt: `${GATEWAY}${PAGE}`, now },
    )
    const { browser, call } = await pageHouse({ policy }, { approvals })
    const alice = await browser().signIn('alice')
    await alice.post('key', { which: 'key:Search', key: 'canary0f-a-key-of-alices-own' })
    const told = await (await call('Search', 'alice', 'send')).text()
    const [, id = ''] = /connections\?call=([\w-]+)/.exec(told) ?? []
    expect(await alice.page(`?call=${id}`)).toContain('aria-current')
    await alice.post('approve', { id })
    expect(await (await call('Search', 'alice', 'send')).text()).toContain('done by search.example')
    expect(await (await call('Search', 'alice', 'send')).text()).toContain('connections?call=')
  })

  it('is declined, and not made', async () => {
    const { browser, approvals } = await house()
    const alice = await browser().signIn('alice')
    await alice.post('decline', { id: 'first' })
    expect(await approvals.use('first', NOW)).toBe(false)
    expect((await alice.post('approve', { id: 'first' })).headers.get('location')).toContain(
      'not_found',
    )
  })

  it('hides nothing: markup, and characters that are not seen or turn the direction', async () => {
    const { browser } = await house({ to: '<b>x</b>\u202e\u200b\u2028end' })
    const alice = await browser().signIn('alice')
    const html = await alice.page()
    expect(html).toContain('&lt;b&gt;x&lt;/b&gt;\\u{202e}\\u{200b}\\u{2028}end')
  })

  it.each([
    ['a variation selector', '\ufe0f'],
    ['one of those that can spell a hidden text', '\u{e0120}'],
    ['a tag', '\u{e0041}'],
    ['a filler', '\u3164'],
    ['a blank of Braille', '\u2800'],
    ['a joiner that is a mark', '\u034f'],
    ['another space', '\u00a0'],
  ])('hides no %s, in arguments and in names', async (_, unseen) => {
    const { browser } = await house({ [`to${unseen}`]: `x${unseen}` })
    const alice = await browser().signIn('alice')
    const html = await alice.page()
    expect(html).not.toContain(unseen)
    const written = `\\u{${unseen.codePointAt(0)?.toString(16)}}`
    expect(html.split(written)).toHaveLength(3)
  })

  it('is shown in few characters, however deep it is', async () => {
    let deep: object = { '"[': '{' }
    for (let level = 0; level < 4_000; level++) deep = [deep]
    const { browser } = await house(deep)
    const alice = await browser().signIn('alice')
    expect((await alice.page()).length).toBeLessThan(50_000)
  })

  it('shows the one first that the person came for, also after the sign-in', async () => {
    const { browser, ask } = await house()
    await ask('second', { amount: 7 })
    const answer = await browser().get(`${PAGE}?call=first`)
    expect(answer.headers.get('location')).toContain(encodeURIComponent(`${PAGE}?call=first`))
    const alice = await browser().signIn('alice')
    const order = async (query: string) =>
      [...(await alice.page(query)).matchAll(/amount&quot;: (\d+)/g)].map(([, amount]) => amount)
    expect(await order('?call=first')).toEqual(['500', '7'])
    expect(await order('')).toEqual(['7', '500'])
  })

  it('gets no yes from an agent with a token of the person, nor from a page of another origin', async () => {
    const { browser, gateway, tokenOf, approvals } = await house()
    const headers = { authorization: `Bearer ${await tokenOf('alice')}`, ...OWN_FORM }
    const body = new URLSearchParams({ id: 'first' })
    const url = `${GATEWAY}${PAGE}/approve`
    await gateway.fetch(new Request(url, { method: 'POST', headers, body }))
    const alice = await browser().signIn('alice')
    const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await alice.post('approve', { id: 'first' }, evil)).status).toBe(400)
    expect(await approvals.use('first', NOW)).toBe(false)
  })

  it('gets no yes that cannot be recorded, and a no all the same', async () => {
    const { browser, approvals, ask, loseAudit } = await house()
    const alice = await browser().signIn('alice')
    await ask('second')
    loseAudit('consent')
    expect((await alice.post('approve', { id: 'first' })).status).toBe(503)
    expect(await approvals.use('first', NOW)).toBe(false)
    expect((await alice.post('decline', { id: 'second' })).headers.get('location')).toContain(
      'decided',
    )
  })
})

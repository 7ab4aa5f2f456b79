// What the page shows of the last answer: the trail, and what the model saw. The chat server is a
// stand-in.
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { modelRequests, say, signInAs, trail } from './taskflow-page.ts'
import { visits } from './visit.ts'

const { visit, ground } = visits()

async function signedIn(): Promise<Page> {
  const { page } = await visit()
  await signInAs(page, 'alice')
  return page
}

describe('behind the last answer', () => {
  const hop = {
    time: 1_000_000,
    trace: 't',
    issuer: 'i',
    subject: 'alice',
    scopes: ['tasks:read'],
    outcome: 'allowed',
    expiresAt: 1281,
  }

  it('the trail shows each hop with who, audience, scopes, life, place, outcome and fingerprint', async () => {
    const page = await signedIn()
    ground().events = [
      {
        ...hop,
        hop: 'door',
        client: 'taskflow-page',
        audience: ['http://chat.example/chatkit'],
        placement: 'header Authorization',
        fingerprint: 'aa11aa11aa11ffff',
      },
      {
        ...hop,
        hop: 'api',
        client: 'taskflow-mcp',
        actors: ['taskflow-mcp', 'taskflow-chat'],
        audience: ['http://api.example/api'],
        outcome: 'refused',
        reason: 'insufficient_scope',
        operation: 'taskflow_add_task',
        fingerprint: 'bb22bb22bb22ffff',
      },
    ]
    await say(page, 'hello')
    const hops = await trail(page)
    const [door = '', api = ''] = await hops.allTextContents()
    for (const part of [
      'Chat door',
      'alice',
      'through taskflow-page',
      'chat.example/chatkit',
      'tasks:read',
      '4 min 41 s left',
      'header Authorization',
      'allowed',
      'aa11aa11aa11',
    ]) {
      expect(door).toContain(part)
    }
    for (const part of [
      'taskflow_add_task',
      'taskflow-chat → taskflow-mcp',
      'refused: insufficient scope',
      'bb22bb22bb22',
    ])
      expect(api).toContain(part)
  })

  it('the trail folds what repeats into its leg, each key in its colour, with what it is for', async () => {
    const page = await signedIn()
    const tools = {
      ...hop,
      audience: ['http://tools.example/mcp'],
      fingerprint: 'cc33cc33cc33ffff',
    }
    const api = { ...hop, audience: [ground().urls.api], fingerprint: 'dd44dd44dd44ffff' }
    ground().events = [
      { ...hop, hop: 'door', audience: ['http://chat.example/chatkit'], fingerprint: 'aa11ffff' },
      { ...tools, hop: 'exchange' },
      ...[1280, 1270, 1260].map((expiresAt) => ({ ...tools, hop: 'carry', expiresAt })),
      { ...api, hop: 'exchange' },
      { ...api, hop: 'api' },
    ]
    await say(page, 'hello')
    await trail(page)
    const legs = await page.getByTestId('leg').locator('summary').allTextContents()
    expect(legs.map((text) => text.replace(/http:\/\//, ''))).toEqual([
      expect.stringMatching(/^Page → Chat1 request.*for chat\.example\/chatkit.*tasks:read.*4 min/),
      expect.stringMatching(/^Chat → Exchange1 request.*for chat\.example\/chatkit/),
      expect.stringMatching(/^Exchange → Tools3 requests.*for tools\.example\/mcp/),
      expect.stringMatching(/^Tools → API1 request.*\/api/),
    ])
    expect(await page.locator('[data-leg=tools] [data-testid=hop]').allTextContents()).toEqual([
      expect.stringContaining('3 times'),
    ])
    const hues = await page
      .locator('.line .mark')
      .evaluateAll((marks) => marks.map((mark) => mark.getAttribute('style')))
    expect(new Set(hues).size).toBe(3)
    expect(hues[0]).toBe(hues[1])
  })

  it('an answer that needed no new key says so', async () => {
    const page = await signedIn()
    ground().events = [
      { ...hop, hop: 'door', audience: ['http://chat.example/chatkit'], fingerprint: 'aa11ffff' },
      { ...hop, hop: 'carry', audience: ['http://tools.example/mcp'], fingerprint: 'cc33ffff' },
    ]
    await say(page, 'hello')
    await trail(page)
    expect(await page.locator('.leg[data-leg=exchange]').textContent()).toContain('earlier answer')
    expect(await page.locator('.line .way.skipped').count()).toBe(1)
  })

  it('a leg that was refused is red and open, and the legs behind it are not taken', async () => {
    const page = await signedIn()
    const audience = ['http://tools.example/mcp']
    ground().events = [
      { ...hop, hop: 'door', audience: ['http://chat.example/chatkit'], fingerprint: 'aa11ffff' },
      { ...hop, hop: 'carry', audience, outcome: 'refused', reason: 'handle_refused' },
    ]
    await say(page, 'hello')
    await trail(page)
    const stopped = page.locator('.leg.stopped')
    expect(await stopped.locator('summary').textContent()).toContain('refused: handle refused')
    expect(await stopped.locator('[data-testid=hop]').isVisible()).toBe(true)
    expect(
      await page.locator('.line .way').evaluateAll((all) => all.map((one) => one.className)),
    ).toEqual(['way taken', 'way untaken', 'way stopped', 'way untaken'])
  })

  it('what the model saw is shown word for word, and searched for credentials', async () => {
    const page = await signedIn()
    const request = {
      systemInstructions: 'Be kind.',
      input: [{ role: 'user', content: '<b>hello</b>' }],
      tools: [],
    }
    ground().modelRequests = () => [request]
    await say(page, 'hello')
    expect((await modelRequests(page)).map((text) => JSON.parse(text))).toEqual([request])
    await page.getByRole('tab', { name: 'What the model saw' }).click()
    expect(await page.getByTestId('finding').count()).toBe(5)
    expect(await page.locator('[data-testid=finding][data-found=true]').count()).toBe(0)
  })

  it.each([
    ['as it is', (token: string) => token],
    ['in base64', (token: string) => Buffer.from(`user alice ${token} end`).toString('base64')],
    ['in base64url', (token: string) => Buffer.from(`${token}!`).toString('base64url')],
  ])('a token planted %s in what the model saw is found', async (_, spell) => {
    const page = await signedIn()
    ground().modelRequests = (authorization) => [
      { input: spell(authorization.replace('Bearer ', '')) },
    ]
    await say(page, 'hello')
    await modelRequests(page)
    await page.getByRole('tab', { name: 'What the model saw' }).click()
    expect(await page.getByTestId('finding').getByText('Your access tokens: FOUND').count()).toBe(1)
  })
})

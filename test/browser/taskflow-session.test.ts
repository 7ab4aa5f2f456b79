// TaskFlow with sign-ins kept on its server, in a real browser over the whole TaskFlow: the browser
// holds no token at any moment. The clock of all parts is moved in place of waiting.

import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type House, startHouse } from '../end-to-end/house.ts'
import { borrowBrowser } from './borrow.ts'
import { heldBy, trafficOf } from './held.ts'
import {
  approve,
  ended,
  lastAnswer,
  messageField,
  modelRequests,
  say,
  signInAs,
  taskTitles,
  trail,
} from './taskflow-page.ts'
import { eventually } from './visit.ts'

/** An access token lives for five minutes. */
const TOKEN_LIFE_MS = 300_000

let browser: Browser
let house: House

beforeAll(async () => {
  // The parts take the clock when they are made, so it must be the movable one by then.
  vi.useFakeTimers({ toFake: ['Date'], shouldAdvanceTime: true })
  ;[browser, house] = await Promise.all([borrowBrowser(), startHouse({}, 'session')])
}, 180_000)
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()))
})
afterAll(async () => {
  await browser?.close()
  await house?.close()
  vi.useRealTimers()
})

interface Device {
  readonly context: BrowserContext
  readonly page: Page
  traffic(): Promise<readonly string[]>
}

/** A browser of its own, in which the person signs in. */
async function device(person: 'alice' | 'bob'): Promise<Device> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  context.setDefaultTimeout(20_000)
  const traffic = trafficOf(context)
  const page = await context.newPage()
  await page.goto(house.urls.web)
  await signInAs(page, person)
  return { context, page, traffic }
}

/** Moves the clock of the issuer, the chat and all other parts, and not that of the browser. */
function tokensRunOut(): void {
  vi.setSystemTime(Date.now() + TOKEN_LIFE_MS + 10_000)
}

/** Every token that the issuer has given to TaskFlow's servers. */
function issuedTokens(): readonly string[] {
  const answers = house.exchanges.filter(({ url }) => url.endsWith('/oauth/token'))
  return answers.flatMap(({ answer }) => {
    const given: Record<string, unknown> = JSON.parse(answer?.body() ?? '{}')
    return ['access_token', 'refresh_token', 'id_token'].flatMap((name) => {
      const token = given[name]
      return typeof token === 'string' ? [token] : []
    })
  })
}

const refreshes = () =>
  house.exchanges.filter(({ body }) => body.includes('grant_type=refresh_token')).length

/** The trail of the last answer: its first leg has a cookie and no key. */
async function expectNoKeyFromBrowser(page: Page): Promise<void> {
  await eventually(() => page.locator('#trail-note').textContent()).toContain(
    'Your browser holds none of them.',
  )
  const first = page.getByTestId('leg').first()
  expect(await first.textContent()).toContain('a cookie, no key')
  expect(await first.locator('.leg-key').count()).toBe(0)
  expect(await page.getByRole('button', { name: 'Side by side' }).count()).toBe(0)
  const answer = await page.request.post(`${house.urls.web}/side-by-side`, { data: {} })
  expect(answer.status()).toBe(404)
}

describe('TaskFlow with sign-ins kept on its server', () => {
  it('does what alice says, and no token is in page memory, storage, cookies or any message; the trail says so', async () => {
    const { context, page, traffic } = await device('alice')
    await say(page, 'Add a task to buy groceries')
    expect(await lastAnswer(page)).toContain('Added task 1: Buy groceries.')
    await eventually(() => taskTitles(page)).toEqual(['Buy groceries'])
    await trail(page)
    await modelRequests(page)
    const held = await heldBy(page)
    const cookies = await context.cookies(house.urls.web)
    const seen = await traffic()
    expect(seen.join('\n')).toContain('Buy groceries')
    const tokens = issuedTokens()
    // Its own three, and one for each of the exchanges.
    expect(tokens.length).toBeGreaterThanOrEqual(6)
    for (const token of tokens) {
      expect(held.includes(token)).toBe(false)
      expect(JSON.stringify(cookies).includes(token)).toBe(false)
      expect(seen.some((text) => text.includes(token))).toBe(false)
    }
    expect(seen.join('\n')).not.toMatch(/eyJ[\w-]{8,}\.[\w-]{8,}\./)
    expect(seen.join('\n')).not.toContain('"authorization":"Bearer')
    const own = cookies.find(({ name }) => name === 'onbehalf')
    expect(own).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
    expect(held).not.toContain(own?.value)
    await expectNoKeyFromBrowser(page)
    // The cookie alone is nothing to another origin, even with the header of the page.
    const cookie = `onbehalf=${own?.value}`
    const foreign = { cookie, origin: 'http://evil.example', 'x-onbehalf': '1' }
    expect((await fetch(`${house.urls.web}/tasks`, { headers: { cookie } })).status).toBe(200)
    expect((await fetch(`${house.urls.web}/tasks`, { headers: foreign })).status).toBe(400)
  })

  it('chats, reads tasks and takes an approval over an expired token, which the server renews', async () => {
    const { page } = await device('bob')
    await say(page, 'Add a task to sweep the floor')
    tokensRunOut()
    const before = refreshes()
    await say(page, 'Mark task 1 as complete')
    expect(await lastAnswer(page)).toContain('Completed task 1')
    await eventually(() => page.getByTestId('task').first().textContent()).toContain('completed')
    expect(refreshes()).toBe(before + 1)
    expect(await page.locator('#ended').isVisible()).toBe(false)
    await say(page, 'Delete task 1')
    await page.getByRole('button', { name: 'Approve' }).waitFor()
    tokensRunOut()
    await approve(page)
    await eventually(() => lastAnswer(page)).toContain('Deleted task 1')
  })

  it('ends here when the person signs out everywhere on another device', async () => {
    const desk = await device('alice')
    const phone = await device('alice')
    await say(desk.page, 'Add a task to stay on show')
    await phone.page.getByRole('link', { name: 'Your sign-ins' }).click()
    await phone.page.getByRole('button', { name: 'Sign out everywhere' }).click()
    await phone.page.getByText('You are not signed in.').waitFor()
    await messageField(desk.page).fill('am I still here?')
    await messageField(desk.page).press('Enter')
    await desk.page.locator('#ended').waitFor()
    expect(await desk.page.getByText('stay on show').count()).toBeGreaterThan(0)
    // The issuer still knows her, so one click is enough.
    const signsIn = desk.page.waitForRequest((request) => request.url().includes('/auth/callback'))
    await desk.page.locator('#sign-in-again').click()
    await signsIn
    await desk.page.locator('onbehalf-chat').getByText('stay on show').first().waitFor()
  })

  it('shows one person in all tabs: after a sign-out and a sign-in in one, no other shows the first', async () => {
    const { context, page } = await device('alice')
    await say(page, 'Add a task that only alice may see')
    const other = await context.newPage()
    await other.goto(house.urls.web)
    await messageField(other).waitFor()
    await other.getByRole('button', { name: 'Sign out' }).click()
    await other.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    expect(await page.content()).not.toContain('only alice may see')
    await signInAs(other, 'bob')
    await page.reload()
    await messageField(page).waitFor()
    expect((await page.getByTestId('person').textContent())?.toLowerCase()).toBe('bob')
    await ended(page)
    expect(await page.content()).not.toContain('only alice may see')
  })
})

// Signing in with a cookie in a real browser against a real authorization server: the browser gets no
// token at all.

import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { borrowBrowser } from './borrow.ts'
import { heldBy, trafficOf } from './held.ts'
import { type SessionApp, startSessionApp } from './session-app.ts'
import { eventually } from './visit.ts'

let browser: Browser
let app: SessionApp

beforeAll(async () => {
  ;[browser, app] = await Promise.all([borrowBrowser(), startSessionApp()])
}, 180_000)
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()))
})
afterAll(async () => {
  await browser?.close()
  await app?.close()
})

interface Device {
  readonly context: BrowserContext
  readonly page: Page
  /** Everything that the browser got and sent up to now, headers included. */
  traffic(): Promise<readonly string[]>
}

/** A browser of a person, whom the issuer signs in by itself. */
async function device(person: string): Promise<Device> {
  const context = await browser.newContext({ extraHTTPHeaders: { 'x-person': person } })
  context.setDefaultTimeout(20_000)
  const traffic = trafficOf(context)
  const page = await context.newPage()
  await page.goto(app.origin)
  await page.locator('#person').getByText(person).waitFor()
  return { context, page, traffic }
}

async function say(page: Page, text: string): Promise<void> {
  const field = page.locator('onbehalf-chat').getByRole('textbox')
  await field.fill(text)
  await field.press('Enter')
}

const answer = (page: Page, text: string) =>
  page.locator('onbehalf-chat').getByText(text, { exact: true })

describe('a browser with a cookie', () => {
  it('chats, and no token is in its memory, its storage, its cookies or any answer', async () => {
    const { context, page, traffic } = await device('alice')
    await say(page, 'hello')
    await answer(page, 'alice said: hello').waitFor()
    expect(app.provider.issued.map(([kind]) => kind).sort()).toEqual([
      'access_token',
      'id_token',
      'refresh_token',
    ])
    const held = await heldBy(page)
    const cookies = await context.cookies()
    const seen = [...(await traffic()), ...(await app.answers())]
    expect(seen.some((text) => text.includes('alice said: hello'))).toBe(true)
    for (const [kind, token] of app.provider.issued) {
      expect([kind, held.includes(token)]).toEqual([kind, false])
      expect([kind, JSON.stringify(cookies).includes(token)]).toEqual([kind, false])
      expect([kind, seen.some((text) => text.includes(token))]).toEqual([kind, false])
    }
    const own = cookies.filter(({ name }) => name.startsWith('onbehalf'))
    expect(own).toMatchObject([{ name: 'onbehalf', httpOnly: true, sameSite: 'Lax', path: '/' }])
    expect(await page.evaluate('document.cookie')).toBe('')
    expect(app.provider.failures).toEqual([])
  })

  it('goes on when the token has run out: it is refreshed on the server, once', async () => {
    const { page } = await device('bob')
    await say(page, 'first')
    await answer(page, 'bob said: first').waitFor()
    const before = app.refreshes()
    app.forward(280)
    await say(page, 'second')
    await answer(page, 'bob said: second').waitFor()
    expect(app.refreshes()).toBe(before + 1)
  })

  it('is signed out from another device, and is sent to sign in again', async () => {
    const desk = await device('carol')
    const phone = await device('carol')
    await phone.page.goto(`${app.origin}/auth/page`)
    await eventually(() => phone.page.getByRole('listitem').count()).toBe(2)
    await phone.page.getByRole('button', { name: 'Sign out everywhere' }).click()
    await phone.page.getByText('You are not signed in.').waitFor()
    const [cookie] = await desk.context.cookies(app.origin)
    const asked = desk.page.waitForRequest((request) => request.url().includes('/auth/sign-in'))
    await say(desk.page, 'am I still here?')
    await desk.page.locator('onbehalf-chat .banner').getByRole('button').click()
    await asked
    expect(cookie?.value).toHaveLength(43)
  })

  it('signs out here and at the issuer, and the cookie is gone', async () => {
    const { context, page } = await device('dave')
    await page.route(`${app.provider.issuer}/**`, (route) => route.abort())
    const left = page.waitForRequest((request) => request.url().startsWith(app.provider.issuer))
    await page.getByRole('button', { name: 'Sign out' }).click()
    const to = new URL((await left).url())
    expect(to.searchParams.get('post_logout_redirect_uri')).toBe(`${app.origin}/`)
    expect(to.searchParams.has('id_token_hint')).toBe(false)
    const names = (await context.cookies(app.origin)).map(({ name }) => name)
    expect(names).not.toContain('onbehalf')
  })

  it('signs out by the form of the small page, which goes on to the issuer with its hint', async () => {
    const { context, page } = await device('erin')
    await page.goto(`${app.origin}/auth/page`)
    const left = page.waitForRequest((request) => request.url().startsWith(app.provider.issuer))
    await page.getByRole('button', { name: 'Sign out here' }).click()
    const asked = await left
    expect(new URL(asked.url()).searchParams.get('id_token_hint')).toMatch(/^eyJ/)
    expect((await asked.response())?.status()).toBe(200)
    const names = (await context.cookies(app.origin)).map(({ name }) => name)
    expect(names).not.toContain('onbehalf')
  })
})

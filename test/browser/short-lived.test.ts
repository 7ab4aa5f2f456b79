// A real page with access tokens that run out: while an answer is being written, and before an
// approval is given. The component brings fresh ones, and no call is made twice.

import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { borrowBrowser } from './borrow.ts'
import { type ShortLivedApp, startShortLivedApp } from './short-lived-app.ts'

let browser: Browser

beforeAll(async () => {
  browser = await borrowBrowser()
}, 180_000)
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()))
})
afterAll(() => browser?.close())

/** Alice opens the page, and says something. */
async function say({ origin }: ShortLivedApp, text: string): Promise<Page> {
  const context = await browser.newContext()
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  await page.goto(origin)
  const field = page.getByRole('textbox', { name: 'Message' })
  await field.fill(text)
  await field.press('Enter')
  return page
}

const shown = (page: Page, text: string) => page.getByText(text, { exact: true }).waitFor()

describe('a token that runs out while an answer is being written', () => {
  it('is replaced by a fresh one of the page, and the answer goes on', async () => {
    await using app = await startShortLivedApp()
    const page = await say(app, 'twice')
    await shown(page, 'second call: done')
    expect(await page.getByText('first call: done', { exact: true }).count()).toBe(1)
    expect(await page.getByRole('button', { name: 'Sign in again' }).count()).toBe(0)
    expect(app.tokensGiven()).toBe(2)
    expect(app.house.exchanged).toEqual(['canary.alice.1', 'canary.alice.2'])
    expect(app.house.called).toEqual(['hello', 'hello'])
  })

  it('waits for the person to sign in again when the page has none, and then goes on', async () => {
    await using app = await startShortLivedApp()
    const page = await say(app, 'sign out')
    await page.getByRole('button', { name: 'Sign in again' }).click()
    await shown(page, 'second call: done')
    expect(app.house.exchanged).toEqual(['canary.alice.1', 'canary.alice.2'])
    expect(app.tokensGiven()).toBe(2)
    expect(app.house.called).toEqual(['hello', 'hello'])
  })
})

describe('an approval that is given after the token is gone', () => {
  it.each([
    ['on the page that asked', async () => {}],
    ['on the page as it is opened again', async (page: Page) => void (await page.reload())],
  ])('is done with a fresh one, %s', async (_, meanwhile) => {
    await using app = await startShortLivedApp('changes')
    const page = await say(app, 'once')
    const approve = page.getByRole('button', { name: 'Approve' })
    await approve.waitFor()
    expect(app.house.called).toEqual([])
    app.tokensRunOut()
    await meanwhile(page)
    await approve.click()
    await page.getByText(/^approved call: .*done/).waitFor()
    expect(app.house.exchanged).toEqual(['canary.alice.1', 'canary.alice.2'])
    expect(app.house.called).toEqual(['hello'])
  })
})

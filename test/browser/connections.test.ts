// The connections page of the gateway in a real browser, with real authorization servers: what a person
// does there, by keyboard alone, on a phone and in the dark; and what another page cannot do.

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { borrowBrowser } from './borrow.ts'
import { type ConnectionsApp, startConnectionsApp } from './connections-app.ts'

const KEY = 'canary0f-a-key-of-alices-own'

let browser: Browser
let app: ConnectionsApp

beforeAll(async () => {
  ;[browser, app] = await Promise.all([borrowBrowser(), startConnectionsApp()])
}, 180_000)
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()))
})
afterAll(async () => {
  await browser?.close()
  await app?.close()
})

interface Visit {
  readonly context: BrowserContext
  readonly page: Page
  /** Scripts that failed, and what a policy did not allow. */
  readonly troubles: readonly string[]
}

/** A browser of a person, whom both authorization servers sign in by themselves. */
async function visit(person: string): Promise<Visit> {
  const context = await browser.newContext({ extraHTTPHeaders: { 'x-person': person } })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  const troubles: string[] = []
  page.on('pageerror', (error) => troubles.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(message.text())
  })
  await page.goto(`${app.origin}/connections?server=Notes`)
  await page.getByText(`Signed in as ${person}.`).waitFor()
  return { context, page, troubles }
}

const focused = (page: Page) => page.evaluate<string>('document.activeElement.innerText')

/** Goes on with the key Tab until something has the focus. */
async function tabTo(page: Page, what: string): Promise<void> {
  for (let step = 0; step < 20; step++) {
    if (await page.locator(`${what}:focus`).count()) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`${what} is not reached by the key Tab`)
}

/** What axe finds on the page as it looks now. */
async function axe(page: Page): Promise<readonly string[]> {
  const source = await readFile(fileURLToPath(import.meta.resolve('axe-core')), 'utf8')
  // By the debugger, which the page's policy does not ask.
  await page.evaluate(source)
  return page.evaluate<readonly string[]>(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ' ' + target)))`,
  )
}

/** Looks at the page in the light, in the dark and on a phone. */
async function expectToLookWell(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect([colorScheme, await axe(page)]).toEqual([colorScheme, []])
  }
  await page.setViewportSize({ width: 360, height: 740 })
  const wide = await page.evaluate<number>('document.documentElement.scrollWidth')
  expect(wide).toBeLessThanOrEqual(360)
  await page.setViewportSize({ width: 1280, height: 800 })
}

it('serves a person by keyboard alone, from connecting to disconnecting while a call runs', async () => {
  const { page, troubles } = await visit('alice')
  await expectToLookWell(page)
  // Who comes for a server begins at its button.
  expect(await focused(page)).toMatch(/^Connect\s+Notes$/)
  await page.keyboard.press('Enter')
  await page.getByText('Notes is connected.').waitFor()
  await page.getByText('Not used yet.').waitFor()

  expect(await app.call('Notes', 'find_note')).toContain('"result"')
  expect(app.sent.at(-1)).toMatch(/^Bearer /)
  await page.reload()
  await page
    .getByText(/^Last used just now .*for find_note, by app\. Used once in all\.$/)
    .waitFor()

  await tabTo(page, 'input[name=key]')
  await page.keyboard.type(KEY)
  await page.keyboard.press('Enter')
  await page.getByText('Your key for Search is kept.').waitFor()
  expect(await page.content()).not.toContain(KEY)
  await app.call('Search', 'search')
  expect(app.sent.at(-1)).toBe(KEY)
  await page.reload()
  await expectToLookWell(page)

  const running = app.call('Notes', 'wait')
  await app.begun
  await tabTo(page, 'button:text("Disconnect")')
  await page.keyboard.press('Enter')
  await page.getByText('Notes is disconnected.').waitFor()
  expect(await running).toContain('This was stopped before an answer came.')
  expect(await app.call('Notes', 'find_note')).toContain(`${app.origin}/connections?server=Notes`)
  expect(troubles).toEqual([])
})

it('shows a second person nothing of the first, and lets no other page act', async () => {
  const { context, page } = await visit('alice')
  const { page: bobs } = await visit('bob')
  await page.getByText('A key is kept.').waitFor()
  expect(await bobs.getByText('No key is kept.').count()).toBe(1)
  expect(await bobs.content()).not.toContain('search,')

  // Another port of the same host is the same site: the browser sends the cookie with its form.
  const evil = 'http://127.0.0.1:9/prize'
  await context.route(evil, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<form method="post" action="${app.origin}/connections/disconnect"><input name="which" value="key:Search"><button>Win</button></form>`,
    }),
  )
  const lured = await context.newPage()
  await lured.goto(evil)
  await lured.getByRole('button').click()
  await lured.getByText('This did not come from the page itself, so nothing was done.').waitFor()
  await page.reload()
  await page.getByText('A key is kept.').waitFor()
})

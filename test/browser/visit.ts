// One browser and one ground for a test file, and a new profile for each visit. A visit is recorded
// for the test.
import type { Browser, BrowserContextOptions, Page, Request } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { borrowBrowser } from './borrow.ts'
import { type Ground, startGround } from './ground.ts'

/** A visit: a page in a profile of its own. */
export interface Visit {
  readonly page: Page
  /** Every request that the browser made, in order. */
  readonly requests: readonly Request[]
  /** Scripts that failed, dialogs that opened, policy violations: what must not happen. */
  readonly troubles: readonly string[]
  /** Every token that the token endpoint gave to this page. */
  readonly tokens: readonly string[]
}

export interface Visits {
  ground(): Ground
  /** Opens the page, signed out. */
  visit(options?: BrowserContextOptions & { readonly path?: string }): Promise<Visit>
}

/** Registers the browser and the ground with the test file. */
export function visits(): Visits {
  let browser: Browser
  let ground: Ground

  beforeAll(async () => {
    ;[browser, ground] = await Promise.all([borrowBrowser(), startGround()])
  }, 180_000)
  afterEach(async () => {
    ground.reset()
    await Promise.all(browser.contexts().map((context) => context.close()))
  })
  afterAll(async () => {
    await browser?.close()
    await ground?.stop()
  })

  return {
    ground: () => ground,
    async visit({ path = '/', ...options } = {}) {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        ...options,
      })
      const requests: Request[] = []
      const troubles: string[] = []
      const tokens: string[] = []
      context.setDefaultTimeout(20_000)
      const page = await context.newPage()
      page.on('pageerror', (error) => troubles.push(`error: ${error.message}`))
      page.on('dialog', (dialog) => {
        troubles.push(`dialog: ${dialog.message()}`)
        void dialog.dismiss()
      })
      page.on('console', (message) => {
        if (/Content Security Policy|Trusted/.test(message.text()))
          troubles.push(`policy: ${message.text()}`)
      })
      context.on('request', (request) => requests.push(request))
      context.on('response', async (response) => {
        if (!response.url().endsWith('/token') || response.request().method() !== 'POST') return
        const answer: Record<string, unknown> = await response.json().catch(() => ({}))
        for (const name of ['access_token', 'refresh_token', 'id_token']) {
          const token = answer[name]
          if (typeof token === 'string') tokens.push(token)
        }
      })
      await page.goto(ground.urls.web + path)
      return { page, requests, troubles, tokens }
    },
  }
}

/**
 * Expects that what a function returns becomes right before long. Only the machine decides how long
 * that takes.
 */
export function eventually<T>(value: () => T | Promise<T>) {
  return expect.poll(value, { timeout: 15_000 })
}

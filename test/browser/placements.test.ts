// The page's switch: the same chat with each placement of the credential, in a real browser over
// the whole TaskFlow.

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type House, startHouse } from '../end-to-end/house.ts'
import { launchBrowser } from './browser.ts'
import {
  lastAnswer,
  modelRequests,
  say,
  signInAs,
  signOut,
  trail,
  travelBy,
} from './taskflow-page.ts'

/** What the trail says of a message that uses a tool: in each row a text that must be there. */
const TRAILS: Readonly<Record<string, readonly string[]>> = {
  header: ['Placed inheader Authorization', '/mcp'],
  argument: [
    'Placed innone',
    'No credential goes with this request.',
    'Placed inargument /params/user_id, /params/access_token',
  ],
  session: ['Placed insession, once', 'Placed innone', 'Placed insession handle'],
  prompt: ['Placed innone', 'Placed inargument /params/user_id, /params/access_token'],
  meta: ['Placed in_meta example.taskflow/access-token'],
  query: ['Placed inquery taskflow_token'],
  env: ['Placed inenv TASKFLOW_TOKEN'],
}

describe("the page's switch", () => {
  let browser: Browser
  let house: House
  let page: Page
  const troubles: string[] = []

  beforeAll(async () => {
    ;[browser, house] = await Promise.all([launchBrowser(), startHouse()])
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    page.on('pageerror', (error) => troubles.push(error.message))
    await page.goto(house.urls.web)
    await signInAs(page, 'alice')
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await house?.close()
  })

  it('the page’s switch stands at the header to begin with', async () => {
    expect(await page.getByTestId('placement').inputValue()).toBe('header')
  })

  it.each(Object.keys(TRAILS))(
    '%s: adds, lists and completes a task, and shows how',
    async (placement) => {
      await page.getByRole('button', { name: 'New conversation' }).first().click()
      await page.getByText('What shall we do?').waitFor()
      await travelBy(page, placement)
      await say(page, `Add a task to walk by ${placement}`)
      const id = /Added task (\d+): Walk by/.exec(await lastAnswer(page))?.[1]
      const text = (await (await trail(page)).allTextContents()).join('\n')
      for (const part of TRAILS[placement] ?? []) expect(text).toContain(part)
      for (const [other, parts] of Object.entries(TRAILS)) {
        const own = TRAILS[placement] ?? []
        const telling = parts.filter(
          (part) => /session|_meta|\/params|query|env/.test(part) && !own.includes(part),
        )
        for (const part of telling)
          expect(text, `${placement} does not look like ${other}`).not.toContain(part)
      }
      const requests = (await modelRequests(page)).join('\n')
      expect(requests).toContain('taskflow_add_task')
      expect(requests).not.toMatch(/eyJ[\w-]+\.[\w-]+\./)
      if (placement === 'prompt')
        expect(requests).toMatch(/access_token: onbehalf_ref_[0-9a-f]{32}/)
      else expect(requests).not.toMatch(/access_token|user_id|onbehalf_ref_/)
      for (const found of await page.getByTestId('finding').all())
        expect(await found.getAttribute('data-found')).toBe('false')
      await say(page, "What's pending?")
      expect(await lastAnswer(page)).toContain(`Walk by ${placement} (pending`)
      await say(page, `Mark task ${id} as complete`)
      expect(await lastAnswer(page)).toContain(`Completed task ${id}: Walk by ${placement}.`)
    },
  )

  it('the page’s switch stays where it is through a reload, and is gone with the tab', async () => {
    await travelBy(page, 'session')
    await page.reload()
    await page.getByTestId('placement').waitFor()
    expect(await page.getByTestId('placement').inputValue()).toBe('session')
    const other = await browser.newPage()
    await other.goto(house.urls.web)
    await signInAs(other, 'bob')
    expect(await other.getByTestId('placement').inputValue()).toBe('header')
    await other.close()
  })

  it('the page’s switch is one of its choices whatever a tab has stored', async () => {
    await page.evaluate(() => sessionStorage.setItem('taskflow.placement', 'https://evil.example'))
    await page.reload()
    await page.getByTestId('placement').waitFor()
    expect(await page.getByTestId('placement').inputValue()).toBe('header')
  })

  it('fits on a phone, and can be used there', async () => {
    await page.setViewportSize({ width: 375, height: 667 })
    // The page is laid out anew in the frame after the change.
    const box = await vi.waitFor(async () => {
      const laidOut = await page.getByTestId('placement').boundingBox()
      expect(laidOut?.height).toBeGreaterThanOrEqual(36)
      return laidOut
    })
    expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(375)
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
      375,
    )
    await travelBy(page, 'meta')
    await say(page, 'list my projects')
    expect(await lastAnswer(page)).toContain('You have no projects')
    await page.setViewportSize({ width: 1280, height: 800 })
  })

  it('signing out tells the chat server before the issuer', async () => {
    const told: string[] = []
    page.on('request', (request) => {
      const { pathname } = new URL(request.url())
      if (request.method() === 'POST') told.push(pathname)
    })
    await signOut(page)
    await vi.waitFor(() => expect(told).toContain('/oauth/revoke'), 10_000)
    expect(told.indexOf('/sign-out')).toBeGreaterThanOrEqual(0)
    expect(told.indexOf('/sign-out')).toBeLessThan(told.indexOf('/oauth/revoke'))
    expect(troubles).toEqual([])
  })
})

// The view "Side by side" as a person uses it, in a real browser over the whole TaskFlow.

import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type House, startHouse } from '../end-to-end/house.ts'
import { borrowBrowser } from './borrow.ts'
import { lastAnswer, signInAs } from './taskflow-page.ts'
import { eventually } from './visit.ts'

describe('side by side', () => {
  let browser: Browser
  let house: House
  let page: Page
  const troubles: string[] = []

  beforeAll(async () => {
    ;[browser, house] = await Promise.all([borrowBrowser(), startHouse()])
    page = await browser.newPage({ viewport: { width: 1280, height: 800 }, bypassCSP: true })
    page.on('pageerror', (error) => troubles.push(error.message))
    await page.goto(house.urls.web)
    await signInAs(page, 'alice')
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await house?.close()
  })

  const theft = (index: number) => page.getByTestId('theft').nth(index)

  it('the guided row adds a task, attacks both, and revokes', async () => {
    await page.getByTestId('guide-add').click()
    await eventually(() => lastAnswer(page)).toContain('Added task 1')
    await page.getByTestId('guide-attack').click()
    await eventually(() => theft(0).textContent()).toContain('200 OK')
    expect(await theft(0).locator('mark.leaked').count()).toBe(1)
    expect(await theft(0).textContent()).toContain('“Buy groceries”')
    expect(await theft(1).textContent()).toContain('401 invalid_token')
    expect(await theft(1).locator('mark.reference').count()).toBe(1)
    expect(await page.getByTestId('verdict-literal').textContent()).toContain('A working token')
    expect(await page.getByTestId('verdict-onbehalf').textContent()).toContain('No credential')
    await page.getByRole('navigation', { name: 'Views' }).getByText('Chat').click()
    await page.getByTestId('guide-revoke').click()
    await eventually(() => page.getByTestId('misuse').first().textContent()).toContain('never sent')
    await page.reload()
    await page.getByTestId('guide-revoke').waitFor()
    expect(await page.locator('#guide [data-taken=true]').count()).toBe(3)
  })

  it('by the header nothing arrives, and the token is red in the left request only', async () => {
    await page.getByRole('navigation', { name: 'Views' }).getByText('Side by side').click()
    await page.getByLabel('onbehalf carries by').selectOption('header')
    await page.getByRole('button', { name: 'Attack both' }).click()
    await eventually(() => page.getByTestId('theft').count()).toBe(2)
    expect(await theft(1).textContent()).toContain('Nothing. There was no token to send.')
    expect(await theft(1).textContent()).toContain('401')
    expect(await page.locator('#lane-literal .prompt mark.leaked').textContent()).toMatch(/^eyJ/)
    expect(await page.locator('#lane-onbehalf mark').count()).toBe(0)
    expect(await page.locator('#compare-poison-text').textContent()).toContain('access token')
  })

  it.each([
    ['As somebody else', '400 invalid_request', 'subject_header_mismatch'],
    ['At the wrong server', '401 invalid_token', 'audience_mismatch'],
    ['After it expired', '401 invalid_token', 'token_expired'],
    ['Sign out in mid-answer', 'never sent', 'handle_refused'],
  ])('%s: status, sentence and reason are shown', async (name, status, reason) => {
    await page.getByRole('button', { name }).click()
    const first = page.getByTestId('misuse').first()
    await eventually(() => first.textContent()).toContain(reason)
    expect(await first.textContent()).toContain(status)
  })

  it('axe finds nothing serious, and on a phone nothing needs scrolling sideways', async () => {
    await page.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core') })
    const serious = await page.evaluate<unknown[]>(
      `axe.run('#compare').then(({ violations }) => violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))`,
    )
    expect(serious).toEqual([])
    await page.setViewportSize({ width: 375, height: 667 })
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(375)
    expect(
      await page.evaluate<number>('document.querySelector("#compare").scrollWidth'),
    ).toBeLessThanOrEqual(375)
    expect(troubles).toEqual([])
  })
})

// The demo as README tells it, in a real browser over the whole TaskFlow, with every part that `npm
// start` starts.

import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type House, startHouse } from '../end-to-end/house.ts'
import { borrowBrowser } from './borrow.ts'
import {
  approve,
  lastAnswer,
  modelRequests,
  say,
  signInAs,
  signOut,
  taskTitles,
  trail,
} from './taskflow-page.ts'
import { eventually } from './visit.ts'

describe('TaskFlow in the browser', () => {
  let browser: Browser
  let house: House
  let profile: BrowserContext
  let page: Page
  const bodies: string[] = []

  beforeAll(async () => {
    ;[browser, house] = await Promise.all([borrowBrowser(), startHouse()])
    profile = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    page = await profile.newPage()
    page.on('request', (request) => bodies.push(`${request.url()} ${request.postData() ?? ''}`))
    await page.goto(house.urls.web)
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await house?.close()
  })

  it('TaskFlow in the browser does for alice what she says, with the task list following', async () => {
    await signInAs(page, 'alice')
    await say(page, 'Add a task to buy groceries')
    expect(await lastAnswer(page)).toContain('Added task 1: Buy groceries.')
    await eventually(() => taskTitles(page)).toEqual(['Buy groceries'])
    await say(page, "What's pending?")
    expect(await lastAnswer(page)).toContain('Buy groceries (pending')
    await say(page, 'Mark task 1 as complete')
    expect(await lastAnswer(page)).toContain('Completed task 1: Buy groceries.')
    await eventually(() => page.getByTestId('task').first().textContent()).toContain('completed')
  })

  it('TaskFlow in the browser shows each hop of the credential, and a model request without one', async () => {
    const hops = await (await trail(page)).allTextContents()
    expect(hops.join('\n')).toMatch(
      /Chat door[\s\S]*Carried to the tools[\s\S]*Tool server[\s\S]*API/,
    )
    for (const place of ['/chatkit', '/mcp', '/api']) expect(hops.join('\n')).toContain(place)
    const requests = (await modelRequests(page)).join('\n')
    expect(requests).toContain('taskflow_complete_task')
    expect(requests).not.toMatch(/eyJ[\w-]+\.[\w-]+\./)
  })

  it('TaskFlow in the browser shows the trail of any answer, also after a reload', async () => {
    const last = await page.getByTestId('chat').getAttribute('data-trace')
    await page.reload()
    await eventually(() => page.getByTestId('trail').getAttribute('data-trace')).toBe(last)
    await page.getByRole('button', { name: 'Trail', exact: true }).first().click()
    await eventually(() => page.getByTestId('trail').getAttribute('data-trace')).not.toBe(last)
    await trail(page)
    expect((await modelRequests(page)).join('\n')).toContain('Add a task to buy groceries')
  })

  it('TaskFlow in the browser keeps the conversation through a reload, and nothing of it for bob', async () => {
    await page.reload()
    await eventually(() => lastAnswer(page)).toContain('Completed task 1')
    await signOut(page)
    await signInAs(page, 'bob')
    await say(page, "What's pending?")
    expect(await lastAnswer(page)).not.toContain('groceries')
    expect(await taskTitles(page)).toEqual([])
    // The welcome text suggests to "buy groceries"; the task of that name is alice's.
    expect(await page.locator('body').textContent()).not.toContain('Buy groceries')
  })

  it('TaskFlow in the browser asks bob before it deletes, and does it once he approves, also after a reload', async () => {
    await say(page, 'Add a task to sweep the floor')
    await say(page, 'Delete task 1')
    await page.getByRole('button', { name: 'Approve' }).waitFor()
    const card = page.locator('onbehalf-chat .entry[data-type=widget]').last()
    expect(await card.textContent()).toContain('“Sweep the floor”')
    expect(await card.textContent()).toContain('Bob')
    expect(await taskTitles(page)).toEqual(['Sweep the floor'])
    await page.reload()
    await page.getByRole('button', { name: 'Approve' }).waitFor()
    await approve(page)
    await eventually(() => lastAnswer(page)).toContain('Deleted task 1')
    await eventually(() => taskTitles(page)).toEqual([])
  })

  it('TaskFlow in the browser takes a file with a message, shows it after a reload, and gives it to nobody else', async () => {
    const png =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
    const files = [
      { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') },
      { name: 'dot.png', mimeType: 'image/png', buffer: Buffer.from(png, 'base64') },
    ]
    await page.locator('onbehalf-chat input[type=file]').setInputFiles(files)
    await page.getByText('dot.png').waitFor()
    // A message is not sent while a file is on its way.
    await eventually(() =>
      page.getByRole('button', { name: 'Send' }).getAttribute('aria-disabled'),
    ).toBeNull()
    await say(page, 'Add a task to read this')
    expect(await lastAnswer(page)).toContain(
      'I read no files: notes.txt (text/plain); dot.png (image/png).',
    )
    await page.reload()
    const image = page.locator('.entry[data-type=user_message] img')
    await image.waitFor()
    await eventually(() => image.evaluate((one) => 'naturalWidth' in one && one.naturalWidth)).toBe(
      1,
    )
    const link = new URL((await image.getAttribute('src')) ?? '', house.urls.web)
    expect((await page.request.get(link.href)).status()).toBe(200)
    expect((await page.request.get(`${link.href}x`)).status()).toBe(404)
  })

  it('TaskFlow in the browser sends nothing to any other place than its own parts', () => {
    const origins = new Set(bodies.map((line) => new URL(line.split(' ')[0] ?? '').origin))
    const { web, api, issuer } = house.urls
    expect([...origins].sort()).toEqual([web, new URL(api).origin, issuer].sort())
  })
})

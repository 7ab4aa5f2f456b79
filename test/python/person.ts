// A person who uses the example's page in a real browser, with a profile of their own.

import type { Browser, Page } from 'playwright-core'
import { lastAnswer, say, userMessages } from '../browser/taskflow-page.ts'

/** A signed-in person. */
export interface Person {
  readonly page: Page
  /** Every token that the sign-in gave to the page. */
  readonly tokens: readonly string[]
  /** Says something, and gives the answer. */
  ask(text: string): Promise<string>
  /** Says something, and waits for nothing. */
  begin(text: string): Promise<void>
}

/** Opens the page, and signs in. */
export async function signIn(
  browser: Browser,
  page: string,
  name: 'alice' | 'bob',
): Promise<Person> {
  const context = await browser.newContext()
  context.setDefaultTimeout(60_000)
  const tokens: string[] = []
  context.on('response', async (response) => {
    if (!response.url().endsWith('/token') || response.request().method() !== 'POST') return
    const answer: Record<string, unknown> = await response.json().catch(() => ({}))
    for (const kind of ['access_token', 'refresh_token', 'id_token']) {
      const token = answer[kind]
      if (typeof token === 'string') tokens.push(token)
    }
  })
  const opened = await context.newPage()
  await opened.goto(page)
  await opened.getByRole('button', { name: `Continue as ${name}` }).click()
  await opened.getByRole('textbox', { name: 'Message' }).waitFor()
  return {
    page: opened,
    tokens,
    async ask(text) {
      await say(opened, text)
      return await lastAnswer(opened)
    },
    async begin(text) {
      const before = await userMessages(opened).count()
      await opened.getByRole('textbox', { name: 'Message' }).fill(text)
      await opened.getByRole('textbox', { name: 'Message' }).press('Enter')
      await userMessages(opened).nth(before).waitFor()
    },
  }
}

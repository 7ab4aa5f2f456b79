// Borrows from lender.ts what the browser tests share.

import { type Browser, chromium } from 'playwright-core'
import { inject } from 'vitest'
import type { BuiltModules } from './built-component.ts'

/**
 * Connects to the shared Chromium. The caller sees only the contexts that it opens itself, and
 * closes its connection with `close()`. The browser goes on for the other test files.
 *
 * @throws Error that says what to do when there is no browser.
 */
export async function borrowBrowser(): Promise<Browser> {
  return await chromium.connect(await ask('/browser'))
}

/** The text of the chat component's module, built as the package builds it. */
export async function builtComponent(): Promise<string> {
  return (await builtModules())['onbehalf-chat.js'] ?? ''
}

/** The component's module and those that it loads later, by their file names. */
export async function builtModules(): Promise<BuiltModules> {
  return JSON.parse(await ask('/component'))
}

async function ask(path: string): Promise<string> {
  const response = await fetch(inject('lender') + path)
  const text = await response.text()
  if (!response.ok) throw new Error(text)
  return text
}

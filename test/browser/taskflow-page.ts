// TaskFlow's page as a person uses it: the few steps that browser tests are made of. It looks at
// roles, labels and test ids only.
import type { Locator, Page } from 'playwright-core'

/** Signs in at the issuer from the welcome screen, which must be open, and waits for the app. */
export async function signInAs(page: Page, person: 'alice' | 'bob'): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: `Continue as ${person}` }).click()
  await messageField(page).waitFor()
}

/** Signs out, the issuer's question included, and waits for the welcome screen. */
export async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
}

/** Sends a message and waits until its answer has ended, well or badly. */
export async function say(page: Page, text: string): Promise<void> {
  const before = await userMessages(page).count()
  await messageField(page).fill(text)
  await messageField(page).press('Enter')
  await userMessages(page).nth(before).waitFor()
  await ended(page)
}

/** Waits until no answer is running. */
export async function ended(page: Page): Promise<void> {
  await page.locator('onbehalf-chat [role=log][aria-busy=false]').waitFor()
}

/** The text of the assistant's last message; empty when there is none. */
export async function lastAnswer(page: Page): Promise<string> {
  const texts = await page
    .locator('onbehalf-chat .entry[data-type=assistant_message] .md')
    .allTextContents()
  return texts.at(-1) ?? ''
}

/** What the person said, one element for each message. */
export function userMessages(page: Page): Locator {
  return page.locator('onbehalf-chat .entry[data-type=user_message]')
}

/** Approves what the assistant asks for, and waits for the end of its answer. */
export async function approve(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Approve' }).last().click()
  await page.getByText('Approved', { exact: true }).last().waitFor()
  await ended(page)
}

/** Sets the page's switch. */
export async function travelBy(page: Page, placement: string): Promise<void> {
  await page.getByRole('combobox', { name: 'How the credential travels' }).selectOption(placement)
}

/** The hops of the last answer's credential trail, once they are shown. */
export async function trail(page: Page): Promise<Locator> {
  await shownFor(page, 'trail')
  return page.getByTestId('hop')
}

/**
 * Waits for the model requests of the last answer. Returns the JSON text that the page shows of
 * each.
 */
export async function modelRequests(page: Page): Promise<readonly string[]> {
  await shownFor(page, 'model-requests')
  return await page.getByTestId('model-request').locator('pre').allTextContents()
}

/** The tasks on show, by title. */
export async function taskTitles(page: Page): Promise<readonly string[]> {
  return await page.getByTestId('task').locator('.task-title').allTextContents()
}

export function messageField(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Message' })
}

async function shownFor(page: Page, testId: string): Promise<void> {
  const trace = await page.getByTestId('chat').getAttribute('data-trace')
  await page
    .locator(`[data-testid=${testId}][data-trace="${trace}"]`)
    .waitFor({ state: 'attached' })
}

// Back, Forward and a second tab: they do in TaskFlow what they do everywhere.

import { describe, expect, it } from 'vitest'
import { messageField, say, signInAs, signOut, userMessages } from './taskflow-page.ts'
import { eventually, visits } from './visit.ts'

const { visit, ground } = visits()

const hash = (url: string) => new URL(url).hash

describe('Back and Forward', () => {
  it('lead from one conversation to the other, and to the new one', async () => {
    const { page } = await visit()
    for (const id of ['one', 'two'])
      ground().chatkit.threads.set(`thr_${id}`, {
        title: `Talk ${id}`,
        items: [
          {
            id: `msg_${id}`,
            type: 'user_message',
            thread_id: `thr_${id}`,
            created_at: '2026-01-01T00:00:00Z',
            content: [{ type: 'input_text', text: `said in ${id}` }],
            attachments: [],
            inference_options: {},
          },
        ],
      })
    await signInAs(page, 'alice')
    for (const id of ['one', 'two']) {
      await page.getByRole('button', { name: `Talk ${id}`, exact: true }).click()
      await userMessages(page).getByText(`said in ${id}`).waitFor()
    }
    await page.goBack()
    await userMessages(page).getByText('said in one').waitFor()
    expect(hash(page.url())).toBe('#thr_one')
    await page.goForward()
    await userMessages(page).getByText('said in two').waitFor()
    await page.goBack()
    await page.goBack()
    await eventually(() => userMessages(page).count()).toBe(0)
    expect(hash(page.url())).toBe('')
    expect(await messageField(page).isVisible()).toBe(true)
  })

  it('a new conversation that gets its id is one place, and “Side by side” is another', async () => {
    const { page } = await visit()
    await signInAs(page, 'alice')
    const length = () => page.evaluate<number>('history.length')
    const before = await length()
    await say(page, 'hello')
    expect(hash(page.url())).toBe('#thr_1')
    expect(await length()).toBe(before)
    await page.getByRole('button', { name: 'Side by side' }).first().click()
    await page.getByRole('heading', { name: 'One message, two ways' }).waitFor()
    await page.goBack()
    await userMessages(page).getByText('hello').waitFor()
    expect(await page.locator('#compare').isVisible()).toBe(false)
  })

  it('Back from the app to the sign-in that is over comes back to the app, signed in', async () => {
    const { page, troubles } = await visit()
    await signInAs(page, 'alice')
    await page.goBack()
    await messageField(page).waitFor()
    expect(new URL(page.url()).origin).toBe(ground().urls.web)
    expect(troubles).toEqual([])
  })
})

describe('a second tab', () => {
  it('is signed in without a click, and so no longer after a sign-out', async () => {
    const { page } = await visit()
    await signInAs(page, 'alice')
    const second = await page.context().newPage()
    await second.goto(ground().urls.web)
    await messageField(second).waitFor()
    expect(await second.getByTestId('person').textContent()).toBe('Alice')
    await signOut(second)
    const third = await page.context().newPage()
    await third.goto(ground().urls.web)
    await third.getByRole('button', { name: 'Sign in' }).waitFor()
  })
})

// The published component in the real browser over the real server: an answer that goes on after a
// reload, one that is stopped, and a file.

import { expect, it } from 'vitest'
import { componentGround } from './component-ground.ts'

const ground = componentGround(`
  import '/onbehalf-chat.js'
  const chat = document.createElement('onbehalf-chat')
  chat.token = async () => 'alice'
  chat.attachments = { strategy: 'two-phase' }
  chat.addEventListener('chat-thread', ({ detail }) => detail.id && sessionStorage.setItem('thread', detail.id))
  chat.endpoint = '/chatkit'
  const thread = sessionStorage.getItem('thread')
  if (thread) chat.setThread(thread)
  document.body.append(chat)
`)

it('an answer goes on through a reload in its middle, and no text is lost or doubled', async () => {
  await ground.say('slowly')
  ground.word('One ')
  await ground.page.getByText('One', { exact: true }).waitFor()
  await ground.page.reload()
  ground.word('two ')
  await ground.page.getByText('One two', { exact: true }).waitFor()
  ground.word('three.')
  ground.word('END')
  await ground.page.getByText('One two three.', { exact: true }).waitFor()
  await ground.page.locator('[role=log][aria-busy=false]').waitFor()
  expect(await ground.answers().allTextContents()).toEqual(['One two three.'])
})

it('an answer is stopped for good, and what was written stays', async () => {
  await ground.say('slowly')
  ground.word('Half ')
  await ground.page.getByText('Half', { exact: true }).waitFor()
  await ground.page.getByRole('button', { name: 'Stop' }).click()
  await ground.page.locator('[role=log][aria-busy=false]').waitFor()
  await ground.page.reload()
  await ground.page.getByText('Half', { exact: true }).waitFor()
  expect(await ground.answers().count()).toBe(1)
})

it('a file goes with a message', async () => {
  await ground.page
    .locator('input[type=file]')
    .setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') })
  await ground.page.getByText('notes.txt').waitFor()
  await ground.field().fill('Here it is')
  await expect
    .poll(() => ground.page.getByRole('button', { name: 'Send' }).getAttribute('aria-disabled'))
    .toBeNull()
  await ground.field().press('Enter')
  await ground.page.locator('.md', { hasText: 'Got notes.txt.' }).waitFor()
  await ground.page.reload()
  await ground.page.locator('.md', { hasText: 'Got notes.txt.' }).waitFor()
})

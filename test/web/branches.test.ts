// Another answer, another version of a message, and the way back, in the published component over the
// real server.

import { expect, it } from 'vitest'
import { componentGround } from './component-ground.ts'

const ground = componentGround(`
  import '/onbehalf-chat.js'
  const chat = document.createElement('onbehalf-chat')
  chat.token = async () => 'alice'
  chat.endpoint = '/chatkit'
  document.body.append(chat)
`)

it('a person has another answer written, edits their message, and goes back to each version', async () => {
  const { page } = ground
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  const answered = async (text: string) => {
    ground.word(text)
    ground.word('END')
    await page.locator('.assistant', { hasText: text }).waitFor()
    await page.locator('[role=log][aria-busy=false]').waitFor()
  }
  await ground.say('question')
  await answered('First.')
  await press('Write another answer')
  await answered('Second.')
  await page.getByText('2 of 2').waitFor()
  expect(await ground.answers().allTextContents()).toEqual(['Second.'])
  await press('The version before')
  await page.getByText('1 of 2').waitFor()
  expect(await ground.answers().allTextContents()).toEqual(['First.'])
  await press('Edit')
  await page.getByRole('textbox', { name: 'Edit' }).fill('another question')
  await page.getByRole('textbox', { name: 'Edit' }).press('Enter')
  await answered('Third.')
  expect(await page.locator('.own .entry-body').allTextContents()).toEqual(['another question'])
  await press('The version before')
  await page.locator('.own .entry-body', { hasText: /^question$/ }).waitFor()
  expect(await ground.answers().allTextContents()).toEqual(['First.'])
})

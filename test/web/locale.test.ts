// The component in other languages. Their words are loaded when a page wants them.

import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { compareLocales } from '../../scripts/locales.ts'
import { askingCard } from '../../src/chatkit/agent/approval-card.ts'
import { APPROVAL_WORDS } from '../../src/chatkit/agent/approval-words.ts'
import { leftOutNotice } from '../../src/chatkit/agent/left-out-notice.ts'
import { conflict, refusalAnswer } from '../../src/chatkit/protocol/refusal.ts'
import { isRightToLeft, loadLocale } from '../../web/settings/locale.ts'
import { componentGround } from './component-ground.ts'

const languages = readdirSync(new URL('../../web/locales/', import.meta.url)).map((file) =>
  file.replace('.ts', ''),
)

it('has twelve languages, two from right to left, each with words that are right', async () => {
  expect(languages).toHaveLength(12)
  expect(languages.filter(isRightToLeft)).toEqual(['ar', 'he'])
  expect((await compareLocales()).flatMap(({ wrong }) => wrong)).toEqual([])
  for (const language of languages) {
    const { words, sentences } = await loadLocale(`${language.toUpperCase()}-XX`)
    expect(Object.keys(words).length, language).toBeGreaterThan(80)
    expect(Object.keys(sentences).length, language).toBeGreaterThan(50)
  }
})

it('a language without words is English', async () => {
  expect(await loadLocale('tlh')).toEqual({ language: undefined, words: {}, sentences: {} })
  expect(await loadLocale('constructor')).toEqual({ language: undefined, words: {}, sentences: {} })
})

const ground = componentGround(`
  import '/onbehalf-chat.js'
  document.documentElement.lang = 'de-AT'
  const chat = document.createElement('onbehalf-chat')
  globalThis.chat = chat
  chat.words = { attach: 'Beilegen' }
  chat.attachments = {}
  chat.endpoint = '/chatkit'
  document.body.append(chat)
`)

it('speaks the language of the page, then the one that is set, and what is written stays', async () => {
  const { page } = ground
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await page.getByRole('heading', { name: 'Womit kann ich helfen?' }).waitFor()
  // A word of the page's own comes first.
  await page.getByRole('button', { name: 'Beilegen' }).waitFor()
  await page.getByRole('textbox', { name: 'Nachricht' }).fill('ein Entwurf')
  const frame = page.locator('.chat')
  expect(await frame.getAttribute('dir')).toBe('ltr')

  await page.evaluate("chat.locale = 'ar'")
  await page.getByRole('heading', { name: 'كيف يمكنني المساعدة؟' }).waitFor()
  expect(await frame.getAttribute('dir')).toBe('rtl')
  expect(await frame.getAttribute('lang')).toBe('ar')
  const field = page.getByRole('textbox', { name: 'الرسالة' })
  expect(await field.inputValue()).toBe('ein Entwurf')
  const [sendBox, fieldBox] = await Promise.all([
    page.getByRole('button', { name: 'إرسال' }).boundingBox(),
    field.boundingBox(),
  ])
  expect(sendBox?.x ?? 900).toBeLessThan((fieldBox?.x ?? 0) + 60)

  const sent = page.waitForRequest((request) => request.postData()?.includes('create') ?? false)
  await field.press('Enter')
  expect((await (await sent).allHeaders())['accept-language']).toBe('ar')
  ground.word('END')
  await page.evaluate("chat.locale = 'en'")
  await page.getByRole('button', { name: 'Send' }).waitFor()
  expect(asked.filter((path) => path.includes('onbehalf-chat-'))).toEqual(['/onbehalf-chat-ar.js'])
})

it('the server’s own sentences are in the language of the page, and what an app wrote stays', async () => {
  const { page } = ground
  const base = { thread_id: 'thr_1', created_at: '2026-11-27T00:00:00.000Z' }
  const calls = [
    { callId: 'c', name: 'delete_task', server: 'Tasks', scopes: ['tasks:write'], arguments: '{}' },
  ]
  const words = { ...APPROVAL_WORDS, decline: 'Later' }
  const approval = { id: 'a', calls, state: '', card: 'w', expiresAtMs: 0, since: '' }
  const events = [
    { type: 'thread.created', thread: { id: 'thr_1', ...base, status: { type: 'active' } } },
    leftOutNotice({ type: 'left_out', server: '{time}', text: 'It does not answer.' }),
    {
      type: 'thread.item.done',
      item: { ...base, id: 'w', type: 'widget', widget: askingCard(approval, 'alice', words) },
    },
  ]
  const stream = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
  await page.getByRole('textbox', { name: 'Nachricht' }).waitFor()
  await page.evaluate(
    `{ const stream = ${JSON.stringify(stream)}; const refusal = ${JSON.stringify(refusalAnswer(conflict('thread_busy')))}
    chat.fetch = async (_, { body }) => JSON.parse(body).type === 'threads.create'
      ? new Response(stream, { headers: { 'content-type': 'text/event-stream' } })
      : new Response(refusal.body, refusal) }`,
  )
  await ground.page.getByRole('textbox', { name: 'Nachricht' }).fill('Los')
  await page.keyboard.press('Enter')
  const card = page.locator('.widget')
  await card.getByText('Der Assistent würde für alice Folgendes tun:').waitFor()
  await card.getByText('delete_task auf Tasks, mit den Rechten tasks:write').waitFor()
  // A value is no place for another value, and a name that is unknown leaves the English.
  await page.getByText('{time} ist weggelassen').waitFor()
  await page.getByText('It does not answer.').waitFor()
  await card.getByRole('button', { name: 'Later' }).waitFor()
  expect(await page.getByRole('status').allTextContents()).toContainEqual(
    expect.stringContaining('Zustimmen?'),
  )
  await page.getByRole('button', { name: 'Zustimmen' }).click()
  await page.getByText('Hier wird noch eine Antwort geschrieben.').first().waitFor()

  await page.evaluate("chat.locale = 'en'")
  await card.getByText('The assistant would do this for alice:').waitFor()
})

// The component in other languages. Their words are loaded when a page wants them.

import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { compareLocales } from '../../scripts/locales.ts'
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
    const { words } = await loadLocale(`${language.toUpperCase()}-XX`)
    expect(Object.keys(words).length, language).toBeGreaterThan(80)
  }
})

it('a language without words is English', async () => {
  expect(await loadLocale('tlh')).toEqual({ language: undefined, words: {} })
  expect(await loadLocale('constructor')).toEqual({ language: undefined, words: {} })
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

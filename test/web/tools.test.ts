// What a person does with a conversation besides talking: search, keys, saving, printing, reading aloud,
// and messages to go on with. In the published component over the real server.

import { expect, it } from 'vitest'
import type { Item } from '../../src/chatkit/index.ts'
import { word } from '../../web/settings/words.ts'
import { toMarkdown } from '../../web/tools/markdown.ts'
import { readWhole } from '../../web/tools/read-whole.ts'
import { piecesOf, spokenText } from '../../web/view/spoken-text.ts'
import { componentGround } from './component-ground.ts'

const ground = componentGround(`
  import '/onbehalf-chat.js'
  const address = URL.createObjectURL
  URL.createObjectURL = (blob) => address.call(URL, (globalThis.saved = blob))
  globalThis.spoken = []
  speechSynthesis.speak = (one) => spoken.push(one)
  speechSynthesis.cancel = () => spoken.at(-1)?.dispatchEvent(new Event('error'))
  const chat = document.createElement('onbehalf-chat')
  globalThis.chat = chat
  chat.token = async () => 'alice'
  chat.readAloud = true
  chat.endpoint = '/chatkit'
  document.body.append(chat)
`)

const button = (name: string) => ground.page.getByRole('button', { name, exact: true })

async function answered(...words: readonly string[]): Promise<void> {
  for (const one of [...words, 'END']) ground.word(one)
  await ground.page.locator('[role=log][aria-busy=false]').waitFor()
  await ground.page.locator('.turn').first().waitFor()
}

it('finds a message in the conversations, opens it, and the keys lead on from there', async () => {
  const { page } = ground
  await ground.say('what about pears')
  await answered('They are *ripe*.')
  await page.keyboard.press('Control+Shift+O')
  await page.getByRole('heading', { name: 'What can I help with?' }).waitFor()
  await ground.say('and apples')
  await answered('Not yet.')

  await page.keyboard.press('Control+k')
  const field = page.getByRole('searchbox', { name: 'Search' })
  await field.fill('RIPE')
  const found = page.locator('.search .thread-open')
  await found.filter({ hasText: 'They are *ripe*.' }).waitFor()
  expect(await found.count()).toBe(1)
  // The list of all is away while something is searched.
  expect(await page.locator('.thread-open:visible').count()).toBe(1)
  await field.fill('nowhere')
  await page.getByRole('status').filter({ hasText: 'Nothing found' }).waitFor()
  await field.fill('pears')
  await found.first().click()
  await ground.answers().filter({ hasText: 'They are ripe.' }).waitFor()
  await field.press('Escape')
  expect(await field.count()).toBe(0)
  expect(await page.locator('.thread-open:visible').count()).toBe(2)

  await page.keyboard.press('/')
  expect(await ground.field().evaluate((one) => one.matches(':focus'))).toBe(true)
  // In a field, a key is a letter.
  await page.keyboard.type('/?')
  expect(await ground.field().inputValue()).toBe('/?')
  await button('Search').focus()
  await page.keyboard.press('?')
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await dialog.getByText('New conversation').waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()
  expect(await dialog.count()).toBe(0)
})

/** On a busy machine what the page does takes its time. */
const BUSY = { timeout: 10_000 }

it('saves and prints the whole conversation, reads it aloud, and offers what the app suggests', async () => {
  const { page } = ground
  // The document that is printed is another one.
  await page.addInitScript({
    content: `globalThis.print = () =>
      (top.printed = document.querySelector('main').shadowRoot.querySelector('.entries').innerText.trim())`,
  })
  await ground.say('hello')
  await answered('One **two**.', 'NEXT And tomorrow?|<b>Why?</b>')
  await button('<b>Why?</b>').waitFor()

  const save = async (name: string): Promise<readonly [string, string]> => {
    await button('Actions').click()
    const menu = page.getByRole('menu')
    await menu.waitFor()
    const bottom = async () => {
      const place = await menu.boundingBox()
      return (place?.y ?? 900) + (place?.height ?? 0)
    }
    // It stands where it belongs once its style is there.
    await expect.poll(bottom, BUSY).toBeLessThan(300)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name }).click(),
    ])
    return [download.suggestedFilename(), await page.evaluate<string>('saved.text()')]
  }
  const [markdownName, markdown] = await save('Save as Markdown')
  expect(markdownName).toMatch(/\.md$/)
  expect(markdown).toContain('## You\n\nhello\n\n## Assistant\n\nOne **two**.\n')
  const [, json] = await save('Save as JSON')
  expect(JSON.parse(json).items).toMatchObject([
    { type: 'user_message' },
    { type: 'assistant_message', content: [{ text: 'One **two**.' }] },
  ])

  await button('Actions').click()
  await page.getByRole('menu').waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.evaluate('globalThis.printed'), BUSY).toMatch(/^hello\s+One two\.$/)
  expect(await button('Actions').getAttribute('aria-expanded')).toBe('false')

  await button('Read aloud').click()
  await button('Stop reading').waitFor()
  expect(await page.evaluate('spoken.map(({ text }) => text)')).toEqual(['One two.'])
  await button('Stop reading').click()
  await button('Read aloud').waitFor()

  await button('And tomorrow?').click()
  await page.locator('.own', { hasText: 'And tomorrow?' }).waitFor()
  expect(await button('<b>Why?</b>').count()).toBe(0)
  await answered('Then, too.')
})

it('a server without search leaves the titles of the list', async () => {
  const { page } = ground
  const list = { data: [{ id: 'a', title: 'green tea' }, { id: 'b' }], has_more: false }
  await page.evaluate(`chat.fetch = async (_, { body }) =>
    body.includes('threads.list')
      ? new Response(${JSON.stringify(JSON.stringify(list))})
      : new Response('{"code":"unknown_type"}', { status: 400 })`)
  await page.evaluate('chat.reset()')
  await button('green tea').waitFor()
  await button('Search').click()
  await page.getByRole('searchbox', { name: 'Search' }).fill('TEA')
  await page.locator('.search .thread-open', { hasText: 'green tea' }).waitFor()
})

it('reads every page of a conversation, and writes each kind of item', async () => {
  const base = { thread_id: 't', created_at: '2026-01-01T00:00:00Z' }
  const items: readonly Item[] = [
    {
      ...base,
      id: 'u',
      type: 'user_message',
      content: [{ type: 'input_text', text: 'Look' }],
      attachments: [{ id: 'a', type: 'file', name: 'a.txt', mime_type: 'text/plain' }],
      quoted_text: 'this\nthat',
      inference_options: {},
    },
    {
      ...base,
      id: 'k',
      type: 'task',
      task: { type: 'custom', title: 'Read it', status_indicator: 'complete' },
    },
    { ...base, id: 'w', type: 'widget', widget: { type: 'Card' }, copy_text: 'A card' },
  ]
  const asked: object[] = []
  const ask = async (_: string, params: object) => {
    asked.push(params)
    const at = asked.length - 1
    return { data: items.slice(at, at + 1), has_more: at < 2, after: items[at]?.id }
  }
  const head = { id: 't', status: { type: 'active' }, allowedImageDomains: [], run: undefined }
  const whole = await readWhole(
    { ask } as Parameters<typeof readWhole>[0],
    {
      ...head,
      title: 'A\ntitle',
    } as Parameters<typeof readWhole>[1],
  )
  expect(asked).toMatchObject([{ order: 'asc' }, { after: 'u' }, { after: 'k' }])
  expect(toMarkdown(whole, (key) => word({}, key))).toBe(
    '# A title\n\n## You\n\n> this\n> that\n\nLook\n\n[a.txt]\n\n## Assistant\n\n- Read it\n\n## Assistant\n\nA card\n',
  )
})

it('says no code, no addresses and no marks, in pieces that a voice gets through', () => {
  expect(
    spokenText(
      '# Tea\n\n- **Green** [tea](https://a.example/x)\n\n```ts\nconst a = 1\n```\n\nIt `is`.\n\n```\nopen',
    ),
  ).toMatch(/^Tea\s+Green tea\s+It is\.$/)
  const pieces = piecesOf(`One. Two! ${'long '.repeat(100)}`)
  expect(pieces.slice(0, 2)).toEqual(['One.', 'Two!'])
  expect(pieces.every((piece) => piece.length <= 180)).toBe(true)
  expect(piecesOf('')).toEqual([])
})

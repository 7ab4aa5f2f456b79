// What a person has written is never lost: not when the host page draws itself again, when a
// message does not arrive, when the page is loaded again, or when another conversation is shown.

import { expect, it } from 'vitest'
import { answerItem, thread, userItem } from '../support.ts'
import { added, created, done, eventually, stages } from './stage.ts'

const stage = stages()

const FORM = {
  id: 'w1',
  thread_id: 'thr_1',
  created_at: '2026-01-01T00:00:00Z',
  type: 'widget',
  widget: {
    type: 'Card',
    asForm: true,
    children: [{ type: 'Input', name: 'who', placeholder: 'Name' }],
    confirm: { label: 'Go', action: { type: 'go' } },
  },
}

it('a host page that sets equal objects changes nothing, and one that sets others changes only that part', async () => {
  const { page, answers, field, say, idle } = await stage({
    prompts: [{ label: 'One' }],
    models: [
      { id: 'a', label: 'A' },
      { id: 'b', label: 'B' },
    ],
  })
  await page.getByRole('button', { name: 'One', exact: true }).waitFor()
  await page.evaluate(`{
    chat.prompts = [{ label: 'One' }]
    globalThis.sameStart = chat.shadowRoot.querySelector('.prompt')
    chat.prompts = [{ label: 'One' }]
  }`)
  expect(await page.evaluate('sameStart.isConnected')).toBe(true)
  await page.evaluate(`chat.prompts = [{ label: 'Two' }]`)
  await page.getByRole('button', { name: 'Two', exact: true }).waitFor()

  answers['threads.create'] = (_one, { send, end }) => {
    send(created)
    send(done(userItem('u', 'hi')))
    send(done(answerItem('a', 'line\n\n'.repeat(80))))
    send(done(FORM))
    end()
  }
  await page.getByRole('combobox', { name: 'Model' }).selectOption('b')
  await say('hi')
  await idle()
  await page.getByRole('textbox', { name: 'Name' }).fill('Zoe typed this')
  await page.evaluate(`chat.shadowRoot.querySelector('.scroller').scrollTop = 100`)
  await page.getByRole('button', { name: 'Go to the latest message' }).waitFor()
  await field().focus()
  await page.keyboard.type('abc')
  // As a host does that draws itself again: everything is a new object, and some of it is other.
  await page.evaluate(`{
    chat.prompts = [{ label: 'Three' }]
    chat.models = [{ id: 'a', label: 'A' }, { id: 'b', label: 'B' }, { id: 'c', label: 'C' }]
    chat.tools = [{ id: 't', label: 'T' }]
    chat.metadata = { a: 1 }
    chat.attachments = { strategy: 'two-phase' }
    chat.feedback = false
    chat.history = false
    chat.startGreeting = 'Hello'
  }`)
  await page.keyboard.type('def')
  expect(await field().inputValue()).toBe('abcdef')
  expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('Zoe typed this')
  expect(await page.evaluate(`chat.shadowRoot.querySelector('.scroller').scrollTop`)).toBe(100)
  expect(await page.getByRole('combobox', { name: 'Model' }).inputValue()).toBe('b')
  expect(await page.getByRole('combobox', { name: 'Tool' }).isVisible()).toBe(true)
  expect(await page.getByRole('button', { name: 'Attach files' }).isVisible()).toBe(true)
  expect(await page.getByRole('button', { name: 'Good answer' }).count()).toBe(0)
  expect(await page.getByRole('button', { name: 'Conversations' }).isVisible()).toBe(false)
  // Another language is in every word. The person stays where they are all the same.
  await page.evaluate(`chat.words = { composer: 'Nachricht', model: 'Modell' }`)
  await page.keyboard.type('!')
  expect(await page.getByRole('textbox', { name: 'Nachricht' }).inputValue()).toBe('abcdef!')
  expect(await page.getByRole('combobox', { name: 'Modell' }).inputValue()).toBe('b')
})

it('messages that did not arrive stay over other messages, other conversations and a reload; each is tried again, edited or discarded', async () => {
  const { page, answers, field, say, idle } = await stage({ attachments: {}, person: 'alice' })
  const unsent = page.locator('.entry[data-standing=unsent]')
  const keys: unknown[] = []
  answers['threads.create'] = (_one, { cut }) => cut()
  await say('important long text')
  await unsent.waitFor()
  await say('second thought')
  await eventually(() => unsent.count()).toBe(2)
  await field().fill('a draft')
  await page.reload()
  await eventually(() => unsent.locator('.text').allTextContents()).toEqual([
    'important long text',
    'second thought',
  ])
  expect(await field().inputValue()).toBe('a draft')

  answers['threads.get_by_id'] = ({ params }, { json }) => json(thread(String(params.thread_id)))
  answers['items.list'] = (_one, { json }) => json({ data: [], has_more: false })
  await page.evaluate(`chat.setThread('thr_other')`)
  await eventually(() => field().inputValue()).toBe('')
  expect(await unsent.count()).toBe(0)
  await field().fill('a draft elsewhere')
  await page.evaluate('chat.newThread()')
  await eventually(() => unsent.count()).toBe(2)
  expect(await field().inputValue()).toBe('a draft')

  await unsent.first().getByRole('button', { name: 'Edit' }).click()
  expect(await field().inputValue()).toBe('important long text\na draft')
  await field().fill('important text')
  await unsent.first().getByRole('button', { name: 'Discard' }).click()
  await eventually(() => unsent.count()).toBe(0)

  await field().press('Enter')
  await unsent.waitFor()
  answers['threads.create'] = ({ params }, { send, end }) => {
    keys.push(params)
    send(created)
    send(done({ ...userItem('u', 'x'), ...(params.input as object) }))
    send(done(answerItem('a', 'Got it')))
    end()
  }
  await unsent.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('Got it', { exact: true }).waitFor()
  await idle()
  expect(await unsent.count()).toBe(0)
  expect(keys).toMatchObject([{ input: { content: [{ text: 'important text' }] } }])
  await page.evaluate(`chat.setThread('thr_other')`)
  await eventually(() => field().inputValue()).toBe('a draft elsewhere')

  // Another person sees none of it.
  await page.evaluate(`chat.person = 'bob'`)
  expect(await field().inputValue()).toBe('')
  // Without a name, a new conversation could be the next person's.
  await page.evaluate(`chat.person = ''`)
  await field().fill('of nobody')
  expect(await page.evaluate('JSON.stringify({ ...sessionStorage })')).not.toContain('of nobody')
  await page.evaluate(`chat.person = 'alice'`)
  await page.evaluate(`chat.setThread('thr_other')`)
  await eventually(() => field().inputValue()).toBe('a draft elsewhere')
  await page.evaluate('chat.reset()')
  expect(await page.evaluate('JSON.stringify({ ...sessionStorage })')).not.toContain('elsewhere')
  await page.evaluate('chat.drafts = false')
  await field().fill('nowhere')
  expect(await page.evaluate('JSON.stringify({ ...sessionStorage })')).not.toContain('nowhere')
})

it('a message that meets an answer of another tab stays, and that answer is shown and followed', async () => {
  const { page, answers, field, say, idle } = await stage()
  answers['threads.create'] = (_one, { send, end }) => {
    for (const event of [created, done(userItem('u', 'hi')), done(answerItem('a', 'One'))])
      send(event)
    end()
  }
  await say('hi')
  await idle()
  const stored: object[] = [
    userItem('u', 'hi'),
    answerItem('a', 'One'),
    userItem('u2', 'from the other tab'),
  ]
  let run: object | undefined = { state: 'running' }
  answers['threads.get_by_id'] = (_one, { json }) => json(thread('thr_1', { onbehalf_run: run }))
  answers['items.list'] = (_one, { json }) => json({ data: stored.toReversed(), has_more: false })
  answers['threads.add_user_message'] = (_one, { json }) =>
    json(
      { code: 'busy', message: 'An answer is being written here. Wait for it, or stop it first.' },
      409,
    )
  answers['onbehalf.runs.resume'] = (_one, { send, end }) => {
    send(added(answerItem('b')), 'r.1')
    send(done(answerItem('b', 'Two')), 'r.2')
    run = undefined
    end()
  }
  await say('from this tab')
  await page.getByText('Two', { exact: true }).waitFor()
  await idle()
  expect(await page.locator('.entry .text, .entry .md').allTextContents()).toEqual([
    'hi',
    'One',
    'from the other tab',
    'Two',
    'from this tab',
  ])
  await page
    .locator('.entry[data-standing=unsent]')
    .getByRole('button', { name: 'Discard' })
    .click()

  // What another tab adds is there when the person comes back to the window.
  stored.push(answerItem('b', 'Two'), userItem('u3', 'once more'), answerItem('c', 'Three'))
  await page.evaluate(`globalThis.kept = chat.shadowRoot.querySelectorAll('.entry')[1]`)
  await page.evaluate(`dispatchEvent(new Event('focus'))`)
  await page.getByText('Three', { exact: true }).waitFor()
  expect(await page.evaluate('kept.isConnected')).toBe(true)
  stored.push(answerItem('d', 'Four'))
  await page.evaluate('chat.fetchUpdates()')
  await page.getByText('Four', { exact: true }).waitFor()
  expect(await field().isEnabled()).toBe(true)
})

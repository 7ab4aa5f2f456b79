// What reaches a person in other ways than by looking at a whole page: what a screen reader says,
// the ways in for files, sign-in by the host, a small page, paper, and long conversations.

import { expect, it } from 'vitest'
import { answerItem, thread, userItem } from '../support.ts'
import { type Answer, added, created, done, eventually, type Stage, stages } from './stage.ts'

const stage = stages()

const BASE = { thread_id: 'thr_1', created_at: '2026-01-01T00:00:00Z' }
const card = (id: string, action: string, title: string, more: object = {}) => ({
  ...BASE,
  id,
  type: 'widget',
  widget: {
    type: 'Card',
    children: [
      { type: 'Title', value: title },
      { type: 'Row', children: [{ type: 'Text', value: 'for Alice' }] },
    ],
    ...(action === '' ? {} : { confirm: { label: 'Yes', action: { type: action } } }),
    ...more,
  },
})

/** What a screen reader has been given to say, in order. */
async function listen({ page }: Stage): Promise<() => Promise<string[]>> {
  await page.evaluate(`{
    globalThis.heard = []
    const voice = chat.shadowRoot.querySelector('.main > [role=status]')
    new MutationObserver(() => voice.textContent && heard.push(voice.textContent))
      .observe(voice, { childList: true, characterData: true, subtree: true })
  }`)
  return () => page.evaluate('heard')
}

it('a screen reader hears that it waits, and what has come by its kind: an approval, a form, a widget, a picture, a text', async () => {
  const one = await stage()
  const { answers, say, idle } = one
  const heard = await listen(one)
  const answer =
    (...items: readonly object[]): Answer =>
    ({ type }, { send, end }) => {
      if (type === 'threads.create') send(created)
      for (const item of [userItem(`u${items.length}${type}`, 'x'), ...items]) send(done(item))
      end()
    }
  answers['threads.create'] = answer(answerItem('a1', 'You have 3 pending tasks.'))
  await say('What is pending?')
  await idle()
  const turns: readonly (readonly [object[], string])[] = [
    [
      [card('w1', 'onbehalf.approve', 'Delete the task “Buy groceries”?')],
      'Your approval is needed. Delete the task “Buy groceries”?. for Alice',
    ],
    [[card('w2', 'save', 'Your address')], 'Your answers are needed. Your address. for Alice'],
    [[card('w3', '', 'The weather')], 'Shown: The weather. for Alice'],
    [
      [
        {
          ...BASE,
          id: 'q',
          type: 'structured_input',
          status: 'pending',
          inputs: [{ id: 'i', type: 'freeform', question: 'Which one?' }],
        },
        answerItem('a2', 'I need to know.'),
      ],
      'Your answers are needed. Which one? Answer: I need to know.',
    ],
    [
      [{ ...BASE, id: 'g', type: 'generated_image', image: { id: 'i', url: '/x.png' } }],
      'An image was made.',
    ],
    [[], 'The answer has ended.'],
  ]
  for (const [items] of turns) {
    answers['threads.add_user_message'] = answer(...items)
    await say('go on')
    await idle()
  }
  expect(await heard()).toEqual([
    'Working…',
    'Answer: You have 3 pending tasks.',
    ...turns.flatMap(([, text]) => ['Working…', text]),
  ])
})

it('a host with its own fetch, or with cookies, signs the person in when asked, and the request is repeated', async () => {
  const { page, answers, say, idle } = await stage()
  let isSignedIn = false
  answers['threads.create'] = (_one, { json, send, end }) => {
    if (!isSignedIn) return json({ message: 'No.' }, 401)
    send(created)
    send(done(userItem('u', 'hi')))
    send(done(answerItem('a', 'Welcome back')))
    end()
  }
  await page.evaluate(`{
    chat.token = undefined
    globalThis.asks = []
    chat.addEventListener('chat-sign-in', ({ detail }) =>
      detail.waitUntil(new Promise((resolve, reject) => asks.push({ resolve, reject }))))
  }`)
  await say('hi')
  const button = page.getByRole('button', { name: 'Sign in again' })
  await button.click()
  await button.click()
  // The person gave up: nothing is repeated, and the button still works.
  expect(await page.evaluate('asks.length')).toBe(1)
  await page.evaluate(`asks[0].reject(new Error('closed'))`)
  await eventually(async () => {
    await button.click()
    return await page.evaluate('asks.length')
  }).toBe(2)
  isSignedIn = true
  await page.evaluate('asks[1].resolve()')
  await page.getByText('Welcome back', { exact: true }).waitFor()
  await idle()
  expect(await page.locator('.entry.own').count()).toBe(1)
  // Without a listener the request is repeated, too: the cookie may be there by now.
  isSignedIn = false
  await page.evaluate(
    `{ chat.newThread(); globalThis.plain = chat.cloneNode(); plain.endpoint = chat.endpoint; chat.replaceWith(plain); globalThis.chat = plain }`,
  )
  await say('hi')
  await button.waitFor()
  isSignedIn = true
  await button.click()
  await page.getByText('Welcome back', { exact: true }).waitFor()
})

it('after a crash the steps that were done stay, and a repetition is asked about first', async () => {
  const { page, answers, asked, say, idle } = await stage()
  const task = { type: 'custom', title: 'Add task', status_indicator: 'complete' }
  const open = { type: 'custom', title: 'Send mail', status_indicator: 'loading' }
  answers['threads.create'] = (_one, { send, cut }) => {
    send(created)
    send(done(userItem('u', 'add it')))
    send(
      added({
        ...BASE,
        id: 'w',
        type: 'workflow',
        workflow: { type: 'custom', tasks: [task, open], expanded: true },
      }),
    )
    setTimeout(cut, 50)
  }
  answers['threads.get_by_id'] = (_one, { json }) => json(thread('thr_1'))
  answers['items.list'] = (_one, { json }) =>
    json({ data: [userItem('u', 'add it')], has_more: false })
  await say('add it')
  await idle()
  await page.getByText('Add task').first().waitFor()
  expect(await page.locator('.indicator[data-status=loading]').count()).toBe(0)
  await page.getByRole('button', { name: 'Try again' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('This was done already: Add task.').waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  expect(asked.some(({ type }) => type === 'threads.retry_after_item')).toBe(false)
  answers['threads.retry_after_item'] = (_one, { send, end }) => {
    send(done(answerItem('a', 'Again')))
    end()
  }
  await page.getByRole('button', { name: 'Try again' }).click()
  await dialog.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('Again', { exact: true }).waitFor()
})

it('a file is dropped anywhere, with a word that says so; without attachments a drop never leaves the page', async () => {
  const { page } = await stage({ attachments: { maxBytes: 1_000_000 } })
  const drag = (type: string) =>
    page.evaluate<[boolean, string]>(`(() => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([new Uint8Array(2_000_000)], 'big.txt', { type: 'text/plain' }))
      const event = new DragEvent('${type}', { dataTransfer: transfer, bubbles: true, cancelable: true, composed: true })
      chat.shadowRoot.querySelector('.scroller').dispatchEvent(event)
      return [event.defaultPrevented, getComputedStyle(chat.shadowRoot.querySelector('.chat'), '::after').content]
    })()`)
  expect(await drag('dragover')).toEqual([true, '"Drop files here"'])
  expect(await drag('drop')).toEqual([true, 'none'])
  await page.getByText('big.txt is too large (at most 1 MB).').waitFor()
  await page.evaluate('chat.attachments = undefined')
  expect(await drag('dragover')).toEqual([true, 'none'])
  expect(await drag('drop')).toEqual([true, 'none'])
})

it('a page at 400 %, on paper, with less motion, or of a conversation that is gone says all that it has', async () => {
  const one = await stage(
    { prompts: [{ label: 'What is pending?' }] },
    { viewport: { width: 320, height: 256 }, reducedMotion: 'reduce', forcedColors: 'active' },
  )
  const { page, answers, field, say } = one
  expect(
    await page.evaluate<number>(
      `parseFloat(getComputedStyle(chat.shadowRoot.querySelector('.field')).fontSize)`,
    ),
  ).toBeGreaterThanOrEqual(16)
  const height = await page.evaluate<number>(
    `chat.shadowRoot.querySelector('.scroller').clientHeight`,
  )
  expect(height).toBeGreaterThan(128)
  let end: () => void = () => undefined
  answers['threads.create'] = (_asked, reply) => {
    reply.send(created)
    reply.send(done(userItem('u', 'line\n'.repeat(200))))
    end = () => {
      reply.send(done(answerItem('a', 'paragraph\n\n'.repeat(40))))
      reply.end()
    }
  }
  await say('hi')
  await page.locator('.progress').getByText('Working…').waitFor()
  const bubble = page.locator('.own .entry-body')
  const bubbleHeight = async () => (await bubble.boundingBox())?.height
  await expect.poll(bubbleHeight).toBeLessThan(400)
  await page.getByRole('button', { name: 'Show all' }).click()
  await expect.poll(bubbleHeight).toBeGreaterThan(2000)
  end()
  await one.idle()
  await page.emulateMedia({ media: 'print' })
  expect(await field().isVisible()).toBe(false)
  expect(await page.evaluate(`document.documentElement.scrollHeight`)).toBeGreaterThan(1500)
  await page.emulateMedia({ media: 'screen' })
  answers['threads.get_by_id'] = (_asked, { json }) => json({ message: 'No.' }, 404)
  answers['items.list'] = answers['threads.get_by_id']
  await page.evaluate(`chat.setThread('thr_gone')`)
  await page.getByText('This conversation does not exist.').first().waitFor()
  expect(await page.getByRole('button', { name: 'What is pending?' }).isVisible()).toBe(true)
})

it('older items come as the person scrolls up, without a press, and what they read stays in place', async () => {
  const { page, answers, asked } = await stage()
  const items = Array.from({ length: 120 }, (_, index) =>
    index % 2 === 0
      ? userItem(`i${index}`, `Question ${index}`)
      : answerItem(`i${index}`, `Answer ${index}\n\n- a\n- b`),
  ).toReversed()
  answers['threads.get_by_id'] = (_one, { json }) => json(thread('thr_1'))
  answers['items.list'] = ({ params }, { json }) => {
    const from = Number(params.after ?? 0)
    const more = from + 30 < items.length
    json({
      data: items.slice(from, from + 30),
      has_more: more,
      ...(more ? { after: String(from + 30) } : {}),
    })
  }
  await page.evaluate(`chat.setThread('thr_1')`)
  await page.getByText('Answer 119').waitFor()
  const lists = () => asked.filter(({ type }) => type === 'items.list').length
  expect(lists()).toBe(1)
  await page.locator('.scroller').hover()
  await eventually(async () => {
    await page.mouse.wheel(0, -1500)
    return lists()
  }).toBe(4)
  await page.getByText('Question 0', { exact: true }).waitFor()
  expect(await page.getByRole('button', { name: 'Show earlier messages' }).isVisible()).toBe(false)
  expect(await page.locator('.entry').count()).toBe(120)
})

// The conversation in a real browser: streaming, stopping, failing, coming back. The chat server is a stand-in that plays scripts.
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { assistantItem, delta, saying, userItem, workflowItem } from './stand-in-chatkit.ts'
import { ended, lastAnswer, messageField, modelRequests, say, signInAs, taskTitles, trail } from './taskflow-page.ts'
import { eventually, visits } from './visit.ts'

const { visit, ground } = visits()

async function signedIn(): Promise<Page> {
  const { page } = await visit()
  await signInAs(page, 'alice')
  return page
}

/** A point that a script waits at until the test has seen enough. */
function gate(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

function step(title: string, state: 'loading' | 'complete') {
  return { type: 'custom', title, status_indicator: state }
}

describe('an answer', () => {
  test('appears as it is written, its steps as they happen, and the tasks change with them', async () => {
    const page = await signedIn()
    expect(await taskTitles(page)).toEqual([])
    const [first, second] = [gate(), gate()]
    ground().chatkit.scripts.push(async ({ send }) => {
      send({ type: 'thread.item.added', item: workflowItem('wf', [step('Add a task', 'loading')]) })
      await first.opened
      ground().tasks = [
        {
          id: 1,
          title: 'Buy groceries',
          status: 'pending',
          priority: 'high',
          due_date: '2026-12-01',
          tags: ['home'],
          progress: 0,
        },
      ]
      send({
        type: 'thread.item.updated',
        item_id: 'wf',
        update: { type: 'workflow.task.updated', task_index: 0, task: step('Add a task', 'complete') },
      })
      send({ type: 'thread.item.added', item: assistantItem('a') }, delta('a', 'I added '))
      await second.opened
      send(delta('a', '“Buy groceries”.'))
      send({ type: 'thread.item.done', item: workflowItem('wf', [step('Add a task', 'complete')]) })
      send({ type: 'thread.item.done', item: assistantItem('a', 'I added “Buy groceries”.') })
    })
    const said = say(page, 'Add a task to buy groceries')
    await page.locator('.step.loading').getByText('Add a task').waitFor()
    first.open()
    await page.locator('.step.complete').getByText('Add a task').waitFor()
    await eventually(() => lastAnswer(page)).toBe('I added ')
    // While the answer is still being written.
    await eventually(() => taskTitles(page)).toEqual(['Buy groceries'])
    second.open()
    await said
    expect(await lastAnswer(page)).toBe('I added “Buy groceries”.')
    expect(await page.getByTestId('task').textContent()).toContain('#home')
    expect(await page.getByTestId('workflow').count()).toBe(1)
  })

  test('leaves the tasks as they are at its end, also when an earlier reading of them was slow', async () => {
    const page = await signedIn()
    const slow = gate()
    let readings = 0
    await page.route('**/api/tasks?*', async (route) => {
      const response = await route.fetch()
      if (readings++ === 0) await slow.opened
      await route.fulfill({ response })
    })
    ground().tasks = [{ id: 1, title: 'Halfway' }]
    ground().chatkit.scripts.push(async ({ send }) => {
      send({ type: 'thread.item.done', item: workflowItem('wf', [step('Add a task', 'complete')]) })
      while (readings === 0) await new Promise(setImmediate)
      ground().tasks = [{ id: 1, title: 'At the end' }]
    })
    await say(page, 'hello')
    slow.open()
    await eventually(() => taskTitles(page)).toEqual(['At the end'])
  })

  test('carries a fresh trace and is repeated safely: every request has its own traceparent, a new thread an idempotency key', async () => {
    const page = await signedIn()
    await say(page, 'one')
    await say(page, 'two')
    const { received } = ground().chatkit
    const traces = received.map(({ headers }) => headers.get('traceparent') ?? '')
    for (const trace of traces) expect(trace).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(new Set(traces.map((trace) => trace.slice(3, 35))).size).toBe(traces.length)
    expect(received.find(({ type }) => type === 'threads.create')?.headers.get('idempotency-key')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test.each([
    ['a desktop', { width: 1280, height: 800 }],
    ['a small window', { width: 900, height: 600 }],
    ['a phone', { width: 375, height: 667 }],
  ])('that is longer than %s ends in view, above the field to write in', async (_, viewport) => {
    const { page } = await visit({ viewport })
    await signInAs(page, 'alice')
    ground().tasks = Array.from({ length: 40 }, (_, id) => ({ id, title: `Task ${id}` }))
    ground().events = Array.from({ length: 40 }, () => ({ time: 1, hop: 'carry', outcome: 'allowed' }))
    ground().chatkit.scripts.push(saying(`${'line\n'.repeat(200)}the end`))
    await say(page, 'hello')
    await trail(page)
    const field = await messageField(page).boundingBox()
    if (!field) throw new Error('The field is not drawn')
    expect(field.y + field.height).toBeLessThanOrEqual(viewport.height)
    await eventually(async () => {
      const box = await page.getByTestId('assistant').boundingBox()
      return box ? box.y + box.height : Number.NaN
    }).toBeLessThanOrEqual(field.y)
    expect(await page.evaluate('document.documentElement.scrollHeight')).toBe(viewport.height)
  })

  test('shows what it is told in passing: progress, notices, and items of a kind it does not know', async () => {
    const page = await signedIn()
    const hold = gate()
    ground().chatkit.scripts.push(async ({ send }) => {
      send({ type: 'progress_update', text: 'Looking around' })
      await hold.opened
      send({ type: 'notice', level: 'warning', title: 'Careful', message: 'The list is long.' })
      send({ type: 'thread.item.done', item: { id: 'w', type: 'widget', widget: { type: 'Card' } } })
      send({ type: 'thread.item.done', item: { id: 'h', type: 'hidden_context_item', content: 'for the model only' } })
      send({ type: 'something.new', data: {} }, { type: 'client_effect', name: 'confetti', data: {} })
    })
    const said = say(page, 'hello')
    await page.getByText('Looking around').waitFor()
    hold.open()
    await said
    expect(await page.getByText('Looking around').count()).toBe(0)
    expect(await page.getByTestId('notice').textContent()).toContain('The list is long.')
    expect(await page.getByTestId('other').textContent()).toContain('widget')
    expect(await page.getByTestId('messages').textContent()).not.toContain('for the model only')
  })
})

describe('stopping', () => {
  test.each([
    ['the Stop button', (page: Page) => page.getByRole('button', { name: 'Stop' }).click()],
    ['Escape', (page: Page) => messageField(page).press('Escape')],
  ])('by %s ends the request at the server and keeps what has come', async (_, stop) => {
    const page = await signedIn()
    const stopped = gate()
    ground().chatkit.scripts.push(async ({ send, signal }) => {
      send({ type: 'thread.item.added', item: workflowItem('wf', [step('List tasks', 'loading')]) })
      send({ type: 'thread.item.added', item: assistantItem('a') }, delta('a', 'Once upon'))
      signal.addEventListener('abort', stopped.open)
      await stopped.opened
      send(delta('a', ' a time'))
    })
    const said = say(page, 'Tell me a story')
    await eventually(() => lastAnswer(page)).toBe('Once upon')
    await stop(page)
    await Promise.all([stopped.opened, said])
    expect(await lastAnswer(page)).toBe('Once upon')
    expect(await page.getByTestId('assistant').textContent()).toContain('Stopped')
    expect(await page.locator('.step.loading').count()).toBe(0)
    await say(page, 'Go on')
    expect(await lastAnswer(page)).toBe('Done.')
  })

  test('is not offered where the server does not allow it', async () => {
    const page = await signedIn()
    const hold = gate()
    ground().chatkit.scripts.push(async ({ send }) => {
      send({ type: 'stream_options', stream_options: { allow_cancel: false } }, { type: 'progress_update', text: 'At work' })
      await hold.opened
    })
    const said = say(page, 'hello')
    await page.getByText('At work').waitFor()
    expect(await page.getByRole('button', { name: 'Stop' }).isVisible()).toBe(false)
    hold.open()
    await said
  })

  test('another thread on show ends the answer, and nothing of it is drawn there', async () => {
    ground().chatkit.threads.set('thr_old', { title: 'An old chat', items: [userItem('u', 'old words')] })
    const page = await signedIn()
    const [left, late] = [gate(), gate()]
    ground().chatkit.scripts.push(async ({ send, signal }) => {
      send({ type: 'thread.item.added', item: assistantItem('a') }, delta('a', 'secret of the first'))
      signal.addEventListener('abort', left.open)
      await left.opened
      send(delta('a', ' and more'))
      late.open()
    })
    await messageField(page).fill('hello')
    await messageField(page).press('Enter')
    await eventually(() => lastAnswer(page)).toBe('secret of the first')
    await page.getByRole('button', { name: 'An old chat', exact: true }).click()
    await page.getByTestId('user').getByText('old words').waitFor()
    await late.opened
    await ended(page)
    expect(await page.getByTestId('messages').textContent()).not.toContain('secret')
  })
})

describe('failing', () => {
  test('an error of the answer offers Retry only where the server allows it, and Retry asks for the last message again', async () => {
    const page = await signedIn()
    ground().chatkit.scripts.push(({ send }) => {
      send({ type: 'thread.item.done', item: assistantItem('half', 'Half an answer') })
      send({ type: 'error', code: 'stream.error', allow_retry: true })
    })
    ground().chatkit.scripts.push(({ send }) =>
      send({ type: 'error', code: 'custom', message: 'Enough for today.', allow_retry: false }),
    )
    await say(page, 'hello')
    expect(await page.getByTestId('error').getByRole('alert').textContent()).toBe('The assistant could not finish this answer.')
    await page.getByRole('button', { name: 'Retry' }).click()
    await page.getByText('Enough for today.').waitFor()
    await ended(page)
    expect(ground().chatkit.received.find(({ type }) => type === 'threads.retry_after_item')?.params).toEqual({
      thread_id: 'thr_1',
      item_id: 'msg_2',
    })
    expect(await page.getByTestId('assistant').count()).toBe(0)
    expect(await page.getByTestId('user').count()).toBe(1)
    expect(await page.getByRole('button', { name: 'Retry' }).count()).toBe(0)
  })

  test('a refusal before the answer shows the server’s words, and Retry repeats the very request', async () => {
    const page = await signedIn()
    ground().chatkit.refusals.push(
      Response.json({ code: 'too_many', message: 'Too many requests. Try again in a minute.' }, { status: 429 }),
    )
    await say(page, 'hello')
    expect(await page.getByTestId('error').textContent()).toContain('Try again in a minute.')
    await page.getByRole('button', { name: 'Retry' }).click()
    await eventually(() => lastAnswer(page)).toBe('Done.')
    const sent = ground().chatkit.received.filter(({ type }) => type === 'threads.create')
    expect(new Set(sent.map(({ headers }) => headers.get('idempotency-key'))).size).toBe(1)
    expect(await page.getByTestId('user').count()).toBe(1)
  })

  test('a stream that ends with something half written reads what the server has stored', async () => {
    const page = await signedIn()
    ground().chatkit.scripts.push(({ send, threadId }) => {
      send({ type: 'thread.item.added', item: assistantItem('a') }, delta('a', 'Half'))
      ground().chatkit.threads.get(threadId)?.items.push(assistantItem('a', 'Half and the other half'))
    })
    await say(page, 'hello')
    expect(await lastAnswer(page)).toBe('Half and the other half')
  })

  test('a connection that breaks says so, shows what is stored, and can be tried again', async () => {
    // The web server prints what went wrong with a stream.
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => printed.mockRestore())
    const page = await signedIn()
    const seen = gate()
    ground().chatkit.scripts.push(async ({ send, breakOff }) => {
      send({ type: 'thread.item.added', item: assistantItem('a') }, delta('a', 'Half'))
      await seen.opened
      breakOff()
    })
    const said = say(page, 'hello')
    await eventually(() => lastAnswer(page)).toBe('Half')
    seen.open()
    await said
    expect(await page.getByTestId('error').textContent()).toContain('The connection broke')
    expect(await page.getByTestId('assistant').count()).toBe(0)
    await page.getByRole('button', { name: 'Retry' }).click()
    await eventually(() => lastAnswer(page)).toBe('Done after all.')
  })
})

describe('threads', () => {
  test('are listed, opened with all their pages, renamed and deleted', async () => {
    const items = Array.from({ length: 95 }, (_, index) => userItem(`u${index}`, `message ${index}`))
    ground().chatkit.threads.set('thr_long', { title: 'A long chat', items })
    ground().chatkit.threads.set('thr_other', { title: 'Another chat', items: [] })
    const page = await signedIn()
    await page.getByRole('button', { name: 'A long chat', exact: true }).click()
    await page.getByText('message 94').waitFor()
    expect(await page.getByTestId('user').count()).toBe(95)
    expect(page.url()).toContain('#thr_long')

    await page.getByRole('button', { name: 'Rename “A long chat”' }).click()
    await page.getByRole('textbox', { name: 'New title' }).fill('A better name')
    await page.getByRole('textbox', { name: 'New title' }).press('Enter')
    await page.getByRole('heading', { name: 'A better name' }).waitFor()
    expect(ground().chatkit.threads.get('thr_long')?.title).toBe('A better name')

    await page.getByRole('button', { name: 'Delete “A better name”' }).click()
    await page.getByRole('button', { name: 'Keep it' }).click()
    expect(ground().chatkit.threads.has('thr_long')).toBe(true)
    await page.getByRole('button', { name: 'Delete “A better name”' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('heading', { name: 'What shall we do?' }).waitFor()
    expect(ground().chatkit.threads.has('thr_long')).toBe(false)
    expect(await page.getByTestId('thread').count()).toBe(1)
  })

  test('a new one comes to the top of the list with its title', async () => {
    const page = await signedIn()
    await say(page, 'hello')
    expect(await page.getByTestId('thread').first().textContent()).toContain('Chat 1')
    await page.getByRole('button', { name: 'New chat', exact: true }).click()
    await eventually(() => page.getByTestId('user').count()).toBe(0)
    await say(page, 'hello again')
    expect(await page.getByTestId('thread').count()).toBe(2)
  })

  test('one that is not there says so and leaves an empty chat', async () => {
    const { page } = await visit({ path: '/#thr_gone' })
    await signInAs(page, 'alice')
    await page.getByText('This chat does not exist.').waitFor()
    expect(page.url()).toBe(`${ground().urls.web}/`)
  })
})

describe('behind the last answer', () => {
  const hop = {
    time: 1_000_000,
    trace: 't',
    issuer: 'i',
    subject: 'alice',
    scopes: ['tasks:read'],
    outcome: 'allowed',
    expiresAt: 1281,
  }

  test('the trail shows each hop with who, audience, scopes, life, place, outcome and fingerprint', async () => {
    const page = await signedIn()
    ground().events = [
      {
        ...hop,
        hop: 'door',
        client: 'taskflow-page',
        audience: ['http://chat.example/chatkit'],
        placement: 'header Authorization',
        fingerprint: 'aa11aa11aa11ffff',
      },
      {
        ...hop,
        hop: 'api',
        client: 'taskflow-mcp',
        actors: ['taskflow-mcp', 'taskflow-chat'],
        audience: ['http://api.example/api'],
        outcome: 'refused',
        reason: 'insufficient_scope',
        operation: 'taskflow_add_task',
        fingerprint: 'bb22bb22bb22ffff',
      },
    ]
    await say(page, 'hello')
    const hops = await trail(page)
    const [door = '', api = ''] = await hops.allTextContents()
    for (const part of [
      'Chat door',
      'alice',
      'through taskflow-page',
      'chat.example/chatkit',
      'tasks:read',
      '4 min 41 s left',
      'header Authorization',
      'allowed',
      'aa11aa11aa11',
    ]) {
      expect(door).toContain(part)
    }
    for (const part of ['taskflow_add_task', 'taskflow-chat → taskflow-mcp', 'refused: insufficient scope', 'bb22bb22bb22'])
      expect(api).toContain(part)
  })

  test('what the model saw is shown word for word, and searched for credentials', async () => {
    const page = await signedIn()
    const request = { systemInstructions: 'Be kind.', input: [{ role: 'user', content: '<b>hello</b>' }], tools: [] }
    ground().modelRequests = () => [request]
    await say(page, 'hello')
    expect((await modelRequests(page)).map((text) => JSON.parse(text))).toEqual([request])
    await page.getByRole('tab', { name: 'What the model saw' }).click()
    expect(await page.getByTestId('finding').count()).toBe(5)
    expect(await page.locator('[data-testid=finding][data-found=true]').count()).toBe(0)
  })

  test.each([
    ['as it is', (token: string) => token],
    ['in base64', (token: string) => Buffer.from(`user alice ${token} end`).toString('base64')],
    ['in base64url', (token: string) => Buffer.from(`${token}!`).toString('base64url')],
  ])('a token planted %s in what the model saw is found', async (_, spell) => {
    const page = await signedIn()
    ground().modelRequests = (authorization) => [{ input: spell(authorization.replace('Bearer ', '')) }]
    await say(page, 'hello')
    await modelRequests(page)
    await page.getByRole('tab', { name: 'What the model saw' }).click()
    expect(await page.getByTestId('finding').getByText('Your access tokens: FOUND').count()).toBe(1)
  })

  test('a title says nothing about the words: text in any script comes out as it went in', async () => {
    const page = await signedIn()
    const words = 'Zażółć 日本語 العربية 👩‍👩‍👧 \u0000 end\n\n  indented'
    ground().chatkit.scripts.push(saying(words))
    await say(page, 'hello')
    expect(await lastAnswer(page)).toBe(words)
  })
})

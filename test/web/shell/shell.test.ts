// What surrounds the items: sending, stopping, cuts, sign-in, the list of conversations, notices,
// errors.

import { expect, it } from 'vitest'
import { answerItem, delta, thread, userItem } from '../support.ts'
import { type Answer, added, created, done, eventually, type Reply, stages } from './stage.ts'

const stage = stages()

/** An answer that goes on as the test says; the promise is the reply, once the request is there. */
function byHand(): { readonly answer: Answer; readonly reply: Promise<Reply> } {
  let give: (reply: Reply) => void = () => undefined
  const reply = new Promise<Reply>((resolve) => {
    give = resolve
  })
  return { answer: (_asked, one) => give(one), reply }
}

const saying =
  (text: string): Answer =>
  (asked, { send, end }) => {
    if (asked.type === 'threads.create') send(created)
    if (asked.type !== 'threads.retry_after_item') send(done(userItem('u', 'hi')))
    send(done(answerItem(`a_${text}`, text)))
    end()
  }

it('an answer that the network cuts goes on by itself', async () => {
  const { page, answers, asked, say, idle, told } = await stage()
  const [first, second] = [byHand(), byHand()]
  Object.assign(answers, { 'threads.create': first.answer, 'onbehalf.runs.resume': second.answer })
  await say('hi')
  const one = await first.reply
  const events = [created, done(userItem('u', 'hi')), added(answerItem('a')), delta('a', 'One ')]
  for (const [at, event] of events.entries()) one.send(event, `run.${at + 1}`)
  await page.getByText('One', { exact: true }).waitFor()
  one.cut()
  const two = await second.reply
  for (const [at, event] of events.slice(2).entries()) two.send(event, `run.${at + 3}`)
  two.send(delta('a', 'two.'), 'run.5')
  two.send(done(answerItem('a', 'One two.')), 'run.6')
  two.end()
  await idle()
  expect(await page.locator('.entry[data-type=assistant_message] .md').allTextContents()).toEqual([
    'One two.',
  ])
  expect(asked.at(-1)?.params).toEqual({ thread_id: 'thr_1', after: 'run.4' })
  const outcomes = (await told())
    .filter(({ name }) => name === 'response-end')
    .map(({ detail }) => detail.outcome)
  expect(outcomes).toEqual(['answered'])
})

it('a screen reader hears an answer once, when it is whole', async () => {
  const { page, answers, say, idle } = await stage()
  const first = byHand()
  answers['threads.create'] = first.answer
  await say('hi')
  const reply = await first.reply
  for (const event of [
    created,
    done(userItem('u', 'hi')),
    added(answerItem('a')),
    delta('a', 'Half '),
  ])
    reply.send(event)
  await page.getByText('Half', { exact: true }).waitFor()
  const announcer = page.locator('.main > [role=status]')
  expect(await announcer.textContent()).toBe('Working…')
  reply.send(done(answerItem('a', 'Half and half.')))
  reply.end()
  await idle()
  expect(await announcer.textContent()).toBe('Answer: Half and half.')
  expect(await page.locator('[role=log]').getAttribute('aria-live')).toBe('off')
})

it('a refused token is replaced once, and no token is anywhere on the page', async () => {
  const { page, answers, asked, say, idle, told } = await stage()
  answers['threads.create'] = (one, reply) => {
    if (one.token === 'canary-old') reply.json({ message: 'No.' }, 401)
    else void saying('Hello')(one, reply)
  }
  await say('hi')
  await idle()
  await page.getByText('Hello', { exact: true }).waitFor()
  expect(asked.filter(({ type }) => type === 'threads.create').map(({ token }) => token)).toEqual([
    'canary-old',
    'canary-fresh',
  ])
  const places = await page.evaluate(
    'JSON.stringify([chat.outerHTML, chat.shadowRoot.innerHTML, { ...localStorage }, { ...sessionStorage }, document.cookie, Object.keys(chat)])',
  )
  expect(`${places} ${JSON.stringify(await told())}`).not.toContain('canary')
})

it('a person who is signed out is told so, signs in again with one press, and the message is sent', async () => {
  const { page, answers, say, idle } = await stage()
  answers['threads.create'] = (one, reply) => {
    if (one.token === 'canary-fresh') void saying('Welcome back')(one, reply)
    else reply.json({ message: 'No.' }, 401)
  }
  await page.evaluate('globalThis.signedIn = false')
  await say('hi')
  await page.getByText('Sign in again to continue.').first().waitFor()
  await page.evaluate('globalThis.signedIn = true')
  await page.getByRole('button', { name: 'Sign in again' }).click()
  await page.getByText('Welcome back', { exact: true }).waitFor()
  await idle()
  expect(await page.locator('.entry.own').count()).toBe(1)
})

it('an error is shown with a way to try again', async () => {
  const { page, answers, say, idle } = await stage()
  answers['threads.create'] = (_asked, { send, end }) => {
    for (const event of [
      created,
      done(userItem('u', 'hi')),
      { type: 'error', code: 'custom', message: 'The tool is down.', allow_retry: true },
    ])
      send(event)
    end()
  }
  answers['threads.retry_after_item'] = saying('Now it works')
  await say('hi')
  await page.getByText('The tool is down.').first().waitFor()
  await idle()
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('Now it works', { exact: true }).waitFor()
  await idle()
  expect(await page.getByText('The tool is down.').filter({ visible: true }).count()).toBe(0)
})

it('a message that could not be sent stays, and is sent again', async () => {
  const { page, answers, say, idle } = await stage()
  answers['threads.create'] = (_asked, { cut }) => cut()
  await say('precious words')
  await page.locator('.entry[data-standing=unsent]').waitFor()
  answers['threads.create'] = saying('Got it')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('Got it', { exact: true }).waitFor()
  await idle()
  expect(await page.locator('.entry.own').count()).toBe(1)
})

it('a stop closes the stream of a server without resumable runs, and the text stays', async () => {
  const { page, answers, say, idle, field } = await stage()
  const first = byHand()
  answers['threads.create'] = first.answer
  await say('hi')
  const reply = await first.reply
  for (const event of [
    created,
    done(userItem('u', 'hi')),
    added(answerItem('a')),
    delta('a', 'Half '),
  ])
    reply.send(event)
  await page.getByText('Half', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Stop' }).click()
  await idle()
  expect(await page.getByText('Half', { exact: true }).count()).toBe(1)
  await eventually(() => field().evaluate((element) => element.matches(':focus'))).toBe(true)
})

it('Enter sends, Shift and Enter makes a line, and Enter within a composed word does neither', async () => {
  const { page, answers, asked, field, idle } = await stage()
  answers['threads.create'] = saying('ok')
  await field().focus()
  await page.keyboard.type('one')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('two')
  await field().dispatchEvent('keydown', {
    key: 'Enter',
    isComposing: true,
    bubbles: true,
    cancelable: true,
  })
  expect(asked.some(({ type }) => type === 'threads.create')).toBe(false)
  await page.keyboard.press('Enter')
  await idle()
  expect(asked.find(({ type }) => type === 'threads.create')?.params).toMatchObject({
    input: { content: [{ text: 'one\ntwo' }] },
  })
  expect(await field().inputValue()).toBe('')
})

it('a conversation that has not begun has no latest message to go to', async () => {
  const { page } = await stage()
  await page.getByText('What can I help with?').waitFor()
  expect(await page.getByRole('button', { name: 'Go to the latest message' }).isVisible()).toBe(
    false,
  )
})

it('the page stays where the person reads, and follows the answer where they are at its end', async () => {
  const { page, answers, say } = await stage()
  const first = byHand()
  answers['threads.create'] = first.answer
  await say('hi')
  const reply = await first.reply
  for (const event of [created, done(userItem('u', 'hi')), added(answerItem('a'))])
    reply.send(event)
  const log = page.getByRole('log')
  const distance = () =>
    log.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight)
  reply.send(delta('a', 'line\n\n'.repeat(60)))
  await page.locator('.md p').nth(50).waitFor()
  await eventually(distance).toBeLessThan(2)
  await log.hover()
  await page.mouse.wheel(0, -600)
  await page.getByRole('button', { name: 'Go to the latest message' }).waitFor()
  const top = await log.evaluate((element) => element.scrollTop)
  reply.send(delta('a', 'more\n\n'.repeat(20)))
  await page.locator('.md p').nth(75).waitFor()
  expect(await log.evaluate((element) => element.scrollTop)).toBe(top)
  await page.getByRole('button', { name: 'Go to the latest message' }).click()
  await eventually(distance).toBeLessThan(2)
  reply.send(delta('a', 'last\n\n'.repeat(20)))
  await page.locator('.md p').nth(95).waitFor()
  await eventually(distance).toBeLessThan(2)
})

it('older messages come in above without moving what is read', async () => {
  const { page, answers } = await stage()
  const items = Array.from({ length: 60 }, (_, at) => userItem(`u${at}`, `message ${at}`))
  answers['threads.get_by_id'] = (_one, { json }) => json(thread())
  answers['items.list'] = ({ params }, { json }) =>
    params.after === undefined
      ? json({ data: items.slice(30).toReversed(), has_more: true, after: 'u30' })
      : json({ data: items.slice(0, 30).toReversed(), has_more: false })
  await page.evaluate("chat.setThread('thr_1')")
  await page.getByText('message 59', { exact: true }).waitFor()
  const log = page.getByRole('log')
  await log.evaluate((element) => element.scrollTo(0, 0))
  await page.getByText('message 0', { exact: true }).waitFor()
  await page.getByText('message 30', { exact: true }).waitFor()
  expect(await log.evaluate((element) => element.scrollTop)).toBeGreaterThan(500)
  expect(
    await page
      .getByRole('button', { name: 'Show earlier messages' })
      .filter({ visible: true })
      .count(),
  ).toBe(0)
})

it('a long list of conversations names the day or the month in which they began', async () => {
  const { page, answers } = await stage()
  const old = ['2025-07-20', '2025-07-02', '2025-05-09', '2024-12-24'].map((day, at) =>
    thread(`thr_${at}`, { title: `Old ${at}`, created_at: `${day}T12:00:00Z` }),
  )
  const fresh = thread('thr_new', { title: 'New', created_at: new Date().toISOString() })
  answers['threads.list'] = (_one, { json }) => json({ data: [fresh, ...old], has_more: false })
  await page.evaluate('chat.reset()')
  await page.evaluate('chat.showHistory()')
  await eventually(() =>
    page.evaluate(
      "[...chat.shadowRoot.querySelectorAll('.thread')].map((row) => getComputedStyle(row, '::before').content)",
    ),
  ).toEqual(['"Today"', '"July 2025"', 'none', '"May 2025"', '"December 2024"'])
})

it('conversations are opened, given another title, and deleted when that is meant', async () => {
  const { page, answers, asked } = await stage()
  answers['threads.list'] = ({ params }, { json }) =>
    params.after === undefined
      ? json({
          data: [thread('thr_1', { title: 'First' }), thread('thr_2', { title: 'Second' })],
          has_more: true,
          after: 'thr_2',
        })
      : json({ data: [thread('thr_3', { title: 'Third' })], has_more: false })
  answers['threads.get_by_id'] = ({ params }, { json }) =>
    json(thread(String(params.thread_id), { title: 'First' }))
  answers['items.list'] = (_one, { json }) =>
    json({ data: [userItem('u', 'in the first')], has_more: false })
  answers['threads.update'] = ({ params }, { json }) =>
    json(thread(String(params.thread_id), { title: params.title }))
  answers['threads.delete'] = (_one, { json }) => json({})
  await page.evaluate('chat.reset()')
  const list = page.getByRole('navigation')
  if (!(await list.isVisible())) await page.getByRole('button', { name: 'Conversations' }).click()
  await page.getByRole('button', { name: 'First', exact: true }).click()
  await page.getByText('in the first').waitFor()
  await list.getByRole('button', { name: 'Show more' }).click()
  await list.getByRole('button', { name: 'Third', exact: true }).waitFor()

  await list.getByRole('button', { name: 'Rename: First' }).click()
  await page.getByRole('textbox', { name: 'Title' }).fill('Better')
  await page.keyboard.press('Enter')
  await list.getByRole('button', { name: 'Better', exact: true }).waitFor()
  await page.getByRole('heading', { name: 'Better' }).waitFor()
  await eventually(() =>
    list
      .getByRole('button', { name: 'Better', exact: true })
      .evaluate((one) => one.matches(':focus')),
  ).toBe(true)

  await list.getByRole('button', { name: 'Delete: Second' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  expect(asked.some(({ type }) => type === 'threads.delete')).toBe(false)
  await list.getByRole('button', { name: 'Delete: Better' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await list.getByRole('button', { name: 'Better', exact: true }).waitFor({ state: 'detached' })
  await page.getByText('What can I help with?').waitFor()
  expect(asked.find(({ type }) => type === 'threads.delete')?.params).toEqual({
    thread_id: 'thr_1',
  })
})

it('notices, progress, effects and a locked thread are told', async () => {
  const { page, answers, say, idle, told } = await stage()
  const first = byHand()
  answers['threads.create'] = first.answer
  await say('hi')
  const reply = await first.reply
  reply.send(created)
  reply.send(done(userItem('u', 'hi')))
  reply.send({ type: 'progress_update', text: 'Looking into it' })
  await page.getByText('Looking into it').waitFor()
  reply.send({ type: 'client_effect', name: 'confetti', data: { much: true } })
  reply.send({ type: 'notice', level: 'warning', title: 'Careful', message: 'This is **slow**.' })
  reply.send(done(answerItem('a', 'Done')))
  reply.send({
    type: 'thread.updated',
    thread: thread('thr_1', { status: { type: 'locked', reason: 'Wait for the review.' } }),
  })
  reply.end()
  await idle()
  const notice = page.locator('.notices .banner')
  expect(await notice.locator('strong').allTextContents()).toEqual(['Careful', 'slow'])
  await notice.getByRole('button', { name: 'Dismiss' }).click()
  await notice.waitFor({ state: 'detached' })
  await page.getByText('Wait for the review.').waitFor()
  expect(
    await page.getByRole('textbox', { name: 'Message' }).filter({ visible: true }).count(),
  ).toBe(0)
  expect((await told()).find(({ name }) => name === 'client-effect')?.detail).toEqual({
    name: 'confetti',
    data: { much: true },
  })
})

it('the next message quotes an answer, or what is marked of it; the rest of the page is no answer', async () => {
  const { page, answers, asked, say, idle, field } = await stage()
  answers['threads.create'] = saying('First *words*, and more.')
  answers['threads.add_user_message'] = (_asked, { send, end }) => {
    send(done(userItem('u2', 'Which ones?')))
    send(done(answerItem('a2', 'Again.')))
    end()
  }
  await say('hi')
  await idle()
  const quote = page.getByRole('button', { name: 'Quote', exact: true })
  const quoted = page.locator('.compose blockquote')
  await quote.click()
  expect(await quoted.textContent()).toBe('First *words*, and more.')
  await page.getByRole('button', { name: 'Remove the quote' }).click()
  expect(await quoted.isVisible()).toBe(false)
  expect(await field().evaluate((one) => one.matches(':focus'))).toBe(true)

  await page.evaluate(`getSelection().selectAllChildren(chat.shadowRoot.querySelector('.md em'))`)
  await quote.focus()
  await page.keyboard.press('Enter')
  expect(await quoted.textContent()).toBe('words')
  await say('Which ones?')
  await idle()
  expect(asked.find(({ type }) => type === 'threads.add_user_message')?.params).toMatchObject({
    input: { quoted_text: 'words', content: [{ text: 'Which ones?' }] },
  })
  expect(await quoted.isVisible()).toBe(false)

  await page.evaluate(`{
    const other = document.createElement('p')
    other.append('another part of the page')
    document.body.prepend(other)
    getSelection().selectAllChildren(other)
  }`)
  await quote.last().click()
  expect(await quoted.textContent()).toBe('Again.')
})

it('a message is spoken, where the page turns that on: recorded between two presses, and written into the field', async () => {
  const { page, answers, asked, field } = await stage({ dictation: true })
  answers['input.transcribe'] = (_asked, { json }) => json({ text: 'and milk.' })
  // This tells soon how much was recorded. A press right after the first one would come before the
  // first sound.
  await page.evaluate(`{
    const { start } = MediaRecorder.prototype
    globalThis.recorded = 0
    MediaRecorder.prototype.start = function () {
      globalThis.heard = this.stream
      this.addEventListener('dataavailable', ({ data }) => (globalThis.recorded += data.size))
      start.call(this, 20)
    }
  }`)
  const dictate = async () => {
    await page.evaluate('recorded = 0')
    await page.getByRole('button', { name: 'Dictate', exact: true }).click()
    await eventually(() => page.evaluate('recorded')).toBeGreaterThan(0)
    await page.getByRole('button', { name: 'Stop dictating', pressed: true }).click()
  }
  await field().fill('Bread')
  await dictate()
  await eventually(() => field().inputValue()).toBe('Bread and milk.')
  expect(await page.evaluate('heard.getTracks().map((track) => track.readyState)')).toEqual([
    'ended',
  ])
  const { audio_base64: audio, mime_type: type } = asked.at(-1)?.params ?? {}
  expect(type).toMatch(/^audio\/(?:webm|ogg|mp4)/)
  expect(Buffer.from(String(audio), 'base64').length).toBeGreaterThan(0)

  delete answers['input.transcribe']
  await dictate()
  await page.getByRole('alert').getByText('There is none.').waitFor()
  expect(await field().inputValue()).toBe('Bread and milk.')
})

it('without the right to a microphone the page says so; once the button leaves the page, nothing is recorded', async () => {
  const { page, asked } = await stage({ dictation: true })
  await page.evaluate(`{
    globalThis.get = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
    navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError') }
  }`)
  await page.getByRole('button', { name: 'Dictate', exact: true }).click()
  await page.getByText('The microphone cannot be used.').waitFor()

  await page.evaluate(`{
    navigator.mediaDevices.getUserMedia = async (wanted) => (globalThis.heard = await get(wanted))
  }`)
  await page.getByRole('button', { name: 'Dictate', exact: true }).click()
  await page.getByRole('button', { name: 'Stop dictating' }).waitFor()
  await page.evaluate('chat.remove()')
  await eventually(() =>
    page.evaluate('heard.getTracks().map((track) => track.readyState)'),
  ).toEqual(['ended'])
  expect(asked.map(({ type }) => type)).not.toContain('input.transcribe')
})

it('no microphone is offered unless the page turns it on', async () => {
  const { page } = await stage()
  expect(await page.getByRole('button', { name: 'Dictate', exact: true }).count()).toBe(0)
})

it('the page shows that it is busy as soon as a message is sent, before the next frame', async () => {
  const { page, answers, idle } = await stage()
  answers['threads.create'] = saying('Hello')
  const busy = await page.evaluate(`{
    const log = chat.shadowRoot.querySelector('[role=log]')
    const before = log.ariaBusy
    void chat.sendMessage({ text: 'hi' })
    const after = log.ariaBusy
    ;[before, after]
  }`)
  expect(busy).toEqual(['false', 'true'])
  await idle()
  await page.getByText('Hello', { exact: true }).waitFor()
})

it('an answer is rated, and a tool of the page is run', async () => {
  const { page, answers, asked, say, idle } = await stage({ tool: true })
  const call = {
    id: 'c',
    thread_id: 'thr_1',
    created_at: '',
    type: 'client_tool_call',
    status: 'pending',
    call_id: 'x',
    name: 'look',
    arguments: { at: 1 },
  }
  answers['threads.create'] = (_one, { send, end }) => {
    for (const event of [created, done(userItem('u', 'hi')), done(call)]) send(event)
    end()
  }
  answers['threads.add_client_tool_output'] = (_one, { send, end }) => {
    send(done(answerItem('a', 'I saw it')))
    end()
  }
  answers['items.feedback'] = (_one, { json }) => json({})
  await say('hi')
  await page.getByText('I saw it', { exact: true }).waitFor()
  await idle()
  expect(
    asked.find(({ type }) => type === 'threads.add_client_tool_output')?.params.result,
  ).toEqual({ heard: { at: 1 } })
  await page.getByRole('button', { name: 'Good answer' }).click()
  await page.locator('[aria-pressed=true]').waitFor()
  expect(asked.at(-1)?.params).toEqual({ thread_id: 'thr_1', item_ids: ['a'], kind: 'positive' })
})

it('a button of the page stands under each answer, tells the answer, and goes when the page takes it away', async () => {
  const { page, answers, say, idle } = await stage()
  answers['threads.create'] = saying('It is done')
  await say('hi')
  await idle()
  const button = page.getByRole('button', { name: 'Why?' })
  expect(await button.count()).toBe(0)
  await page.evaluate(`
    const chat = document.querySelector('onbehalf-chat')
    chat.addEventListener('chat-answer-action', ({ detail }) => { globalThis.told = detail })
    chat.answerActions = [{ id: 'why', label: 'Why?' }]`)
  await button.click()
  expect(await page.evaluate('globalThis.told')).toEqual({
    id: 'why',
    itemIds: ['a_It is done'],
    text: 'It is done',
  })
  await page.evaluate(`document.querySelector('onbehalf-chat').answerActions = []`)
  await button.waitFor({ state: 'detached' })
})

import { expect, it } from 'vitest'
import { createChat } from '../../web/chat/chat.ts'
import { createKept } from '../../web/chat/kept.ts'
import type { Chat, ChatState, ClientTool } from '../../web/chat/parts.ts'
import { createWire } from '../../web/client/wire.ts'
import { WORDS, type WordKey } from '../../web/settings/words.ts'
import {
  type Asked,
  answerItem,
  delta,
  fakeServer,
  keptHere,
  manualClock,
  manualWaker,
  type Script,
  script,
  streaming,
  thread,
  userItem,
} from './support.ts'

type Answers = Parameters<typeof fakeServer>[0]

/** A chat over a scripted server. `patience`: the waits that pass at once, in milliseconds. */
function ground(
  answers: Answers,
  { patience = 2000, tool }: { patience?: number; tool?: ClientTool } = {},
) {
  const server = fakeServer(answers)
  const clock = manualClock(patience)
  const { waker, wake } = manualWaker()
  const told: string[] = []
  const failures: string[] = []
  const kept = keptHere()
  const looking = new Set<() => void>()
  let ids = 0
  let signedOut = false
  let refreshes = 0
  const wire = createWire(
    () => ({
      endpoint: 'https://chat.example/chatkit',
      token: async ({ refresh }) => {
        if (refresh) refreshes++
        return signedOut ? undefined : refresh ? 'fresh' : 'first'
      },
      fetch: server.fetch,
      metadata: {},
      resumable: true,
      extraHeaders: true,
      isOwnOrigin: false,
      language: undefined,
    }),
    { clock, onResponse: () => undefined },
  )
  const chat: Chat = createChat({
    wire,
    clock,
    waker,
    newId: () => `id${++ids}`,
    timestamp: () => '2026-01-01T00:00:00Z',
    clientTool: () => tool,
    text: (key: WordKey) => WORDS[key],
    kept: createKept(() => kept),
    listener: {
      async signIn() {},
      changed() {
        for (const look of [...looking]) look()
      },
      threadChanged: (one) => told.push(`thread ${one?.id} ${one?.title ?? '-'}`),
      event: () => undefined,
      started: ({ type }) => told.push(`start ${type}`),
      ended: ({ type }, outcome) => told.push(`${outcome} ${type}`),
      failed: (message) => failures.push(message),
    },
  })
  function setSignedOut(value: boolean): void {
    signedOut = value
  }
  /** Resolves as soon as the state is so. */
  function until(so: (state: ChatState) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!so(chat.state)) return
        looking.delete(look)
        resolve()
      }
      looking.add(look)
      look()
    })
  }
  const refreshed = () => refreshes
  return { ...server, chat, clock, wake, told, failures, until, setSignedOut, refreshed }
}

const draft = (text: string) => ({ text, attachments: [], inferenceOptions: {} })
const texts = ({ conversation }: ChatState) =>
  conversation.entries.map(({ item }) => {
    if (item.type !== 'assistant_message' && item.type !== 'user_message') return item.type
    return item.content.map((part) => part.text).join('')
  })
const standings = ({ conversation }: ChatState) =>
  conversation.entries.map(({ standing }) => standing)

/** Streams given one after the other, each as its request comes. */
function streams(...scripts: readonly Script[]): (asked: Asked) => Response {
  const rest = [...scripts]
  return ({ signal }) => {
    const next = rest.shift()
    if (!next) throw new Error('one stream too many')
    return streaming(next, signal)
  }
}

/** A stream that is said in advance. */
function said(...events: readonly object[]): Script {
  const one = script()
  for (const event of events) one.send(event)
  one.end()
  return one
}

/** Sends events with the ids of resumable mode. */
function number(to: Script, events: readonly object[], from = 1): void {
  for (const [at, event] of events.entries()) to.send(event, `run.${at + from}`)
}

/** What the server has stored. */
function stored(items: readonly object[], more: object = {}): Answers {
  return {
    'threads.get_by_id': () => Response.json(thread('thr_1', more)),
    'items.list': () => Response.json({ data: items.toReversed(), has_more: false }),
  }
}

const created = { type: 'thread.created', thread: thread() }
const done = (item: object) => ({ type: 'thread.item.done', item })
const added = (item: object) => ({ type: 'thread.item.added', item })
const hello = [created, done(userItem('u', 'hi')), added(answerItem('a')), delta('a', 'Hello')]

it('a message begins a thread, and its answer comes in pieces', async () => {
  const one = script()
  const { chat, until, told, asked } = ground({ 'threads.create': streams(one) })
  const sent = chat.send(draft('hi'))
  expect([texts(chat.state), standings(chat.state), chat.state.phase]).toEqual([
    ['hi'],
    ['sending'],
    'running',
  ])
  for (const event of hello) one.send(event)
  await until((state) => texts(state)[1] === 'Hello')
  expect(standings(chat.state)).toEqual(['stored', 'pending'])
  one.send(done(answerItem('a', 'Hello!')))
  one.send({ type: 'thread.updated', thread: thread('thr_1', { title: 'Greeting' }) })
  one.end()
  await sent
  expect([texts(chat.state), standings(chat.state), chat.state.phase]).toEqual([
    ['hi', 'Hello!'],
    ['stored', 'stored'],
    'idle',
  ])
  expect(told).toEqual([
    'start threads.create',
    'thread thr_1 -',
    'thread thr_1 Greeting',
    'answered threads.create',
  ])
  expect(asked[0]?.headers.get('idempotency-key')).toBeTruthy()
})

it('a second message waits for the first answer, and goes into the same thread', async () => {
  const { chat, asked } = ground({
    'threads.create': streams(said(...hello, done(answerItem('a', 'Hello')))),
    'threads.add_user_message': streams(
      said(done(userItem('v', 'more')), done(answerItem('b', 'Yes'))),
    ),
  })
  const first = chat.send(draft('hi'))
  await chat.send(draft('too early'))
  await first
  await chat.send(draft('more'))
  expect(asked.map(({ type, params }) => [type, params.thread_id])).toEqual([
    ['threads.create', undefined],
    ['threads.add_user_message', 'thr_1'],
  ])
  expect(texts(chat.state)).toEqual(['hi', 'Hello', 'more', 'Yes'])
})

it('a message that did not arrive is sent again as the same one', async () => {
  let broken = true
  const one = said(...hello, done(answerItem('a', 'Hello')))
  const { chat, asked, failures } = ground({
    'threads.create': () => {
      if (!broken) return streaming(one)
      broken = false
      throw new TypeError('network error')
    },
  })
  await chat.send(draft('hi'))
  expect(standings(chat.state)).toEqual(['unsent'])
  expect(failures).toEqual([WORDS.notSent])
  await chat.remedy()
  expect(texts(chat.state)).toEqual(['hi', 'Hello'])
  const keys = asked.map(({ headers }) => headers.get('idempotency-key'))
  expect(new Set(keys).size).toBe(1)
  expect(keys[0]).toBeTruthy()
})

it('a refusal is shown in the server’s words', async () => {
  const { chat } = ground({
    'threads.create': () =>
      Response.json({ code: 'too_many', message: 'Wait a moment.' }, { status: 429 }),
  })
  await chat.send(draft('hi'))
  expect(chat.state.conversation.failure).toEqual({ message: 'Wait a moment.', remedy: 'resend' })
})

it('a person who is signed out signs in again, and then the message is sent', async () => {
  const { chat, setSignedOut, asked } = ground({
    'threads.create': ({ headers }) =>
      headers.get('authorization')
        ? streaming(said(...hello, done(answerItem('a', 'Hello'))))
        : new Response(null, { status: 401 }),
  })
  setSignedOut(true)
  await chat.send(draft('hi'))
  expect(chat.state.conversation.failure).toEqual({ message: WORDS.signedOut, remedy: 'sign-in' })
  await chat.remedy()
  expect(chat.state.conversation.failure?.remedy).toBe('sign-in')
  setSignedOut(false)
  await chat.remedy()
  expect(texts(chat.state)).toEqual(['hi', 'Hello'])
  expect(asked.length).toBe(3)
})

it('when a credential expires during an answer, the person signs in again and the answer is written again', async () => {
  const ended = [
    ...hello,
    { type: 'error', code: 'signed_out', message: 'Sign in again to continue.', allow_retry: true },
  ]
  const { chat, types } = ground({
    'threads.create': streams(said(...ended)),
    'threads.retry_after_item': streams(said(done(answerItem('b', 'Whole')))),
    ...stored([userItem('u', 'hi')]),
  })
  await chat.send(draft('hi'))
  expect(chat.state.conversation.failure?.remedy).toBe('sign-in')
  await chat.remedy()
  expect(texts(chat.state)).toEqual(['hi', 'Whole'])
  expect(types()).toContain('threads.retry_after_item')
})

const RENEW = { type: 'client_effect', name: 'onbehalf/renews', data: {} }

it('an answer whose sign-in runs out is brought a fresh one, and goes on', async () => {
  const one = script()
  const { chat, asked, arrived } = ground({
    'threads.create': streams(one),
    'onbehalf.runs.renew': () => Response.json({ renewed: true }),
  })
  const sent = chat.send(draft('hi'))
  for (const event of [...hello, RENEW]) one.send(event)
  await arrived(2)
  one.send(done(answerItem('a', 'Hello')))
  one.end()
  await sent
  expect(texts(chat.state)).toEqual(['hi', 'Hello'])
  expect(chat.state.conversation.failure).toBeUndefined()
  expect(asked[0]?.metadata).toMatchObject({ 'onbehalf/renews': true })
  expect(asked[1]?.params).toEqual({ thread_id: 'thr_1' })
})

it('a fresh sign-in is brought again while another instance is asked than the one that writes', async () => {
  const one = script()
  let elsewhere = 2
  const { chat, types, arrived, clock } = ground({
    'threads.create': streams(one),
    'onbehalf.runs.renew': () =>
      elsewhere-- > 0
        ? Response.json({ code: 'run_elsewhere', message: 'Not here.' }, { status: 409 })
        : Response.json({ renewed: true }),
  })
  const sent = chat.send(draft('hi'))
  for (const event of [...hello, RENEW]) one.send(event)
  await arrived(4)
  expect(clock.passed.slice(0, 2)).toEqual([300, 600])
  one.send(done(answerItem('a', 'Hello')))
  one.end()
  await sent
  expect(types().slice(1)).toEqual(Array(3).fill('onbehalf.runs.renew'))
})

it('a person who is signed out meanwhile signs in beside the answer that waits', async () => {
  const one = script()
  const { chat, types, until, setSignedOut, refreshed } = ground({
    'threads.create': streams(one),
    'onbehalf.runs.renew': () => Response.json({ renewed: true }),
  })
  const sent = chat.send(draft('hi'))
  await until(({ phase }) => phase === 'running')
  setSignedOut(true)
  for (const event of [...hello, RENEW]) one.send(event)
  await until(({ conversation }) => conversation.failure?.remedy === 'sign-in')
  expect([chat.state.phase, types()]).toEqual(['running', ['threads.create']])
  setSignedOut(false)
  const before = refreshed()
  await chat.remedy()
  expect(refreshed()).toBe(before + 1)
  expect(types()).toContain('onbehalf.runs.renew')
  expect(chat.state.conversation.failure).toBeUndefined()
  one.send(done(answerItem('a', 'Hello')))
  one.end()
  await sent
  expect(texts(chat.state)).toEqual(['hi', 'Hello'])
})

it('when the connection breaks, the answer goes on from the last event, and no text is lost or doubled', async () => {
  const [one, two] = [script(), script()]
  const { chat, asked, told, until } = ground({
    'threads.create': streams(one),
    'onbehalf.runs.resume': streams(two),
  })
  const sent = chat.send(draft('hi'))
  number(one, hello)
  await one.read()
  one.cut()
  await until(({ lost }) => lost)
  number(two, hello.slice(2), 3)
  two.send(delta('a', ' there'), 'run.5')
  two.send(done(answerItem('a', 'Hello there')), 'run.6')
  two.end()
  await sent
  expect(texts(chat.state)).toEqual(['hi', 'Hello there'])
  expect(chat.state.lost).toBe(false)
  expect(asked.at(-1)?.params).toEqual({ thread_id: 'thr_1', after: 'run.4' })
  expect(told.filter((one) => /^(start|answered)/.test(one))).toEqual([
    'start threads.create',
    'answered threads.create',
  ])
})

it('when the connection stays broken, the page says so, and the person can go on by hand', async () => {
  const one = script()
  let down = true
  const rest = said(done(answerItem('a', 'Hello at last')))
  const { chat, failures } = ground(
    {
      'threads.create': streams(one),
      'onbehalf.runs.resume': ({ signal }) => {
        if (down) throw new TypeError('network error')
        return streaming(rest, signal)
      },
      ...stored([userItem('u', 'hi')], { onbehalf_run: { state: 'running' } }),
    },
    { patience: 30_000 },
  )
  const sent = chat.send(draft('hi'))
  number(one, hello)
  await one.read()
  one.cut()
  await sent
  expect(failures).toEqual([WORDS.broken])
  down = false
  await chat.remedy()
  expect(texts(chat.state)).toEqual(['hi', 'Hello at last'])
  expect(chat.state.conversation.failure).toBeUndefined()
})

it('when a stream without ids breaks, the page reads what the server has stored and offers a retry', async () => {
  const one = script()
  const { chat, types } = ground({
    'threads.create': streams(one),
    'threads.retry_after_item': streams(said(done(answerItem('b', 'Again')))),
    ...stored([userItem('u', 'hi')]),
  })
  const sent = chat.send(draft('hi'))
  for (const event of hello) one.send(event)
  await one.read()
  one.cut()
  await sent
  expect(texts(chat.state)).toEqual(['hi'])
  expect(chat.state.conversation.failure).toEqual({ message: WORDS.broken, remedy: 'retry' })
  await chat.remedy()
  expect(texts(chat.state)).toEqual(['hi', 'Again'])
  expect(types()).toEqual([
    'threads.create',
    'threads.get_by_id',
    'items.list',
    'threads.retry_after_item',
  ])
})

it.each([400, 422, 500])(
  'with a server that knows no versions (%s), an edited message is one more message, and nothing is lost',
  async (status) => {
    const again = said(
      done(userItem('u2', 'ho')),
      added(answerItem('b')),
      delta('b', 'Ho!'),
      done(answerItem('b', 'Ho!')),
    )
    const { chat, types, failures } = ground({
      'threads.create': streams(said(...hello, done(answerItem('a', 'Hello')))),
      'onbehalf.branches.edit': () => Response.json({ code: 'unknown' }, { status }),
      'threads.add_user_message': streams(again),
    })
    await chat.send(draft('hi'))
    const message = chat.state.conversation.entries[0]?.item
    if (message?.type !== 'user_message') throw new Error('no message')
    await chat.edit(message, 'ho')
    expect(texts(chat.state)).toEqual(['hi', 'Hello', 'ho', 'Ho!'])
    expect([types(), failures]).toEqual([
      ['threads.create', 'onbehalf.branches.edit', 'threads.add_user_message'],
      [],
    ])
  },
)

it('a stop ends a resumable answer at the server, and keeps what was written', async () => {
  const one = script()
  const { chat, until, types, told } = ground({
    'threads.create': streams(one),
    'onbehalf.runs.stop': () => {
      one.end()
      return Response.json({})
    },
    ...stored([userItem('u', 'hi'), answerItem('a', 'Hello')]),
  })
  const sent = chat.send(draft('hi'))
  number(one, hello)
  await until((state) => texts(state)[1] === 'Hello')
  chat.stop()
  chat.stop()
  expect(chat.state.phase).toBe('stopping')
  await sent
  expect([texts(chat.state), standings(chat.state)]).toEqual([
    ['hi', 'Hello'],
    ['stored', 'stored'],
  ])
  expect(types()).toEqual([
    'threads.create',
    'onbehalf.runs.stop',
    'threads.get_by_id',
    'items.list',
  ])
  expect(told).toContain('stopped threads.create')
})

it('a stop at a server without resumable runs closes the stream, as the official client does', async () => {
  const one = script()
  const { chat, until, types, asked } = ground({ 'threads.create': streams(one) })
  const sent = chat.send(draft('hi'))
  for (const event of hello) one.send(event)
  await until((state) => texts(state)[1] === 'Hello')
  chat.stop()
  await sent
  expect(asked[0]?.signal?.aborted).toBe(true)
  expect([types(), standings(chat.state), chat.state.phase]).toEqual([
    ['threads.create'],
    ['stored', 'cut'],
    'idle',
  ])
})

it('a stop before the first event waits for that event, because it tells how to stop', async () => {
  const one = script()
  const { chat, types } = ground({
    'threads.create': streams(one),
    'onbehalf.runs.stop': () => {
      one.end()
      return Response.json({})
    },
    ...stored([userItem('u', 'hi')]),
  })
  const sent = chat.send(draft('hi'))
  chat.stop()
  expect(types()).not.toContain('onbehalf.runs.stop')
  one.send(created, 'run.1')
  await sent
  expect(types()).toContain('onbehalf.runs.stop')
})

it('when the server does not answer a stop, the page leaves the stream after a while', async () => {
  const never = ({ signal }: Asked) =>
    new Promise<Response>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
  const { chat, clock, asked, arrived } = ground({ 'threads.create': never })
  const sent = chat.send(draft('hi'))
  await arrived(1)
  chat.stop()
  expect(chat.state.phase).toBe('stopping')
  clock.advance(5000)
  await sent
  expect([standings(chat.state), chat.state.phase]).toEqual([['unsent'], 'idle'])
  expect(chat.state.conversation.failure).toEqual({ message: WORDS.notSent, remedy: 'resend' })
  // It may have arrived: it is sent again as the same message.
  const again = chat.remedy()
  await arrived(2)
  chat.stop()
  clock.advance(5000)
  await again
  expect(new Set(asked.map(({ headers }) => headers.get('idempotency-key'))).size).toBe(1)
})

it('an answer that the server does not allow to stop is not stopped', async () => {
  const one = script()
  const { chat, until } = ground({ 'threads.create': streams(one) })
  const sent = chat.send(draft('hi'))
  one.send({ type: 'stream_options', stream_options: { allow_cancel: false } })
  await until(({ conversation }) => !conversation.canStop)
  chat.stop()
  expect(chat.state.phase).toBe('running')
  for (const event of hello) one.send(event)
  one.send(done(answerItem('a', 'Hello')))
  one.end()
  await sent
})

it('a thread is opened at its newest items, older ones are read when they are wanted', async () => {
  const { chat, asked } = ground({
    'threads.get_by_id': () => Response.json(thread('thr_1', { title: 'Old' })),
    'items.list': ({ params }) =>
      params.after === undefined
        ? Response.json({
            data: [userItem('c', '3'), userItem('b', '2')],
            has_more: true,
            after: 'b',
          })
        : params.after === 'b'
          ? Response.json({ data: [], has_more: true, after: 'hidden' })
          : Response.json({ data: [userItem('a', '1')], has_more: false }),
  })
  await chat.open('thr_1')
  expect([texts(chat.state), chat.state.conversation.thread?.title]).toEqual([['2', '3'], 'Old'])
  await chat.loadOlder()
  expect([texts(chat.state), chat.state.conversation.older]).toEqual([['1', '2', '3'], undefined])
  expect(
    asked.filter(({ type }) => type === 'items.list').map(({ params }) => params.after),
  ).toEqual([undefined, 'b', 'hidden'])
})

it('opening a thread joins the answer that is being written in it', async () => {
  const replay = script()
  number(replay, hello.slice(1), 2)
  replay.send(done(answerItem('a', 'Hello!')), 'run.5')
  replay.end()
  const { chat, asked } = ground({
    'onbehalf.runs.resume': streams(replay),
    ...stored([userItem('u', 'hi')], { onbehalf_run: { state: 'running' } }),
  })
  await chat.open('thr_1')
  expect(texts(chat.state)).toEqual(['hi', 'Hello!'])
  expect(asked.at(-1)?.params).toEqual({ thread_id: 'thr_1' })
})

it('an interrupted answer says so, and is written again', async () => {
  const replay = script()
  replay.send(done(userItem('u', 'hi')), 'run.1')
  replay.send(
    {
      type: 'error',
      code: 'custom',
      message: 'The answer was interrupted. Try again.',
      allow_retry: true,
    },
    'run.2',
  )
  replay.end()
  const { chat } = ground({
    'onbehalf.runs.resume': streams(replay),
    'threads.retry_after_item': streams(said(done(answerItem('b', 'Whole')))),
    ...stored([userItem('u', 'hi')], { onbehalf_run: { state: 'interrupted' } }),
  })
  await chat.open('thr_1')
  expect(chat.state.conversation.failure).toEqual({
    message: 'The answer was interrupted. Try again.',
    remedy: 'retry',
  })
  await chat.remedy()
  expect(texts(chat.state)).toEqual(['hi', 'Whole'])
})

it('a thread that is gone, or another person’s, leaves nothing to try again', async () => {
  const gone = () => Response.json({ code: 'not_found', message: 'Not found.' }, { status: 404 })
  const { chat } = ground({ 'threads.get_by_id': gone, 'items.list': gone })
  await chat.open('thr_1')
  expect(chat.state.conversation).toMatchObject({
    thread: undefined,
    failure: { message: WORDS.gone, remedy: 'none' },
  })
})

it('events of a thread that was left change nothing', async () => {
  const one = script()
  const { chat, until } = ground({
    'threads.create': streams(one),
    ...stored([userItem('x', 'other')]),
  })
  void chat.send(draft('hi'))
  for (const event of hello) one.send(event)
  await until((state) => texts(state)[1] === 'Hello')
  await chat.open('thr_1')
  expect([texts(chat.state), chat.state.phase]).toEqual([['other'], 'idle'])
  chat.startNew()
  expect(texts(chat.state)).toEqual([])
})

it('a thread that was read after the person left it is dropped', async () => {
  const late = new Map<unknown, (response: Response) => void>()
  const { chat, arrived } = ground({
    'threads.get_by_id': ({ params }) => Response.json(thread(String(params.thread_id))),
    'items.list': ({ params }) =>
      new Promise((resolve) => void late.set(params.thread_id, resolve)),
  })
  const both = [chat.open('thr_1'), chat.open('thr_2')]
  await arrived(4)
  late.get('thr_2')?.(Response.json({ data: [userItem('b', 'second')] }))
  await both[1]
  late.get('thr_1')?.(Response.json({ data: [userItem('a', 'first')] }))
  await both[0]
  expect([texts(chat.state), chat.state.conversation.thread?.id]).toEqual([['second'], 'thr_2'])
})

it('an item without an end is read again when the stream is over', async () => {
  const { chat } = ground({
    'threads.create': streams(said(...hello)),
    ...stored([userItem('u', 'hi'), answerItem('a', 'As stored')]),
  })
  await chat.send(draft('hi'))
  expect([texts(chat.state), standings(chat.state)]).toEqual([
    ['hi', 'As stored'],
    ['stored', 'stored'],
  ])
})

const call = {
  id: 'c',
  thread_id: 'thr_1',
  created_at: '',
  type: 'client_tool_call',
  status: 'pending',
  call_id: 'x',
  name: 'where',
  arguments: { exact: true },
}

it('a tool of the page is run, its result sent, and the answer goes on', async () => {
  const calls: unknown[] = []
  const tool: ClientTool = async (given) => {
    calls.push(given)
    return { city: 'Bern' }
  }
  const { chat, asked } = ground(
    {
      'threads.create': streams(said(...hello.slice(0, 2), done(call))),
      'threads.add_client_tool_output': streams(said(done(answerItem('a', 'In Bern.')))),
    },
    { tool },
  )
  await chat.send(draft('where am I?'))
  expect(calls).toEqual([{ name: 'where', params: { exact: true } }])
  expect(asked.at(-1)?.params).toEqual({ thread_id: 'thr_1', result: { city: 'Bern' } })
  expect(chat.state.conversation.entries[1]?.item).toMatchObject({ status: 'completed' })
  expect(texts(chat.state).at(-1)).toBe('In Bern.')
})

it('when a tool fails, the model does not learn why', async () => {
  const tool: ClientTool = () => Promise.reject(new Error('key sk-123 was refused'))
  const { chat, asked } = ground(
    {
      'threads.create': streams(said(...hello.slice(0, 2), done(call))),
      'threads.add_client_tool_output': streams(said(done(answerItem('a', 'No.')))),
    },
    { tool },
  )
  await chat.send(draft('where am I?'))
  expect(asked.at(-1)?.params.result).toEqual({ error: 'The tool failed in the page.' })
})

it('a tool’s call that was left unanswered is not run again when its thread is opened', async () => {
  const calls: unknown[] = []
  const { chat } = ground(stored([userItem('u', 'hi'), call]), {
    tool: (given) => {
      calls.push(given)
      return null
    },
  })
  await chat.open('thr_1')
  expect(calls).toEqual([])
  expect(chat.state.conversation.failure).toEqual({ message: WORDS.interrupted, remedy: 'retry' })
})

const widget = (value: string) => ({
  id: 'w',
  thread_id: 'thr_1',
  created_at: '',
  type: 'widget',
  widget: { type: 'Card', children: [{ type: 'Text', value }] },
})

it('a widget’s action streams, or is answered at once while another answer is written', async () => {
  const one = script()
  const { chat, asked, until } = ground({
    'threads.custom_action': streams(
      said({ type: 'thread.item.replaced', item: widget('Approved') }),
    ),
    'threads.sync_custom_action': () => Response.json({ updated_item: widget('Seen') }),
    'threads.add_user_message': streams(one),
    ...stored([userItem('u', 'hi'), widget('Approve?')]),
  })
  await chat.open('thr_1')
  await chat.act({ type: 'approve', payload: { id: 1 } }, 'w', { streaming: true })
  expect(chat.state.conversation.entries[1]?.item).toEqual(widget('Approved'))
  expect(asked.at(-1)?.params).toEqual({
    thread_id: 'thr_1',
    item_id: 'w',
    action: { type: 'approve', payload: { id: 1 } },
  })
  const sent = chat.send(draft('more'))
  await until(({ phase }) => phase === 'running')
  await expect(chat.act({ type: 'approve' }, 'w', { streaming: true })).rejects.toThrow(
    WORDS.failed,
  )
  await chat.act({ type: 'look' }, 'w', { streaming: false })
  expect(chat.state.conversation.entries[1]?.item).toEqual(widget('Seen'))
  one.send(done(userItem('v', 'more')))
  one.end()
  await sent
})

it('an action that is refused says why to the widget, and leaves the conversation as it is', async () => {
  const { chat } = ground({
    'threads.custom_action': () =>
      Response.json(
        { code: 'thread_busy', message: 'An answer is still being written.' },
        { status: 409 },
      ),
    ...stored([widget('Approve?')]),
  })
  await chat.open('thr_1')
  await expect(chat.act({ type: 'approve' }, 'w', { streaming: true })).rejects.toThrow(
    'An answer is still being written.',
  )
  expect([chat.state.conversation.failure, chat.state.phase]).toEqual([undefined, 'idle'])
})

it('answers to questions are sent, and their item is replaced', async () => {
  const questions = (status: string) => ({
    id: 'q',
    thread_id: 'thr_1',
    created_at: '',
    type: 'structured_input',
    status,
    inputs: [{ id: 'i', type: 'freeform', question: 'Which?' }],
  })
  const { chat, asked } = ground({
    'threads.add_structured_input': streams(
      said(
        { type: 'thread.item.replaced', item: questions('answered') },
        done(answerItem('a', 'Good.')),
      ),
    ),
    ...stored([questions('pending')]),
  })
  await chat.open('thr_1')
  const input = {
    status: 'answered' as const,
    answers: { i: { values: ['This'], skipped: false } },
  }
  await chat.answer('q', input)
  expect(asked.at(-1)?.params).toEqual({ thread_id: 'thr_1', item_id: 'q', input })
  expect(chat.state.conversation.entries[0]?.item).toMatchObject({ status: 'answered' })
})

it('a message that has arrived already is not sent twice: its answer is joined', async () => {
  let state = 'running'
  const { chat, types } = ground({
    'threads.add_user_message': () =>
      Response.json({ code: 'still_running', message: 'Sent before.' }, { status: 409 }),
    'threads.get_by_id': () =>
      Response.json(thread('thr_1', state === '' ? {} : { onbehalf_run: { state } })),
    'items.list': () => Response.json({ data: [userItem('u', 'hi')], has_more: false }),
    'onbehalf.runs.resume': () => {
      state = ''
      return streaming(said(done(answerItem('a', 'Here.'))))
    },
  })
  state = ''
  await chat.open('thr_1')
  state = 'running'
  await chat.send(draft('hi'))
  expect(texts(chat.state)).toEqual(['hi', 'Here.'])
  expect(types().at(-1)).toBe('onbehalf.runs.resume')
})

it('a locked thread takes no message', async () => {
  const { chat, types } = ground(stored([], { status: { type: 'locked', reason: 'Done.' } }))
  await chat.open('thr_1')
  await chat.send(draft('hi'))
  expect(types()).toEqual(['threads.get_by_id', 'items.list'])
})

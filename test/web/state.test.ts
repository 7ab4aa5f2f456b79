import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type ChatEvent, parseEvent } from '../../web/client/parse.ts'
import { parseItem } from '../../web/client/parse-item.ts'
import { applyEvent } from '../../web/state/apply-event.ts'
import {
  cutAfter,
  EMPTY_CONVERSATION,
  hasPending,
  pendingToolCall,
  withCutItems,
  withOlder,
  withOwnMessage,
  withStored,
  withToolOutput,
} from '../../web/state/conversation.ts'
import { completeTurns } from '../../web/state/turns.ts'
import { answerItem, delta, thread, userItem } from './support.ts'

function parsed(event: object): ChatEvent {
  const one = parseEvent(event)
  if (!one) throw new Error(`not understood: ${JSON.stringify(event)}`)
  return one
}

function after(...events: readonly object[]) {
  return events.map(parsed).reduce(applyEvent, EMPTY_CONVERSATION)
}

function item(value: object) {
  const one = parseItem(value)
  if (!one) throw new Error('no item')
  return one
}

const added = (value: object) => ({ type: 'thread.item.added', item: value })
const done = (value: object) => ({ type: 'thread.item.done', item: value })
const update = (item_id: string, value: object) => ({
  type: 'thread.item.updated',
  item_id,
  update: value,
})
const texts = ({ entries }: ReturnType<typeof after>) =>
  entries.map(({ item: one }) =>
    one.type === 'assistant_message' ? one.content.map(({ text }) => text) : one.type,
  )

it('an answer grows with its deltas, and its last event replaces it', () => {
  const growing = after(
    { type: 'thread.created', thread: thread() },
    done(userItem('u', 'hi')),
    added(answerItem('a')),
    delta('a', 'He'),
    delta('a', 'llo'),
  )
  expect(texts(growing)).toEqual(['user_message', ['Hello']])
  expect(hasPending(growing)).toBe(true)
  const ended = applyEvent(growing, parsed(done(answerItem('a', 'Hello!'))))
  expect(texts(ended)).toEqual(['user_message', ['Hello!']])
  expect(hasPending(ended)).toBe(false)
})

it('skipped parts are filled with empty ones, and annotations reach their part', () => {
  const source = (title: string) => ({
    type: 'annotation',
    source: { type: 'url', title, url: 'https://a.example' },
    index: 1,
  })
  const annotated = (annotation_index: number, title: string) =>
    update('a', {
      type: 'assistant_message.content_part.annotation_added',
      content_index: 2,
      annotation_index,
      annotation: source(title),
    })
  const part = { type: 'output_text', text: 'third', annotations: [] }
  const { entries } = after(
    added(answerItem('a')),
    update('a', { type: 'assistant_message.content_part.added', content_index: 2, content: part }),
    annotated(0, 'b'),
    annotated(0, 'a'),
    annotated(9, 'c'),
  )
  const [one] = entries
  expect(one?.item).toMatchObject({
    content: [{ text: '' }, { text: '' }, { text: 'third', annotations: [{}, {}, {}] }],
  })
  expect(JSON.stringify(one?.item).match(/"title":"."/g)).toEqual([
    '"title":"a"',
    '"title":"b"',
    '"title":"c"',
  ])
})

it('a widget’s text grows by the id of its component, at any depth', () => {
  const widget = {
    type: 'Card',
    children: [{ type: 'Row', children: { type: 'Text', id: 't', value: 'a', streaming: true } }],
  }
  const base = { id: 'w', thread_id: 't', created_at: '', type: 'widget', widget }
  const grown = after(
    added(base),
    update('w', {
      type: 'widget.streaming_text.value_delta',
      component_id: 't',
      delta: 'b',
      done: true,
    }),
    update('w', {
      type: 'widget.streaming_text.value_delta',
      component_id: 'nowhere',
      delta: 'x',
      done: true,
    }),
  )
  expect(grown.entries[0]?.item).toMatchObject({
    widget: { children: [{ children: { value: 'ab', streaming: false } }] },
  })
  const replaced = applyEvent(
    grown,
    parsed(update('w', { type: 'widget.root.updated', widget: { type: 'Basic' } })),
  )
  expect(replaced.entries[0]?.item).toMatchObject({ widget: { type: 'Basic' } })
})

it('a new step goes to the end whatever its index says, and a changed step is found by its index', () => {
  const step = (title: string) => ({ type: 'custom', title })
  const workflow = {
    id: 'f',
    thread_id: 't',
    created_at: '',
    type: 'workflow',
    workflow: { type: 'custom', tasks: [] },
  }
  const { entries } = after(
    added(workflow),
    update('f', { type: 'workflow.task.added', task_index: 7, task: step('a') }),
    update('f', { type: 'workflow.task.added', task_index: 0, task: step('b') }),
    update('f', { type: 'workflow.task.updated', task_index: 0, task: step('c') }),
    update('f', { type: 'workflow.task.updated', task_index: 5, task: step('d') }),
  )
  expect(entries[0]?.item).toMatchObject({
    workflow: { tasks: [{ title: 'c', status_indicator: 'none' }, { title: 'b' }] },
  })
})

it('an item with a known id is replaced in its place, also by a replay', () => {
  const twice = after(
    done(userItem('u', 'hi')),
    added(answerItem('a')),
    delta('a', 'x'),
    done(userItem('u', 'hi')),
    added(answerItem('a')),
    delta('a', 'xy'),
  )
  expect(texts(twice)).toEqual(['user_message', ['xy']])
  expect(texts(applyEvent(twice, parsed({ type: 'thread.item.removed', item_id: 'a' })))).toEqual([
    'user_message',
  ])
})

it('the server’s copy of the person’s message takes the place of the page’s own', () => {
  const own = item(userItem('local_1', 'hi'))
  const sent = applyEvent(
    withOwnMessage(EMPTY_CONVERSATION, own),
    parsed(done(userItem('u', 'hi'))),
  )
  expect(sent.entries).toMatchObject([{ item: { id: 'u' }, standing: 'stored' }])
  const lost = withCutItems(withOwnMessage(EMPTY_CONVERSATION, own))
  expect(lost.entries).toMatchObject([{ item: { id: 'local_1' }, standing: 'unsent' }])
  // What the server has is the truth about everything but what never arrived.
  const head = parsed({ type: 'thread.created', thread: thread() })
  if (head.type !== 'thread.created') throw new Error()
  expect(
    withStored(lost, head.thread, [item(userItem('u0', 'before'))], undefined).entries.map(
      ({ item: { id } }) => id,
    ),
  ).toEqual(['u0', 'local_1'])
})

it('a thread’s update keeps its items and the state of its run', () => {
  const created = {
    type: 'thread.created',
    thread: thread('thr_1', { onbehalf_run: { state: 'running' } }),
  }
  const conversation = after(created, done(userItem('u', 'hi')), {
    type: 'thread.updated',
    thread: thread('thr_1', { title: 'New', status: { type: 'locked', reason: 'Why' } }),
  })
  expect(conversation.thread).toMatchObject({
    title: 'New',
    status: { type: 'locked', reason: 'Why' },
    run: 'running',
  })
  expect(conversation.entries.length).toBe(1)
})

it('progress is shown until something else comes', () => {
  const working = after(added(answerItem('a')), {
    type: 'progress_update',
    text: 'Looking',
    icon: 'search',
  })
  expect(working.progress).toEqual({ text: 'Looking', icon: 'search' })
  expect(applyEvent(working, parsed(delta('a', 'x'))).progress).toBeUndefined()
})

it('an error says what the person can do', () => {
  expect(
    after({ type: 'error', code: 'custom', message: 'No.', allow_retry: true }).failure,
  ).toEqual({
    message: 'No.',
    remedy: 'retry',
  })
  expect(after({ type: 'error', code: 'stream.error' }).failure).toEqual({
    message: undefined,
    remedy: 'none',
  })
  expect(
    after({
      type: 'error',
      code: 'signed_out',
      message: 'Sign in again to continue.',
      allow_retry: true,
    }).failure?.remedy,
  ).toBe('sign-in')
})

it('a retry and a tool’s output change the conversation without an event', () => {
  const call = {
    id: 'c',
    thread_id: 't',
    created_at: '',
    type: 'client_tool_call',
    status: 'pending',
    call_id: 'x',
    name: 'n',
    arguments: {},
  }
  const conversation = after(done(userItem('u', 'hi')), done(answerItem('a', 'x')), done(call))
  expect(pendingToolCall(conversation)?.name).toBe('n')
  expect(pendingToolCall(withToolOutput(conversation, 'c'))).toBeUndefined()
  expect(cutAfter(conversation, 'u').entries.length).toBe(1)
})

it('when an answer is cut, its text stays and items without text are removed', () => {
  const cut = withCutItems(
    after(added(answerItem('a')), delta('a', 'half'), added(answerItem('b'))),
  )
  expect(cut.entries).toMatchObject([{ item: { id: 'a' }, standing: 'cut' }])
})

it('older items are put before the others, each of them once', () => {
  const conversation = withOlder(
    after(done(userItem('c', '3'))),
    [item(userItem('c', '3')), item(userItem('b', '2')), item(userItem('a', '1'))],
    'a',
  )
  expect(conversation.entries.map(({ item: { id } }) => id)).toEqual(['a', 'b', 'c'])
  expect(conversation.older).toBe('a')
})

it('only a complete answer can be copied and rated', () => {
  const { entries } = after(
    done(userItem('u', 'hi')),
    done(answerItem('a', 'One.')),
    done(answerItem('b', 'Two.')),
    done(userItem('v', 'go on')),
    done(answerItem('c', 'Three.')),
  )
  expect([...completeTurns(entries, true)]).toMatchObject([
    [
      'b',
      { itemIds: ['a', 'b'], text: 'One.\n\nTwo.', isLast: false, question: userItem('u', 'hi') },
    ],
  ])
  expect([...completeTurns(entries, false).keys()]).toEqual(['b', 'c'])
})

it('hidden items, unknown items and nonsense are left out', () => {
  for (const type of ['hidden_context_item', 'sdk_hidden_context', 'from_the_future']) {
    expect(parseEvent(added({ id: 'x', type, content: 'secret' }))).toBeUndefined()
  }
  expect(
    parseEvent({ type: 'thread.item.updated', item_id: 'a', update: { type: 'future' } }),
  ).toBeUndefined()
  for (const index of [-1, 0.5, 1e9, '0', null]) {
    expect(
      parseEvent(
        update('a', {
          type: 'assistant_message.content_part.text_delta',
          content_index: index,
          delta: 'x',
        }),
      ),
    ).toBeUndefined()
  }
})

it('no event of a server makes the state throw or grow without bound', () => {
  const types = [
    'thread.created',
    'thread.updated',
    'thread.item.added',
    'thread.item.done',
    'thread.item.updated',
    'thread.item.removed',
    'error',
    'notice',
    'progress_update',
  ]
  const nonsense = fc.record(
    {
      type: fc.constantFrom(...types),
      item_id: fc.constantFrom('a', 'b'),
      item: fc.record(
        {
          id: fc.constantFrom('a', 'b'),
          type: fc.constantFrom('user_message', 'assistant_message', 'widget', 'workflow', 'task'),
          content: fc.jsonValue(),
          widget: fc.jsonValue(),
          workflow: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
      update: fc.record(
        {
          type: fc.constantFrom(
            'assistant_message.content_part.added',
            'assistant_message.content_part.text_delta',
            'widget.root.updated',
            'workflow.task.updated',
          ),
          content_index: fc.jsonValue(),
          content: fc.jsonValue(),
          delta: fc.jsonValue(),
          widget: fc.jsonValue(),
          task_index: fc.nat(3),
          task: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
      thread: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.array(nonsense, { maxLength: 30 }), (events) => {
      const conversation = events
        .flatMap((one) => parseEvent(one) ?? [])
        .reduce(applyEvent, EMPTY_CONVERSATION)
      expect(conversation.entries.length).toBeLessThanOrEqual(2)
      expect(conversation.notices.length).toBeLessThanOrEqual(10)
    }),
  )
  let long = EMPTY_CONVERSATION
  for (let count = 0; count < 1100; count++)
    long = applyEvent(long, parsed(done(userItem(`u${count}`, 'x'))))
  expect(long.entries.length).toBe(1000)
  expect(long.older).toBe('u100')
})

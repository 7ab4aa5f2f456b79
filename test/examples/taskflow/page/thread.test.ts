// The page's thread: each event of the ChatKit stream changes it as the protocol says, and no event breaks it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  applyEvent,
  completedSteps,
  cutAfter,
  NEW_THREAD,
  stopped,
  type Thread,
  withOwnMessage,
} from '../../../../examples/taskflow/page/thread.ts'

const played = (events: readonly unknown[], thread: Thread = NEW_THREAD) => events.reduce<Thread>(applyEvent, thread)
const user = (id: string, text: string) => ({ id, type: 'user_message', content: [{ type: 'input_text', text }] })
const assistant = (id: string, ...texts: readonly string[]) => ({
  id,
  type: 'assistant_message',
  content: texts.map((text) => ({ type: 'output_text', text, annotations: [] })),
})
const workflow = (id: string, ...states: readonly string[]) => ({
  id,
  type: 'workflow',
  workflow: {
    type: 'custom',
    tasks: states.map((status_indicator, index) => ({ type: 'custom', title: `Step ${index}`, status_indicator })),
  },
})
const added = (item: unknown) => ({ type: 'thread.item.added', item })
const done = (item: unknown) => ({ type: 'thread.item.done', item })
const update = (item_id: string, change: unknown) => ({ type: 'thread.item.updated', item_id, update: change })
const part = (kind: string, content_index: number, rest: object) => ({
  type: `assistant_message.content_part.${kind}`,
  content_index,
  ...rest,
})

describe('items', () => {
  test('the person’s message takes the place of the one that was shown before the server confirmed it', () => {
    const thread = played([done(user('msg_1', 'hello'))], withOwnMessage(NEW_THREAD, 'hello'))
    expect(thread.items).toEqual([{ kind: 'user', id: 'msg_1', text: 'hello' }])
  })

  test('text grows by deltas, parts are padded, added and set', () => {
    const thread = played([
      added(assistant('a')),
      update('a', part('text_delta', 0, { delta: 'One' })),
      update('a', part('added', 2, { content: { type: 'output_text', text: 'three' } })),
      update('a', part('text_delta', 2, { delta: '!' })),
      update('a', part('done', 0, { content: { type: 'output_text', text: 'ONE' } })),
      update('a', part('annotation_added', 0, { annotation: {} })),
    ])
    expect(thread.items).toEqual([{ kind: 'assistant', id: 'a', parts: ['ONE', '', 'three!'], pending: true }])
  })

  test('a part far beyond the end is not padded up to', () => {
    const thread = played([
      added(assistant('a', 'x')),
      update('a', part('text_delta', 1e9, { delta: 'y' })),
      update('a', part('text_delta', -1, { delta: 'y' })),
    ])
    expect(thread.items[0]).toMatchObject({ parts: ['x'] })
  })

  test('done and replaced set an item in its place, also when done comes twice; removed takes it out', () => {
    const events = [
      added(assistant('a')),
      done(user('b', 'b')),
      done(assistant('a', 'whole')),
      done(assistant('a', 'whole again')),
    ]
    expect(played(events).items.map(({ id }) => id)).toEqual(['a', 'b'])
    expect(played(events).items[0]).toMatchObject({ parts: ['whole again'], pending: false })
    expect(played([...events, { type: 'thread.item.removed', item_id: 'a' }]).items.map(({ id }) => id)).toEqual(['b'])
  })

  test('a workflow’s tasks are appended whatever their index says, and set by index', () => {
    const task = (title: string, status_indicator: string) => ({ type: 'custom', title, status_indicator })
    const thread = played([
      added(workflow('w')),
      update('w', { type: 'workflow.task.added', task_index: 7, task: task('A', 'loading') }),
      update('w', { type: 'workflow.task.added', task_index: 7, task: task('B', 'loading') }),
      update('w', { type: 'workflow.task.updated', task_index: 0, task: task('A', 'complete') }),
      update('w', { type: 'workflow.task.updated', task_index: 9, task: task('C', 'complete') }),
    ])
    expect(thread.items[0]).toMatchObject({
      steps: [
        { title: 'A', state: 'complete' },
        { title: 'B', state: 'loading' },
      ],
    })
    expect(completedSteps(thread)).toBe(1)
  })

  test.each(['hidden_context_item', 'sdk_hidden_context', 'end_of_turn'])('%s is never shown', (type) => {
    expect(played([added({ id: 'h', type, content: 'x' }), done({ id: 'h', type, content: 'x' })]).items).toEqual([])
  })
})

describe('the thread itself', () => {
  test('thread.updated changes title and status and keeps the items', () => {
    const thread = played([
      done(user('u', 'x')),
      {
        type: 'thread.updated',
        thread: { id: 't', title: 'New', status: { type: 'locked', reason: 'Over.' }, items: { data: [] } },
      },
    ])
    expect(thread).toMatchObject({ id: 't', title: 'New', closed: 'Over.', items: [{ id: 'u' }] })
  })

  test('progress is shown until something else arrives', () => {
    const busy = played([{ type: 'progress_update', text: 'Looking' }])
    expect(busy.progress).toBe('Looking')
    expect(played([{ type: 'unknown' }], busy).progress).toBe('Looking')
    expect(played([done(user('u', 'x'))], busy).progress).toBeUndefined()
  })

  test('stopping halts what was being written and keeps it', () => {
    const thread = stopped(played([added(assistant('a', 'Once')), added(workflow('w', 'complete', 'loading'))]))
    expect(thread.items).toMatchObject([
      { parts: ['Once'], pending: false, stopped: true },
      { pending: false, steps: [{ state: 'complete' }, { state: 'none' }] },
    ])
  })

  test('a retry cuts off what came after the message', () => {
    const thread = played([done(user('u', 'x')), done(assistant('a', 'y')), { type: 'error', allow_retry: true }])
    expect(cutAfter(thread, 'u').items.map(({ id }) => id)).toEqual(['u'])
    expect(cutAfter(thread, 'gone')).toBe(thread)
  })
})

test('no JSON, however shaped, breaks it', () => {
  const names = fc.constantFrom(
    ...[
      'thread.created',
      'thread.updated',
      'thread.item.added',
      'thread.item.done',
      'thread.item.replaced',
      'thread.item.removed',
    ],
    ...['thread.item.updated', 'stream_options', 'progress_update', 'notice', 'error', 'client_effect'],
  )
  const kinds = fc.constantFrom('user_message', 'assistant_message', 'workflow', 'task', 'widget', 'toString')
  const updates = fc.constantFrom(
    'assistant_message.content_part.text_delta',
    'assistant_message.content_part.added',
    'workflow.task.added',
    'workflow.task.updated',
  )
  const id = fc.constantFrom('a', 'b', '__proto__')
  const loose = fc.jsonValue({ maxDepth: 3 })
  const item = fc.record({
    id,
    type: kinds,
    content: loose,
    workflow: fc.oneof(loose, fc.record({ tasks: loose, summary: loose })),
    task: loose,
  })
  const change = fc.record({
    type: updates,
    content_index: fc.oneof(fc.integer(), loose),
    task_index: fc.oneof(fc.integer(), loose),
    delta: loose,
    content: loose,
    task: loose,
  })
  const event = fc.record({
    type: names,
    item: fc.oneof(item, loose),
    item_id: id,
    update: change,
    thread: loose,
    stream_options: loose,
    text: loose,
    message: loose,
    title: loose,
  })
  fc.assert(
    fc.property(fc.array(fc.oneof(event, loose), { maxLength: 30 }), (events) => {
      const thread = played(events)
      const ids = thread.items.map((one) => one.id)
      expect(new Set(ids).size).toBe(ids.length)
    }),
    { numRuns: 300 },
  )
})

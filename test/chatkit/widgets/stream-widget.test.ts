import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import type { AnswerEvent } from '../../../src/chatkit/protocol/event.ts'
import type { WidgetRoot } from '../../../src/chatkit/protocol/item.ts'
import { streamWidget } from '../../../src/chatkit/widgets/stream-widget.ts'
import { type Loose, testChat } from '../support.ts'

const context = {
  newItem: () => ({ id: 'w', thread_id: 't', created_at: '2026-01-01T00:00:00.000Z' }),
}

function state(value: string, streaming = true): WidgetRoot {
  return { type: 'Card', children: [{ id: 't', type: 'Text', value, streaming }] }
}

async function eventsOf(
  ...[states, options]: [Parameters<typeof streamWidget>[0], Parameters<typeof streamWidget>[2]?]
) {
  const events: AnswerEvent[] = []
  for await (const event of streamWidget(states, context, options)) events.push(event)
  return events
}

describe('a widget that changes', () => {
  it('a widget that changes sends the same events as the reference server', async () => {
    const cases: Loose[] = JSON.parse(
      await readFile(new URL('../recorded/cases.json', import.meta.url), 'utf8'),
    )
    const recorded = cases.find((one) => one.case === 'c08_widget_stream_delta')
    const { request, expect: expected } = recorded.steps[0]
    const chat = testChat(async function* (_thread, _message, { newItem }) {
      const named = {
        newItem: (kind: Parameters<typeof newItem>[0]) => ({ ...newItem(kind), id: 'fx_ws' }),
      }
      yield* streamWidget([state(''), state('He'), state('Hey', false)], named)
    })
    const events = await chat.stream('alice', request.type, request.params)
    const same = (event: Loose) => {
      const { created_at: _, thread_id: __, ...item } = event.item ?? {}
      return { ...event, item }
    }
    expect(events.slice(3).map(same)).toEqual(expected.events.slice(3).map(same))
    expect(events).toHaveLength(expected.events.length)
  })

  it('a widget that changes with one state is added and done', async () => {
    const events = await eventsOf([state('a')], { copyText: 'copied' })
    const item = { ...context.newItem(), type: 'widget', widget: state('a'), copy_text: 'copied' }
    expect(events).toEqual([
      { type: 'thread.item.added', item },
      { type: 'thread.item.done', item },
    ])
  })

  it('a widget that changes without states sends nothing', async () => {
    expect(await eventsOf([])).toEqual([])
  })

  it('a widget that changes sends nothing for a state that is like the one before', async () => {
    expect((await eventsOf([state('a'), state('a')])).map(({ type }) => type)).toEqual([
      'thread.item.added',
      'thread.item.done',
    ])
  })

  it('a widget that changes may yield one object again and again after changing it', async () => {
    const text = { id: 't', type: 'Text', value: '' }
    const card = { type: 'Card', children: [text] } as const
    async function* states() {
      for (const word of ['a', 'b', 'c']) {
        text.value += word
        yield card
      }
    }
    const events = await eventsOf(states())
    expect(
      events.flatMap((event) => (event.type === 'thread.item.updated' ? [event.update] : [])),
    ).toEqual([
      { type: 'widget.streaming_text.value_delta', component_id: 't', delta: 'b', done: true },
      { type: 'widget.streaming_text.value_delta', component_id: 't', delta: 'c', done: true },
    ])
    expect(events[0]).toMatchObject({ item: { widget: { children: [{ value: 'a' }] } } })
    expect(events.at(-1)).toMatchObject({
      type: 'thread.item.done',
      item: { widget: { children: [{ value: 'abc' }] } },
    })
  })

  it('a widget that changes is not stored when it fails, and its states are closed when nobody reads on', async () => {
    let closed = false
    async function* states() {
      try {
        yield state('a')
        yield state('ab')
      } finally {
        closed = true
      }
    }
    for await (const _ of streamWidget(states(), context)) break
    expect(closed).toBe(true)
    async function* failing() {
      yield state('a')
      throw new Error('no more')
    }
    await expect(eventsOf(failing())).rejects.toThrow('no more')
  })
})

// Resumable runs. Events have ids, the run goes on without its client, and a client that comes back
// gets the rest: nothing is lost, and nothing comes twice.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ChatkitServerOptions,
  memoryRunStore,
  memoryThreadStore,
} from '../../../src/chatkit/index.ts'
import {
  answer,
  begin,
  delta,
  type Frame,
  frameReader,
  RESUMABLE,
  resume,
  type Steps,
  steps,
} from '../resumable.ts'
import { describeStores, type OpenStores } from '../stores.ts'
import { type Loose, message, type TestCaller, testChat } from '../support.ts'

/** A server over one of the stores, whose answers are told when to go on. */
async function chatOver(
  open: OpenStores,
  told: Steps = steps(),
  options: Partial<ChatkitServerOptions<TestCaller>> = {},
) {
  const [stores] = await open()
  return { chat: testChat(told.respond, { ...stores, ...options }), told }
}

const numbers = (frames: readonly Frame[]) => frames.map(({ id }) => Number(id?.split('.')[1]))

describeStores('a resumable run', (open) => {
  it('a resumable run numbers its events from 1, and other runs have no ids', async () => {
    const { chat, told } = await chatOver(open)
    told.say(2)
    told.finish()
    const { reader, first, run } = await begin(chat)
    const frames = [...(first ? [first] : []), ...(await reader.take())]
    expect(numbers(frames)).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(frames.every(({ id }) => id?.startsWith(`${run}.`))).toBe(true)
    expect(frames.map(({ event }) => event.type)).toEqual([
      'thread.created',
      'thread.item.done',
      'stream_options',
      'thread.item.added',
      'thread.item.updated',
      'thread.item.updated',
      'thread.item.done',
    ])
    const plain = await frameReader(
      await chat.send('alice', 'threads.create', { input: message('noop') }),
    )
    expect((await plain.take()).every(({ id }) => id === undefined)).toBe(true)
    expect(chat.errors).toEqual([])
  })

  it('a resumable run goes on without its client, and gives the rest to a client that comes back', async () => {
    const { chat, told } = await chatOver(open)
    const { reader, thread } = await begin(chat)
    told.say(1)
    const seen = await reader.until('assistant_message.content_part.text_delta')
    await reader.cancel()
    expect(told.signal()?.aborted).toBe(false)
    expect(await chat.json('alice', 'threads.get_by_id', { thread_id: thread })).toMatchObject({
      onbehalf_run: { state: 'running' },
    })
    const last = seen.at(-1)?.id
    const again = await resume(chat, thread, last)
    told.say(1)
    const [next] = await again.take(1)
    expect(next?.event.update.delta).toBe('w1 ')
    told.finish()
    const rest = await again.take()
    expect(rest.map(({ event }) => event.type)).toEqual(['thread.item.done'])
    expect(numbers([...(next ? [next] : []), ...rest])).toEqual([6, 7])
    expect(await (await resume(chat, thread, last)).take()).toEqual([next, ...rest])
    const thread_now = await chat.json('alice', 'threads.get_by_id', { thread_id: thread })
    expect(thread_now).not.toHaveProperty('onbehalf_run')
    expect(thread_now.items.data.at(-1).content[0].text).toBe('w0 w1 ')
    expect(chat.callers[0]?.ended).toBe(1)
    expect(chat.errors).toEqual([])
  })

  it('a resumable run gives exactly the rest after each of its events', async () => {
    const { chat, told } = await chatOver(open)
    told.say(5)
    told.finish()
    const { reader, first, thread, run } = await begin(chat)
    const all = [...(first ? [first] : []), ...(await reader.take())]
    for (let at = 0; at <= all.length; at += 1) {
      expect(await (await resume(chat, thread, `${run}.${at}`)).take()).toEqual(all.slice(at))
    }
  })

  it('a resumable run gives large events a few at a time and leaves none out', async () => {
    const words = Array.from({ length: 40 }, (_, at) => `${at} `.padEnd(30_000, 'x'))
    const [stores] = await open()
    const chat = testChat(async function* (_thread, _message, context) {
      const item = answer(context, '')
      yield { type: 'thread.item.added', item }
      for (const word of words) yield delta(item.id, word)
    }, stores)
    const { reader, thread, run } = await begin(chat)
    await reader.take()
    const { body } = await chat.send('alice', 'onbehalf.runs.resume', {
      thread_id: thread,
      after: `${run}.4`,
    })
    let largest = 0
    for await (const chunk of body ?? []) largest = Math.max(largest, chunk.length)
    expect(largest).toBeGreaterThan(30_000)
    expect(largest).toBeLessThan(100_000)
    const again = await resume(chat, thread, `${run}.4`)
    expect((await again.take()).map(({ event }) => event.update.delta)).toEqual(words)
  })

  it('a client without an event id follows a running run from its start, and gets nothing of an ended one', async () => {
    const { chat, told } = await chatOver(open)
    const { reader, first, thread } = await begin(chat)
    told.say(1)
    await reader.until('assistant_message.content_part.text_delta')
    const again = await resume(chat, thread)
    expect(await again.next()).toEqual(first)
    told.finish()
    await again.take()
    expect(await (await resume(chat, thread)).take()).toEqual([])
  })

  it('a resumable run is not joined by the id of an older run or by a malformed id', async () => {
    const { chat, told } = await chatOver(open)
    told.finish()
    const { reader, thread, run } = await begin(chat)
    await reader.take()
    await (
      await frameReader(
        await chat.send(
          'alice',
          'threads.add_user_message',
          { thread_id: thread, input: message('again') },
          RESUMABLE,
        ),
      )
    ).take()
    expect(await (await resume(chat, thread, `${run}.1`)).take()).toEqual([])
    for (const after of [
      'x',
      '',
      '1',
      '.1',
      'run.',
      'run.x',
      'run.-1',
      'run.1.',
      `run.${'9'.repeat(20)}`,
    ]) {
      const refused = await chat.send('alice', 'onbehalf.runs.resume', { thread_id: thread, after })
      expect([after, refused.status]).toEqual([after, 400])
    }
    expect(
      (await chat.send('bob', 'onbehalf.runs.resume', { thread_id: thread, after: `${run}.1` }))
        .status,
    ).toBe(404)
  })

  it('a thread whose run is not resumable gives an empty stream and names no run', async () => {
    const { chat, told } = await chatOver(open)
    const plain = await frameReader(
      await chat.send('alice', 'threads.create', { input: message('hi') }),
    )
    const created = await plain.next()
    told.say(1)
    await plain.until('assistant_message.content_part.text_delta')
    const thread_id = created?.event.thread.id
    expect(await (await resume(chat, thread_id)).take()).toEqual([])
    expect(await chat.json('alice', 'threads.get_by_id', { thread_id })).not.toHaveProperty(
      'onbehalf_run',
    )
    await plain.cancel()
  })

  it("an owner's stop keeps the text, leaves a note, ends every stream, and discards the credential", async () => {
    const { chat, told } = await chatOver(open)
    const { reader, thread } = await begin(chat)
    told.say(2)
    await reader.until('assistant_message.content_part.text_delta')
    const other = await resume(chat, thread)
    await other.until('assistant_message.content_part.text_delta')
    expect((await chat.send('bob', 'onbehalf.runs.stop', { thread_id: thread })).status).toBe(404)
    expect(told.signal()?.aborted).toBe(false)
    const stopped = [
      chat.json('alice', 'onbehalf.runs.stop', { thread_id: thread }),
      chat.json('alice', 'onbehalf.runs.stop', { thread_id: thread }),
    ]
    expect(await Promise.all(stopped)).toEqual([{}, {}])
    expect(told.signal()?.aborted).toBe(true)
    expect((await reader.take()).map(({ event }) => event.update?.delta)).toEqual(['w1 '])
    expect((await other.take()).map(({ event }) => event.update?.delta)).toEqual(['w1 '])
    expect(await chat.json('alice', 'onbehalf.runs.stop', { thread_id: thread })).toEqual({})
    const owner = JSON.stringify(['https://a.example', null, 'alice'])
    const items = await chat.store.items(owner, thread, { limit: 10, order: 'asc', hidden: true })
    expect(items?.data.map(({ type }) => type)).toEqual([
      'user_message',
      'assistant_message',
      'sdk_hidden_context',
    ])
    expect(items?.data[1]).toMatchObject({ content: [{ text: 'w0 w1 ' }] })
    expect(await chat.json('alice', 'threads.get_by_id', { thread_id: thread })).not.toHaveProperty(
      'onbehalf_run',
    )
    expect(chat.callers[0]?.ended).toBe(1)
    expect(chat.errors).toEqual([])
  })

  it('a deleted thread ends the streams of its resumable run and stays deleted', async () => {
    const { chat, told } = await chatOver(open)
    const { reader, thread } = await begin(chat)
    told.say(1)
    await reader.until('assistant_message.content_part.text_delta')
    const other = await resume(chat, thread)
    expect(await chat.json('alice', 'threads.delete', { thread_id: thread })).toEqual({})
    expect((await reader.take()).at(-1)).toEqual({
      id: undefined,
      event: { type: 'error', code: 'stream.error', allow_retry: false },
    })
    expect((await other.take()).at(-1)?.event).toMatchObject({ type: 'error', allow_retry: false })
    expect(told.signal()?.aborted).toBe(true)
    expect((await chat.send('alice', 'onbehalf.runs.resume', { thread_id: thread })).status).toBe(
      404,
    )
    expect((await chat.json('alice', 'threads.list')).data).toEqual([])
    expect(chat.errors).toEqual([])
  })

  it('a resumable run whose answer fails keeps its text and its error, and is done', async () => {
    const [stores] = await open()
    const chat = testChat(async function* () {
      yield { type: 'progress_update', text: 'x' }
      throw new Error('hunter2')
    }, stores)
    const { reader, thread, run } = await begin(chat)
    await reader.take()
    expect(await (await resume(chat, thread, `${run}.4`)).take()).toEqual([
      { id: `${run}.5`, event: { type: 'error', code: 'stream.error', allow_retry: true } },
    ])
    expect(await chat.json('alice', 'threads.get_by_id', { thread_id: thread })).not.toHaveProperty(
      'onbehalf_run',
    )
  })

  it('readers that come and go at any time all read the same events, each one once', async () => {
    const cuts = fc.array(fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 8 }), {
      minLength: 1,
      maxLength: 4,
    })
    const pace = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 15 })
    const [stores] = await open()
    const property = fc.asyncProperty(cuts, pace, async (readers, bursts) => {
      const told = steps()
      const chat = testChat(told.respond, stores)
      const { reader, first, thread, run } = await begin(chat)
      const reading = readers.map((plan) =>
        readWithCuts(run, plan, (after) => resume(chat, thread, after)),
      )
      for (const words of bursts) {
        told.say(words)
        for (let turns = 0; turns < words; turns += 1)
          await new Promise((resolve) => setImmediate(resolve))
      }
      told.finish()
      const all = [...(first ? [first] : []), ...(await reader.take())]
      expect(numbers(all)).toEqual(all.map((_, n) => n + 1))
      expect(
        all.filter(({ event }) => event.update).map(({ event }) => event.update.delta),
      ).toEqual(Array.from({ length: bursts.reduce((sum, n) => sum + n, 0) }, (_, n) => `w${n} `))
      for (const got of await Promise.all(reading)) expect(got).toEqual(all)
      expect(chat.errors).toEqual([])
    })
    await fc.assert(property, { numRuns: 15 })
  })
})

/** Reads a run to its end, gone after so many events each time. */
async function readWithCuts(
  run: string,
  plan: readonly number[],
  join: (after: string) => ReturnType<typeof resume>,
): Promise<Frame[]> {
  const seen: Frame[] = []
  for (const most of [...plan, Number.POSITIVE_INFINITY]) {
    const reader = await join(`${run}.${seen.length}`)
    seen.push(...(await reader.take(most)))
    await reader.cancel()
  }
  return seen
}

describe('a reader', () => {
  it('a reader reads a log that is longer than a page to its end, without new events', async () => {
    const told = steps()
    const chat = testChat(told.respond)
    const { reader, thread, run } = await begin(chat)
    told.say(1000)
    const seen = await reader.take(1003)
    const late = await resume(chat, thread, `${run}.1`)
    expect(await late.take(1003)).toEqual(seen)
    told.finish()
    expect(await late.take()).toEqual(await reader.take())
  })

  it('a reader of an old run comes to its end, whatever becomes of the newer run in the thread', async () => {
    const clock = { now: Date.now() }
    const stores = { store: memoryThreadStore(), runs: memoryRunStore() }
    const told = steps()
    const chat = testChat(told.respond, { ...stores, now: () => clock.now })
    for (const later of [0, 15_000]) {
      told.say(1)
      const { reader, thread, run } = await begin(chat, 'alice', 'noop')
      await reader.take()
      const late = await resume(chat, thread, `${run}.1`)
      const next = await frameReader(
        await chat.send(
          'alice',
          'threads.add_user_message',
          { thread_id: thread, input: message('hi') },
          RESUMABLE,
        ),
      )
      await next.take(3)
      clock.now += later
      if (later > 0) {
        await testChat(told.respond, { ...stores, now: () => clock.now }).json(
          'alice',
          'threads.get_by_id',
          {
            thread_id: thread,
          },
        )
      }
      expect(await late.take()).toEqual([])
      await chat.json('alice', 'onbehalf.runs.stop', { thread_id: thread })
    }
  })

  it('a reader leaves no watch behind, however it ends', async () => {
    const runs = memoryRunStore()
    let watching = 0
    const counted: typeof runs = {
      ...runs,
      watch(id, wake) {
        const unwatch = runs.watch(id, wake)
        watching += 1
        let over = false
        return () => {
          if (!over) watching -= 1
          over = true
          unwatch()
        }
      },
    }
    const told = steps()
    const chat = testChat(told.respond, { runs: counted })
    const { reader, thread } = await begin(chat)
    // The run is not theirs, so they follow it in the store.
    const elsewhere = testChat(told.respond, { runs: counted, store: chat.store })
    const others = [await resume(elsewhere, thread), await resume(elsewhere, thread)]
    const here = await resume(chat, thread)
    await others[0]?.take(2)
    await others[0]?.cancel()
    // Of the run, and of the reader that is left elsewhere.
    expect(watching).toBe(2)
    told.finish()
    await Promise.all([reader.take(), here.take(), others[1]?.take()])
    expect(watching).toBe(0)
  })
})

describe('a reader that is slow', () => {
  it('a slow reader holds one page of a long log and does not slow the writer', async () => {
    const runs = memoryRunStore()
    let read = 0
    const counted = {
      ...runs,
      async events(...args: Parameters<typeof runs.events>) {
        const events = await runs.events(...args)
        read += events.length
        return events
      },
    }
    const told = steps()
    const chat = testChat(told.respond, { runs: counted })
    const { reader, thread, run } = await begin(chat)
    const slow = await resume(chat, thread, `${run}.0`)
    await slow.next()
    told.say(5000)
    told.finish()
    const fast = await resume(chat, thread, `${run}.0`)
    expect((await fast.take()).length).toBe(5005)
    read = 0
    for (let n = 0; n < 20; n += 1) await new Promise((resolve) => setImmediate(resolve))
    expect(read).toBe(0)
    const page = await slow.take(100)
    expect(read).toBeLessThanOrEqual(256)
    const rest: Loose[] = [...page, ...(await slow.take())]
    expect(rest).toHaveLength(5004)
    await reader.cancel()
  })
})

// A chat whose sign-in runs out while an answer is being written: the page is asked for a fresh one,
// and the answer goes on with it. Nothing is called twice, and nobody else's is taken.

import { describe, expect, it } from 'vitest'
import type { Caller } from '../../../src/caller.ts'
import {
  type AnswerContext,
  type AnswerEvent,
  type ChatkitServerOptions,
  chatkitServer,
  memoryRunStore,
  memoryThreadStore,
} from '../../../src/chatkit/index.ts'
import { errorText } from '../../../src/chatkit/protocol/named-text.ts'
import { toError, toSentence } from '../../../src/core/sentences.ts'
import { deferred } from '../../core/parts.ts'
import { LIFE, shortLived } from '../../short-lived.ts'
import { frameReader } from '../resumable.ts'
import { type Loose, message, request } from '../support.ts'

const ASKS = { type: 'client_effect', name: 'onbehalf/renews', data: {} }
const SIGNED_OUT = {
  type: 'error',
  code: 'signed_out',
  ...errorText('signed_out'),
  allow_retry: true,
}
const REFUSED = toSentence({ reason: 'handle_refused', server: 'tasks' })
const RENEWS = { 'onbehalf/renews': true }

type House = Awaited<ReturnType<typeof shortLived>>

/** A chat whose answer calls a tool, lets the token run out, and calls the tool once more. */
function chat(house: House, options: Partial<ChatkitServerOptions<Caller>> = {}) {
  const ended = deferred<AbortSignal>()
  async function* respond(
    _thread: unknown,
    _message: unknown,
    { caller, newItem, signal }: AnswerContext<Caller>,
  ): AsyncGenerator<AnswerEvent, void, undefined> {
    signal.addEventListener('abort', () => ended.resolve(signal))
    for (const isLast of [false, true]) {
      const text = await house.call(caller)
      if (text === REFUSED) throw toError({ reason: 'handle_refused' })
      const content = [{ type: 'output_text', text, annotations: [] } as const]
      yield {
        type: 'thread.item.done',
        item: { ...newItem('message'), type: 'assistant_message', content },
      }
      if (!isLast) house.clock.forward(LIFE + 1)
    }
  }
  const server = chatkitServer<Caller>({
    admit: house.onbehalf.admit,
    store: memoryThreadStore(),
    rateLimit: 'none',
    respond,
    ...options,
  })
  const send = (token: string, type: string, params: unknown, metadata = {}) =>
    server.fetch(request(`canary.${token}`, { type, params, metadata }))
  return {
    server,
    ended: ended.promise,
    send,
    ask: (metadata: object) =>
      send('alice.1', 'threads.create', { input: message('Do it twice') }, metadata),
    renew: (token: string, thread_id: string) => send(token, 'onbehalf.runs.renew', { thread_id }),
  }
}

/** Reads up to where the page is asked; gives the id of the thread. */
async function untilAsked(reader: Awaited<ReturnType<typeof frameReader>>): Promise<string> {
  const frames = await reader.until('client_effect')
  expect(frames.at(-1)?.event).toEqual(ASKS)
  return frames.find(({ event }) => event.type === 'thread.created')?.event.thread.id
}

const textsOf = (frames: readonly { readonly event: Loose }[]) =>
  frames.flatMap(({ event }) =>
    event.type === 'thread.item.done' && event.item.type === 'assistant_message'
      ? [event.item.content[0].text]
      : [],
  )

describe.each([
  ['an answer', RENEWS],
  ['an answer that can be resumed', { ...RENEWS, 'onbehalf/resumable': true }],
])('%s whose sign-in runs out', (_, metadata) => {
  it('goes on with the one that the page brings, and calls nothing twice', async () => {
    await using house = await shortLived()
    const { ask, renew } = chat(house)
    const reader = await frameReader(await ask(metadata))
    const id = await untilAsked(reader)
    expect(house.served).toHaveLength(1)
    const renewed = await renew('alice.2', id)
    expect([renewed.status, await renewed.json()]).toEqual([200, { renewed: true }])
    const rest = await reader.take()
    expect(textsOf(rest)).toEqual(['done'])
    expect(rest.filter(({ event }) => event.type === 'error')).toEqual([])
    expect(house.exchanged).toEqual(['canary.alice.1', 'canary.alice.2'])
    expect(house.served).toHaveLength(2)
    expect(house.inVault.size).toBe(0)
  })

  it("refuses another person's, and goes on with the right one", async () => {
    await using house = await shortLived()
    const { ask, renew } = chat(house)
    const reader = await frameReader(await ask(metadata))
    const id = await untilAsked(reader)
    expect((await renew('bob.1', id)).status).toBe(404)
    expect((await renew('alice.1', id)).status).toBe(401)
    expect(house.served).toHaveLength(1)
    expect((await renew('alice.2', id)).status).toBe(200)
    expect(textsOf(await reader.take())).toEqual(['done'])
    expect(house.exchanged).toEqual(['canary.alice.1', 'canary.alice.2'])
  })

  it('ends with "Sign in again" when the page brings none in time', async () => {
    await using house = await shortLived()
    const { ask, renew } = chat(house, { signInWait: 20 })
    const reader = await frameReader(await ask(metadata))
    const id = await untilAsked(reader)
    expect((await reader.take()).at(-1)?.event).toEqual(SIGNED_OUT)
    expect(house.served).toHaveLength(1)
    // What comes too late is forgotten.
    expect(await (await renew('alice.2', id)).json()).toEqual({ renewed: false })
    expect([house.exchanged, house.inVault.size]).toEqual([['canary.alice.1'], 0])
  })

  it('ends when it is stopped while it waits', async () => {
    await using house = await shortLived()
    const { ask, send, ended } = chat(house)
    const reader = await frameReader(await ask(metadata))
    const id = await untilAsked(reader)
    expect((await send('alice.2', 'onbehalf.runs.stop', { thread_id: id })).status).toBe(200)
    expect((await ended).aborted).toBe(true)
    await reader.take()
    expect([house.served.length, house.inVault.size]).toEqual([1, 0])
  })
})

it('a page that does not say that it can bring one is not waited for', async () => {
  await using house = await shortLived()
  const reader = await frameReader(await chat(house).ask({}))
  const events = (await reader.take()).map(({ event }) => event)
  expect(events.filter(({ type }) => type === 'client_effect')).toEqual([])
  expect(events.at(-1)).toEqual(SIGNED_OUT)
})

it('an instance that does not write the answer says so, and the client may ask again', async () => {
  await using house = await shortLived()
  const parts = { store: memoryThreadStore(), runs: memoryRunStore() }
  const [one, other] = [chat(house, parts), chat(house, parts)]
  const reader = await frameReader(await one.ask(RENEWS))
  const id = await untilAsked(reader)
  const elsewhere = await other.renew('alice.2', id)
  expect([elsewhere.status, ((await elsewhere.json()) as Loose).code]).toEqual([
    409,
    'run_elsewhere',
  ])
  expect((await one.renew('alice.2', id)).status).toBe(200)
  expect(textsOf(await reader.take())).toEqual(['done'])
  expect(house.inVault.size).toBe(0)
})

it('events that come while the page is asked are neither lost nor sent twice', async () => {
  await using house = await shortLived()
  const { ask, renew } = chat(house, {
    async *respond(_thread, _message, { caller, newItem }) {
      house.clock.forward(LIFE + 1)
      const called = [house.call(caller), house.call(caller)]
      for (const text of ['1', '2', '3']) yield { type: 'progress_update', text }
      for (const text of await Promise.all(called)) yield { type: 'progress_update', text }
      const content = [{ type: 'output_text', text: 'end', annotations: [] } as const]
      const item = { ...newItem('message'), type: 'assistant_message', content } as const
      yield { type: 'thread.item.done', item }
    },
  })
  const reader = await frameReader(await ask(RENEWS))
  const before = await reader.until('client_effect')
  const id = before.find(({ event }) => event.type === 'thread.created')?.event.thread.id
  await renew('alice.2', id)
  const frames = [...before, ...(await reader.take())]
  const told = frames.flatMap(({ event }) => (event.type === 'progress_update' ? [event.text] : []))
  expect(told).toEqual(['1', '2', '3', 'done', 'done'])
  expect(frames.filter(({ event }) => event.type === 'client_effect')).toHaveLength(1)
  expect(house.served).toHaveLength(2)
})

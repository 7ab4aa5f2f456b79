// The ownership matrix: everybody sends every type of request for one person's things. It returns
// what is wrong, and holds no test.

import {
  type ChatCaller,
  type ChatkitServer,
  chatkitServer,
  type Item,
} from '../../../src/chatkit/index.ts'
import { principalKey } from '../../../src/core/principal.ts'
import { conformanceApp } from '../conformance-responder.ts'
import { PEOPLE, type Person, REFUSED, type RealDoor } from '../real-door.ts'
import type { Stores } from '../stores.ts'
import { message } from '../support.ts'

/** What a request may name. */
interface Ids {
  readonly thread: string
  readonly message: string
  readonly widget: string
  readonly form: string
  readonly attachment: string
  readonly attached: string
  /** An event of a run. */
  readonly event: string
}

/**
 * All types of requests, with parameters that are right for their owner. `names` is false for a
 * type that names no thing.
 */
export const REQUESTS: Readonly<
  Record<string, { readonly names: boolean; readonly params: (ids: Ids) => object }>
> = {
  'threads.create': {
    names: true,
    params: ({ attachment }) => ({ input: message('noop', { attachments: [attachment] }) }),
  },
  'threads.add_user_message': {
    names: true,
    params: ({ thread, attachment }) => ({
      thread_id: thread,
      input: message('noop', { attachments: [attachment] }),
    }),
  },
  'threads.add_client_tool_output': {
    names: true,
    params: ({ thread }) => ({ thread_id: thread, result: { r: 1 } }),
  },
  'threads.add_structured_input': {
    names: true,
    params: ({ thread, form }) => ({
      thread_id: thread,
      item_id: form,
      input: { answers: { q1: { values: ['a'] } } },
    }),
  },
  'threads.retry_after_item': {
    names: true,
    params: ({ thread, message: id }) => ({ thread_id: thread, item_id: id }),
  },
  'threads.custom_action': {
    names: true,
    params: ({ thread, widget }) => ({
      thread_id: thread,
      item_id: widget,
      action: { type: 'go' },
    }),
  },
  'threads.sync_custom_action': {
    names: true,
    params: ({ thread, widget }) => ({
      thread_id: thread,
      item_id: widget,
      action: { type: 'go' },
    }),
  },
  'threads.get_by_id': { names: true, params: ({ thread }) => ({ thread_id: thread }) },
  'threads.list': { names: true, params: ({ thread }) => ({ after: thread, order: 'asc' }) },
  'threads.update': { names: true, params: ({ thread }) => ({ thread_id: thread, title: 'mine' }) },
  'threads.delete': { names: true, params: ({ thread }) => ({ thread_id: thread }) },
  'items.list': {
    names: true,
    params: ({ thread, message: after }) => ({ thread_id: thread, after }),
  },
  'items.feedback': {
    names: true,
    params: ({ thread, message: one, widget }) => ({
      thread_id: thread,
      item_ids: [one, widget],
      kind: 'negative',
    }),
  },
  'attachments.create': {
    names: false,
    params: () => ({ name: 'a.txt', size: 1, mime_type: 'text/plain' }),
  },
  'attachments.delete': {
    names: true,
    params: ({ attachment }) => ({ attachment_id: attachment }),
  },
  'input.transcribe': {
    names: false,
    params: () => ({ audio_base64: 'aGk=', mime_type: 'audio/ogg' }),
  },
  'onbehalf.branches.edit': {
    names: true,
    params: ({ thread, message: id }) => ({
      thread_id: thread,
      item_id: id,
      input: message('noop'),
    }),
  },
  'onbehalf.branches.choose': {
    names: true,
    params: ({ thread, message: id }) => ({
      thread_id: thread,
      item_id: id,
      of: 'message',
      number: 1,
    }),
  },
  'onbehalf.runs.renew': { names: true, params: ({ thread }) => ({ thread_id: thread }) },
  'onbehalf.threads.search': { names: false, params: () => ({ query: 'canary' }) },
  'onbehalf.runs.stop': { names: true, params: ({ thread }) => ({ thread_id: thread }) },
  'onbehalf.runs.resume': {
    names: true,
    params: ({ thread, event }) => ({ thread_id: thread, after: event }),
  },
}

const MISSING: Ids = {
  thread: 'thr_00000000000000000000000000000000',
  message: 'msg_00000000000000000000000000000000',
  widget: 'msg_00000000000000000000000000000001',
  form: 'msg_00000000000000000000000000000002',
  attachment: 'atc_00000000000000000000000000000000',
  attached: 'atc_00000000000000000000000000000001',
  event: 'run_00000000000000000000000000000000.1',
}

/**
 * A server, and the threads of one person: one with an item of every kind, and one with an answer
 * under way.
 */
export interface World {
  send(
    who: keyof RealDoor['headers'],
    type: string,
    params: object,
    more?: object,
  ): Promise<Response>
  readonly own: Ids
  /** The same, with the thread in which an answer is being written. */
  readonly live: Ids
  /** Everything that is the owner's. */
  snapshot(): Promise<string>
  close(): Promise<void>
}

/** Makes one. */
export async function worldOf({ store, runs }: Stores, door: RealDoor): Promise<World> {
  const app = conformanceApp()
  const server: ChatkitServer = chatkitServer<ChatCaller>({
    ...app,
    attachments: {
      ...attachmentsOf(),
      create: async (announced) => attachmentOf(`atc_${crypto.randomUUID()}`, announced.name),
    },
    feedback: async () => {},
    admit: door.admit,
    store,
    runs,
    rateLimit: 'none',
  })
  const send: World['send'] = (who, type, params, more = {}) =>
    server.fetch(
      new Request(door.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...door.headers[who] },
        body: JSON.stringify({ type, params, ...more }),
      }),
    )
  const owner = principalKey(PEOPLE.owner)
  const unique = crypto.randomUUID()
  const [attachment, attached] = [`atc_free_${unique}`, `atc_used_${unique}`]
  for (const id of [attachment, attached])
    await store.saveAttachment(owner, attachmentOf(id, 'CANARY.txt'))

  const created = await send(
    'owner',
    'threads.create',
    { input: message('CANARY noop', { attachments: [attached] }) },
    { metadata: { 'onbehalf/resumable': true } },
  )
  const [thread, before] = idsOf(await created.text())
  // Another version, so that there is one to choose.
  const input = message('CANARY noop', { attachments: [attached] })
  const change = { thread_id: thread, item_id: before, input }
  const resumable = { metadata: { 'onbehalf/resumable': true } }
  const edited = await send('owner', 'onbehalf.branches.edit', change, resumable)
  const [first] = idsOf(await edited.text())
  const base = { thread_id: thread, created_at: '2026-11-27T00:00:00.000Z' }
  const items: readonly Item[] = [
    { ...base, id: `hid_${unique}`, type: 'hidden_context_item', content: 'CANARY hidden' },
    { ...base, id: `wid_${unique}`, type: 'widget', widget: { type: 'Card', title: 'CANARY' } },
    {
      ...base,
      id: `form_${unique}`,
      type: 'structured_input',
      status: 'pending',
      inputs: [{ id: 'q1', question: 'CANARY?', type: 'freeform' }],
    },
    {
      ...base,
      id: `call_${unique}`,
      type: 'client_tool_call',
      status: 'pending',
      call_id: 'c',
      name: 'CANARY',
      arguments: {},
    },
  ]
  await store.changeItems(owner, thread, { save: items })

  const writing = await send(
    'owner',
    'threads.create',
    { input: message('cancel') },
    { metadata: { 'onbehalf/resumable': true } },
  )
  const reader = writing.body?.getReader()
  let text = ''
  while (!text.includes('Hel')) text += new TextDecoder().decode((await reader?.read())?.value)
  const [liveThread, liveMessage] = idsOf(text)
  const run = await runs.latest(owner, thread, Date.now())
  const liveRun = await runs.latest(owner, liveThread, Date.now())

  const own: Ids = {
    thread,
    message: first,
    widget: `wid_${unique}`,
    form: `form_${unique}`,
    attachment,
    attached,
    event: `${run?.id}.1`,
  }
  return {
    send,
    own,
    live: { ...own, thread: liveThread, message: liveMessage, event: `${liveRun?.id}.1` },
    async snapshot() {
      const of = async (id: string) => [
        await store.thread(owner, id),
        await store.items(owner, id, { limit: 100, order: 'asc', hidden: true }),
        await store.attachments(owner, id),
        // When it is heard of next is not the owner's.
        { ...(await runs.latest(owner, id, Date.now())), aliveUntil: 0 },
      ]
      const logs = [
        await runs.events(run?.id ?? '', 0, 100),
        await runs.events(liveRun?.id ?? '', 0, 100),
      ]
      const list = await store.threads(owner, { limit: 100, order: 'asc' })
      const records = [
        await store.attachment(owner, attachment),
        await store.attachment(owner, attached),
      ]
      return JSON.stringify([await of(thread), await of(liveThread), logs, list, records])
    },
    async close() {
      await server.close()
      await reader?.cancel()
    },
  }
}

/** Asks one type of request as everybody, the owner last; gives what is wrong. */
export async function violationsOf(type: string, world: World): Promise<string[]> {
  const asked = REQUESTS[type]
  if (!asked) throw new TypeError(`No request ${type}`)
  const wrong: string[] = []
  const before = await world.snapshot()
  const check = async (who: string, what: string) => {
    if ((await world.snapshot()) !== before)
      wrong.push(`${type}: ${who} ${what}, and the owner's data is another`)
  }
  for (const who of STRANGERS) {
    const newThread = async () =>
      idsOf(await (await world.send(who, 'threads.create', { input: message('noop') })).text())[0]
    const pairs: readonly (readonly [string, Ids, Ids])[] = [
      ['names what is foreign', world.own, MISSING],
      ['names a foreign thread with a run', world.live, MISSING],
      [
        'names what is foreign in an own thread',
        { ...world.own, thread: '' },
        { ...MISSING, thread: '' },
      ],
      [
        'names an attachment that goes with a foreign message',
        { ...world.own, attachment: world.own.attached },
        MISSING,
      ],
    ]
    const ask = async (ids: Ids) => {
      const thread = ids.thread || (await newThread())
      return whole(await world.send(who, type, asked.params({ ...ids, thread })))
    }
    for (const [what, foreign, missing] of pairs) {
      // The foreign thing is asked for first, so that the server can remember nothing of the
      // missing one.
      const got = await ask(foreign)
      const expected = await ask(missing)
      const [a, b] = what.includes('own thread') ? [alike(got), alike(expected)] : [got, expected]
      if (asked.names && a !== b)
        wrong.push(`${type}: ${who} ${what} and is answered ${got}, not ${expected}`)
      if (got.includes('CANARY'))
        wrong.push(`${type}: ${who} ${what} and reads what is the owner's`)
      await check(who, what)
    }
  }
  for (const who of REFUSED) {
    const got = await whole(await world.send(who, type, asked.params(world.own)))
    const unread = await whole(await world.send(who, 'nonsense', {}))
    if (!got.startsWith('[401') || got !== unread) wrong.push(`${type}: ${who} is answered ${got}`)
    await check(who, 'asks')
  }
  const answered = await whole(await world.send('owner', type, asked.params(world.own)))
  if (!answered.startsWith('[200')) wrong.push(`${type}: the owner is answered ${answered}`)
  return wrong
}

/** Everybody who is admitted and is not the owner. */
const STRANGERS: readonly Person[] = [
  'another person',
  'the same subject of another issuer',
  'the same subject of a tenant',
  'the same subject of another tenant',
]

/** A whole answer, to be compared byte for byte. */
async function whole(response: Response): Promise<string> {
  return JSON.stringify([
    response.status,
    Object.fromEntries(response.headers),
    await response.text(),
  ])
}

/** An answer about one thread of a person's is that about another, but for ids and times. */
function alike(answer: string): string {
  return answer
    .replaceAll(/(thr|msg)_[0-9a-f]{32}/g, '$1')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '')
}

/** The first two ids of a stream: the thread's and the message's. */
function idsOf(text: string): readonly [string, string] {
  const [thread = '', first = ''] = [...text.matchAll(/"(?:thread|item)":\{"id":"([^"]+)"/g)].map(
    ([, id]) => id,
  )
  return [thread, first]
}

function attachmentsOf() {
  return { remove: async () => {} }
}

function attachmentOf(id: string, name: string) {
  return {
    id,
    name,
    type: 'file',
    mime_type: 'text/plain',
    size: 1,
    metadata: { note: 'CANARY' },
  } as const
}

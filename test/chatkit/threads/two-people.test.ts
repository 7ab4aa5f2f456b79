// Two people at once, on two instances that share a store, thousands of operations of every kind
// interleaved: nothing of one comes to the other.

import { expect, it } from 'vitest'
import {
  type Act,
  type AttachmentStorage,
  type ChatCaller,
  type ChatkitServer,
  chatkitServer,
  type Respond,
} from '../../../src/chatkit/index.ts'
import { type Principal, principalKey } from '../../../src/core/principal.ts'
import { LONG } from '../../long.ts'
import { answer, delta } from '../resumable.ts'
import { describeStores, type Stores } from '../stores.ts'
import { message } from '../support.ts'

const OPERATIONS = LONG ? 10_000 : 2000
/** A busy machine needs its time for them. */
const TIMEOUT_MS = LONG ? 1_800_000 : 240_000

/** They differ in the issuer only: whatever forgets it takes one for the other. */
const PEOPLE: Readonly<Record<string, Principal>> = {
  ada: { issuer: 'https://a.example', subject: 'same' },
  bea: { issuer: 'https://b.example', subject: 'same' },
}
const canary = (who: string, n: number | string) => `CANARY-${who}-${n}`

interface Caller extends ChatCaller {
  /** A slow tool, called with what its caller carries. */
  readonly tool: (text: string) => Promise<string>
}

/** Numbers that look random and are the same each time. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return Math.floor((state / 0x80000000) * below)
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** What the tool's server was asked: who carried the call, and what was in it. */
type Asked = readonly [carrier: string, text: string]

const respond: Respond<Caller> = async function* (_thread, userMessage, context) {
  const said = userMessage?.content[0]?.text ?? 'nothing'
  const item = answer(context, '')
  yield { type: 'thread.item.added', item }
  yield delta(item.id, `half of ${said}`)
  const result = await context.caller.tool(said)
  const history = JSON.stringify(
    (await context.history(5)).map((one) => ('content' in one ? one.content : one.type)),
  )
  context.updateThread({ title: `about ${said}`.slice(0, 100), metadata: { note: said } })
  yield { type: 'progress_update', text: result }
  yield {
    type: 'thread.item.done',
    item: { ...context.newItem('hidden'), type: 'hidden_context_item', content: said },
  }
  yield {
    type: 'thread.item.done',
    item: { ...context.newItem('message'), type: 'widget', widget: { type: 'Card', said } },
  }
  yield {
    type: 'thread.item.done',
    item: {
      ...item,
      content: [{ type: 'output_text', text: `${result} ${history}`, annotations: [] }],
    },
  }
}

const act: Act<Caller> = async function* (_thread, action, _sender, context) {
  yield {
    type: 'client_effect',
    name: 'done',
    data: { said: await context.caller.tool(JSON.stringify(action.payload)) },
  }
}

function serverOver(stores: Stores, asked: Asked[], errors: unknown[]): ChatkitServer {
  const storage: AttachmentStorage = {
    async create({ name, mime_type, size, owner }) {
      return {
        id: `atc_${crypto.randomUUID()}`,
        type: 'file',
        name,
        mime_type,
        size,
        metadata: { owner },
      }
    },
    async remove() {},
  }
  return chatkitServer<Caller>({
    ...stores,
    async admit(request) {
      const who = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
      const principal = PEOPLE[who]
      if (!principal) return { ok: false, response: new Response(null, { status: 401 }) }
      const tool = async (text: string) => {
        for (let n = 0; n < text.length % 7; n += 1) await turn()
        asked.push([who, text])
        return `tool:${text}`
      }
      return { ok: true, value: { principal, tool, end: async () => {} } }
    },
    respond,
    action: act,
    syncAction: async (_thread, _action, sender) => sender,
    feedback: async () => {},
    attachments: storage,
    limits: { runs: 1000 },
    rateLimit: 'none',
    onError: (error) => errors.push(error),
  })
}

/** One person at work: remembers what is theirs, and tries what they have heard of the other's. */
class Person {
  readonly threads: string[] = []
  readonly attachments: string[] = []
  readonly items: string[] = []
  readonly wrong: string[] = []
  #said = 0

  readonly who: string
  readonly servers: readonly ChatkitServer[]
  readonly random: (below: number) => number

  constructor(who: string, servers: readonly ChatkitServer[], random: (below: number) => number) {
    this.who = who
    this.servers = servers
    this.random = random
  }

  /** Something of theirs, or sometimes of the other's. */
  pick(
    of: 'threads' | 'attachments' | 'items',
    other: Person,
  ): { readonly id: string; readonly foreign: boolean } {
    const foreign = this.random(4) === 0 && other[of].length > 0
    const from = foreign ? other[of] : this[of]
    return { id: from[this.random(from.length)] ?? 'none', foreign }
  }

  async work(other: Person): Promise<void> {
    this.#said += 1
    const said = canary(this.who, this.#said)
    const thread = this.pick('threads', other)
    const { id: item_id } = this.pick('items', other)
    const attachment = this.pick('attachments', other)
    const of = { thread_id: thread.id }
    const resumable = { metadata: { 'onbehalf/resumable': this.random(2) === 0 } }
    const kinds: readonly (() => Promise<number>)[] = [
      () =>
        this.ask(
          'threads.create',
          {
            input: message(
              said,
              attachment.foreign || this.random(2)
                ? {}
                : { attachments: this.attachments.slice(-1) },
            ),
          },
          resumable,
        ),
      () => this.ask('threads.create', { input: message(said) }, resumable),
      () => this.ask('threads.add_user_message', { ...of, input: message(said) }, resumable),
      () =>
        this.ask(
          'threads.add_user_message',
          { ...of, input: message(said, { attachments: [attachment.id] }) },
          resumable,
        ),
      () => this.ask('threads.retry_after_item', { ...of, item_id }, resumable),
      () =>
        this.ask(
          'threads.custom_action',
          { ...of, action: { type: 'a', payload: said } },
          resumable,
        ),
      () =>
        this.ask('threads.sync_custom_action', {
          ...of,
          item_id,
          action: { type: 'a', payload: said },
        }),
      () => this.ask('threads.add_client_tool_output', { ...of, result: said }),
      () => this.ask('threads.get_by_id', of),
      () => this.ask('threads.get_by_id', of),
      () =>
        this.ask('threads.list', { limit: 10, ...(thread.foreign ? { after: thread.id } : {}) }),
      () => this.ask('threads.update', { ...of, title: said }),
      () => this.ask('items.list', { ...of, limit: 10 }),
      () => this.ask('items.feedback', { ...of, item_ids: [item_id], kind: 'positive' }),
      () => this.ask('attachments.create', { name: said, size: 1, mime_type: 'text/plain' }),
      () => this.ask('attachments.delete', { attachment_id: attachment.id }),
      () => this.ask('onbehalf.runs.resume', of),
      () => (this.random(3) ? this.ask('items.list', of) : this.ask('onbehalf.runs.stop', of)),
      () =>
        this.threads.length > 20 ? this.ask('threads.delete', of) : this.ask('threads.list', {}),
    ]
    const kind = this.random(kinds.length)
    const status = (await kinds[kind]?.()) ?? 0
    if (![200, 400, 404, 409].includes(status))
      this.wrong.push(`operation ${kind} was answered ${status}`)
  }

  async ask(type: string, params: object, more: object = {}): Promise<number> {
    const server = this.servers[this.random(this.servers.length)]
    if (!server) throw new TypeError('no server')
    const response = await server.fetch(
      new Request('https://chat.example/chatkit', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${this.who}` },
        body: JSON.stringify({ type, params, ...more }),
      }),
    )
    const text = await this.read(response)
    for (const other of Object.keys(PEOPLE)) {
      if (other !== this.who && text.includes(canary(other, '')))
        this.wrong.push(`${type} gave what is ${other}'s: ${text}`)
    }
    for (const [, id] of text.matchAll(/"id":"(thr_[0-9a-f]{32})"/g))
      this.remember(this.threads, id)
    for (const [, id] of text.matchAll(/"id":"(msg_[0-9a-f]{32})"/g)) this.remember(this.items, id)
    for (const [, id] of text.matchAll(/"id":"(atc_[0-9a-f-]{36})"/g))
      this.remember(this.attachments, id)
    return response.status
  }

  /** Whole, or as far as somebody reads who leaves in the middle. */
  async read(response: Response): Promise<string> {
    const reader = response.body?.getReader()
    const decoder = new TextDecoder()
    const most = this.random(5) === 0 ? this.random(4) : Number.POSITIVE_INFINITY
    let text = ''
    for (let chunks = 0; chunks < most; chunks += 1) {
      const read = await reader?.read()
      if (!read || read.done) return text
      text += decoder.decode(read.value, { stream: true })
    }
    await reader?.cancel()
    return text
  }

  remember(of: string[], id: string | undefined): void {
    if (!id || of.includes(id)) return
    of.push(id)
    if (of.length > 40) of.shift()
  }
}

describeStores(
  `two people, two instances, ${OPERATIONS} operations`,
  (open) => {
    it('each sees, stores and calls with their own only', { timeout: TIMEOUT_MS }, async () => {
      const all = await open(2)
      const asked: Asked[] = []
      const errors: unknown[] = []
      const servers = all.map((stores) => serverOver(stores, asked, errors))
      const ada = new Person('ada', servers, numbersFrom(1))
      const bea = new Person('bea', servers, numbersFrom(2))
      let left = OPERATIONS
      const worker = async (person: Person, other: Person) => {
        for (; left > 0; ) {
          left -= 1
          await person.work(other)
        }
      }
      await Promise.all(
        Array.from({ length: 8 }, (_, n) => (n % 2 ? worker(ada, bea) : worker(bea, ada))),
      )
      await Promise.all(servers.map((server) => server.close()))

      expect(ada.wrong).toEqual([])
      expect(bea.wrong).toEqual([])
      expect(errors).toEqual([])
      // Enough happened for this to mean anything.
      expect(asked.length).toBeGreaterThan(OPERATIONS / 10)
      for (const [carrier, text] of asked) {
        for (const other of Object.keys(PEOPLE))
          if (other !== carrier) expect(text).not.toContain(canary(other, ''))
      }
      const [{ store, runs }] = all
      for (const [who, principal] of Object.entries(PEOPLE)) {
        const owner = principalKey(principal)
        const [other = ''] = Object.keys(PEOPLE).filter((one) => one !== who)
        let rows = 0
        for (let after: string | undefined, more = true; more; ) {
          const page = await store.threads(owner, {
            limit: 100,
            order: 'asc',
            ...(after ? { after } : {}),
          })
          for (const thread of page?.data ?? []) {
            const items = await store.items(owner, thread.id, {
              limit: 1000,
              order: 'asc',
              hidden: true,
            })
            const run = await runs.latest(owner, thread.id, Date.now())
            const events = run ? await runs.events(run.id, 0, 1000) : []
            const attachments = await store.attachments(owner, thread.id)
            const text = JSON.stringify([thread, items, run, events, attachments])
            expect(text).not.toContain(canary(other, ''))
            expect(thread.owner).toBe(owner)
            rows += items?.data.length ?? 0
          }
          more = page?.has_more ?? false
          after = page?.after
        }
        expect(rows).toBeGreaterThan(100)
      }
    })
  },
  ['memory', 'postgres'],
)

// A person at the chat: asks for one task to be deleted, approves it, and notes what they were told.
// After a fault they come back, look, and go on.

import type { ChatkitServer } from 'onbehalf/chatkit'
import { z } from 'zod'
import { CHAT } from './world.ts'

const item = z.looseObject({ id: z.string(), type: z.string() })
const event = z.looseObject({
  type: z.string(),
  item: item.optional(),
  thread: z.looseObject({ id: z.string() }).optional(),
})
const words = z.looseObject({ value: z.string().optional() })
const card = z.looseObject({
  id: z.string(),
  type: z.literal('widget'),
  widget: z.looseObject({
    children: z.array(words),
    confirm: z.looseObject({ action: z.unknown() }).optional(),
  }),
})
type Card = z.infer<typeof card>
const button = z.object({ item: z.string(), action: z.unknown() })
type Button = z.infer<typeof button>

/** How a card says what became of the call. */
export type Said = 'asking' | 'done' | 'nothing' | 'unknown' | 'no card'

/** What a person was told, while they were told it. */
export interface Told {
  thread: string | undefined
  /** Ids of the items that were said to be complete, in order, without those that went again. */
  readonly items: string[]
  card: Card | undefined
  /** The button that was shown. A page that is not loaded again has it still. */
  button: Button | undefined
  /** Everything that came, as it came. */
  raw: string
  readonly onTold?: (told: Told) => void
  /** The person has left this page, and presses nothing on it any more. */
  isGone?: boolean
}

/** Nothing was told yet. `onTold` gets all of it whenever there is more. */
export function nothingTold(onTold?: (told: Told) => void): Told {
  return {
    thread: undefined,
    items: [],
    card: undefined,
    button: undefined,
    raw: '',
    ...(onTold ? { onTold } : {}),
  }
}

/** What another process has printed; undefined when it printed nothing. */
export function parseTold(text: string): Told | undefined {
  if (text === '') return undefined
  return z
    .object({
      thread: z.string().optional(),
      items: z.array(z.string()),
      card: card.optional(),
      button: button.optional(),
      raw: z.string(),
    })
    .transform(({ thread, card: shown, button: had, ...rest }) => ({
      ...rest,
      thread,
      card: shown,
      button: had,
    }))
    .parse(JSON.parse(text))
}

/** A person's client. */
export interface Person {
  readonly chat: Pick<ChatkitServer, 'fetch'>
  readonly token: string
  readonly resumable: boolean
  /** Makes the message longer, so that it does not fit into the room that a file has. */
  readonly padding?: string
}

/** Asks for the task to be deleted, and approves it. Gives up at the first answer that is none. */
export async function ask(person: Person, told: Told, task: number, key?: string): Promise<void> {
  const params = { input: inputOf(`Delete task ${task} ${person.padding ?? ''}`) }
  if (!(await stream(person, 'threads.create', params, told, key)) || told.isGone) return
  await approve(person, told)
}

/** Presses the button that was shown, whatever has become of it. False: there was none, or no answer. */
export async function approve(person: Person, told: Told): Promise<boolean> {
  const { thread, button: shown } = told
  if (thread === undefined || !shown) return false
  const params = { thread_id: thread, item_id: shown.item, action: shown.action }
  return stream(person, 'threads.custom_action', params, told)
}

/** Says something else, in the thread or in a new one. True when it was answered. */
export async function greet(person: Person, told: Told): Promise<boolean> {
  const input = inputOf('Hello')
  const before = told.raw.length
  const { thread } = told
  const asked =
    thread === undefined
      ? await stream(person, 'threads.create', { input }, told)
      : await stream(person, 'threads.add_user_message', { thread_id: thread, input }, told)
  return asked && told.raw.slice(before).includes('Well, so.')
}

/** Looks at the thread: which of the told items are not there, and what its card says now. */
export async function look(
  person: Person,
  told: Told,
): Promise<{ readonly missing: readonly string[]; readonly said: Said }> {
  if (told.thread === undefined) {
    const [found] = await list(person, 'threads.list', {}, told)
    told.thread = found?.id
  }
  if (told.thread === undefined) return { missing: [...told.items], said: 'no card' }
  const there = await list(person, 'items.list', { thread_id: told.thread, order: 'asc' }, told)
  const ids = new Set(there.map(({ id }) => id))
  const cards = there.flatMap((one) => {
    const parsed = card.safeParse(one)
    return parsed.success ? [parsed.data] : []
  })
  show(told, cards.at(-1))
  return { missing: told.items.filter((id) => !ids.has(id)), said: saidBy(told.card) }
}

/** What a card says. */
export function saidBy(shown: Card | undefined): Said {
  if (!shown) return 'no card'
  if (shown.widget.confirm) return 'asking'
  const text = shown.widget.children.map(({ value = '' }) => value).join('\n')
  if (/\bnot known\b/.test(text)) return 'unknown'
  if (/^Nothing was done\./m.test(text)) return 'nothing'
  if (/^Done\./m.test(text)) return 'done'
  throw new Error(`The card says nothing that a person could understand: ${text}`)
}

/** How many threads the person has. */
export async function threadsOf(person: Person, told: Told): Promise<number> {
  return (await list(person, 'threads.list', {}, told)).length
}

async function list(
  person: Person,
  type: string,
  params: object,
  told: Told,
): Promise<readonly z.infer<typeof item>[]> {
  const response = await send(person, type, { limit: 100, ...params })
  const text = await response.text()
  told.raw += text
  if (response.status !== 200) throw new Error(`${type}: ${response.status} ${text}`)
  return z
    .looseObject({ data: z.array(z.looseObject({ id: z.string() })) })
    .parse(JSON.parse(text))
    .data.map((one) => ({ type: 'thread', ...one }))
}

/** Reads a stream, and notes each event as it comes. False: there was no stream. */
async function stream(
  person: Person,
  type: string,
  params: object,
  told: Told,
  key?: string,
): Promise<boolean> {
  const response = await send(person, type, params, key)
  if (response.headers.get('content-type') !== 'text/event-stream' || !response.body) {
    told.raw += await response.text()
    return false
  }
  let rest = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    told.raw += chunk
    rest += chunk
    const frames = rest.split('\n\n')
    rest = frames.pop() ?? ''
    for (const frame of frames) note(frame, told)
    told.onTold?.(told)
  }
  return true
}

function note(frame: string, told: Told): void {
  const data = /^data: (.*)$/m.exec(frame)?.[1]
  if (data === undefined) return
  const { type, thread, item: one, ...more } = event.parse(JSON.parse(data))
  if (type === 'thread.created') told.thread = thread?.id
  if (type === 'thread.item.removed') {
    const at = told.items.indexOf(String(more.item_id))
    if (at >= 0) told.items.splice(at, 1)
  }
  if (!one || (type !== 'thread.item.done' && type !== 'thread.item.replaced')) return
  if (type === 'thread.item.done') told.items.push(one.id)
  const shown = card.safeParse(one)
  if (shown.success) show(told, shown.data)
}

function show(told: Told, shown: Card | undefined): void {
  told.card = shown
  const confirm = shown?.widget.confirm
  if (shown && confirm) told.button = { item: shown.id, action: confirm.action }
}

async function send(
  { chat, token, resumable }: Person,
  type: string,
  params: object,
  key?: string,
): Promise<Response> {
  return chat.fetch(
    new Request(CHAT, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: JSON.stringify({
        type,
        params,
        ...(resumable ? { metadata: { 'onbehalf/resumable': true } } : {}),
      }),
    }),
  )
}

function inputOf(text: string): object {
  return { content: [{ type: 'input_text', text }], attachments: [], inference_options: {} }
}

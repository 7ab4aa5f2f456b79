// A client of the chat endpoint and of the API, as small as a test needs it.

import { z } from 'zod'

/** The parts of an event that the tests read. */
const event = z.looseObject({
  type: z.string(),
  item: z.looseObject({ id: z.string(), type: z.string() }).optional(),
  thread: z.looseObject({ id: z.string() }).optional(),
  message: z.string().optional(),
})

export type ChatEvent = z.infer<typeof event>

const content = z.array(z.looseObject({ text: z.string() }))

/** One turn, as its client saw it. */
export interface Turn {
  readonly threadId: string
  readonly events: readonly ChatEvent[]
  /** What the person reads: the assistant's texts, or the message of an error. */
  readonly text: string
  /** The stream as it came. */
  readonly raw: string
}

/** Sends one request of the protocol. */
export function send(
  chatkit: string,
  token: string,
  type: string,
  params: object,
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(chatkit, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type, params }),
    ...(signal ? { signal } : {}),
  })
}

/** The input of a message. */
export function inputOf(text: string): object {
  return { content: [{ type: 'input_text', text }], attachments: [], inference_options: {} }
}

/** Sends a message, in a new thread or in a known one, and reads the answer to its end. */
export async function say(
  chatkit: string,
  token: string,
  text: string,
  threadId?: string,
): Promise<Turn> {
  const input = inputOf(text)
  const response = threadId
    ? await send(chatkit, token, 'threads.add_user_message', { thread_id: threadId, input })
    : await send(chatkit, token, 'threads.create', { input })
  const raw = await response.text()
  if (response.status !== 200) throw new Error(`The chat answered ${response.status}: ${raw}`)
  const events = eventsIn(raw)
  return { threadId: threadId ?? threadIn(events), events, text: textIn(events), raw }
}

/** Parses the events of a stream. An event that was cut off is left out. */
export function eventsIn(raw: string): readonly ChatEvent[] {
  const frames = raw.split('\n\n').slice(0, -1)
  return frames.map((frame) => event.parse(JSON.parse(frame.replace(/^data: /, ''))))
}

/** What the assistant said. */
export function textIn(events: readonly ChatEvent[]): string {
  return events
    .flatMap(({ type, item, message }) => {
      if (type === 'error') return [message ?? 'an error without a message']
      return type === 'thread.item.done' && item?.type === 'assistant_message'
        ? content.parse(item.content).map(({ text }) => text)
        : []
    })
    .join('\n')
}

function threadIn(events: readonly ChatEvent[]): string {
  const id = events.find(({ type }) => type === 'thread.created')?.thread?.id
  if (id === undefined) throw new Error('The stream created no thread')
  return id
}

const page = z.object({
  data: z.array(z.looseObject({ id: z.string(), type: z.string().optional() })),
  has_more: z.boolean(),
  after: z.string().nullish(),
})

/** Every element of a list. */
export async function listAll(
  chatkit: string,
  token: string,
  type: 'threads.list' | 'items.list',
  params: object = {},
) {
  const all: z.infer<typeof page>['data'] = []
  for (let after: string | null | undefined; ; ) {
    const response = await send(chatkit, token, type, {
      ...params,
      order: 'asc',
      limit: 100,
      ...(after ? { after } : {}),
    })
    if (response.status !== 200) throw new Error(`${type} was answered with ${response.status}`)
    const { data, has_more, after: next } = page.parse(await response.json())
    all.push(...data)
    if (!has_more) return all
    after = next
  }
}

const tasks = z.object({
  tasks: z.array(z.looseObject({ id: z.number(), title: z.string() })),
  total: z.number(),
})

/** Every task of a person, by their token for the API. */
export async function tasksOf(api: string, token: string) {
  const all: z.infer<typeof tasks>['tasks'] = []
  for (;;) {
    const url = `${api}/tasks?limit=200&offset=${all.length}`
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    if (response.status !== 200) throw new Error(`The API answered ${response.status}`)
    const { tasks: some, total } = tasks.parse(await response.json())
    all.push(...some)
    if (all.length >= total) return all
  }
}

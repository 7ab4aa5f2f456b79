// Talks to the chat endpoint of a target, in ChatKit's protocol or as a template says, and records what
// comes back.

import { fill, fillJson, fillRecord, type Values } from '../config/placeholders.ts'
import type { Chat, MessageTemplate } from '../config/target.ts'
import type { Tape } from '../house/tape.ts'
import { type Visit, visit } from './visit.ts'

/** Somebody with a token. */
export interface SignedIn {
  readonly name: string
  readonly token: string
  /** Headers that present it. */
  readonly headers: Readonly<Record<string, string>>
}

/** A message of somebody. */
export interface Message {
  readonly text: string
  readonly variant: string
  /** The thread that it goes to. Default: a new one. */
  readonly thread?: string
  /** Bytes of the answer after which the connection is cut. Default: none. */
  readonly cutAfter?: number
}

/** What was answered. */
export interface Answered {
  readonly visit: Visit
  readonly thread: string | undefined
}

/** A way to talk. */
export interface Talk {
  say(person: SignedIn, message: Message): Promise<Answered>
  /** Reads a thread again, where that is possible. */
  read(person: SignedIn, thread: string): Promise<Visit | undefined>
}

/** Makes one for a target. `values` fill what a template holds beside the message. */
export function createTalk({ url, wire }: Chat, tape: Tape, values: Values): Talk {
  return wire === 'chatkit' ? chatkitTalk(url, tape) : templateTalk(url, wire, tape, values)
}

/** Records an answer under the sink that it belongs to. A cookie in it is that person's secret. */
export function recordVisit(tape: Tape, got: Visit, sink: string, place: string): void {
  const { status, start, headers, body } = got
  const { person } = tape.turn
  for (const [name, value] of headers) {
    const cookie = name === 'set-cookie' ? /^[^=]+=([^;]+)/.exec(value)?.[1] : undefined
    const owner = person === undefined ? {} : { owner: person }
    if (cookie !== undefined)
      tape.ledger.add({ kind: 'cookie', ...owner, text: cookie, homes: [], rooms: BROWSER })
  }
  tape.note({ sink: status >= 400 ? 'error bodies' : sink, place, start, headers, body })
}

/** The sinks that a browser is. */
const BROWSER = ['browser', 'history', 'error bodies']

function chatkitTalk(url: string, tape: Tape): Talk {
  const post = (person: SignedIn, body: object, cutAfter?: number) =>
    visit(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...person.headers },
      body: JSON.stringify(body),
      ...(cutAfter === undefined ? {} : { cutAfter }),
    })
  return {
    async say(person, { text, variant, thread, cutAfter }) {
      const input = {
        content: [{ type: 'input_text', text }],
        attachments: [],
        inference_options: {},
      }
      const [type, params] =
        thread === undefined
          ? ['threads.create', { input }]
          : ['threads.add_user_message', { thread_id: thread, input }]
      const metadata = variant === '' ? {} : { metadata: { variant } }
      const got = await post(person, { type, params, ...metadata }, cutAfter)
      recordVisit(tape, got, 'browser', `POST ${type}`)
      const created = jsonIn(got.body.toString('utf8'))
        .map((event) => at(event, '/thread/id'))
        .find((id) => typeof id === 'string')
      return { visit: got, thread: thread ?? created }
    },
    async read(person, thread) {
      const got = await post(person, { type: 'threads.get_by_id', params: { thread_id: thread } })
      recordVisit(tape, got, 'history', 'POST threads.get_by_id')
      return got
    },
  }
}

function templateTalk(url: string, wire: MessageTemplate, tape: Tape, shared: Values): Talk {
  return {
    async say(person, { text, variant, thread, cutAfter }) {
      const { mint, counts } = tape
      const made = thread ?? `thread-${mint.plain(`thread ${counts.turns}`, 22)}`
      const values = new Map([
        ...shared,
        ['text', text],
        ['thread', made],
        ['variant', variant],
        ['token', person.token],
      ])
      const got = await visit(fill(url, values), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...person.headers,
          ...fillRecord(wire.headers, values),
        },
        body: JSON.stringify(fillJson(wire.body, values)),
        ...(cutAfter === undefined ? {} : { cutAfter }),
      })
      recordVisit(tape, got, 'browser', 'POST message')
      const { thread: pointer } = wire
      if (pointer === undefined) return { visit: got, thread: made }
      const found = jsonIn(got.body.toString('utf8')).map((value) => at(value, pointer))
      return { visit: got, thread: thread ?? found.find((id) => typeof id === 'string') }
    },
    async read(person, thread) {
      if (wire.history === undefined) return undefined
      const values = new Map([
        ...shared,
        ['thread', encodeURIComponent(thread)],
        ['token', person.token],
      ])
      const got = await visit(fill(wire.history, values), { headers: { ...person.headers } })
      recordVisit(tape, got, 'history', 'GET history')
      return got
    },
  }
}

/** The JSON values of an answer: one, or one in each event of a stream. */
function jsonIn(text: string): readonly unknown[] {
  const data = [...text.matchAll(/^data: ?(.*)$/gm)].map((match) => match[1] ?? '')
  return (data.length > 0 ? data : [text]).flatMap((one) => {
    try {
      return [JSON.parse(one)]
    } catch {
      return []
    }
  })
}

/** What a JSON pointer (RFC 6901) leads to. */
function at(value: unknown, pointer: string): string | undefined {
  let found = value
  for (const name of pointer.slice(1).split('/')) {
    if (typeof found !== 'object' || found === null) return undefined
    found = (found as Record<string, unknown>)[name.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return typeof found === 'string' ? found : undefined
}

// A ChatKit server for tests, whose door knows four people by name, and a client that reads its
// streams.

import {
  type ChatCaller,
  type ChatkitServer,
  type ChatkitServerOptions,
  chatkitServer,
  type ErrorPlace,
  memoryThreadStore,
  type Respond,
  type ThreadStore,
} from '../../src/chatkit/index.ts'
import type { Principal } from '../../src/core/principal.ts'

const PEOPLE: Readonly<Record<string, Principal>> = {
  alice: { issuer: 'https://a.example', subject: 'alice' },
  bob: { issuer: 'https://a.example', subject: 'bob' },
  'alice-elsewhere': { issuer: 'https://b.example', subject: 'alice' },
  'alice-tenant': { issuer: 'https://a.example', tenant: 't1', subject: 'alice' },
}

export interface TestCaller extends ChatCaller {
  ended: number
}

/** Whatever a client may be sent: looked at by tests without ceremony. */
// biome-ignore lint/suspicious/noExplicitAny: JSON from the wire, read by property in assertions
export type Loose = any

export interface TestChat {
  readonly handler: (request: Request) => Promise<Response>
  readonly server: ChatkitServer
  readonly store: ThreadStore
  readonly callers: TestCaller[]
  readonly errors: { readonly error: unknown; readonly place: ErrorPlace }[]
  send(who: string | undefined, type: string, params?: unknown, more?: More): Promise<Response>
  /** The events of a request that streams. */
  stream(who: string, type: string, params?: unknown): Promise<Loose[]>
  json(who: string, type: string, params?: unknown): Promise<Loose>
  /** A new thread with this message; gives its id. */
  create(who: string, text?: string): Promise<string>
}

/** What a request may have besides its type and parameters. */
export interface More {
  readonly metadata?: object
  readonly key?: string
  readonly signal?: AbortSignal
}

export function request(who: string | undefined, body: unknown, init: RequestInit = {}): Request {
  const headers = new Headers({
    'content-type': 'application/json',
    ...(who ? { authorization: `Bearer ${who}` } : {}),
  })
  return new Request('http://chat.example/chatkit', {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
  })
}

export function message(text: string, more: object = {}) {
  return {
    content: [{ type: 'input_text', text }],
    attachments: [],
    inference_options: {},
    ...more,
  }
}

export function parseEvents(text: string): Loose[] {
  const frames = text.split('\n\n')
  if (frames.pop() !== '') throw new Error('the stream does not end with a blank line')
  return frames.map((frame) => {
    if (!/^data: [^\n]*$/.test(frame)) throw new Error(`not one line of data: ${frame}`)
    return JSON.parse(frame.slice('data: '.length))
  })
}

export function testChat(
  respond: Respond<TestCaller>,
  options: Partial<ChatkitServerOptions<TestCaller>> = {},
): TestChat {
  const store = options.store ?? memoryThreadStore()
  const callers: TestCaller[] = []
  const errors: TestChat['errors'] = []
  const server = chatkitServer<TestCaller>({
    async admit(incoming) {
      const principal = PEOPLE[(incoming.headers.get('authorization') ?? '').replace('Bearer ', '')]
      if (!principal) {
        const headers = { 'www-authenticate': 'Bearer' }
        return {
          ok: false,
          response: Response.json(
            { code: 'unauthorized', message: 'Sign in.' },
            { status: 401, headers },
          ),
        }
      }
      const caller: TestCaller = {
        principal,
        ended: 0,
        async end() {
          caller.ended += 1
        },
      }
      callers.push(caller)
      return { ok: true, value: caller }
    },
    respond,
    onError: (error, place) => errors.push({ error, place }),
    rateLimit: 'none',
    ...options,
    store,
  })
  const handler = server.fetch
  const chat: TestChat = {
    handler,
    server,
    store,
    callers,
    errors,
    send(who, type, params = {}, { metadata, key, signal } = {}) {
      const made = request(
        who,
        { type, params, ...(metadata ? { metadata } : {}) },
        signal ? { signal } : {},
      )
      if (key !== undefined) made.headers.set('idempotency-key', key)
      return handler(made)
    },
    async stream(who, type, params) {
      const response = await chat.send(who, type, params)
      if (response.headers.get('content-type') !== 'text/event-stream') {
        throw new Error(`no stream: ${response.status} ${await response.text()}`)
      }
      return parseEvents(await response.text())
    },
    async json(who, type, params) {
      const response = await chat.send(who, type, params)
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
      return response.json()
    },
    async create(who, text = 'noop') {
      const [created] = await chat.stream(who, 'threads.create', { input: message(text) })
      return created.thread.id
    },
  }
  return chat
}

/** Reads a stream event by event, and can stop. */
export function eventReader(response: Response) {
  const reader = (response.body ?? new ReadableStream<Uint8Array<ArrayBuffer>>()).getReader()
  const decoder = new TextDecoder()
  let buffer = ''
  return {
    async next(): Promise<Loose> {
      for (;;) {
        const end = buffer.indexOf('\n\n')
        if (end >= 0) {
          const [event] = parseEvents(buffer.slice(0, end + 2))
          buffer = buffer.slice(end + 2)
          return event
        }
        const { done, value } = await reader.read()
        if (done) return undefined
        buffer += decoder.decode(value, { stream: true })
      }
    },
    async until(type: string): Promise<Loose> {
      for (;;) {
        const event = await this.next()
        if (!event || event.type === type || event.update?.type === type) return event
      }
    },
    stop: () => reader.cancel(),
  }
}

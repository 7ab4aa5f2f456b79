// The ChatKit wire, client side: one URL, one POST for each request, JSON or a stream back. It knows nothing of what the answers mean.
import { record, text } from './json.ts'
import { randomHex } from './random.ts'
import { eventData } from './sse.ts'

/** Sends one HTTP request in the person's name. */
export type SignedInFetch = (url: string, init: RequestInit) => Promise<Response>

/** The server said no before it did anything; the message is for the person. */
export class Refused extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** What a streaming request carries besides its parameters. */
export interface StreamOptions {
  /** W3C trace id: by it the page asks for the credential trail of this answer. */
  readonly trace: string
  /** Aborting it is how a person stops an answer. */
  readonly signal: AbortSignal
  /** The same for a repeated attempt, so that no second thread is made. */
  readonly idempotencyKey?: string
}

/** The requests of the protocol. */
export interface Wire {
  /** @throws Refused */
  ask(type: string, params: Readonly<Record<string, unknown>>): Promise<unknown>
  /** The events of the answer, parsed as JSON and no further. @throws Refused */
  stream(type: string, params: Readonly<Record<string, unknown>>, options: StreamOptions): AsyncGenerator<unknown>
}

const ASK_DEADLINE_MS = 20_000

/** A new trace id. */
export function newTrace(): string {
  return randomHex(16)
}

/** What a streaming request carries beside itself, for the server to choose by. */
export type Metadata = () => Readonly<Record<string, string>>

export function createWire(url: string, fetch: SignedInFetch, metadata: Metadata): Wire {
  async function post(request: object, trace: string, signal: AbortSignal, key?: string) {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream, application/json',
        traceparent: `00-${trace}-${randomHex(8)}-01`,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: JSON.stringify(request),
      signal,
    })
    if (!response.ok) throw new Refused(response.status, await messageOf(response))
    return response
  }

  return {
    async ask(type, params) {
      const response = await post({ type, params }, newTrace(), AbortSignal.timeout(ASK_DEADLINE_MS))
      return await response.json()
    },
    async *stream(type, params, { trace, signal, idempotencyKey }) {
      const response = await post({ type, params, metadata: metadata() }, trace, signal, idempotencyKey)
      const streams = response.headers.get('content-type')?.startsWith('text/event-stream')
      if (!streams || !response.body) throw new Error('The chat server did not answer with a stream.')
      for await (const data of eventData(response.body)) yield JSON.parse(data)
    },
  }
}

async function messageOf(response: Response): Promise<string> {
  const answer = record(await response.json().catch(() => undefined))
  return text(answer.message) ?? `The chat server answered with an error (${response.status}).`
}

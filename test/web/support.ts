// Time, network and server for tests of the component without a browser. They move only when a test
// says so.

import type { KeptPlace } from '../../web/chat/kept.ts'
import type { Clock } from '../../web/client/clock.ts'
import type { Waker } from '../../web/client/follow.ts'

/** A place for what is kept, in memory. */
export function keptHere(): KeptPlace {
  let kept = ''
  return {
    isPersonal: true,
    read: () => kept,
    write(text) {
      kept = text
    },
  }
}

/** A clock that a test moves. */
export interface ManualClock extends Clock {
  /** The waits that passed at once, in milliseconds, in order. */
  readonly passed: readonly number[]
  /** Moves the time, and calls back what is due. */
  advance(ms: number): void
}

/**
 * Waits of at most `patience` milliseconds pass at once, and are noted. Longer ones wait for
 * `advance`.
 */
export function manualClock(patience = 0): ManualClock {
  const timers = new Set<{ readonly due: number; readonly callback: () => void }>()
  const passed: number[] = []
  let time = 0
  return {
    passed,
    now: () => time,
    after(ms, callback) {
      const timer = { due: time + ms, callback }
      timers.add(timer)
      if (ms <= patience) {
        queueMicrotask(() => {
          if (!timers.delete(timer)) return
          passed.push(ms)
          callback()
        })
      }
      return () => void timers.delete(timer)
    },
    advance(ms) {
      time += ms
      for (const timer of [...timers]) {
        if (timer.due <= time && timers.delete(timer)) timer.callback()
      }
    },
  }
}

/** A waker that a test rings. */
export function manualWaker(): { readonly waker: Waker; wake(certain: boolean): void } {
  const sleepers = new Set<(certain: boolean) => void>()
  return {
    waker(wake) {
      sleepers.add(wake)
      return () => void sleepers.delete(wake)
    },
    wake(certain) {
      for (const one of [...sleepers]) one(certain)
    },
  }
}

/** A body of a stream in a test's hand. */
export interface Script {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>
  /** Whether the reader has given up on it. */
  readonly cancelled: boolean
  /** One event, with an id in resumable mode. */
  send(event: object, id?: string): void
  raw(text: string): void
  /** Resolves when the reader has had all of it, and wants more. */
  read(): Promise<void>
  /** A clean end. */
  end(): void
  /** The connection breaks. */
  cut(): void
}

/** A stream that says what it is told. */
export function script(): Script {
  const encoder = new TextEncoder()
  let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined
  let cancelled = false
  let hungry = false
  let fed: (() => void)[] = []
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start(given) {
        controller = given
      },
      pull() {
        hungry = true
        for (const tell of fed) tell()
        fed = []
      },
      cancel() {
        cancelled = true
      },
    },
    // Asked for more only when everything was read.
    { highWaterMark: 0 },
  )
  const raw = (text: string) => {
    hungry = false
    controller?.enqueue(encoder.encode(text))
  }
  return {
    body,
    get cancelled() {
      return cancelled
    },
    raw,
    read: () => new Promise((resolve) => void (hungry ? resolve() : fed.push(resolve))),
    send: (event, id) =>
      raw(`${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(event)}\n\n`),
    end: () => controller?.close(),
    cut: () => controller?.error(new TypeError('network error')),
  }
}

/** A request as the fake server gets it. */
export interface Asked {
  readonly type: string
  readonly params: Readonly<Record<string, unknown>>
  readonly metadata: Readonly<Record<string, unknown>>
  readonly headers: Headers
  readonly signal: AbortSignal | null | undefined
}

/**
 * A `fetch` that answers by the type of the request, and notes what it was asked. An unknown type
 * gets a 400.
 */
export function fakeServer(
  answers: Record<string, (asked: Asked) => Response | Promise<Response>>,
): {
  readonly fetch: typeof globalThis.fetch
  readonly asked: Asked[]
  types(): string[]
  /** Resolves when so many requests have come. */
  arrived(count: number): Promise<void>
} {
  const asked: Asked[] = []
  const waiting = new Set<{ readonly count: number; readonly resolve: () => void }>()
  return {
    asked,
    types: () => asked.map(({ type }) => type),
    arrived: (count) =>
      new Promise((resolve) => {
        if (asked.length >= count) resolve()
        else waiting.add({ count, resolve })
      }),
    async fetch(_url, init) {
      const { type, params, metadata } = JSON.parse(String(init?.body))
      const one: Asked = {
        type,
        params,
        metadata,
        headers: new Headers(init?.headers),
        signal: init?.signal,
      }
      asked.push(one)
      for (const one of waiting) if (asked.length >= one.count) one.resolve()
      const answer = answers[type]
      return answer
        ? await answer(one)
        : Response.json({ code: 'invalid_request', message: 'Unknown.' }, { status: 400 })
    },
  }
}

/** The answer that streams a script. It breaks with its request's signal, as a browser's does. */
export function streaming({ body, cut }: Script, signal?: AbortSignal | null): Response {
  signal?.addEventListener('abort', () => cut(), { once: true })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

const BASE = { thread_id: 'thr_1', created_at: '2026-01-01T00:00:00Z' }

/** A thread on the wire. */
export function thread(id = 'thr_1', more: object = {}): object {
  return {
    id,
    created_at: BASE.created_at,
    status: { type: 'active' },
    metadata: {},
    items: { data: [], has_more: false },
    ...more,
  }
}

/** What a person wrote, on the wire. */
export function userItem(id: string, text: string): object {
  const content = [{ type: 'input_text', text }]
  return { ...BASE, id, type: 'user_message', content, attachments: [], inference_options: {} }
}

/** An answer on the wire. */
export function answerItem(id: string, text?: string): object {
  const content = text === undefined ? [] : [{ type: 'output_text', text, annotations: [] }]
  return { ...BASE, id, type: 'assistant_message', content }
}

/** A piece of an answer's text, on the wire. */
export function delta(item_id: string, text: string): object {
  const update = {
    type: 'assistant_message.content_part.text_delta',
    content_index: 0,
    delta: text,
  }
  return { type: 'thread.item.updated', item_id, update }
}

// The transport HTTP+SSE (MCP 2024-11-05): a GET opens a stream, its first event names an endpoint,
// messages are posted there, and every answer comes over the stream. Streamable HTTP took its place.

import type { RefusalReason } from '../core/errors.ts'
import { isObject, parseJson, type UnknownObject } from '../core/json.ts'
import { PATH_PLACE } from '../core/placement/path.ts'
import { toError } from '../core/sentences.ts'
import type { Messages, RpcRequest } from './answer/message.ts'
import type { LegacyStream } from './answer/rules.ts'
import { MARKER } from './redact/marker.ts'

/** What the streams of one `fetch` are made of. */
export interface LegacySseOptions {
  readonly binding: {
    readonly name: string
    readonly url: string
    readonly legacySse: 'carry' | 'refuse'
  }
  /** Whether a text, which is the address of an endpoint, may go on. */
  readonly isClean: (text: string) => boolean
  /** The text with {@link MARKER} for each credential. */
  readonly redact: (text: string) => string
  /** Takes a part of the address that names the session. Gives whether it may go on. */
  readonly session: (id: string) => boolean
  /** Told of an endpoint that is refused. */
  readonly onRefused: (reason: RefusalReason) => void
  /** Milliseconds that a call waits for its answer. */
  readonly deadlineMs: number
}

/** A stream of the server's, and the endpoint that it named. */
export interface OpenStream {
  readonly endpoint: string
  /**
   * Remembers a call, before it is sent. When the server does not answer it, `instead` does.
   *
   * @returns Forgets the call, which was not sent.
   */
  expect(call: RpcRequest, instead: (reason: RefusalReason) => UnknownObject): () => void
  /** Whether the answer to a request has come already. */
  hasPassed(id: unknown): boolean
  /** What is given to the client for a message that the server took: its answer comes elsewhere. */
  accepted(response: Response, messages: Messages | undefined): Response
  /** The same, for a message that was answered here. */
  answered(message: UnknownObject): Response
  /** Sends a request of our own, and gives its answer, which the client does not see. */
  ask(init: RequestInit, send: (init: RequestInit) => Promise<Response>): Promise<Response>
}

/** The streams of one `fetch`. */
export interface LegacySse {
  /** The stream whose endpoint this is, for a POST. An endpoint ends with its stream. */
  at(
    target: Parameters<typeof globalThis.fetch>[0],
    init: RequestInit | undefined,
  ): OpenStream | undefined
  /** The stream that was opened last, and is open. */
  latest(): OpenStream | undefined
  /**
   * The stream of a GET that was opened last, of either transport. Some servers of Streamable HTTP
   * answer a call with 202, and send its result there.
   */
  listening(): OpenStream | undefined
  /** Begins a stream: what a GET opened may turn out to be one. */
  begin(): LegacyStream
}

const MAX_ENDPOINT_CHARS = 2_048
/** An answer may come before the 202 to its call; later ones are not asked for. */
const MAX_PASSED = 64

/** Makes the streams of one principal's `fetch` for one server. Nobody else may use their endpoints. */
export function legacySse(options: LegacySseOptions): LegacySse {
  const open = new Set<OpenStream>()
  const streams = () => [...open].filter(({ endpoint }) => endpoint !== '')
  return {
    at(target, init) {
      if (open.size === 0) return undefined
      const { method = 'GET', url = String(target) } = target instanceof Request ? target : {}
      if ((init?.method ?? method).toUpperCase() !== 'POST' || !URL.canParse(url)) return undefined
      const { href } = new URL(url)
      return streams().find(({ endpoint }) => endpoint === href)
    },
    latest: () => streams().at(-1),
    listening: () => [...open].at(-1),
    begin: () => new Stream(options, open),
  }
}

interface Expected {
  readonly instead: (reason: RefusalReason) => UnknownObject
  readonly timer: ReturnType<typeof setTimeout>
}

/** One stream. */
class Stream implements OpenStream, LegacyStream {
  readonly #options: LegacySseOptions
  readonly #open: Set<OpenStream>
  readonly #expected = new Map<unknown, Expected>()
  /** Requests of our own, by their ids. */
  readonly #asked = new Map<unknown, (answer: UnknownObject | undefined) => void>()
  /** Ids of answers that have gone on, the last ones. */
  readonly #passed = new Set<unknown>()
  #isAwaited = false
  #write: (message: UnknownObject) => void = () => {}
  endpoint = ''

  constructor(options: LegacySseOptions, open: Set<OpenStream>) {
    this.#options = options
    this.#open = open
  }

  opened(write: (message: UnknownObject) => void): void {
    this.#write = write
    this.#open.add(this)
  }

  /**
   * Approves an endpoint: it must be on the origin that the credential is bound to. Another origin
   * would get the credential by the server's word alone.
   */
  named(data: string): string {
    const { binding, isClean, redact, session, onRefused } = this.#options
    const isInPath = binding.url.includes(PATH_PLACE)
    const url = endpointOf(isInPath ? withPlace(data, redact) : data, binding.url)
    const isCarried = binding.legacySse !== 'refuse' && (!isInPath || !url || hasPlace(url))
    const reason = isCarried ? undefined : 'legacy_transport_refused'
    const refusal = reason ?? (url ? reflectionIn(url, isClean, session) : 'destination_refused')
    if (refusal === undefined && url) {
      this.endpoint = url.href
      return url.href
    }
    onRefused(refusal ?? 'destination_refused')
    throw toError({ reason: refusal ?? 'destination_refused', server: binding.name })
  }

  takes(message: unknown): boolean {
    const answer = isAnswer(message) ? this.#asked.get(message.id) : undefined
    if (isAnswer(message)) answer?.(message)
    return answer !== undefined
  }

  passed(message: unknown): void {
    if (!isAnswer(message)) return
    this.#forget(message.id)
    this.#passed.add(message.id)
    const [oldest] = this.#passed
    if (this.#passed.size > MAX_PASSED) this.#passed.delete(oldest)
  }

  ended(reason?: RefusalReason): void {
    this.#open.delete(this)
    for (const [id, { instead }] of this.#expected) {
      this.#forget(id)
      if (reason !== undefined) this.#write(instead(reason))
    }
    this.#write = () => {}
    for (const answer of this.#asked.values()) answer(undefined)
  }

  get isUsed(): boolean {
    return this.endpoint !== '' || this.#isAwaited
  }

  hasPassed(id: unknown): boolean {
    return this.#passed.has(id)
  }

  accepted(response: Response, messages: Messages | undefined): Response {
    response.body?.cancel().catch(() => {})
    for (const { method, params } of messages?.list ?? [])
      if (method === 'notifications/cancelled' && isObject(params)) this.#forget(params.requestId)
    return new Response(null, { status: 202 })
  }

  answered(message: UnknownObject): Response {
    this.#write(message)
    return new Response(null, { status: 202 })
  }

  expect({ id }: RpcRequest, instead: Expected['instead']): () => void {
    const timer = setTimeout(() => {
      this.#forget(id)
      this.#write(instead('server_unavailable'))
    }, this.#options.deadlineMs)
    this.#forget(id)
    this.#expected.set(id, { instead, timer })
    this.#isAwaited = true
    return () => this.#forget(id)
  }

  #forget(id: unknown): void {
    clearTimeout(this.#expected.get(id)?.timer)
    this.#expected.delete(id)
  }

  async ask(init: RequestInit, send: (init: RequestInit) => Promise<Response>): Promise<Response> {
    const message = parseJson(String(init.body))
    const id = isObject(message) ? message.id : undefined
    const timeout = AbortSignal.timeout(this.#options.deadlineMs)
    const answered = new Promise<UnknownObject | undefined>((resolve) => {
      this.#asked.set(id, resolve)
      timeout.addEventListener('abort', () => resolve(undefined), { once: true })
    })
    try {
      const response = await send(init)
      response.body?.cancel().catch(() => {})
      const answer = response.ok ? await answered : undefined
      return answer ? Response.json(answer) : new Response(null, { status: 502 })
    } finally {
      this.#asked.delete(id)
    }
  }
}

function isAnswer(message: unknown): message is UnknownObject {
  return isObject(message) && !('method' in message)
}

/**
 * An address that repeats the credential of the binding's URL, with the place for it instead: so the
 * client does not see it, and each message carries the one of that time.
 */
function withPlace(data: string, redact: LegacySseOptions['redact']): string {
  if (data.length > MAX_ENDPOINT_CHARS) return data
  const parts = redact(data).split(MARKER)
  return parts.length === 2 ? parts.join('{credential}') : data
}

/** Whether the path has the place, once. A message to another address would go without a credential. */
function hasPlace({ pathname, search }: URL): boolean {
  return pathname.split(PATH_PLACE).length === 2 && !search.includes(PATH_PLACE)
}

/** The address of an endpoint, which may be relative; undefined when it is not of this server. */
function endpointOf(data: string, serverUrl: string): URL | undefined {
  if (data.length > MAX_ENDPOINT_CHARS || !URL.canParse(data, serverUrl)) return undefined
  const url = new URL(data, serverUrl)
  const isOurs =
    url.origin === new URL(serverUrl).origin &&
    url.username === '' &&
    url.password === '' &&
    !url.href.includes('#')
  return isOurs ? url : undefined
}

/**
 * The address goes to the client, and comes back from it with the credential. What names the session
 * in it is remembered, as the id of a session is in Streamable HTTP.
 */
function reflectionIn(
  url: URL,
  isClean: LegacySseOptions['isClean'],
  session: LegacySseOptions['session'],
): RefusalReason | undefined {
  const rest = new URL(url)
  for (const [name, value] of url.searchParams) {
    if (!/^[\x21-\x7e]{16,1024}$/.test(value)) continue
    if (!session(value)) return 'credential_reflected'
    rest.searchParams.delete(name)
  }
  return isClean(rest.href) ? undefined : 'credential_reflected'
}

// One session of one client with a stdio server: its messages come by HTTP, and go to the person's
// process and back. While nothing is under way the process is given back, and the next message takes
// it again.

import { AuthError } from '../../core/errors.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { sentenceFor, toError } from '../../core/sentences.ts'
import type { MessageTransport } from '../../mcp/transport.ts'
import { INTERNAL_ERROR } from '../../mcp-server/problem.ts'
import { type EventWriter, eventWriter } from '../event-writer.ts'
import { beginExchange, type Exchange } from './exchange.ts'

/** Milliseconds that a process is kept for the next message. */
const KEEP_MS = 5_000
/** Requests of one session at once. */
const MAX_WAITING = 100

/** They change what the process sends from then on, so the process is not given back. */
const LASTING: readonly unknown[] = ['logging/setLevel', 'resources/subscribe']

/** What a session is made of. */
export interface StdioSessionOptions {
  readonly server: string
  /** Makes the transport to the person's process. */
  readonly open: () => MessageTransport
}

/** A request that waits for its answer. */
interface Waiting {
  readonly exchange: Exchange
  /** What the process names in reports of its progress. */
  readonly progressToken: unknown
}

/** One session. */
export class StdioSession {
  readonly #options: StdioSessionOptions
  readonly #waiting = new Map<unknown, Waiting>()
  #transport: Promise<MessageTransport> | undefined
  /** How the client opened its session: a new process is opened in the same way. */
  #initialize: UnknownObject | undefined
  #listener: EventWriter | undefined
  #uses = 0
  #isLasting = false
  #isEnded = false
  #givingBack: ReturnType<typeof setTimeout> | undefined

  constructor(options: StdioSessionOptions) {
    this.#options = options
  }

  /** Whether a request or a stream is under way. */
  get isUsed(): boolean {
    return this.#uses > 0
  }

  /**
   * Sends one message of the client.
   *
   * @returns The answer to a request; 202 for anything else.
   * @throws AuthError when the message was refused, or not answered.
   */
  async post(message: UnknownObject, signal: AbortSignal): Promise<Response> {
    if (message.method === 'initialize') this.#initialize = message
    if (LASTING.includes(message.method)) this.#isLasting = true
    const isRequest = typeof message.method === 'string' && 'id' in message
    if (isRequest) return this.#ask(message, signal)
    this.#begin()
    try {
      await this.#send(message)
    } finally {
      this.#over()
    }
    return new Response(null, { status: 202 })
  }

  /** Opens the stream of what the process says by itself. A new one takes the place of the one before. */
  listen(): Response {
    this.#listener?.close()
    this.#begin()
    let isOver = false
    const end = () => {
      if (!isOver) this.#over()
      isOver = true
    }
    const writer = eventWriter(end)
    this.#listener = {
      ...writer,
      close() {
        writer.close()
        end()
      },
    }
    // A process that was given back says nothing.
    this.#open().catch(() => {})
    return writer.response
  }

  /** Ends the session, and gives the process back. */
  async end(): Promise<void> {
    this.#isEnded = true
    clearTimeout(this.#givingBack)
    this.#listener?.close()
    await this.#giveBack()
  }

  #ask(message: UnknownObject, signal: AbortSignal): Promise<Response> {
    const { id, params } = message
    const { server } = this.#options
    // The answers to two requests with one id cannot be told apart.
    if (this.#waiting.has(id) || this.#waiting.size >= MAX_WAITING)
      throw toError({ reason: 'server_not_ready', server })
    const meta = isObject(params) ? params._meta : undefined
    const settle = () => {
      signal.removeEventListener('abort', gone)
      if (this.#waiting.delete(id)) this.#over()
    }
    const gone = () => {
      if (!this.#waiting.has(id)) return
      const why = { requestId: id, reason: 'The client has gone' }
      const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: why }
      this.#send(cancelled).catch(() => {})
      fail(toError({ reason: 'cancelled', server }))
    }
    const exchange = beginExchange(gone)
    const fail = (error: unknown) => {
      if (!this.#waiting.has(id)) return
      settle()
      exchange.fail(error, errorAnswer(id, sentenceFor(error)))
    }
    this.#begin()
    this.#waiting.set(id, {
      exchange: {
        ...exchange,
        answer: (answer) => {
          settle()
          exchange.answer(answer)
        },
      },
      progressToken: isObject(meta) ? meta.progressToken : undefined,
    })
    signal.addEventListener('abort', gone, { once: true })
    if (signal.aborted) gone()
    else
      this.#send(message).then(
        () => fail(toError({ reason: 'server_unavailable', server })),
        (error: unknown) => fail(error),
      )
    return exchange.response
  }

  /** Sends, and once more to a new process when this one is over and has not got the message. */
  async #send(message: UnknownObject): Promise<void> {
    const transport = await this.#open(message)
    try {
      await transport.send(message)
    } catch (error) {
      const isLost = error instanceof AuthError && error.code === 'server_unreachable'
      if (!isLost || !this.#initialize || message.method === 'initialize') throw error
      await this.#giveBack()
      await (await this.#open(message)).send(message)
    }
  }

  /** The transport; a new one opens the session as the client did. */
  #open(first?: UnknownObject): Promise<MessageTransport> {
    if (this.#isEnded)
      return Promise.reject(toError({ reason: 'caller_ended', server: this.#options.server }))
    this.#transport ??= this.#connect(first)
    return this.#transport
  }

  async #connect(first: UnknownObject | undefined): Promise<MessageTransport> {
    const transport = this.#options.open()
    // No client has the same.
    const openId = `onbehalf-${crypto.randomUUID()}`
    let opened = () => {}
    const whenOpened = new Promise<void>((resolve) => {
      opened = resolve
    })
    transport.onmessage = (message) => {
      if (!isObject(message)) return
      if (message.id === openId && !('method' in message)) opened()
      else this.#receive(message, transport)
    }
    transport.onclose = () => {
      opened()
      this.#transport = undefined
    }
    await transport.start()
    if (!this.#initialize || first?.method === 'initialize') return transport
    try {
      await transport.send({ ...this.#initialize, id: openId })
      await whenOpened
      if (first?.method !== 'notifications/initialized')
        await transport.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
    } catch (error) {
      this.#transport = undefined
      await transport.close()
      throw error
    }
    return transport
  }

  #receive(message: UnknownObject, transport: MessageTransport): void {
    const { id, method } = message
    if (typeof method !== 'string') {
      this.#waiting.get(id)?.exchange.answer(message)
      return
    }
    if (this.#pass(message) || id === undefined) return
    const answer =
      method === 'ping' ? { jsonrpc: '2.0', id, result: {} } : errorAnswer(id, 'No client listens')
    transport.send(answer).catch(() => {})
  }

  /** Gives on what the process says by itself. Gives whether anybody reads it. */
  #pass(message: UnknownObject): boolean {
    const all = [...this.#waiting.values()]
    const token = isObject(message.params) ? message.params.progressToken : undefined
    const own =
      message.method === 'notifications/progress' && token !== undefined
        ? all.find(({ progressToken }) => progressToken === token)
        : undefined
    if (own) return own.exchange.write(message)
    const writers = [this.#listener, ...all.map(({ exchange }) => exchange).reverse()]
    // What it asks belongs to a call under way; what it tells, to whoever listens.
    if ('id' in message) writers.push(writers.shift())
    return writers.some((writer) => writer?.write(message) === true)
  }

  #begin(): void {
    clearTimeout(this.#givingBack)
    this.#uses += 1
  }

  #over(): void {
    this.#uses -= 1
    if (this.#uses > 0 || this.#isLasting) return
    const giveBack = () => void this.#giveBack().catch(() => {})
    this.#givingBack = setTimeout(giveBack, KEEP_MS).unref()
  }

  async #giveBack(): Promise<void> {
    const transport = this.#transport
    this.#transport = undefined
    await (await transport?.catch(() => undefined))?.close()
  }
}

function errorAnswer(id: unknown, message: string): UnknownObject {
  return { jsonrpc: '2.0', id, error: { code: INTERNAL_ERROR, message } }
}

// Sends one request through a dispatcher of undici and receives its answer, in the way that costs the
// least: no stream is made for a body that is read as a whole.

import type { Dispatcher } from 'undici'
import type { LazyBody } from '../core/http/lazy-response.ts'

/** What was received. The body is still to be read. */
export interface Received {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: ReceivedBody
}

/**
 * Sends a request, and gives the answer when its headers are there.
 *
 * @throws What undici says when no answer came; the reason of the signal when it has fired.
 */
export function receive(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  signal: AbortSignal | undefined,
): Promise<Received> {
  return new Promise((resolve, reject) => {
    dispatcher.dispatch(request, new ReceivedBody(resolve, reject, signal))
  })
}

/** Bytes that wait for a reader. With more, the server waits. */
const HIGH_WATER_BYTES = 65_536
/** It keeps nothing between two texts. */
const WHOLE = new TextDecoder()

/** The body of an answer, as it comes in. */
export class ReceivedBody implements LazyBody, Dispatcher.DispatchHandler {
  readonly #resolve: (received: Received) => void
  readonly #reject: (error: unknown) => void
  readonly #signal: AbortSignal | undefined
  #controller: Dispatcher.DispatchController | undefined
  #chunks: Uint8Array[] = []
  #waitingBytes = 0
  #isOver = false
  #failure: { readonly error: unknown } | undefined
  /** Whoever waits for the next chunk. */
  #wake: (() => void) | undefined
  bodyUsed = false

  constructor(
    resolve: (received: Received) => void,
    reject: (error: unknown) => void,
    signal: AbortSignal | undefined,
  ) {
    this.#resolve = resolve
    this.#reject = reject
    this.#signal = signal
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.#signal?.addEventListener('abort', this)
    if (this.#signal?.aborted) this.handleEvent()
  }

  /** The signal has fired. */
  handleEvent(): void {
    const reason: unknown = this.#signal?.reason
    this.#controller?.abort(reason instanceof Error ? reason : new Error('aborted'))
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Received['headers'],
  ): void {
    // Of an interim answer nothing is for the caller.
    if (status >= 200) this.#resolve({ status, headers, body: this })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#waitingBytes += chunk.length
    if (this.#waitingBytes > HIGH_WATER_BYTES) controller.pause()
    this.#go()
  }

  onResponseEnd(): void {
    this.#end()
  }

  onResponseError(_: Dispatcher.DispatchController, error: unknown): void {
    this.#failure ??= { error: this.#signal?.aborted ? this.#signal.reason : error }
    // Without an effect once there was an answer.
    this.#reject(this.#failure.error)
    this.#end()
  }

  /** Reads the body to its end for nobody. */
  discard(): void {
    this.#take()
    void this.#rest().catch(() => {})
  }

  /** Ends the request. The connection is closed, because nobody knows how much would still come. */
  cancel(): void {
    this.bodyUsed = true
    this.#failure ??= { error: new TypeError('The answer was not read') }
    if (!this.#isOver) this.#controller?.abort(new Error('aborted'))
  }

  async text(): Promise<string> {
    this.#take()
    return WHOLE.decode(joined(await this.#rest()))
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    this.#take()
    return new Uint8Array(joined(await this.#rest())).buffer
  }

  async textWithin(maxChars: number): Promise<string | undefined> {
    this.#take()
    const [only] = this.#chunks
    if (this.#isOver && !this.#failure && only && this.#chunks.length === 1)
      return upTo(WHOLE.decode(only), maxChars)
    const decoder = new TextDecoder()
    let text = ''
    for (let chunk = await this.#next(); chunk; chunk = await this.#next()) {
      text += decoder.decode(chunk, { stream: true })
      if (text.length <= maxChars) continue
      this.cancel()
      return undefined
    }
    return upTo(text + decoder.decode(), maxChars)
  }

  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.#take()
    return new ReadableStream(
      {
        pull: async (output) => {
          const chunk = await this.#next()
          if (chunk) output.enqueue(new Uint8Array(chunk))
          else output.close()
        },
        cancel: () => this.cancel(),
      },
      { highWaterMark: 0 },
    )
  }

  /** @throws TypeError when somebody has the body. */
  #take(): void {
    if (this.bodyUsed) throw new TypeError('The body has been read')
    this.bodyUsed = true
  }

  /** The next chunk; undefined after the last one. */
  async #next(): Promise<Uint8Array | undefined> {
    while (this.#chunks.length === 0 && !this.#isOver)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    const chunk = this.#chunks.shift()
    if (!chunk && this.#failure) throw this.#failure.error
    this.#waitingBytes -= chunk?.length ?? 0
    if (!this.#isOver && this.#waitingBytes <= HIGH_WATER_BYTES) this.#controller?.resume()
    return chunk
  }

  async #rest(): Promise<readonly Uint8Array[]> {
    const chunks: Uint8Array[] = []
    for (let chunk = await this.#next(); chunk; chunk = await this.#next()) chunks.push(chunk)
    return chunks
  }

  #end(): void {
    this.#isOver = true
    this.#signal?.removeEventListener('abort', this)
    this.#go()
  }

  #go(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks
  return only && chunks.length === 1 ? only : Buffer.concat(chunks)
}

function upTo(text: string, maxChars: number): string | undefined {
  return text.length > maxChars ? undefined : text
}

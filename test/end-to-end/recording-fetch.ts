// A `fetch` that keeps requests and answers, and that a test can make answer as the network would.
// Bodies still stream.

/** One request and what came back. Bodies as bytes, each byte one character. */
export interface Exchange {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: string
  /** Whether the test gave the answer, not the network. */
  readonly injected: boolean
  /** Undefined before the answer, and when the request failed. */
  answer?: { readonly status: number; readonly headers: Headers; body(): string }
}

/** Answers or throws as the network would. Undefined lets the request through. */
export type Fault = (
  request: Pick<Exchange, 'method' | 'url' | 'headers' | 'body'>,
) => Response | undefined

/** The `fetch` and what it has kept. */
export interface RecordingFetch {
  readonly fetch: typeof globalThis.fetch
  readonly exchanges: readonly Exchange[]
  /** Replaces the fault. */
  fail(fault: Fault | undefined): void
}

/** Wraps a `fetch`. */
export function recordingFetch(inner: typeof globalThis.fetch): RecordingFetch {
  const exchanges: Exchange[] = []
  let fault: Fault | undefined

  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = input instanceof Request ? input : undefined
    const asked = {
      method: (init?.method ?? request?.method ?? 'GET').toUpperCase(),
      url: new URL(request ? request.url : String(input)).href,
      headers: new Headers(init?.headers ?? request?.headers),
      body: await (init?.body == null && request
        ? bodyOf(request.clone().body, true)
        : bodyOf(init?.body)),
    }
    const active = fault
    let instead: Response | undefined
    try {
      instead = active?.(asked)
    } catch (error) {
      exchanges.push({ ...asked, injected: true })
      throw error
    }
    const exchange: Exchange = { ...asked, injected: instead !== undefined }
    exchanges.push(exchange)
    const response = instead ?? (await inner(input, init))
    const chunks: Uint8Array[] = []
    const { status, statusText, headers } = response
    exchange.answer = { status, headers, body: () => Buffer.concat(chunks).toString('latin1') }
    const keep = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        chunks.push(chunk.slice())
        controller.enqueue(chunk)
      },
    })
    return new Response(response.body?.pipeThrough(keep) ?? null, { status, statusText, headers })
  }
  return { fetch, exchanges, fail: (next) => (fault = next) }
}

/**
 * Reads the body of a request. The parts send whole bodies only: a stream could not be both read
 * and sent. The body of a `Request` is read from a copy.
 */
async function bodyOf(body: RequestInit['body'], copy = false): Promise<string> {
  if (body instanceof ReadableStream && !copy)
    throw new TypeError('A streamed body cannot be recorded')
  return Buffer.from(await new Response(body ?? null).arrayBuffer()).toString('latin1')
}

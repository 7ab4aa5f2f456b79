// A `fetch` that keeps what goes through it, both ways, and can be told to answer in the network's place. It takes nothing away: bodies stream on.

/** One request and what came back. Bodies as bytes, each byte one character. */
export interface Exchange {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: string
  /** Whether a test answered in the network's place. */
  readonly injected: boolean
  /** Undefined while there is none, and when the request failed. */
  answer?: { readonly status: number; readonly headers: Headers; body(): string }
}

/** Answers in the network's place, or throws as the network would; undefined lets the request through. */
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

/** What is sent from within the house has a whole body; a stream could not be looked at and sent. A Request's own body is a copy of it. */
async function bodyOf(body: RequestInit['body'], copy = false): Promise<string> {
  if (body instanceof ReadableStream && !copy)
    throw new TypeError('A streamed body cannot be recorded')
  return Buffer.from(await new Response(body ?? null).arrayBuffer()).toString('latin1')
}

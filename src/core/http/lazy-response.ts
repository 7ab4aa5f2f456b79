// A `Response` whose body becomes a web stream only when somebody asks for one: the stream costs
// more than a small request did.

import { PlainHeaders } from './plain-headers.ts'

/** A body that is no web stream yet. It can be read once, in one of these ways. */
export interface LazyBody {
  /** Whether it has been read. */
  readonly bodyUsed: boolean
  text(): Promise<string>
  json(): Promise<unknown>
  arrayBuffer(): Promise<ArrayBuffer>
  /** The text; undefined when it has more than `maxChars` characters. */
  textWithin(maxChars: number): Promise<string | undefined>
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>
  /** The text, which is there already. Absent for a body that is still coming in. */
  whole?(): string
}

/**
 * A `Response` over a {@link LazyBody}. It is read like any other. Every member is its own, because to
 * make one of the platform costs more than the rest of a small answer.
 */
export class LazyResponse implements Response {
  readonly type = 'default'
  readonly redirected = false
  readonly url: string
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  /** Undefined when there is no body. */
  readonly #source: LazyBody | undefined
  /** The body as a web stream, once somebody asked for one. */
  #streamed: Response | undefined

  /**
   * @param init Headers that are a `Headers` become those of the answer.
   * @param url Where the answer came from.
   * @throws RangeError for a status that no `Response` can have.
   */
  constructor(source: LazyBody | undefined, init: ResponseInit, url: string) {
    const { status = 200, statusText = '', headers } = init
    if (!(status >= 200 && status <= 599)) throw new RangeError('status must be from 200 to 599')
    this.url = url
    this.status = status
    this.statusText = statusText
    this.headers = headers instanceof Headers ? headers : new PlainHeaders(headers)
    this.#source = source
  }

  get ok(): boolean {
    return this.status <= 299
  }

  get body(): Response['body'] {
    return this.bodyUsed && !this.#streamed ? null : this.#stream().body
  }

  get bodyUsed(): boolean {
    return this.#streamed?.bodyUsed ?? this.#source?.bodyUsed ?? false
  }

  async text(): Promise<string> {
    return (this.unread() ?? this.#stream()).text()
  }

  async json(): ReturnType<Response['json']> {
    return (this.unread() ?? this.#stream()).json()
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (this.unread() ?? this.#stream()).arrayBuffer()
  }

  async bytes(): ReturnType<Response['bytes']> {
    return new Uint8Array(await this.arrayBuffer())
  }

  async blob(): ReturnType<Response['blob']> {
    return this.#stream().blob()
  }

  async formData(): ReturnType<Response['formData']> {
    return this.#stream().formData()
  }

  clone(): Response {
    return this.#stream().clone()
  }

  /** Gives a text that is there already, and uses it up. Undefined for any other body. */
  whole(): string | undefined {
    return this.unread()?.whole?.()
  }

  /**
   * Gives the body without a web stream; undefined when somebody has the stream, or there is no
   * body.
   *
   * @throws TypeError when the body has been read.
   */
  unread(): LazyBody | undefined {
    if (this.#streamed) return undefined
    if (this.#source?.bodyUsed) throw new TypeError('The body has been read')
    return this.#source
  }

  #stream(): Response {
    const { status, statusText, headers } = this
    this.#streamed ??= new Response(this.#source?.stream() ?? null, { status, statusText, headers })
    return this.#streamed
  }
}

// It passes for a `Response` wherever one is asked for.
Object.setPrototypeOf(LazyResponse.prototype, Response.prototype)

/** Makes a body from a text. */
export function textBody(text: string): LazyBody {
  return new WrittenBody(() => text)
}

/**
 * Makes a body from a JSON value, which is written only when somebody asks for its text. Whoever
 * reads it as JSON gets the value itself.
 */
export function jsonBody(value: unknown): LazyBody {
  return new WrittenBody(() => JSON.stringify(value), { value })
}

class WrittenBody implements LazyBody {
  readonly #write: () => string
  readonly #json: { readonly value: unknown } | undefined
  bodyUsed = false

  constructor(write: () => string, json?: { readonly value: unknown }) {
    this.#write = write
    this.#json = json
  }

  async text(): Promise<string> {
    return this.whole()
  }

  whole(): string {
    this.bodyUsed = true
    return this.#write()
  }

  async json(): Promise<unknown> {
    this.bodyUsed = true
    return this.#json ? this.#json.value : JSON.parse(this.#write())
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#bytes().buffer
  }

  async textWithin(maxChars: number): Promise<string | undefined> {
    const text = this.#write()
    if (text.length > maxChars) return undefined
    this.bodyUsed = true
    return text
  }

  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return new ReadableStream({
      start: (output) => {
        output.enqueue(this.#bytes())
        output.close()
      },
    })
  }

  #bytes(): Uint8Array<ArrayBuffer> {
    this.bodyUsed = true
    return new TextEncoder().encode(this.#write())
  }
}

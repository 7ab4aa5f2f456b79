// The answer to an egress request: a `Response` whose body becomes a web stream only when somebody asks for one, which costs more than the
// request did.

import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'

/** Statuses that have no body (RFC 9110 section 6.4.1). */
const BODILESS: readonly number[] = [204, 205, 304]

/** What is done differently here. The rest is the platform's. */
type Lazy = 'url' | 'body' | 'bodyUsed' | 'text' | 'json' | 'arrayBuffer' | 'bytes' | 'blob' | 'formData' | 'clone'

/** The platform's class, without the members that its declaration does not let be overridden. */
const Platform: new (body: null, init: ResponseInit) => Omit<Response, Lazy> = Response

/** A `Response` over what undici gives; it is read like any other. */
export class Answer extends Platform implements Response {
  readonly #url: string
  /** The body as it comes from the wire; undefined when there is none. */
  readonly #source: Dispatcher.ResponseData['body'] | undefined
  /** The body behind a web stream, once that was asked for. */
  #streamed: Response | undefined

  /**
   * @throws RangeError for a status that no `Response` can have.
   */
  constructor({ statusCode, headers, body }: Dispatcher.ResponseData, url: string, method: string) {
    super(null, { status: statusCode, headers: listOf(headers) })
    this.#url = url
    if (method !== 'HEAD' && !BODILESS.includes(statusCode)) this.#source = body
    else body.resume()
  }

  get url(): string {
    return this.#url
  }

  get body(): Response['body'] {
    return this.bodyUsed && !this.#streamed ? null : this.#stream().body
  }

  get bodyUsed(): boolean {
    return this.#streamed?.bodyUsed ?? this.#source?.bodyUsed ?? false
  }

  async text(): Promise<string> {
    return (this.#unread() ?? this.#stream()).text()
  }

  async json(): ReturnType<Response['json']> {
    return (this.#unread() ?? this.#stream()).json()
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (this.#unread() ?? this.#stream()).arrayBuffer()
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

  /** The body as it comes, while nobody has a stream of it. */
  #unread(): Dispatcher.ResponseData['body'] | undefined {
    if (this.#streamed) return undefined
    if (this.#source?.bodyUsed) throw new TypeError('The body has been read')
    return this.#source
  }

  #stream(): Response {
    this.#streamed ??= new Response(this.#source ? Readable.toWeb(this.#source) : null, {
      status: this.status,
      headers: this.headers,
    })
    return this.#streamed
  }
}

/** A header that came several times stays several: `set-cookie` cannot be joined. */
function listOf(headers: Dispatcher.ResponseData['headers']): [string, string][] {
  const list: [string, string][] = []
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') list.push([name, value])
    else for (const one of value ?? []) list.push([name, one])
  }
  return list
}

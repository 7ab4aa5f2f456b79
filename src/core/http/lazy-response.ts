// A `Response` whose body becomes a web stream only when somebody asks for one, which costs more than a small request did.

/** A body before it is a web stream. It is read once, in one of these ways. */
export interface LazyBody {
  /** Whether it has been read. */
  readonly bodyUsed: boolean
  text(): Promise<string>
  json(): Promise<unknown>
  arrayBuffer(): Promise<ArrayBuffer>
  /** The text, or undefined when it has more characters than the limit. */
  textWithin(limit: number): Promise<string | undefined>
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>
}

/** What is done differently here. The rest is the platform's. */
type Lazy =
  | 'url'
  | 'body'
  | 'bodyUsed'
  | 'text'
  | 'json'
  | 'arrayBuffer'
  | 'bytes'
  | 'blob'
  | 'formData'
  | 'clone'

/** The platform's class, without the members that its declaration does not let be overridden. */
const Platform: new (body: null, init: ResponseInit) => Omit<Response, Lazy> = Response

/** A `Response` over a {@link LazyBody}; it is read like any other. */
export class LazyResponse extends Platform implements Response {
  readonly url: string
  /** Undefined when there is no body. */
  readonly #source: LazyBody | undefined
  /** The body behind a web stream, once that was asked for. */
  #streamed: Response | undefined

  /**
   * @param url Where the answer came from.
   * @throws RangeError for a status that no `Response` can have.
   */
  constructor(source: LazyBody | undefined, init: ResponseInit, url: string) {
    super(null, init)
    this.url = url
    this.#source = source
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

  /**
   * The body as it comes, while nobody has a stream of it.
   *
   * @throws TypeError when it has been read.
   */
  unread(): LazyBody | undefined {
    if (this.#streamed) return undefined
    if (this.#source?.bodyUsed) throw new TypeError('The body has been read')
    return this.#source
  }

  #stream(): Response {
    this.#streamed ??= new Response(this.#source?.stream() ?? null, {
      status: this.status,
      headers: this.headers,
    })
    return this.#streamed
  }
}

/** The body that a text is. */
export function textBody(text: string): LazyBody {
  let bodyUsed = false
  function read(): string {
    bodyUsed = true
    return text
  }
  const bytes = () => new TextEncoder().encode(read())
  return {
    get bodyUsed() {
      return bodyUsed
    },
    text: async () => read(),
    json: async () => JSON.parse(read()),
    arrayBuffer: async () => bytes().buffer,
    textWithin: async (limit) => (text.length > limit ? undefined : read()),
    stream: () =>
      new ReadableStream({
        start(output) {
          output.enqueue(bytes())
          output.close()
        },
      }),
  }
}

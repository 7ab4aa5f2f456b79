// Headers of a message, for the hot path of a call: they behave as the platform's `Headers` do, and
// cost a tenth.

/** Names of headers (RFC 9110 section 5.1). */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** A line break would begin another header, and the wire has one byte for each character. */
const VALUE = /^[^\0\r\n\u0100-\uffff]*$/
const AROUND = /^[\t\n\r ]+|[\t\n\r ]+$/g

/** The only header whose values cannot be joined (RFC 6265 section 3). */
const SET_COOKIE = 'set-cookie'

type Given = ConstructorParameters<typeof Headers>[0]
type Pairs = ReturnType<Headers['entries']>
type Names = ReturnType<Headers['keys']>

/** A list of headers. Like the platform's, it never quotes a value that it refuses. */
export class PlainHeaders implements Headers {
  readonly #values: Map<string, string>
  #cookies: readonly string[] = []

  /**
   * @param given Headers to copy.
   * @throws TypeError for a name or a value that no header can have.
   */
  constructor(given?: Given) {
    if (given instanceof PlainHeaders) {
      this.#values = new Map(given.#values)
      this.#cookies = given.#cookies
      return
    }
    this.#values = new Map()
    if (given === undefined) return
    const list = Symbol.iterator in given ? given : Object.entries(given)
    for (const [name, value] of list) this.append(`${name}`, `${value}`)
  }

  append(name: string, value: string): void {
    const key = nameOf(name)
    const text = textOf(value)
    if (key === SET_COOKIE) this.#cookies = [...this.#cookies, text]
    const before = this.#values.get(key)
    this.#values.set(key, before === undefined ? text : `${before}, ${text}`)
  }

  delete(name: string): void {
    const key = nameOf(name)
    if (key === SET_COOKIE) this.#cookies = []
    this.#values.delete(key)
  }

  get(name: string): string | null {
    return this.#values.get(nameOf(name)) ?? null
  }

  getSetCookie(): string[] {
    return [...this.#cookies]
  }

  has(name: string): boolean {
    return this.#values.has(nameOf(name))
  }

  set(name: string, value: string): void {
    const key = nameOf(name)
    const text = textOf(value)
    if (key === SET_COOKIE) this.#cookies = [text]
    this.#values.set(key, text)
  }

  forEach(call: (value: string, name: string, parent: Headers) => void, self?: unknown): void {
    for (const [name, value] of this) call.call(self, value, name, this)
  }

  *entries(): Pairs {
    for (const name of [...this.#values.keys()].sort())
      if (name !== SET_COOKIE) yield [name, this.#values.get(name) ?? '']
      else for (const cookie of this.#cookies) yield [name, cookie]
  }

  *keys(): Names {
    for (const [name] of this) yield name
  }

  *values(): Names {
    for (const [, value] of this) yield value
  }

  [Symbol.iterator](): Pairs {
    return this.entries()
  }

  get [Symbol.toStringTag](): string {
    return 'Headers'
  }
}

// Whoever asks whether it is one of the platform's gets yes: nothing of it is inherited.
Object.setPrototypeOf(PlainHeaders.prototype, Headers.prototype)

/** Names that every call has, so that they are not read letter by letter. */
const USUAL: ReadonlyMap<string, string> = new Map(
  [
    'Accept',
    'Authorization',
    'Connection',
    'Content-Length',
    'Content-Type',
    'Host',
    'Mcp-Protocol-Version',
    'Mcp-Session-Id',
    'traceparent',
  ].flatMap((name) => [
    [name, name.toLowerCase()],
    [name.toLowerCase(), name.toLowerCase()],
  ]),
)

function nameOf(name: string): string {
  const usual = USUAL.get(name)
  if (usual !== undefined) return usual
  const text = `${name}`
  if (!NAME.test(text)) throw new TypeError('The name of a header must be a token')
  return text.toLowerCase()
}

function textOf(value: string): string {
  const text = `${value}`.replace(AROUND, '')
  if (!VALUE.test(text))
    throw new TypeError('The value of a header must be a text of single bytes, without line breaks')
  return text
}

// A credential: the secret that proves who a call is made for. It renders as `[credential]` wherever a value may be printed;
// only `reveal()` gives the text, and its call sites are listed in a test.

const BLANK = '[credential]'

/**
 * Holds one secret (an access token, a refresh token, a key) so that it can be passed around without ever being printed.
 *
 * @example
 * ```ts
 * const credential = new Credential('s3cr3t')
 * console.log(`${credential}`, JSON.stringify({ credential })) // [credential] {"credential":"[credential]"}
 * ```
 */
export class Credential {
  readonly #value: string

  /**
   * @param value The secret's text: not empty, no control characters.
   * @throws TypeError without the value in its message, because `new Headers()` quotes a value that it refuses.
   */
  constructor(value: string) {
    if (typeof value !== 'string' || value.length === 0)
      throw new TypeError('A credential must be a string that is not empty')
    if (/[\u0000-\u001f\u007f]/.test(value))
      throw new TypeError('A credential must not contain control characters')
    this.#value = value
  }

  /** The secret itself. Call it at the last moment, for one request; every call site is listed in the architecture test. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return BLANK
  }

  toJSON(): string {
    return BLANK
  }

  [Symbol.toPrimitive](): string {
    return BLANK
  }

  get [Symbol.toStringTag](): string {
    return 'Credential'
  }
}

// Node's `console.log` and `inspect`; not a member of the class, because a computed name cannot be declared (isolatedDeclarations).
Object.defineProperty(Credential.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value: () => BLANK,
})

/**
 * Whether a text is a `b64token`, the only form that `Authorization: Bearer` may carry (RFC 6750 section 2.1).
 */
export function isBearerToken(text: string): boolean {
  return /^[A-Za-z0-9\-._~+/]+=*$/.test(text)
}

// A credential: the secret that proves for whom a call is made. Wherever a value may be printed it
// shows `[credential]`. Only `reveal()` gives the text, and a test lists every place that calls it.

const BLANK = '[credential]'

/**
 * Holds one secret: an access token, a refresh token or a key. It can be passed around and is never
 * printed.
 *
 * @example
 * ```ts
 * const credential = new Credential('s3cr3t')
 * console.log(`${credential}`) // [credential]
 * console.log(JSON.stringify({ credential })) // {"credential":"[credential]"}
 * ```
 */
export class Credential {
  readonly #value: string

  /**
   * @param value The secret's text: not empty, no control characters.
   * @throws TypeError for any other value. Its message does not contain the value, as that of
   *   `new Headers()` would.
   */
  constructor(value: string) {
    if (typeof value !== 'string' || value.length === 0)
      throw new TypeError(
        'A credential must be a string that is not empty. Is the environment variable set that it is read from?',
      )
    if (/[\u0000-\u001f\u007f]/.test(value))
      throw new TypeError('A credential must not contain control characters')
    this.#value = value
  }

  /** Gives the secret. Call it at the last moment, for one request. A test lists every call. */
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

// For Node's `console.log` and `inspect`. It is no member of the class, because
// isolatedDeclarations does not allow a computed name.
Object.defineProperty(Credential.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value: () => BLANK,
})

/**
 * Whether a text is a `b64token`, the only form that `Authorization: Bearer` allows (RFC 6750
 * section 2.1).
 */
export function isBearerToken(text: string): boolean {
  return /^[A-Za-z0-9\-._~+/]+=*$/.test(text)
}

// The two failures of a request: the server refused, or it could not be reached. Messages are for
// the person.

/** The server refused before it did anything. */
export class Refused extends Error {
  /** The HTTP status. It is 401 also when there is no access token to send. */
  readonly status: number
  /** The server's stable code for the reason, if it gave one. */
  readonly code: string | undefined
  /** Seconds to wait, if the server said so. */
  readonly retryAfter: number | undefined

  constructor(status: number, message: string, code?: string, retryAfter?: number) {
    super(message)
    this.status = status
    this.code = code
    this.retryAfter = retryAfter
  }
}

/** No answer came, or only a part. The server may have done what was asked, or not. */
export class Unreachable extends Error {}

/** Whether the person must sign in again before anything else. */
export function isSignedOut(error: unknown): error is Refused {
  return error instanceof Refused && error.status === 401
}

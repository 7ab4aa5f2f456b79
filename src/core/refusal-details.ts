// What a refusal tells its operator beside the reason: what was expected, what came, and the words
// of an authorization server. It goes to the log and the audit, never to the person or the model.

import { blankCredentials } from './blank.ts'

/** The details. Each is short, printable, and has passed {@link forOperator} or is our own word. */
export interface RefusalDetails {
  /** The claim or the metadata member that was missing or wrong. */
  readonly claim?: string
  /** What the configuration asks for, where that is not what came. */
  readonly expected?: string
  /** What came instead. */
  readonly found?: string
  /** The error code of an authorization server (RFC 6749 section 5.2). */
  readonly authorizationServerError?: string
  /** Its `error_description`, shortened. */
  readonly authorizationServerErrorDescription?: string
}

/** A longer text is cut. It is long enough for an audience, an issuer or a sentence. */
const MAX_TEXT_CHARS = 200

/**
 * Makes a foreign text fit for an operator: without what looks like a credential, without control
 * characters, and short. Undefined for an empty text or no text.
 */
export function forOperator(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  // Blanked before it is cut: the first half of a token is still a secret.
  const text = blankCredentials(value)
  return text.length > MAX_TEXT_CHARS ? `${text.slice(0, MAX_TEXT_CHARS - 1)}…` : text
}

/** The words of an authorization server in an error answer, as an operator may read them. */
export function authorizationServerWords(
  error: unknown,
  description: unknown,
): Pick<RefusalDetails, 'authorizationServerError' | 'authorizationServerErrorDescription'> {
  const code = forOperator(error)
  const words = forOperator(description)
  return {
    ...(code === undefined ? {} : { authorizationServerError: code }),
    ...(words === undefined ? {} : { authorizationServerErrorDescription: words }),
  }
}

/** The details of a refusal alone, for the audit. */
export function detailsOf(refusal: RefusalDetails): RefusalDetails {
  const { claim, expected, found } = refusal
  const { authorizationServerError: error, authorizationServerErrorDescription: words } = refusal
  return {
    ...(claim === undefined ? {} : { claim }),
    ...(expected === undefined ? {} : { expected }),
    ...(found === undefined ? {} : { found }),
    ...(error === undefined ? {} : { authorizationServerError: error }),
    ...(words === undefined ? {} : { authorizationServerErrorDescription: words }),
  }
}

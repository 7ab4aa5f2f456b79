// The misuses of a token that the page offers: their names, what they are done with, and what comes
// of them.

import type { Credential, OnBehalf } from 'onbehalf'
import type { PrivateKey } from '../keys.ts'
import type { Trail } from '../trail.ts'
import type { TaskflowUrls } from '../urls.ts'
import type { ThrowAway } from './throw-away.ts'

/** The misuses, as the page names them. */
export const MISUSES = ['other-person', 'wrong-audience', 'expired', 'revoked'] as const
export type Misuse = (typeof MISUSES)[number]

/** What came of a misuse. */
export interface MisuseResult {
  /** What was tried, for a person. */
  readonly tried: string
  /** Undefined when no request was sent at all. */
  readonly status?: number
  /** The error code of the challenge (RFC 6750 section 3). */
  readonly error?: string
  /** The reason in the audit. It is for the operator, and the caller does not get it. */
  readonly reason?: string
  /** What the caller is told. */
  readonly sentence: string
  /** What the literal pattern does in the same place, if it differs. */
  readonly literal?: string
}

/** What the misuses are done with. */
export interface MisuseOptions {
  readonly urls: TaskflowUrls
  readonly onbehalf: OnBehalf
  readonly trail: Trail
  readonly issuerKey: PrivateKey
  /** The request of the page. Its token is the one that is misused. */
  readonly request: Request
  readonly subject: string
  readonly token: Credential
  readonly throwAway: () => Promise<ThrowAway>
}

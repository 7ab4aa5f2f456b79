// What the connections page shows. Types only.

import type { AskedCall } from '../../core/call-approvals.ts'
import type { ConnectionFacts } from '../../oauth/connection/connections.ts'
import type { AccessKey } from '../keys/access-keys.ts'
import type { KeptCredential } from './kept-credentials.ts'
import type { Use } from './uses.ts'

/** A credential, and what is known of one person's. */
export interface ShownCredential {
  readonly kept: KeptCredential
  /** `again`: the account gives no access any more. */
  readonly state: 'there' | 'again' | 'none'
  /** The facts of an account that is connected. */
  readonly account?: ConnectionFacts | undefined
  readonly use?: Use | undefined
}

/** What the page shows. */
export interface Shown {
  readonly person: string
  readonly credentials: readonly ShownCredential[]
  /** Absent where the gateway takes no access keys. */
  readonly accessKeys: readonly AccessKey[] | undefined
  /** The calls that wait for the person's yes. */
  readonly waiting: readonly AskedCall[]
  /** The id of the one that the person came for. */
  readonly call: string | undefined
  /** What has just been done. */
  readonly told: string | undefined
  /** The server that the person came for. */
  readonly server: string | undefined
  /** Seconds since the epoch. */
  readonly now: number
  /** The path of the page. */
  readonly path: string
  /** The page with the person's sign-ins. */
  readonly signIns: string
}

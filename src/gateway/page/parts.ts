// What the connections page works with. Types only.

import type { Auditor } from '../../core/audit.ts'
import type { CallApprovals } from '../../core/call-approvals.ts'
import type { StaticKeys } from '../../core/vault/static-keys.ts'
import type { Connections } from '../../oauth/connection/connections.ts'
import type { CredentialEnds } from '../credential-ends.ts'
import type { AccessKeys } from '../keys/access-keys.ts'
import type { KeptCredential } from './kept-credentials.ts'
import type { PageSession } from './options.ts'
import type { Uses } from './uses.ts'

/** What acts work with. */
export interface ActParts {
  readonly credentials: readonly KeptCredential[]
  readonly connections: Connections | undefined
  readonly keys: StaticKeys
  readonly accessKeys: AccessKeys | undefined
  readonly approvals: CallApprovals | undefined
  /** What a server is called in the audit; undefined for one that there is not. */
  readonly resourceOf: (server: string) => string | undefined
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly auditor: Auditor
  readonly uses: Uses
  readonly ends: CredentialEnds
}

/** What the page is made of. */
export interface PageParts extends ActParts {
  readonly session: PageSession
  /** The gateway's own address. */
  readonly url: string
  readonly sessionPath: string
}

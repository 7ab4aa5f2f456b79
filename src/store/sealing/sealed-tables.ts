// The tables that hold sealed secrets, and what each secret is bound to. A secret does not open
// when it was moved to another row, or when its row was changed.

import type { Generated } from 'kysely'
import { associatedData } from './seal.ts'

/** The columns of a sealed secret. */
export interface SealedColumns {
  readonly key_id: string
  readonly wrapped: Uint8Array
  readonly body: Uint8Array
}

/** The tables, as the migrations make them. */
export interface SealedTables {
  readonly vault_entry: VaultColumns & SealedColumns & { seq: Generated<number> }
  readonly secret: SecretColumns & SealedColumns & { seq: Generated<number> }
  /** Master keys that no row may be wrapped under any more. */
  readonly retired_key: { readonly id: string }
}

/** The columns of a vault entry besides its secret. */
export interface VaultColumns {
  /** Digest of the handle. */
  readonly digest: string
  /** `principalKey`: issuer, tenant and subject. */
  readonly owner: string
  /** A list in JSON. */
  readonly destinations: string
  /** Seconds since the epoch. */
  readonly expires_at: number
}

/** The columns of a lasting secret besides the secret itself. */
export interface SecretColumns {
  readonly owner: string
  readonly resource: string
  readonly kind: string
  readonly issuer: string
  readonly version: number
}

/** What a vault entry's secret is bound to. */
export function vaultBinding(row: VaultColumns): Uint8Array {
  return associatedData([
    'vault',
    1,
    row.digest,
    row.owner,
    row.destinations,
    String(row.expires_at),
  ])
}

/** What a lasting secret is bound to. */
export function secretBinding(row: SecretColumns): Uint8Array {
  return associatedData(['secret', 1, row.owner, row.resource, row.kind, row.issuer, row.version])
}

// The reference vault: keeps credentials in this process's memory.

import type { Credential } from '../credential.ts'
import { checkOptions, type OptionNames } from '../known-options.ts'
import { type Principal, principalKey } from '../principal.ts'
import type { Deposit, Handle, Vault } from './vault.ts'

/** Options of {@link memoryVault}. */
export interface MemoryVaultOptions {
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** How many credentials it keeps at most. One more ends the oldest. Default 100,000. */
  readonly most?: number
}

/** Every option of the factory. A new one does not compile until it is here. */
const MEMORY_VAULT_OPTIONS: OptionNames<MemoryVaultOptions> = {
  now: 'optional',
  most: 'optional',
}

/**
 * Makes a vault that keeps credentials in memory. It drops expired ones when new ones come in, and the
 * oldest ones when there are too many, so that an app which forgets to end its callers does not fill
 * the memory.
 *
 * @throws TypeError unless `most` is a whole number, at least 1.
 */
export function memoryVault(options: MemoryVaultOptions = {}): Vault {
  checkOptions('memoryVault', '', options, MEMORY_VAULT_OPTIONS)
  const { now = Date.now, most = 100_000 } = options
  if (!(Number.isSafeInteger(most) && most > 0))
    throw new TypeError('most must be a whole number of credentials, at least 1')
  // A Map keeps insertion order, so its first entry is the oldest.
  const entries = new Map<
    Handle,
    {
      readonly credential: Credential
      readonly owner: string
      readonly destinations: readonly string[]
      readonly expiresAt: number
    }
  >()
  let sweepAt = 0

  /**
   * Drops expired credentials. At most once a second, so that a burst of deposits takes linear
   * time.
   */
  function sweep(seconds: number): void {
    if (seconds < sweepAt) return
    sweepAt = seconds + 1
    for (const [handle, entry] of entries) if (entry.expiresAt <= seconds) entries.delete(handle)
  }

  return {
    async deposit(deposit: Deposit): Promise<Handle> {
      sweep(now() / 1000)
      const [oldest] = entries.size < most ? [] : entries.keys()
      if (oldest !== undefined) entries.delete(oldest)
      const handle = randomHandle()
      entries.set(handle, {
        credential: deposit.credential,
        owner: principalKey(deposit.owner),
        destinations: [...deposit.destinations],
        expiresAt: deposit.expiresAt,
      })
      return handle
    },
    async withdraw(
      handle: Handle,
      owner: Principal,
      destination: string,
    ): Promise<Credential | undefined> {
      const entry = entries.get(handle)
      if (
        !entry ||
        entry.owner !== principalKey(owner) ||
        !entry.destinations.includes(destination)
      )
        return undefined
      if (entry.expiresAt > now() / 1000) return entry.credential
      entries.delete(handle)
      return undefined
    },
    async discard(handle: Handle, owner: Principal): Promise<void> {
      if (entries.get(handle)?.owner === principalKey(owner)) entries.delete(handle)
    },
  }
}

/** 256 random bits, base64url. */
function randomHandle(): Handle {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '') as Handle
}

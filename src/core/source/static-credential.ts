// Reads static keys, for the sources alone. An app never reads one: a test lists who may import
// this file.

import { granted, type Result, refused } from '../errors.ts'
import type { Principal } from '../principal.ts'
import { DEPLOYMENT, type SecretStore } from '../vault/secret-store.ts'
import { KEY, staticKeyPlace } from '../vault/static-keys.ts'
import type { IssuedToken } from './exchange.ts'

/**
 * Reads the static key for a resource. Each request reads it again, so that a removed key is gone
 * at once.
 *
 * @param of Whose key: the person's or the deployment's. A person without a key is refused: no
 *   other key replaces it.
 * @param source The name of the source, where the resource takes several keys.
 * @returns The key, which does not expire and names no scopes; `connection_needed` when the person
 *   has none, `server_unbound` when the deployment has none, `exchange_failed` when the store does
 *   not answer.
 */
export async function staticCredential(
  store: SecretStore,
  principal: Principal,
  resource: string,
  of: 'person' | 'deployment',
  source?: string,
): Promise<Result<IssuedToken>> {
  const place = staticKeyPlace(of === 'deployment' ? DEPLOYMENT : principal, resource, source)
  const record = await store.read(place).catch(() => 'unavailable' as const)
  if (record === 'unavailable') return refused('exchange_failed')
  const credential = record?.secrets[KEY]
  if (!credential) return refused(of === 'deployment' ? 'server_unbound' : 'connection_needed')
  return granted({ credential, expiresAt: Number.POSITIVE_INFINITY, scopes: [] })
}

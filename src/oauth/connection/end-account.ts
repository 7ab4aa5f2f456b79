// The end of a connected account, as the person wishes it.

import type { Principal } from '../../core/principal.ts'
import { traceOf } from '../../core/trace.ts'
import { accountKey, readAccount } from './account.ts'
import { knownClient } from './client.ts'
import { type Parts, record } from './parts.ts'
import type { Settings } from './settings.ts'
import { revoke } from './token-request.ts'

/** Forgets the account, then asks the authorization server to revoke its token (RFC 7009); whether that said that it did. */
export async function endAccount(
  principal: Principal,
  settings: Settings,
  parts: Parts,
): Promise<{ readonly revoked: boolean }> {
  const { store } = parts
  const key = accountKey(principal, settings)
  const account = readAccount(await store.read(key), settings)
  // First: whatever the authorization server does, the account is not used any more. A record that is not the pinned issuer's goes, too.
  await store.remove(key)
  const client = account && (await knownClient(settings, parts))
  if (!account || !client?.ok || client.value.id !== account.clientId) return { revoked: false }
  const step = {
    trace: traceOf(new Headers()),
    principal,
    destination: settings.issuer,
    audience: [settings.resource],
    operation: 'disconnect',
    placement: 'body token',
  }
  if (!(await record(parts, step)).ok) return { revoked: false }
  const { refreshToken, accessToken } = account
  return {
    revoked: refreshToken
      ? await revoke(refreshToken, 'refresh_token', settings, client.value, parts)
      : await revoke(accessToken, 'access_token', settings, client.value, parts),
  }
}

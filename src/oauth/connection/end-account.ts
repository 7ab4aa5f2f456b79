// Ends a connected account when the person asks for it.

import type { Principal } from '../../core/principal.ts'
import { traceOf } from '../../core/trace.ts'
import { accountKey, readAccount } from './account.ts'
import { knownClient } from './client.ts'
import { type Parts, record } from './parts.ts'
import type { Settings } from './settings.ts'
import { revoke } from './token-request.ts'

/**
 * Forgets the account, then asks the authorization server to revoke its token (RFC 7009).
 *
 * @returns Whether the server said that it revoked the token.
 */
export async function endAccount(
  principal: Principal,
  settings: Settings,
  parts: Parts,
): Promise<{ readonly revoked: boolean }> {
  const { store } = parts
  const key = accountKey(principal, settings)
  const account = readAccount(await store.read(key), settings)
  // Remove first: then nobody uses the account any more, whatever the authorization server does. A
  // record of another issuer goes too.
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

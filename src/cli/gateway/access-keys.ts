// Personal access keys, as a gateway's file turns them on. They are kept in its store.

import type { AuditSink } from 'onbehalf'
import { accessKeys } from 'onbehalf/gateway'
import { ConfigError } from './place.ts'
import type { Settings } from './settings.ts'
import type { Store } from './store.ts'

/**
 * Reads the setting. Gives options of createGateway.
 *
 * @param audit Records each key that is made or revoked.
 *
 * @throws ConfigError that begins with the setting.
 */
export function accessKeysIn(
  { accessKeys: setting = false }: Settings,
  store: Store | undefined,
  audit: AuditSink,
): Readonly<Record<string, unknown>> {
  if (typeof setting !== 'boolean') throw new ConfigError('accessKeys must be true or false')
  if (!setting) return {}
  if (!store) throw new ConfigError('accessKeys need the setting store: keys are kept in it')
  const { secrets, consents } = store
  return { consents, accessKeys: accessKeys({ secrets, consents, audit }) }
}

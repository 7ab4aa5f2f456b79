// Where a gateway's file sends the audit: standard output, a file, or the PostgreSQL of its store. Nothing
// is done that is not written there first.

import { resolve } from 'node:path'
import process from 'node:process'
import type { AuditSink } from 'onbehalf'
import { auditFile, auditLines } from 'onbehalf/log'
import { ConfigError } from './place.ts'
import { isMap, type Settings } from './settings.ts'
import type { Store } from './store.ts'

/** An audit that is open. */
export interface OpenAudit {
  readonly sink: AuditSink
  close(): Promise<void>
}

const FORM =
  'must be stdout, or a map with file: the path of a file that lines are added to, or { to: postgres }'

/**
 * Opens the audit. Paths are relative to the folder of the gateway's file.
 *
 * @throws ConfigError that begins with the setting.
 */
export function openAudit(
  { audit = 'stdout' }: Settings,
  folder: string,
  store: Store | undefined,
): OpenAudit {
  if (audit === 'stdout') return { sink: auditLines(process.stdout), async close() {} }
  if (!isMap(audit)) throw new ConfigError(`audit ${FORM}`)
  if (audit.to !== undefined) return inStore(audit, store)
  const { file, sync = false, ...others } = audit
  const [other] = Object.keys(others)
  if (other !== undefined) throw new ConfigError(`audit.${other}: it has file and sync`)
  if (typeof file !== 'string' || file === '') throw new ConfigError(`audit ${FORM}`)
  if (typeof sync !== 'boolean') throw new ConfigError('audit.sync must be true or false')
  const sink = auditFile({ path: resolve(folder, file), sync })
  return { sink, close: () => sink.close() }
}

/** The store's database is closed with the store. */
function inStore({ to, ...others }: Readonly<Record<string, unknown>>, store?: Store): OpenAudit {
  const [other] = Object.keys(others)
  if (other !== undefined) throw new ConfigError(`audit.${other}: beside to there is nothing`)
  if (to !== 'postgres') throw new ConfigError('audit.to must be postgres')
  if (!store?.audit)
    throw new ConfigError(
      'audit.to: postgres needs store with postgres: it writes to that database',
    )
  return { sink: store.audit, async close() {} }
}

// Where a gateway's file sends the audit: standard output, or a file. Nothing is done that is not written
// there first.

import { resolve } from 'node:path'
import process from 'node:process'
import type { AuditSink } from 'onbehalf'
import { auditFile, auditLines } from 'onbehalf/log'
import { ConfigError } from './place.ts'
import { isMap, type Settings } from './settings.ts'

/** An audit that is open. */
export interface OpenAudit {
  readonly sink: AuditSink
  close(): Promise<void>
}

const FORM = 'must be stdout, or a map with file: the path of a file that lines are added to'

/**
 * Opens the audit. Paths are relative to the folder of the gateway's file.
 *
 * @throws ConfigError that begins with the setting.
 */
export function openAudit({ audit = 'stdout' }: Settings, folder: string): OpenAudit {
  if (audit === 'stdout') return { sink: auditLines(process.stdout), async close() {} }
  if (!isMap(audit)) throw new ConfigError(`audit ${FORM}`)
  const { file, sync = false, ...others } = audit
  const [other] = Object.keys(others)
  if (other !== undefined) throw new ConfigError(`audit.${other}: it has file and sync`)
  if (typeof file !== 'string' || file === '') throw new ConfigError(`audit ${FORM}`)
  if (typeof sync !== 'boolean') throw new ConfigError('audit.sync must be true or false')
  const sink = auditFile({ path: resolve(folder, file), sync })
  return { sink, close: () => sink.close() }
}

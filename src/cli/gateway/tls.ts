// TLS in front of the gateway: the certificate and the key that its file refers to. Both are read again
// when they change, so that a renewed certificate needs no restart.

import { X509Certificate } from 'node:crypto'
import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { ConfigError } from './place.ts'
import { keyIn } from './private-key.ts'
import type { ReadText } from './references.ts'
import { isMap, type Settings } from './settings.ts'

/** What a server shows, and where it is from. */
export interface Tls {
  readonly context: SecureContextOptions
  /** What changes when one of the files is written or replaced. */
  state(): string
  /** The state in which they were read. */
  readonly readIn: string
  /**
   * Reads them again.
   *
   * @throws ConfigError when they do not go together, as in the middle of a renewal.
   */
  again(): SecureContextOptions
}

const FORM = 'must be a map: { cert: file:server.pem, key: file:server.key }'
const DAY_MS = 86_400_000
/** The operator is told this many days before a certificate ends. */
const SOON_DAYS = 14
/** Milliseconds between two looks at the files. It works on every file system. */
const WATCH_MS = 500

/**
 * Reads the setting; undefined where the file has none.
 *
 * @throws ConfigError that begins with the setting.
 */
export function tlsIn(
  { tls }: Settings,
  file: string,
  textOf: ReadText,
  warn: (message: string) => void,
): Tls | undefined {
  if (tls === undefined) return undefined
  if (!isMap(tls)) throw new ConfigError(`tls ${FORM}`)
  const { cert, key, ...others } = tls
  const [other] = Object.keys(others)
  if (other !== undefined) throw new ConfigError(`tls.${other}: it has cert and key`)
  const files = filesIn([cert, key], dirname(resolve(file)))
  const state = () => files.map(stateOf).join()
  const again = () => contextOf(textOf, cert, key, warn)
  // First the state: what is written while they are read is seen later.
  return { readIn: state(), context: again(), state, again }
}

function filesIn(references: readonly unknown[], folder: string): readonly string[] {
  return references
    .map((reference) => /^file:(.+)$/s.exec(String(reference))?.[1])
    .filter((name) => name !== undefined)
    .map((name) => resolve(folder, name))
}

function stateOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat ? `${stat.ino} ${stat.size} ${stat.mtimeMs}` : ''
}

function contextOf(
  textOf: ReadText,
  certReference: unknown,
  keyReference: unknown,
  warn: (message: string) => void,
): SecureContextOptions {
  const cert = textOf('tls.cert', certReference)
  const key = keyIn('tls.key', keyReference, textOf).export({ type: 'pkcs8', format: 'pem' })
  const context: SecureContextOptions = { cert, key, minVersion: 'TLSv1.2' }
  try {
    createSecureContext(context)
  } catch {
    // Its own message may quote the key.
    throw new ConfigError('tls.cert must be a certificate in PEM, and tls.key its key')
  }
  const daysLeft = (Date.parse(new X509Certificate(cert).validTo) - Date.now()) / DAY_MS
  if (daysLeft < 0) warn('tls.cert has expired: clients refuse it')
  else if (daysLeft < SOON_DAYS) warn(`tls.cert ends in ${Math.floor(daysLeft)} days`)
  return context
}

/**
 * Looks at the files again and again, and gives what is in them when they have changed.
 *
 * @param note Is told in a sentence.
 * @returns What ends it.
 */
export function watchTls(
  tls: Tls,
  use: (context: SecureContextOptions) => void,
  note: (sentence: string) => void,
): () => void {
  let before = tls.readIn
  const timer = setInterval(() => {
    const now = tls.state()
    if (now === before) return
    before = now
    try {
      use(tls.again())
      note('the certificate has changed, and is used now')
    } catch {
      note('the files of tls have changed, and do not go together: the old certificate goes on')
    }
  }, WATCH_MS)
  timer.unref()
  return () => clearInterval(timer)
}

// Writes the audit to a file: one line of JSON for each event, before the hop is made. What cannot be
// written makes the hop fail.

import { type FileHandle, open, stat } from 'node:fs/promises'
import type { AuditEvent, AuditSink } from '../core/audit.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { isText, type ValueChecks } from '../core/option-values.ts'

/** An audit that is kept in a file. */
export interface AuditFile extends AuditSink {
  /** Waits for what is being written, and closes the file. */
  close(): Promise<void>
}

/** Options of {@link auditFile}. */
export interface AuditFileOptions {
  /** Where the file is. Its folder must exist. A new file is for its owner alone (mode 0600). */
  readonly path: string
  /**
   * Whether the disk has each event before its hop is made. Events of the same moment are written
   * together. Default false: the operating system has it, and it outlives the process.
   */
  readonly sync?: boolean
}

/** Every option of the factory. A new one does not compile until it is here. */
const AUDIT_FILE_OPTIONS: OptionNames<AuditFileOptions> = { path: 'required', sync: 'optional' }

const AUDIT_FILE_VALUES: ValueChecks = {
  path: isText,
  sync: (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
}

/**
 * Makes an audit sink over a file. It only appends, and follows a file that a log rotation has moved
 * away. `record` resolves when the line is written, and rejects when it is not: then the hop fails.
 * When the file can be written again, hops go on.
 *
 * @throws TypeError for an option that is missing, misspelt or of the wrong kind.
 *
 * @example
 * ```ts
 * const audit = auditFile({ path: '/var/log/app/audit.jsonl' })
 * ```
 */
export function auditFile(options: AuditFileOptions): AuditFile {
  checkOptions('auditFile', '', options, AUDIT_FILE_OPTIONS, AUDIT_FILE_VALUES)
  const { path, sync = false } = options
  return new LineFile(path, sync)
}

/** Its text says nothing of the path or the disk: it may reach an app's own log. */
function notWritten(): Error {
  return new Error('the audit could not be written')
}

/** A line that waits for the file. */
interface Waiting {
  readonly line: string
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

class LineFile implements AuditFile {
  readonly #path: string
  readonly #sync: boolean
  #handle: FileHandle | undefined
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined
  /** What stands before the next line: a crash or a full disk may have left half a line. */
  #before = ''

  constructor(path: string, sync: boolean) {
    this.#path = path
    this.#sync = sync
  }

  record(event: AuditEvent): Promise<void> {
    const line = `${JSON.stringify({ audit: event })}\n`
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line, resolve, reject })
      this.#writing ??= this.#writeAll()
    })
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#closeHandle()
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        await this.#append(batch.map(({ line }) => line).join(''))
        for (const { resolve } of batch) resolve()
      } catch {
        await this.#closeHandle()
        for (const { reject } of batch) reject(notWritten())
      }
    }
    // At once: whoever was told writes the next line, and nobody else would begin with it.
    this.#writing = undefined
  }

  async #append(lines: string): Promise<void> {
    const handle = await this.#open()
    await handle.appendFile(this.#before + lines)
    this.#before = ''
    if (this.#sync) await handle.datasync()
  }

  /** The file at the path: another one, when the one that was open was moved away. */
  async #open(): Promise<FileHandle> {
    if (this.#handle && (await isAt(this.#path, this.#handle))) return this.#handle
    await this.#closeHandle()
    this.#handle = await open(this.#path, 'a+', 0o600)
    this.#before = (await endsInMidLine(this.#handle)) ? '\n' : ''
    return this.#handle
  }

  async #closeHandle(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close().catch(() => {})
  }
}

async function isAt(path: string, handle: FileHandle): Promise<boolean> {
  const [there, opened] = await Promise.all([stat(path).catch(() => undefined), handle.stat()])
  return there?.ino === opened.ino && there.dev === opened.dev
}

async function endsInMidLine(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat()
  if (size === 0) return false
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
  return bytesRead === 1 && buffer[0] !== 0x0a
}

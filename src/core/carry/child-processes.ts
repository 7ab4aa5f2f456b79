// The port for servers that are child processes: whoever starts, keeps and ends them. onbehalf/stdio
// has one for Node.

import type { ChildProcess } from '../binding.ts'
import type { Credential } from '../credential.ts'
import type { Result } from '../errors.ts'

/** What the credential of a person puts into the start of a process. */
export interface ProcessStart {
  /** Variables that hold a credential, filled in. */
  readonly env: Readonly<Record<string, Credential>>
  /** Arguments that hold a credential, filled in. They come after those of the settings. */
  readonly args: readonly Credential[]
  /** When a credential in it expires, in seconds since the epoch; `Infinity` for a key. */
  readonly expiresAt: number
}

/** Who needs a process, and which. */
export interface ProcessRequest {
  /** `principalKey` of the person. Nobody else ever uses the process. */
  readonly owner: string
  /** The binding's name. */
  readonly server: string
  readonly settings: ChildProcess
  readonly start: ProcessStart
  /** Takes credentials out of a line that the process writes for the operator. */
  readonly clean: (line: string) => string
}

/**
 * One use of a process: from the first message of a client to its last. A process has one client at
 * a time.
 */
export interface RunningProcess {
  /** Called with each message of the process. */
  onmessage?: ((message: object) => void) | undefined
  /** Called once when the process ends before it was given back. */
  onclose?: (() => void) | undefined
  /**
   * Whether this process can take the message: it was started with these values, and is not asked
   * to open a second, different session.
   */
  fits(start: ProcessStart, message: object): boolean
  send(message: object): Promise<void>
  /** Gives the process back. It is kept for the same person when nothing is left open in it. */
  release(): void
  /** Ends the process. */
  end(): void
}

/** The port. */
export interface ChildProcesses {
  /**
   * Gives a process to a person: one that waits, or a new one.
   *
   * @returns `process_limit_reached` when no more may run; `server_unreachable` when it did not
   *   start, or ended again and again.
   */
  take(request: ProcessRequest): Promise<Result<RunningProcess>>
  /** Ends every process of a person, used or not. */
  end(owner: string): void
}

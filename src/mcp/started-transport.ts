// The transport to a stdio server whose process we start: one for each person, with the credential in
// its environment or its arguments. The rules for what is said with it are those of transport.ts.

import type { ChildProcess } from '../core/binding.ts'
import type { ChildProcesses } from '../core/carry/child-processes.ts'
import { principalKey } from '../core/principal.ts'
import type { CredentialSource } from '../core/source/parts.ts'
import { ownSecrets } from './fetch.ts'
import { processTransport, startedSource } from './process-transport.ts'
import {
  type CarryingTransportOptions,
  carryingTransport,
  type MessageTransport,
} from './transport.ts'

/** Where the process comes from. */
export interface Starting {
  readonly processes: ChildProcesses
  readonly process: ChildProcess
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/**
 * Makes the transport of one client. The process starts with its first message; a process of the same
 * person that waits is used again. Closing the transport gives the process back.
 */
export function startedTransport(
  options: Omit<CarryingTransportOptions, 'onStart'>,
  { processes, process, now }: Starting,
): MessageTransport {
  const { binding, principal } = options
  const secrets = options.secrets ?? ownSecrets(principal)
  const inner = processTransport({
    processes,
    owner: principalKey(principal),
    server: binding.name,
    settings: process,
    clean: (line) => String(secrets.at(binding).redactor().json(line).value),
  })
  const started = (source: CredentialSource) => startedSource(source, () => inner.isRunning, now)
  return carryingTransport(inner, {
    ...options,
    secrets,
    source: started(options.source),
    sources: Object.fromEntries(
      Object.entries(options.sources ?? {}).map(([name, source]) => [name, started(source)]),
    ),
    onStart: inner.fill,
  })
}

// The transports that a caller gives for a stdio server: over a process that the app started, or over
// one that is started for the person.

import type { ChildProcesses } from './core/carry/child-processes.ts'
import { startedTransport } from './mcp/started-transport.ts'
import {
  type CarryingTransportOptions,
  carryingTransport,
  type MessageTransport,
} from './mcp/transport.ts'

/**
 * The transport over a process that the app has started.
 *
 * @throws TypeError when the credential goes into the process: it was started without.
 */
export function givenTransport(
  inner: MessageTransport,
  options: CarryingTransportOptions,
): MessageTransport {
  const { name, placements } = options.binding
  if (placements.some(({ type }) => type === 'env' || type === 'args'))
    throw new TypeError(
      `servers.${name} has a credential in its process: call transport('${name}') alone, and the process is started with it`,
    )
  return carryingTransport(inner, options)
}

/**
 * The transport over a process that is started with the first message.
 *
 * @throws TypeError when the binding has none.
 */
export function ownTransport(
  options: CarryingTransportOptions,
  parts: { readonly processes?: ChildProcesses | undefined; readonly now: () => number },
): MessageTransport {
  const { name, process } = options.binding
  const { processes, now } = parts
  if (!process || !processes)
    throw new TypeError(
      `servers.${name} has no process: give transport() the transport of one, or write process in its binding`,
    )
  return startedTransport(options, { processes, process, now })
}

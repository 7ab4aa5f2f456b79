// The processes of stdio servers that a gateway's file declares.

import { childProcesses, type OwnedProcesses } from 'onbehalf/stdio'
import { ConfigError } from './place.ts'
import { isMap, type Settings } from './settings.ts'

/**
 * Makes what starts them; undefined when no server has a process.
 *
 * @throws ConfigError that begins with the setting.
 */
export function processesIn(
  { processes = {} }: Settings,
  servers: Readonly<Record<string, unknown>>,
): OwnedProcesses | undefined {
  if (!isMap(processes))
    throw new ConfigError('processes must be a map with maxProcesses and maxPerPerson')
  const { maxProcesses, maxPerPerson, ...others } = processes
  const [other] = Object.keys(others)
  if (other !== undefined)
    throw new ConfigError(`processes.${other}: it has maxProcesses and maxPerPerson`)
  if (!Object.values(servers).some((server) => isMap(server) && server.process !== undefined))
    return undefined
  try {
    return childProcesses(processes)
  } catch (error) {
    if (error instanceof TypeError) throw new ConfigError(`processes.${error.message}`)
    throw error
  }
}

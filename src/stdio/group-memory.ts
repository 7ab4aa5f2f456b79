// How much memory the groups of processes use, where the system shows it (/proc on Linux). It is a
// look now and then, not a limit of the system: a process may go above it between two looks.

import { readdir, readFile } from 'node:fs/promises'

/**
 * The resident memory of each process group, in bytes. Memory that processes share counts for each.
 * Undefined where the system does not show it.
 */
export async function groupMemory(): Promise<ReadonlyMap<number, number> | undefined> {
  const names = await readdir('/proc').catch(() => [])
  const pids = names.filter((name) => /^\d+$/.test(name))
  if (pids.length === 0) return undefined
  const bytes = new Map<number, number>()
  for (const pid of pids) {
    // A process may end between the two reads.
    const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '')
    const group = Number(/^NSpgid:\s+(\d+)/m.exec(status)?.[1])
    const kilobytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1])
    if (!Number.isNaN(group + kilobytes))
      bytes.set(group, (bytes.get(group) ?? 0) + kilobytes * 1024)
  }
  return bytes
}

// The CPU time of another process and of those that it started, as Linux counts it.

import { readdirSync, readFileSync } from 'node:fs'

/** The unit of /proc: Linux reports times to programs in hundredths of a second. */
const TICK_MICROS = 10_000

/**
 * Gives the CPU microseconds (user and system) of a process and of those that it started, the ended
 * ones too. 0 for no process, and where there is no /proc.
 */
export function treeCpuMicros(root: number | undefined): number {
  let ticks = 0
  for (const name of root === undefined ? [] : readProcesses()) {
    const stat = readStat(name)
    if (stat && (Number(name) === root || stat.parent === root)) ticks += stat.ticks
  }
  return ticks * TICK_MICROS
}

function readProcesses(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}

/** The fields after the name in brackets: parent is the 2nd, times are the 12th to the 15th. */
function readStat(
  process: string,
): { readonly parent: number; readonly ticks: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${process}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [utime, stime, cutime, cstime] = fields.slice(11, 15).map(Number)
    return {
      parent: Number(fields[1]),
      ticks: (utime ?? 0) + (stime ?? 0) + (cutime ?? 0) + (cstime ?? 0),
    }
  } catch {
    return undefined
  }
}

// Measures the CPU microseconds of this process (user and system) for one run of a function. On a
// shared machine, no other figure changes less from run to run.

import { median } from './median.ts'

/** The functions to compare, by name. */
export type Contenders = Readonly<Record<string, () => Promise<unknown>>>

/** Options of {@link cpuMicros}. */
export interface MeasureOptions {
  /** How often each contender runs in one round. */
  readonly runs: number
  /** How many runs are open at once. Default: 1. */
  readonly concurrency?: number
  /** The rounds. In each, all contenders run in turn. The median counts. Default: 5. */
  readonly rounds?: number
}

/**
 * Gives the median CPU microseconds of one run for each contender. The first round only warms up
 * and does not count.
 */
export async function cpuMicros(
  contenders: Contenders,
  { runs, concurrency = 1, rounds = 5 }: MeasureOptions,
): Promise<Readonly<Record<string, number>>> {
  const samples = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const [name, run] of Object.entries(contenders)) {
      globalThis.gc?.()
      const before = process.cpuUsage()
      let left = runs
      const worker = async () => {
        while (left-- > 0) await run()
      }
      await Promise.all(Array.from({ length: concurrency }, worker))
      const { user, system } = process.cpuUsage(before)
      if (round > 0) samples.get(name)?.push((user + system) / runs)
    }
  }
  return Object.fromEntries([...samples].map(([name, values]) => [name, median(values)]))
}

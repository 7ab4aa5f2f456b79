// Measures CPU microseconds of this process (user and system) for each run of something. On a
// shared machine, this figure moves least between runs.

import { median } from './median.ts'

/** Things to compare, by name. */
export type Contenders = Readonly<Record<string, () => Promise<unknown>>>

/** How to measure. */
export interface MeasureOptions {
  /** Runs of each contender in one round. */
  readonly runs: number
  /** Runs under way at once. Default 1. */
  readonly concurrency?: number
  /** Rounds; the contenders take turns in each, and the median counts. Default 5. */
  readonly rounds?: number
}

/**
 * The median CPU microseconds of one run of each contender. The first round warms up and does not
 * count.
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

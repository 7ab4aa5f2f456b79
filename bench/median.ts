// The median of some samples, and how far apart they are.

/** The median. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** The smallest and the largest, for a person to read. */
export function spread(values: readonly number[]): string {
  const digits = Math.max(...values) < 100 ? 1 : 0
  return `${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)}`
}

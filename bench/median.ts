// Computes the median of samples, their percentiles and their range.

/** Gives the median. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Gives the value that this share of the values does not exceed. @param share 0 to 1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

/** Gives the smallest and the largest value, for a person to read. */
export function spread(values: readonly number[]): string {
  const digits = Math.max(...values) < 100 ? 1 : 0
  return `${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)}`
}

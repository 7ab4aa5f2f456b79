// Keeps a map within a bound.

/**
 * Puts an entry last, and drops the first one where the map is full. A Map keeps the order of
 * insertion, so the first is the oldest. Where each use puts its entry again, the first is the one
 * that was unused for the longest time.
 *
 * @param most How many entries the map may have, at least 1.
 */
export function putNewest<K, V>(entries: Map<K, V>, key: K, value: V, most: number): void {
  entries.delete(key)
  if (entries.size >= most) {
    const [oldest] = entries.keys()
    if (oldest !== undefined) entries.delete(oldest)
  }
  entries.set(key, value)
}

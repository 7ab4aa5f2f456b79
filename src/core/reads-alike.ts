// Names of members that some readers of JSON take for the same, because they do not look at letter case:
// Go's encoding/json is one, and it takes the last of them. Pure.

/** Whether a reader that ignores letter case takes two different names for the same. */
export function readsAlike(one: string, other: string): boolean {
  return one !== other && folded(one) === folded(other)
}

/** The name without letter case. Both ways are needed: `ſ` has an upper case only, the kelvin sign a lower one. */
export function folded(name: string): string {
  return name.toLowerCase().toUpperCase()
}

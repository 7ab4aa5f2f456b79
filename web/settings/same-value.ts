// Compares settings by what they say.

/** Whether two settings say the same. Functions are the same only when they are one. */
export function sameValue(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    Array.isArray(one) === Array.isArray(other) &&
    keys.every((key) => sameValue(Reflect.get(one, key), Reflect.get(other, key)))
  )
}

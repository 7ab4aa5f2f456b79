// Canonical JSON and its digest: the same value gives the same text, however its members are
// ordered. It is close to RFC 8785. Only our own digests are made of it.

/** Writes a value that JSON.parse gave. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? // By UTF-16 code units (RFC 8785 section 3.2.3). Names such as `10` come first all the same, as
        // in every object of JavaScript. That is the order in all texts, so equal values stay equal.
        Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )
}

/** The SHA-256 of a value's canonical JSON, in hex. */
export async function digestOf(value: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(canonicalJson(value))
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

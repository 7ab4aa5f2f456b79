// Looks for secrets in what a process wrote and sent, in the forms in which they travel by accident.

/** A place where no secret may be. */
export interface Place {
  readonly name: string
  readonly bytes: Buffer
}

/** Characters of a secret that are looked for: the end, which is random in all of them. */
const TAIL = 24

/** What was found where, without the secret itself. */
export function leaksIn(
  secrets: readonly { readonly kind: string; readonly text: string }[],
  places: readonly Place[],
): readonly string[] {
  const found: string[] = []
  for (const { kind, text } of secrets) {
    const forms = formsOf(text.slice(-TAIL))
    for (const { name, bytes } of places)
      if (forms.some((form) => bytes.includes(form))) found.push(`${kind} in ${name}`)
  }
  return found
}

/** As it is, in hex, and in base64 at each alignment. */
function formsOf(text: string): readonly string[] {
  const inner = (skipped: number) =>
    Buffer.from('x'.repeat(skipped) + text)
      .toString('base64')
      .slice(skipped === 0 ? 0 : 4, -4)
  return [text, Buffer.from(text).toString('hex'), inner(0), inner(1), inner(2)]
}

// Marks what stands for a credential in a text: the throw-away token in red, a reference in green.
import { el } from '../dom.ts'

/** A reference of onbehalf, which is worth nothing to whoever reads it. */
const REFERENCE = /onbehalf_ref_[0-9a-f]+/

/**
 * Gives the text as nodes, with its credentials marked.
 *
 * @param secret The throw-away token, if there is one.
 * @param short Whether a long token is cut in the middle.
 */
export function marked(
  text: string,
  secret: string | undefined,
  short = false,
): readonly (Node | string)[] {
  const found = secret === undefined ? -1 : text.indexOf(secret)
  if (secret !== undefined && found >= 0)
    return [
      ...markReferences(text.slice(0, found)),
      el('mark', { class: 'leaked', title: 'A token that works' }, short ? cut(secret) : secret),
      ...marked(text.slice(found + secret.length), secret, short),
    ]
  return markReferences(text)
}

/** Says whether a text has the token in it. */
export function has(text: string, secret: string | undefined): boolean {
  return secret !== undefined && text.includes(secret)
}

function markReferences(text: string): readonly (Node | string)[] {
  const match = REFERENCE.exec(text)
  if (!match) return text === '' ? [] : [text]
  const [reference] = match
  const after = match.index + reference.length
  return [
    text.slice(0, match.index),
    el('mark', { class: 'reference', title: 'A reference, worth nothing elsewhere' }, reference),
    ...markReferences(text.slice(after)),
  ]
}

function cut(secret: string): string {
  return secret.length > 40 ? `${secret.slice(0, 22)}…${secret.slice(-8)}` : secret
}

// Finds secrets in bytes, whole or in part, plain or encoded. Pure. It says which secret, which part of it
// and in which encoding, never its text. It does not join pieces that stand apart: give it what belongs
// together as one text.

import { decodingsOf } from './decodings.ts'
import { rot13 } from './encodings.ts'
import { GRAM, Grams } from './grams.ts'
import { FEWEST_RANDOM, type Part, partsOf, type Secret, type SecretPart } from './parts.ts'

/**
 * One part of a secret that was found: the longest piece of it, in the plainest of the encodings that
 * it was found in.
 */
export interface Found {
  readonly secret: Secret
  readonly part: SecretPart
  /** `plain`, or the decodings that led to it, the outermost first: `base64`, `escapes > base64`. */
  readonly encoding: string
  /** Consecutive characters of the part. */
  readonly characters: number
}

/** With this step, every run that counts contains a position that is looked up. */
const STEP = FEWEST_RANDOM - GRAM + 1
/** Decodings on top of each other. */
const DEEPEST = 3

/** Searches bytes, or a text as its UTF-8 bytes. */
export type Scan = (haystack: Uint8Array | string) => readonly Found[]

/**
 * Makes a search for some secrets.
 *
 * @throws TypeError for a secret of fewer than 12 characters: it could be anywhere by chance.
 */
export function createScan(secrets: readonly Secret[]): Scan {
  const grams = new Grams(partsOf(secrets))

  /** Looks for the parts as they are. */
  function search(text: string, encoding: string, finds: Finds): void {
    let lower: string | undefined
    const measured = new Map<Part, Run>()
    grams.lookUp(Buffer.from(text, 'latin1'), STEP, (at) => {
      lower ??= text.toLowerCase()
      for (const { part, at: partAt } of grams.find(lower.slice(at, at + GRAM))) {
        // Every third position of a run is looked up. It is measured once.
        const last = measured.get(part)
        if (last?.shift === at - partAt && at < last.to) continue
        const { characters, to } = runAround(lower, at, part.folded, partAt)
        if (characters < part.fewestExact) continue
        const isExact = runAround(text, at, part.text, partAt).characters >= part.fewestExact
        // In a long run of letters in the wrong case, those in the right case may come later.
        if (isExact) measured.set(part, { shift: at - partAt, to })
        if (isExact) finds.note(part, encoding, characters)
        else if (characters >= part.fewest)
          finds.note(part, `${encoding}, in another case`, characters)
      }
    })
  }

  function visit(text: string, path: readonly string[], finds: Finds): void {
    const named = (step?: string) =>
      [...path, ...(step === undefined ? [] : [step])].join(' > ') || 'plain'
    search(text, named(), finds)
    const dense = text.replace(INVISIBLE, '')
    if (dense !== text) search(dense, named('spaced out'), finds)
    if (path.length === 0) {
      search(reversed(dense), named('reversed'), finds)
      search(rot13(dense), named('ROT13'), finds)
    }
    if (path.length === DEEPEST) return
    for (const { name, text: decoded } of decodingsOf(text, dense, path.length))
      visit(decoded, [...path, name], finds)
  }

  return (haystack) => {
    const finds = new Finds()
    visit(Buffer.from(haystack).toString('latin1'), [], finds)
    return finds.all()
  }
}

/** The longest find of each part of each secret. */
class Finds {
  readonly #longest = new Map<Secret, Map<SecretPart, Found>>()

  note({ secrets, part }: Part, encoding: string, characters: number): void {
    for (const secret of secrets) {
      const known = this.#longest.get(secret) ?? new Map<SecretPart, Found>()
      this.#longest.set(secret, known)
      if (characters <= (known.get(part)?.characters ?? 0)) continue
      known.set(part, { secret, part, encoding, characters })
    }
  }

  all(): readonly Found[] {
    return [...this.#longest.values()].flatMap((parts) => [...parts.values()])
  }
}

/** A run of a part in a text. */
interface Run {
  /** How far the text is from the part. */
  readonly shift: number
  readonly to: number
}

/** How many characters around the two positions are the same, and where they end in the text. */
function runAround(
  text: string,
  at: number,
  secret: string,
  secretAt: number,
): { readonly characters: number; readonly to: number } {
  let before = 0
  while (
    before < at &&
    before < secretAt &&
    text.charCodeAt(at - before - 1) === secret.charCodeAt(secretAt - before - 1)
  )
    before++
  let after = 0
  while (
    at + after < text.length &&
    secretAt + after < secret.length &&
    text.charCodeAt(at + after) === secret.charCodeAt(secretAt + after)
  )
    after++
  return { characters: before + after, to: at + after }
}

/**
 * What may stand between the characters unseen: white space, NUL (UTF-16), and zero-width characters
 * as UTF-8 bytes.
 */
const INVISIBLE = /[\0\s]+|\xc2\xad|\xe2\x80[\x8b-\x8f]|\xe2\x81\xa0|\xef\xbb\xbf/g

function reversed(text: string): string {
  return Buffer.from(text, 'latin1').reverse().toString('latin1')
}

// The secrets that are searched for: what of each is searched for, and in which index. They come
// and go.

import type { Credential } from '../../core/credential.ts'
import { disguisesOf } from './disguises.ts'
import { type Needle, NeedleIndex } from './needle-index.ts'
import { piecesOf } from './pieces.ts'
import { mergeRanges, type Range, search } from './search.ts'
import { escapeSigns, findInEscapes, isInEscapes } from './uniform-escapes.ts'
import { compactVariantsOf, MIN_SECRET_CHARS, variantsOf } from './variants.ts'

/** Characters that a search for pieces leaps. A piece has at least twelve. */
const LEAP = 8
/**
 * Forms of this many characters are searched for with a longer leap. The shortest stretch of escapes
 * is as long.
 */
const WIDE_LEAP = 32
const MIN_WIDE_CHARS = WIDE_LEAP + 4

/**
 * A secret with one of these may be spread over several tokens of a JSON text, or be one that is no
 * string.
 */
const JSON_SYNTAX = /["\\{}[\]:,\s]/

/** One secret's text, and who holds it: several credentials may be the same. */
interface Secret {
  readonly text: string
  /** The numbers of its needles. */
  readonly pieces: readonly number[]
  readonly narrow: number[]
  readonly wide: number[]
  holders: number
}

interface FormIndexes {
  readonly narrow: NeedleIndex
  readonly wide: NeedleIndex
}

/** A set of secrets, and the indexes for them. */
export class KnownSecrets {
  readonly #byCredential = new Map<Credential, Secret>()
  readonly #byText = new Map<string, Secret>()
  /** Whole secrets and their pieces, as they read when all is decoded. */
  readonly pieces: NeedleIndex = new NeedleIndex(LEAP, { ignoresCase: true })
  /** Whole secrets in each form. Made at its first use. */
  #forms: FormIndexes | undefined
  #tooShort = 0
  #crossing = 0

  get size(): number {
    return this.#byCredential.size
  }

  /** How many different secrets are too short to search for. */
  get tooShort(): number {
    return this.#tooShort
  }

  /** Whether a secret is searched for at all. */
  get hasAny(): boolean {
    return this.#byText.size > this.#tooShort
  }

  /** Whether a secret may be spread over several tokens of a JSON text. */
  get crossesTokens(): boolean {
    return this.#crossing > 0
  }

  add(credential: Credential): void {
    if (this.#byCredential.has(credential)) return
    const text = credential.reveal()
    const secret = this.#byText.get(text) ?? this.#enter(text)
    secret.holders++
    this.#byCredential.set(credential, secret)
  }

  delete(credential: Credential): void {
    const secret = this.#byCredential.get(credential)
    if (!secret) return
    this.#byCredential.delete(credential)
    secret.holders--
    if (secret.holders === 0) this.#leave(secret)
  }

  /** Finds whole secrets, in each form. */
  findForms(text: string): readonly Range[] | undefined {
    let hasEscapes = false
    const compact = this.#findCompact(text, (at) => {
      hasEscapes ||= isInEscapes(text, at)
    })
    if (!compact || !hasEscapes) return compact
    const escaped = findInEscapes(text, (decoded) => this.#findCompact(decoded, () => {}))
    return escaped && mergeRanges([...compact, ...escaped])
  }

  #findCompact(text: string, onGram: (at: number) => void): readonly Range[] | undefined {
    const { narrow, wide } = this.#formIndexes()
    const short = search(narrow, text)
    const long = short && search(wide, text, { onGram })
    if (!long || short.length === 0) return long
    return long.length === 0 ? short : mergeRanges([...short, ...long])
  }

  #enter(text: string): Secret {
    const isLong = text.length >= MIN_SECRET_CHARS
    const needles = isLong ? needlesOf(text) : []
    const pieces = needles.map((needle) => this.pieces.add(needle))
    const secret: Secret = { text, pieces, narrow: [], wide: [], holders: 0 }
    this.#byText.set(text, secret)
    if (!isLong) this.#tooShort++
    else if (JSON_SYNTAX.test(text)) this.#crossing++
    if (this.#forms) this.#addForms(secret, this.#forms)
    return secret
  }

  #leave(secret: Secret): void {
    const isLong = secret.text.length >= MIN_SECRET_CHARS
    this.#byText.delete(secret.text)
    if (!isLong) this.#tooShort--
    else if (JSON_SYNTAX.test(secret.text)) this.#crossing--
    for (const id of secret.pieces) this.pieces.delete(id)
    for (const id of secret.narrow) this.#forms?.narrow.delete(id)
    for (const id of secret.wide) this.#forms?.wide.delete(id)
  }

  #formIndexes(): FormIndexes {
    if (this.#forms) return this.#forms
    this.#forms = {
      narrow: new NeedleIndex(LEAP),
      wide: new NeedleIndex(WIDE_LEAP, { signs: escapeSigns(), isDense: true }),
    }
    for (const secret of this.#byText.values()) this.#addForms(secret, this.#forms)
    return this.#forms
  }

  #addForms(secret: Secret, { narrow, wide }: FormIndexes): void {
    // A secret of other characters than ASCII is longer in UTF-8, so its escapes are.
    const isAscii = /^[ -~]*$/.test(secret.text)
    const forms = isAscii ? compactVariantsOf(secret.text) : variantsOf(secret.text)
    for (const form of forms) {
      if (isWide(form)) secret.wide.push(wide.add(wholly(form)))
      else secret.narrow.push(narrow.add(wholly(form)))
    }
  }
}

/** Long, and without white space and quotes. */
function isWide(text: string): boolean {
  return text.length >= MIN_WIDE_CHARS && /^[#-~]*$/.test(text)
}

/**
 * What is searched for in a text that is decoded: the secret, its disguises and its pieces. The
 * forms are only searched for when the secret has characters that the decoding may not give back.
 */
function needlesOf(secret: string): readonly Needle[] {
  const whole = /^[\w.~-]*$/.test(secret) ? [secret] : variantsOf(secret)
  const plain = [wholly(secret), ...piecesOf(secret)]
  return [...whole.slice(1).map(wholly), ...plain, ...plain.flatMap(disguisesOf)]
}

function wholly(text: string): Needle {
  return { text, minRun: text.length }
}

// Finds secrets in bytes, whole or in part, plain or encoded. Pure. It says which secret, which part of it and in which encoding, never its text.
// It does not inflate compressed bytes and does not join pieces that stand apart: give it what belongs together as one text.

import { createHash } from 'node:crypto'

/** One secret of a run. */
export interface Secret {
  /** What it is, for people: `refresh token`, `access token for the API`. */
  readonly kind: string
  /** Whose it is. Default: nobody's in particular. */
  readonly owner?: string
  readonly text: string
  /** Whether its SHA-256 is public by protocol, as a PKCE verifier's is (the code challenge, RFC 7636). Default: no. */
  readonly digestIsPublic?: boolean
}

/** Which part of a secret was found. `token id` is a JWT's `jti`; `digest` an unkeyed hash of the secret or of that id. */
export type SecretPart = 'whole' | 'header' | 'payload' | 'signature' | 'token id' | 'digest'

/** One part of a secret that was found: the longest piece of it, in the plainest of the encodings that it was found in. */
export interface Found {
  readonly kind: string
  readonly owner?: string
  readonly part: SecretPart
  /** `plain`, or the decodings that led to it, the outermost first: `base64`, `escapes > base64`. */
  readonly encoding: string
  /** Consecutive characters of the part. */
  readonly characters: number
}

/** Consecutive characters that count. A JWT's header is the same for every token of an issuer, so more of it must be there to mean anything. */
const FEWEST: Readonly<Record<SecretPart, number>> = {
  whole: 12,
  signature: 12,
  'token id': 12,
  digest: 12,
  header: 16,
  payload: 24,
}
/** Characters that are looked up at once. With a step of `12 - GRAM + 1`, every run of 12 contains one that is looked up. */
const GRAM = 6
const STEP = 12 - GRAM + 1
/** Decodings on top of each other. */
const DEEPEST = 3

interface Part {
  readonly secrets: readonly Secret[]
  readonly part: SecretPart
  /** In lower case: logs and header maps fold it, and what is left still cannot be there by chance. */
  readonly text: string
}

/** Searches bytes, or a text as its UTF-8 bytes. */
export type Scan = (haystack: Uint8Array | string) => readonly Found[]

/**
 * Makes a search for some secrets.
 *
 * @throws TypeError for a secret of fewer than 12 characters: it could be anywhere by chance.
 */
export function createScan(secrets: readonly Secret[]): Scan {
  const parts = partsOf(secrets)
  const places = indexOf(parts)

  /** Looks for the parts as they are. */
  function search(text: string, encoding: string, found: Map<string, Found>): void {
    const lower = text.toLowerCase()
    for (let at = 0; at + GRAM <= lower.length; at += STEP) {
      for (const place of places.get(lower.slice(at, at + GRAM)) ?? []) {
        const characters = lengthOfRun(lower, at, place.part.text, place.at)
        if (characters >= FEWEST[place.part.part]) note(place.part, encoding, characters, found)
      }
    }
  }

  function visit(text: string, path: readonly string[], found: Map<string, Found>): void {
    const named = (step?: string) =>
      [...path, ...(step === undefined ? [] : [step])].join(' > ') || 'plain'
    search(text, named(), found)
    const dense = text.replace(INVISIBLE, '')
    if (dense !== text) search(dense, named('spaced out'), found)
    if (path.length === 0) search(reversed(dense), named('reversed'), found)
    if (path.length === DEEPEST) return
    const plain = unescaped(text)
    if (plain !== text) visit(plain, [...path, 'escapes'], found)
    const base64 = fromBase64(dense)
    if (base64 !== '') visit(base64, [...path, 'base64'], found)
    const hex = fromHex(dense)
    if (hex !== '') visit(hex, [...path, 'hex'], found)
  }

  return (haystack) => {
    const found = new Map<string, Found>()
    visit(Buffer.from(haystack).toString('latin1'), [], found)
    return [...found.values()]
  }
}

function note(
  { secrets, part }: Part,
  encoding: string,
  characters: number,
  found: Map<string, Found>,
): void {
  for (const { kind, owner } of secrets) {
    const key = JSON.stringify([kind, owner, part])
    if (characters <= (found.get(key)?.characters ?? 0)) continue
    found.set(key, { kind, ...(owner === undefined ? {} : { owner }), part, encoding, characters })
  }
}

function partsOf(secrets: readonly Secret[]): readonly Part[] {
  const byText = new Map<
    string,
    { readonly secrets: Secret[]; readonly part: SecretPart; readonly text: string }
  >()
  const add = (secret: Secret, part: SecretPart, text: string) => {
    const key = `${part} ${text.toLowerCase()}`
    const known = byText.get(key)
    if (known) known.secrets.push(secret)
    else byText.set(key, { secrets: [secret], part, text: text.toLowerCase() })
  }
  for (const secret of secrets) {
    if (secret.text.length < FEWEST.whole)
      throw new TypeError(`A secret is too short to search for: ${secret.kind}`)
    const jwt = /^(eyJ[\w-]+)\.([\w-]+)\.([\w-]*)$/.exec(secret.text)
    if (jwt) {
      const [, header = '', payload = '', signature = ''] = jwt
      add(secret, 'header', header)
      add(secret, 'payload', payload)
      if (signature.length >= FEWEST.signature) add(secret, 'signature', signature)
      const id = tokenId(payload)
      if (id !== undefined && id.length >= FEWEST['token id']) {
        add(secret, 'token id', id)
        for (const digest of digestsOf(id)) add(secret, 'digest', digest)
      }
    } else {
      add(secret, 'whole', secret.text)
    }
    for (const digest of secret.digestIsPublic ? [] : digestsOf(secret.text))
      add(secret, 'digest', digest)
  }
  return [...byText.values()]
}

function tokenId(payload: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    return typeof claims === 'object' &&
      claims !== null &&
      'jti' in claims &&
      typeof claims.jti === 'string'
      ? claims.jti
      : undefined
  } catch {
    return undefined
  }
}

/** A hash without a key lets whoever reads it test a guess, and ties the line to the token for whoever has it. */
function digestsOf(text: string): readonly string[] {
  return ['sha256', 'sha512', 'sha1', 'md5'].flatMap((algorithm) => {
    const digest = createHash(algorithm).update(text).digest()
    return [
      digest.toString('hex'),
      digest.toString('base64').replace(/=+$/, ''),
      digest.toString('base64url'),
    ]
  })
}

interface Place {
  readonly part: Part
  readonly at: number
}

function indexOf(parts: readonly Part[]): ReadonlyMap<string, readonly Place[]> {
  const places = new Map<string, Place[]>()
  for (const part of parts) {
    for (let at = 0; at + GRAM <= part.text.length; at++) {
      const gram = part.text.slice(at, at + GRAM)
      const known = places.get(gram)
      if (known) known.push({ part, at })
      else places.set(gram, [{ part, at }])
    }
  }
  return places
}

/** How many characters around the two positions are the same. */
function lengthOfRun(text: string, at: number, secret: string, secretAt: number): number {
  let before = 0
  while (
    before < at &&
    before < secretAt &&
    text[at - before - 1] === secret[secretAt - before - 1]
  )
    before++
  let after = 0
  while (
    at + after < text.length &&
    secretAt + after < secret.length &&
    text[at + after] === secret[secretAt + after]
  )
    after++
  return before + after
}

/** What may stand between the characters unseen: white space, NUL (UTF-16), and zero-width characters as UTF-8 bytes. */
const INVISIBLE = /[\0\s]+|\xc2\xad|\xe2\x80[\x8b-\x8f]|\xe2\x81\xa0|\xef\xbb\xbf/g

function reversed(text: string): string {
  return Buffer.from(text, 'latin1').reverse().toString('latin1')
}

/** Percent, JSON, JavaScript and HTML escapes, as often as they were applied. */
function unescaped(text: string): string {
  let plain = text
  for (let time = 0; time < DEEPEST; time++) {
    const next = plain
      .replace(
        /%([0-9a-f]{2})|\\+u00([0-9a-f]{2})|\\+x([0-9a-f]{2})|&#x0*([0-9a-f]{2});/gi,
        (_, ...codes: (string | undefined)[]) =>
          String.fromCharCode(
            Number.parseInt(codes.slice(0, 4).find((code) => code !== undefined) ?? '', 16),
          ),
      )
      .replace(/&#0*(\d{2,3});/g, (all, code: string) =>
        Number(code) < 256 ? String.fromCharCode(Number(code)) : all,
      )
      .replace(/\\+[nrt]/g, ' ')
    if (next === plain) return plain
    plain = next
  }
  return plain
}

/** Both alphabets. A secret may begin anywhere in what was encoded, and what was encoded anywhere in a run of letters: all four alignments. */
function fromBase64(text: string): string {
  return (text.match(/[\w+/-]{19,}/g) ?? [])
    .flatMap((run) =>
      [0, 1, 2, 3].map((offset) => Buffer.from(run.slice(offset), 'base64').toString('latin1')),
    )
    .join('\n')
}

function fromHex(text: string): string {
  return (text.match(/(?:[0-9a-f]{2}[:-]?){12,}[0-9a-f]?/gi) ?? [])
    .map((run) => run.replace(/[:-]/g, ''))
    .flatMap((run) =>
      [0, 1].map((offset) => Buffer.from(run.slice(offset), 'hex').toString('latin1')),
    )
    .join('\n')
}

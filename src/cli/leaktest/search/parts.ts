// The parts of secrets that are looked for: a JWT's three parts, its id, the bytes of its signature, and
// the hashes that nobody should publish.

import { createHash } from 'node:crypto'

/** One secret of a run. */
export interface Secret {
  /** What it is, for people: `refresh token`, `access token for the API`. */
  readonly kind: string
  /** Whose it is. Default: nobody's in particular. */
  readonly owner?: string
  readonly text: string
  /**
   * Whether its SHA-256 is public by protocol, as a PKCE verifier's is (the code challenge, RFC
   * 7636). Default: no.
   */
  readonly digestIsPublic?: boolean
  /**
   * Whether every character of it is random, as of those that a test makes up itself. Then 8
   * characters in a row mean something, otherwise 12. Default: no.
   */
  readonly random?: boolean
}

/**
 * Which part of a secret was found. `token id` is a JWT's `jti`; `digest` an unkeyed hash of the
 * secret or of that id.
 */
export type SecretPart = 'whole' | 'header' | 'payload' | 'signature' | 'token id' | 'digest'

/** A text to look for. */
export interface Part {
  readonly secrets: readonly Secret[]
  readonly part: SecretPart
  /** As it is. Letters are compared without their case, except for the shortest finds. */
  readonly text: string
  /** The same in lower case: logs and header maps fold it. */
  readonly folded: string
  /** Consecutive characters that count, whatever their case. */
  readonly fewest: number
  /** Consecutive characters that count when their case is right, too. */
  readonly fewestExact: number
}

/**
 * Consecutive characters that count. A JWT's header is the same for every token of an issuer, so more
 * of it must be there to mean anything.
 */
const FEWEST: Readonly<Record<SecretPart, number>> = {
  whole: 12,
  signature: 12,
  'token id': 12,
  digest: 12,
  header: 16,
  payload: 24,
}

/** The parts that are random when the secret is. */
const RANDOM: ReadonlySet<SecretPart> = new Set(['whole', 'signature', 'token id', 'payload'])

/** Consecutive characters of something random that count. */
export const FEWEST_RANDOM = 8

/**
 * Takes secrets apart.
 *
 * @throws TypeError for a secret of fewer than 12 characters: it could be anywhere by chance.
 */
export function partsOf(secrets: readonly Secret[]): readonly Part[] {
  const byText = new Map<string, Part & { readonly secrets: Secret[] }>()
  const add = (secret: Secret, part: SecretPart, text: string) => {
    const folded = text.toLowerCase()
    const random = secret.random === true && RANDOM.has(part)
    const key = `${part} ${random} ${folded}`
    const known = byText.get(key)
    if (known) return void known.secrets.push(secret)
    const fewest = FEWEST[part]
    const fewestExact = random ? FEWEST_RANDOM : fewest
    byText.set(key, { secrets: [secret], part, text, folded, fewest, fewestExact })
  }
  for (const secret of secrets) {
    if (secret.text.length < FEWEST.whole)
      throw new TypeError(`A secret is too short to search for: ${secret.kind}`)
    for (const [part, text] of partsOfOne(secret)) add(secret, part, text)
  }
  return [...byText.values()]
}

function partsOfOne({
  text,
  digestIsPublic,
  random,
}: Secret): readonly (readonly [SecretPart, string])[] {
  const parts: [SecretPart, string][] = []
  const jwt = /^(eyJ[\w-]+)\.([\w-]+)\.([\w-]*)$/.exec(text)
  if (jwt) {
    const [, header = '', payload = '', signature = ''] = jwt
    parts.push(['header', header], ['payload', random ? aroundId(payload) : payload])
    if (signature.length >= FEWEST.signature) {
      parts.push(['signature', signature])
      // Whoever prints a decoded token prints the signature as bytes, in hex for example.
      parts.push(['signature', Buffer.from(signature, 'base64url').toString('latin1')])
    }
    const id = tokenId(payload)
    if (id !== undefined && id.length >= FEWEST['token id']) {
      parts.push(['token id', id])
      for (const digest of digestsOf(id)) parts.push(['digest', digest])
    }
  } else {
    parts.push(['whole', text])
  }
  if (!digestIsPublic) for (const digest of digestsOf(text)) parts.push(['digest', digest])
  return parts
}

/** The encoded id alone: the other claims are the same in many tokens. */
function aroundId(payload: string): string {
  const claims = Buffer.from(payload, 'base64url').toString('latin1')
  const id = tokenId(payload) ?? ''
  const at = claims.indexOf(id)
  return id === '' || at < 0
    ? payload
    : payload.slice(Math.ceil((at * 4) / 3), Math.floor(((at + id.length) * 4) / 3))
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

/** Characters of a digest that are looked for: nobody publishes the rest without them. */
const DIGEST_CHARACTERS = 20

/**
 * A hash without a key lets whoever reads it test a guess, and ties the line to the token for whoever
 * has it.
 */
function digestsOf(text: string): readonly string[] {
  return ['sha256', 'sha512', 'sha1', 'md5'].flatMap((algorithm) => {
    const digest = createHash(algorithm).update(text).digest()
    const forms = ['hex', 'base64', 'base64url'] as const
    return forms.map((form) => digest.toString(form).slice(0, DIGEST_CHARACTERS))
  })
}

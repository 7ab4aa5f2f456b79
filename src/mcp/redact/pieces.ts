// The pieces by which a secret is found when only a part of it comes back: its first 20 characters,
// or a token split over fields.

import { isObject, parseJson } from '../../core/json.ts'
import type { Needle } from './needle-index.ts'
import { MIN_SECRET_CHARS } from './variants.ts'

/**
 * This many consecutive characters of a secret's random part count as the secret. Twelve characters
 * of base64url are 72 bits. With 100 RS256 tokens (331 such windows each) the chance of a false hit
 * in a megabyte of random base64url is 100 · 331 · 2^20 / 2^72 = 2^-37, and 2^-16 for the 48 bits
 * of twelve hex digits. With eight characters it would be 2^-13 and 2^0, which would remove hashes.
 */
const MIN_PIECE_CHARS = MIN_SECRET_CHARS

/**
 * Characters of the random part that are searched for in pieces. Some tokens have thousands, and
 * careless code that cuts a token keeps its front.
 */
const MAX_RANDOM_CHARS = 1024

/** In so much of a signature, twelve characters in a row look random. */
const MIN_RANDOM_SHARE = 0.75

/**
 * A JWT (RFC 7519). All tokens of an issuer may have the same header, so it is not searched for.
 * The payload is searched for as a whole. The signature is random.
 */
const JWT = /^eyJ[\w-]*\.([\w-]+)\.([\w-]*)$/

/** What to search for besides the whole secret. Nothing for a secret that may be made of words. */
export function piecesOf(secret: string): readonly Needle[] {
  const jwt = JWT.exec(secret)
  if (!jwt) {
    let inside = 0
    return randomRuns(secret.slice(0, MAX_RANDOM_CHARS)).map((text) => {
      inside = secret.indexOf(text, inside)
      return { text, minRun: MIN_PIECE_CHARS, whole: { text: secret, inside } }
    })
  }
  const [, payload = '', signature = ''] = jwt
  const whole = { text: `${payload}.${signature}`, inside: 0 }
  return [
    ...(payload.length >= 2 * MIN_PIECE_CHARS
      ? [{ text: payload, minRun: payload.length, whole }]
      : []),
    ...[...signaturePieces(signature), ...randomRuns(idOf(payload))]
      .filter((text) => text.length >= MIN_PIECE_CHARS)
      .map((text) => ({ text: text.slice(0, MAX_RANDOM_CHARS), minRun: MIN_PIECE_CHARS })),
  ]
}

/**
 * A signature, and its bytes; or only its random stretches, when it is less random than signatures
 * are. An issuer could make one of words, to have these taken out of other servers' answers.
 */
function signaturePieces(signature: string): readonly string[] {
  const runs = randomRuns(signature)
  const random = runs.reduce((sum, { length }) => sum + length, 0)
  return random < MIN_RANDOM_SHARE * signature.length ? runs : [signature, bytesOf(signature)]
}

/** Whether nothing in a secret looks random, so that an ordinary text may hold it. */
export function mayBeWords(secret: string): boolean {
  return randomRuns(secret.slice(0, MAX_RANDOM_CHARS)).length === 0
}

/** The bytes of a signature, which whoever has taken a token apart may write in any form. */
function bytesOf(signature: string): string {
  return decodeBase64(signature) ?? ''
}

/** The claim `jti`, by which a token is known when its payload is read (RFC 7519 section 4.1.7). */
function idOf(payload: string): string {
  const claims = parseJson(decodeBase64(payload) ?? '')
  return isObject(claims) && typeof claims.jti === 'string' ? claims.jti : ''
}

/** As Latin-1. Undefined for what is no base64url. */
function decodeBase64(text: string): string | undefined {
  try {
    return atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return undefined
  }
}

/** The stretches of a text in which every piece looks random. */
function randomRuns(text: string): readonly string[] {
  const runs: string[] = []
  let start = -1
  for (let at = 0; at + MIN_PIECE_CHARS <= text.length + 1; at++) {
    const isRandom =
      at + MIN_PIECE_CHARS <= text.length && looksRandom(text.slice(at, at + MIN_PIECE_CHARS))
    if (isRandom && start < 0) start = at
    if (isRandom || start < 0) continue
    runs.push(text.slice(start, at + MIN_PIECE_CHARS - 1))
    start = -1
  }
  return runs
}

/**
 * Whether characters look random: they change between small letters, capitals and digits all the
 * time. Words and dates do not: `taskflow-demo-key-2026`.
 */
function looksRandom(piece: string): boolean {
  const classes = piece
    .replace(/[a-z]/g, 'a')
    .replace(/[A-Z]/g, 'A')
    .replace(/\d/g, '0')
    .replace(/[^aA0]/g, '')
  const stretches = classes.match(/a+|A+|0+/g) ?? []
  return stretches.length >= 5
}

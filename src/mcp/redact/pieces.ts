// The pieces by which a secret is known when only a part of it comes back: the first 20 characters, or a token split over fields.

import type { Wanted } from './search.ts'
import { SHORTEST } from './variants.ts'

/**
 * Consecutive characters of a secret's random part that count as the secret. Twelve of base64url are 72 bits: with 100 RS256 tokens
 * (331 such windows each) the chance of a hit in a megabyte of other random base64url is 100 · 331 · 2^20 / 2^72 = 2^-37, and for the
 * 48 bits of twelve hex digits 2^-16. Eight would make it 2^-13 and 2^0, which eats hashes.
 */
const PIECE = SHORTEST

/** Characters of the random part that are taken apart. Some tokens have thousands; the cut that careless code makes is at the front. */
const LONGEST = 1024

/** A JWT (RFC 7519): the header is the same for all tokens of an issuer, the payload is only known as a whole, the signature is random. */
const JWT = /^eyJ[\w-]*\.([\w-]+)\.([\w-]*)$/

/** What to search for besides the whole secret; nothing for a secret that people could have made of words. */
export function piecesOf(secret: string): readonly Wanted[] {
  const jwt = JWT.exec(secret)
  if (!jwt) return randomRuns(secret.slice(0, LONGEST)).map((text) => ({ text, least: PIECE }))
  const [, payload = '', signature = ''] = jwt
  return [
    ...(payload.length >= 2 * PIECE ? [{ text: payload, least: payload.length }] : []),
    ...(signature.length >= PIECE ? [{ text: signature.slice(0, LONGEST), least: PIECE }] : []),
  ]
}

/** The stretches of a text in which every piece looks random. */
function randomRuns(text: string): readonly string[] {
  const runs: string[] = []
  let start = -1
  for (let at = 0; at + PIECE <= text.length + 1; at++) {
    const random = at + PIECE <= text.length && looksRandom(text.slice(at, at + PIECE))
    if (random && start < 0) start = at
    if (random || start < 0) continue
    runs.push(text.slice(start, at + PIECE - 1))
    start = -1
  }
  return runs
}

/** Random characters change between small letters, capitals and digits all the time, words and dates do not: `taskflow-demo-key-2026`. */
function looksRandom(piece: string): boolean {
  const classes = piece
    .replace(/[a-z]/g, 'a')
    .replace(/[A-Z]/g, 'A')
    .replace(/\d/g, '0')
    .replace(/[^aA0]/g, '')
  const stretches = classes.match(/a+|A+|0+/g) ?? []
  return stretches.length >= 5
}

// What the redactor's tests share: the plain reference that it must agree with, secrets, and texts
// in which they are planted.

import { createHash } from 'node:crypto'
import { Credential } from '../../../src/core/credential.ts'
import { type Needle, NeedleIndex } from '../../../src/mcp/redact/needle-index.ts'
import { createRedactor, type Redactor } from '../../../src/mcp/redact/redactor.ts'
import { type Range, search } from '../../../src/mcp/redact/search.ts'
import { LONG } from '../../long.ts'

export const MARKER = '[credential removed]'

/** How often a property runs. */
export const RUNS: number = LONG ? 20_000 : 1500
/** For the properties that run for so long. */
export const TIMEOUT = 900_000

/**
 * Redaction in the plainest way: mark every character of every match, then put one marker for each
 * stretch of marked ones.
 */
export function plainlyRedacted(text: string, forms: readonly string[]): string {
  const marked = new Array<boolean>(text.length).fill(false)
  for (const form of forms) {
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1))
      marked.fill(true, at, at + form.length)
  }
  return text
    .split('')
    .map((unit, at) => (!marked[at] ? unit : marked[at - 1] ? '' : MARKER))
    .join('')
}

/**
 * The runs of at least so many characters of a text, the plain way: every window of that length.
 */
export function windowsOf(text: string, length: number): string[] {
  return Array.from({ length: Math.max(0, text.length - length + 1) }, (_, at) =>
    text.slice(at, at + length),
  )
}

/** A search for needles of at least twelve characters. */
export function searchFor(needles: readonly Needle[]): (text: string) => readonly Range[] {
  const index = new NeedleIndex(8)
  for (const needle of needles) index.add(needle)
  return (text) => search(index, text) ?? []
}

export function redactorOf(...secrets: readonly string[]): Redactor {
  return createRedactor(secrets.map((secret) => new Credential(secret)))
}

/** Characters that look random and are the same in every run. */
export function random(seed: string, length: number): string {
  return createHash('shake256', { outputLength: length })
    .update(seed)
    .digest('base64url')
    .slice(0, length)
}

export function jwt(seed: string, signature = 86): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = {
    iss: 'https://issuer.example',
    sub: 'alice',
    aud: 'https://tasks.example/api',
    jti: random(`id ${seed}`, 21),
  }
  return `${part({ alg: 'ES256', kid: 'a1b2c3d4', typ: 'at+jwt' })}.${part(claims)}.${random(seed, signature)}`
}

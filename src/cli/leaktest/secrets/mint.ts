// Makes up secrets of every shape. The same seed, set and label give the same secret, in whatever order
// they are asked for.

import { createHmac } from 'node:crypto'
import type { Shape } from '../config/target.ts'

/**
 * Which secrets a run has. Runs of one seed differ in nothing else: `other` has different texts of the
 * same length, `longer` has longer ones.
 */
export type SecretSet = 'first' | 'other' | 'longer'

/** Makes secrets. */
export interface Mint {
  /** A random text in base64url. */
  mark(label: string, characters?: number): string
  /** A text that is no secret: the same whatever the secrets are. Lower-case letters and digits. */
  plain(label: string, characters: number): string
  /** A secret of a shape. `beginning` is the text that a `prefix:` shape starts with. */
  secret(label: string, shape: Shape, beginning?: string): string
}

/** Characters of 32 random bytes in base64url. */
const CHARACTERS = 43
/** What secrets of the set `longer` have more: no multiple of 3 or 4, so that base64 shifts. */
const MORE_CHARACTERS = 5
/** The fewest characters that anybody should use for a key. */
const SHORT_CHARACTERS = 20

/** Makes a mint. */
export function createMint(seed: string, set: SecretSet): Mint {
  const more = set === 'longer' ? MORE_CHARACTERS : 0
  const mark = (label: string, characters = CHARACTERS) =>
    random(`${seed} ${set} ${label}`, characters + more)
  return {
    mark,
    plain: (label, characters) =>
      random(`${seed} ${label}`, characters).toLowerCase().replace(/[-_]/g, 'x'),
    secret(label, shape, beginning = '') {
      const text = (characters?: number) => mark(`${shape} ${label}`, characters)
      if (shape === 'key') return `sk-${text()}`
      if (shape === 'short') return text(SHORT_CHARACTERS)
      if (shape === 'opaque') return text()
      if (shape === 'odd') return odd(text())
      if (shape === 'jwt') return jwt(text)
      return `${beginning}${text()}`
    },
  }
}

function random(label: string, characters: number): string {
  let text = ''
  for (let block = 0; text.length < characters; block++)
    text += createHmac('sha256', 'onbehalf leaktest')
      .update(`${block} ${label}`)
      .digest('base64url')
  // A text that begins with a dash would be an option on somebody's command line.
  return text.slice(0, characters).replace(/^[-_]/, 'x')
}

/** Every character that a bearer token may have (RFC 6750), and a dot between, as regexes know it. */
function odd(text: string): string {
  const marks = '+/.~-_'
  return `${[...text].map((one, at) => (at % 7 === 3 ? marks[((at / 7) % 6) | 0] : one)).join('')}==`
}

function jwt(text: (characters?: number) => string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const header = part({ alg: 'EdDSA', typ: 'JWT' })
  const payload = part({ jti: text(), sub: text(22), email: `${text(22)}@leaktest.example` })
  return `${header}.${payload}.${text(86)}`
}

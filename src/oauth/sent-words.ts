// Takes what a request contained out of the words that the server answers with. A server may quote
// what it was sent, and its words go to the operator's log.

import type { JsonAnswer } from '../core/http/bounded-json.ts'
import { isObject } from '../core/json.ts'

/** Parameters that are no secret, so that a description may name their values. */
const PUBLIC: ReadonlySet<string> = new Set([
  'audience',
  'client_assertion_type',
  'client_id',
  'grant_type',
  'redirect_uri',
  'requested_token_type',
  'requested_token_use',
  'resource',
  'scope',
  'subject_token_type',
  'actor_token_type',
  'token_type_hint',
])

/** A shorter piece cannot be told from a word. */
const MIN_PIECE_CHARS = 6

/**
 * So many characters in a row that a word has in common with a secret are no accident. Servers quote
 * the first half of a token, and put a name before it and dots behind it.
 */
const MIN_COMMON_CHARS = 8

/** More of a text is not read: an operator is shown less. */
const MAX_TEXT_CHARS = 4096

/** The answer, without any piece of a secret of the request in its error's code and words. */
export function withoutSentWords(
  answer: JsonAnswer,
  body: URLSearchParams,
  headers: Readonly<Record<string, string>>,
): JsonAnswer {
  const { json } = answer
  if (!isObject(json) || json.error === undefined) return answer
  const plain = [...secretsOf(body), ...secretsOfHeaders(headers)]
  const secrets = plain.flatMap((secret) => [secret, ...disguisesOf(secret)])
  const decoded = plain.flatMap(decodedParts)
  const pieces = new Set(secrets.flatMap((secret) => piecesOf(secret, MIN_COMMON_CHARS)))
  const isSecret = (word: string) =>
    secrets.some((secret) => overlaps(secret, word)) ||
    piecesOf(word, MIN_COMMON_CHARS).some((piece) => pieces.has(piece))
  const clean = (text: unknown) =>
    typeof text !== 'string'
      ? undefined
      : decoded.some((part) => quotesJson(text, part))
        ? '[credential]'
        : text
            .slice(0, MAX_TEXT_CHARS)
            .replace(WORD, (word) => (isSecret(word) ? '[credential]' : word))
  const { error, error_description } = json
  return {
    ...answer,
    json: { ...json, error: clean(error), error_description: clean(error_description) },
  }
}

/** Other ways in which a server may write what it was sent. */
function disguisesOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  return [
    [...secret].reverse().join(''),
    bytes.toString('hex'),
    bytes.toString('base64').replace(/=+$/, ''),
  ]
}

/** The parts of a JWT as the JSON that they are. */
function decodedParts(secret: string): readonly string[] {
  return secret
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString())
    .filter((text) => text.startsWith('{'))
}

/**
 * Whether a text quotes a piece of this JSON. The names in it are no secret by themselves (an issuer, a
 * client), so a piece must have a member's name and the beginning of its value.
 */
function quotesJson(text: string, json: string): boolean {
  const loose = (one: string) => one.replace(/[\s\\]/g, '')
  const quoted = loose(text.slice(0, MAX_TEXT_CHARS))
  return [...loose(json).matchAll(/"[^"]{1,64}":"?[^",}\]]{1,8}/g)].some(([piece]) =>
    quoted.includes(piece),
  )
}

const WORD = /[^\s"'`,;()<>[\]{}]+/g

function overlaps(secret: string, word: string): boolean {
  return word.includes(secret) || (word.length >= MIN_PIECE_CHARS && secret.includes(word))
}

/** Every run of so many characters, in lower case: a server may write in capital letters. */
function piecesOf(text: string, chars: number): readonly string[] {
  const lower = text.toLowerCase()
  return Array.from({ length: Math.max(0, lower.length - chars + 1) }, (_, at) =>
    lower.slice(at, at + chars),
  )
}

function secretsOf(body: URLSearchParams): readonly string[] {
  return [...body].flatMap(([name, value]) => (PUBLIC.has(name) || value === '' ? [] : [value]))
}

function secretsOfHeaders(headers: Readonly<Record<string, string>>): readonly string[] {
  const [, basic] = /^Basic (.+)$/i.exec(new Headers(headers).get('authorization') ?? '') ?? []
  if (basic === undefined) return []
  const decoded = Buffer.from(basic, 'base64').toString()
  const secret = decoded.slice(decoded.indexOf(':') + 1)
  return secret === '' ? [basic] : [basic, secret, unescapedOf(secret)]
}

/** The secret itself: in the header some of its characters are encoded. */
function unescapedOf(secret: string): string {
  try {
    return decodeURIComponent(secret)
  } catch {
    return secret
  }
}

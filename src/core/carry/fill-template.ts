// Fills a template. It opens credentials: what it gives is for the wire alone.

import { granted, type Result, refused } from '../errors.ts'
import type { Piece } from '../placement/template.ts'
import type { IssuedToken } from '../source/exchange.ts'

/** The credentials of one request, by the names of their sources. */
export type Tokens = ReadonlyMap<string, IssuedToken>

/** The person, as templates name them. */
export interface TemplatePerson {
  readonly principal: { readonly subject: string }
  /** Verified claims. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** What a template is filled from. */
export interface TemplateValues extends TemplatePerson {
  /** The source that `{credential}` means. */
  readonly from: string
  readonly tokens: Tokens
}

/**
 * Fills a template.
 *
 * @returns The text; `claim_missing`; or `credential_malformed` for a value that could be read as
 *   something else than the whole of itself at its place.
 */
export function fillTemplate(pieces: readonly Piece[], values: TemplateValues): Result<string> {
  const filled = fillPieces(pieces, values)
  return filled.ok ? granted(filled.value.text) : filled
}

/** Refuses a credential for its form, and tells the operator which form its place takes. */
export function malformed(expected: string): ReturnType<typeof refused> {
  return refused('credential_malformed', { expected })
}

interface Filled {
  readonly text: string
  /** The values that were filled in. */
  readonly values: readonly string[]
}

function fillPieces(pieces: readonly Piece[], values: TemplateValues): Result<Filled> {
  let text = ''
  const used: string[] = []
  for (const piece of pieces) {
    if ('text' in piece) {
      text += piece.text
      continue
    }
    const value = 'base64' in piece ? base64Of(piece.base64, values) : valueFor(piece, values)
    if (!value.ok) return value
    // A quote is in no value where the template has one.
    const isInQuotes = text.split('"').length % 2 === 0
    if (!isInQuotes && ENDS.some((end) => value.value.includes(end) && hasText(pieces, end)))
      return malformed(
        'values without commas and semicolons, because the template ends values with them',
      )
    text += value.value
    used.push(value.value)
  }
  if (hasText(pieces, '"') && used.some((value) => /["\\]/.test(value)))
    return malformed('values without quotes and backslashes, because the template has quotes')
  return granted({ text, values: used })
}

/** What ends one member of a list, and would begin another one: `user=a,role=b`. */
const ENDS = [',', ';'] as const

function hasText(pieces: readonly Piece[], text: string): boolean {
  return pieces.some((piece) => 'text' in piece && piece.text.includes(text))
}

type Value = Exclude<Piece, { readonly text: string } | { readonly base64: readonly Piece[] }>

function valueFor(
  piece: Value,
  { from, tokens, principal, claims }: TemplateValues,
): Result<string> {
  if ('subject' in piece) return granted(principal.subject)
  if ('claim' in piece) {
    const claim = claims[piece.claim]
    return typeof claim === 'string' && claim !== ''
      ? granted(claim)
      : refused('claim_missing', { claim: piece.claim })
  }
  const token = tokens.get(piece.credential ?? from)
  // Its proof has a place of its own, which no template has (RFC 9449 section 7.1).
  if (!token || token.proof) return malformed(NOT_BOUND)
  return granted(token.credential.reveal())
}

/** What a token that is bound to a key cannot do. */
export const NOT_BOUND =
  'a token that is not bound to a key (DPoP): such a token goes as Authorization alone, without a template'

/** `user:password` as Basic has it (RFC 7617 section 2): the first colon ends the user. */
function base64Of(pieces: readonly Piece[], values: TemplateValues): Result<string> {
  const filled = fillPieces(pieces, values)
  if (!filled.ok) return filled
  const { text } = filled.value
  if (/[\u0000-\u001f\u007f]/.test(text)) return malformed('values without control characters')
  const colon = pieces.findIndex((piece) => 'text' in piece && piece.text.includes(':'))
  const before = colon < 0 ? granted({ values: [] }) : fillPieces(pieces.slice(0, colon), values)
  if (before.ok && before.value.values.some((value) => value.includes(':')))
    return malformed('a name without a colon, because the first colon ends the name')
  return granted(btoa(binary(new TextEncoder().encode(text))))
}

function binary(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

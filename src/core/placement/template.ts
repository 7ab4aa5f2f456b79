// Reads a template: a text with places that are filled with credentials, the subject and claims.
// It fills nothing; carry/fill-template.ts does.

import { granted, type Result } from '../errors.ts'

/** A piece of a template. */
export type Piece =
  | { readonly text: string }
  /** The credential of the source with this name; without a name, that of the placement. */
  | { readonly credential: string | undefined }
  | { readonly subject: true }
  | { readonly claim: string }
  | { readonly base64: readonly Piece[] }

/**
 * Reads a template.
 *
 * @returns Its pieces, or what is wrong with it, in words that can follow the name of a setting.
 */
export function parseTemplate(text: unknown): Result<readonly Piece[], string> {
  if (typeof text !== 'string') return { ok: false, refusal: 'must be a text' }
  const read = readPieces(text, 0, false)
  return typeof read === 'string' ? { ok: false, refusal: read } : granted(read.pieces)
}

/** The pieces of a template that was checked at creation. */
export function piecesOf(text: string): readonly Piece[] {
  const parsed = parseTemplate(text)
  if (!parsed.ok) throw new TypeError(`A template ${parsed.refusal}`)
  return parsed.value
}

/** Whether something in a template is filled. Without that it is the same for everybody. */
export function isFilled(pieces: readonly Piece[]): boolean {
  return pieces.some((piece) => ('base64' in piece ? isFilled(piece.base64) : !('text' in piece)))
}

/** The literal texts of a template. */
export function literalsOf(pieces: readonly Piece[]): readonly string[] {
  return pieces.flatMap((piece) =>
    'base64' in piece ? literalsOf(piece.base64) : 'text' in piece ? [piece.text] : [],
  )
}

/** The names of the sources in a template. Undefined stands for that of the placement. */
export function credentialsIn(pieces: readonly Piece[]): readonly (string | undefined)[] {
  return pieces.flatMap((piece) =>
    'base64' in piece
      ? credentialsIn(piece.base64)
      : 'credential' in piece
        ? [piece.credential]
        : [],
  )
}

const BASE64 = '{base64:'
const HELP =
  'write {credential}, {credential:NAME}, {subject}, {claim:NAME} or {base64:…}, and {{ and }} for braces'

/** Reads pieces up to the end of the text, or of the base64 that they are in. */
function readPieces(
  text: string,
  from: number,
  inside: boolean,
): { readonly pieces: readonly Piece[]; readonly end: number } | string {
  const pieces: Piece[] = []
  let literal = ''
  let at = from
  const add = (piece: Piece): void => {
    if (literal !== '') pieces.push({ text: literal })
    literal = ''
    pieces.push(piece)
  }
  while (at < text.length) {
    const two = text.slice(at, at + 2)
    if (two === '{{' || (two === '}}' && !inside)) {
      literal += two.charAt(0)
      at += 2
    } else if (text.startsWith(BASE64, at)) {
      if (inside) return 'has a {base64:…} inside another'
      const inner = readPieces(text, at + BASE64.length, true)
      if (typeof inner === 'string') return inner
      add({ base64: inner.pieces })
      at = inner.end
    } else if (text[at] === '{') {
      const end = text.indexOf('}', at)
      const piece = end < 0 ? undefined : placeholder(text.slice(at + 1, end))
      if (!piece) return `has a brace that begins no placeholder: ${HELP}`
      add(piece)
      at = end + 1
    } else if (text[at] === '}') {
      if (!inside) return `has a } without its {: ${HELP}`
      if (literal !== '') pieces.push({ text: literal })
      return { pieces, end: at + 1 }
    } else literal += text.charAt(at++)
  }
  if (inside) return 'has a {base64: without its }'
  if (literal !== '') pieces.push({ text: literal })
  return { pieces, end: at }
}

/** The names that sources may have. */
export const SOURCE_NAME: RegExp = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

function placeholder(text: string): Piece | undefined {
  if (text === 'credential') return { credential: undefined }
  if (text === 'subject') return { subject: true }
  const [kind = '', ...rest] = text.split(':')
  const name = rest.join(':')
  if (kind === 'credential' && SOURCE_NAME.test(name)) return { credential: name }
  if (kind === 'claim' && name !== '' && !/[{]/.test(name)) return { claim: name }
  return undefined
}

// The placements that put a filled template outside the messages: `header` with a template, `query`,
// `cookie` and `path`.

import { MAIN } from '../../core/binding.ts'
import { fillTemplate, type TemplatePerson } from '../../core/carry/fill-template.ts'
import { cookieValue, headerValue, pathPiece, queryParameter } from '../../core/carry/values.ts'
import { granted, type Result } from '../../core/errors.ts'
import { PATH_PLACE } from '../../core/placement/path.ts'
import type { PlacementOf } from '../../core/placement/placement.ts'
import { credentialsIn, type Piece, piecesOf } from '../../core/placement/template.ts'
import { type Draft, FILLED, type Filling, type Part } from './part.ts'

/** The template of a placement that has none of its own. */
const BARE = '{credential}'

/** Places a template in a header. */
export function headerPart(
  {
    name = 'Authorization',
    value,
    from = MAIN,
  }: PlacementOf<'header'> & { readonly value: string },
  person: TemplatePerson,
): Part {
  return templatePart(`header ${name}`, value, from, person, (draft, text) => {
    const checked = headerValue(text)
    if (checked.ok) draft.headers.set(name, checked.value)
    return checked
  })
}

/** Places a template in a parameter of the query. */
export function queryPart(
  { name, value = BARE, from = MAIN }: PlacementOf<'query'>,
  person: TemplatePerson,
): Part {
  return templatePart(`query ${name}`, value, from, person, (draft, text) => {
    const parameter = queryParameter(name, text)
    if (parameter.ok) {
      const joint = draft.url.includes('?') ? '&' : '?'
      draft.url = `${draft.url}${draft.url.endsWith('?') ? '' : joint}${parameter.value}`
    }
    return parameter
  })
}

/** Places the credential in the path of the URL. */
export function pathPart({ from = MAIN }: PlacementOf<'path'>, person: TemplatePerson): Part {
  return templatePart('path', BARE, from, person, (draft, text) => {
    const piece = pathPiece(text)
    if (piece.ok) draft.url = draft.url.replace(PATH_PLACE, () => piece.value)
    return piece
  })
}

/** Places a template in a cookie. The framework's own cookies do not go along. */
export function cookiePart(
  { name, value = BARE, from = MAIN }: PlacementOf<'cookie'>,
  person: TemplatePerson,
): Part {
  return templatePart(`cookie ${name}`, value, from, person, (draft, text) => {
    const checked = cookieValue(text)
    if (checked.ok) {
      const before = draft.headers.get('cookie')
      const cookie = `${name}=${checked.value}`
      draft.headers.set('cookie', before === null ? cookie : `${before}; ${cookie}`)
    }
    return checked
  })
}

/** A part that fills a template and puts the text somewhere. */
function templatePart(
  at: string,
  value: string,
  from: string,
  person: TemplatePerson,
  put: (draft: Draft, text: string) => Result<string>,
): Part {
  const pieces: readonly Piece[] = piecesOf(value)
  const uses = credentialsIn(pieces).map((source = from) => ({ source, at }))
  const part = granted({
    uses: [...new Map(uses.map((use) => [use.source, use])).values()],
    fill(draft: Draft, { tokens }: Filling): Result<true> {
      const text = fillTemplate(pieces, { ...person, from, tokens })
      const done = text.ok ? put(draft, text.value) : text
      return done.ok ? FILLED : done
    },
  })
  return () => part
}

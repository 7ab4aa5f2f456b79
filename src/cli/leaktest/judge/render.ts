// Turns what was recorded into the text that is searched. A credential is cut out of the place that it
// belongs in, so that it is a leak everywhere else, in the same request, too.

import type { Recorded } from '../house/tape.ts'
import { credentialIn } from '../secrets/ledger.ts'
import { joinedTexts } from './joined.ts'

/** Whether this text may stand in a place for credentials. */
export type IsAtHome = (text: string) => boolean

/** Everything of one record, a byte a character. */
export function render(
  { start, headers, slots = [], fields = [], body }: Recorded,
  isAtHome: IsAtHome,
): string {
  const lines = headers.map(([name, value]) => {
    const own = slots.includes(name) && isAtHome(credentialIn(value))
    return `${name}: ${own ? '[own]' : value}`
  })
  const text = withoutOwn(body.toString('latin1'), fields, isAtHome)
  const head = [start, ...lines].filter((line) => line !== '').map(bytesOf)
  return [...head, '', text, joinedTexts(text)].join('\n')
}

/** A JSON body with its own credential cut out of the members that it belongs in. */
function withoutOwn(body: string, fields: readonly string[], isAtHome: IsAtHome): string {
  if (fields.length === 0) return body
  return body.replace(/"([\w./-]+)"\s*:\s*"([^"\\]+)"/g, (all, name: string, value: string) =>
    fields.includes(name) && isAtHome(value) ? `"${name}":"[own]"` : all,
  )
}

/** A text as its UTF-8 bytes, a byte a character. */
export function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1')
}

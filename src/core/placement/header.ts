// The check of the placement `header`.

import { isHeaderName, isReserved } from './header-names.ts'
import type { PlacementOf } from './placement.ts'
import type { Problem } from './problem.ts'
import { credentialsIn } from './template.ts'
import { checkedTemplate } from './template-problem.ts'

/** What is wrong with a header; undefined when nothing is. */
export function headerProblem({ name, value }: PlacementOf<'header'>): Problem {
  const template = checkedTemplate('value', value, isHeaderText, 'visible ASCII and blanks')
  if (!template.ok) return template.refusal
  if (name === undefined) return undefined
  if (!isHeaderName(name)) return ['name', 'is no header name']
  // It says who the person is. No credential goes there.
  const isIdentity = value !== undefined && credentialsIn(template.value).length === 0
  if (isIdentity && name.toLowerCase() === 'x-user-id') return undefined
  return isReserved(name) ? ['name', 'is a header that a credential cannot be put into'] : undefined
}

/** The literal texts of a header (RFC 9110 section 5.5). No text ends the line. */
function isHeaderText(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}

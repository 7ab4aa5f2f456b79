// The check of the placement `cookie`.

import type { PlacementOf } from './placement.ts'
import type { Problem } from './problem.ts'
import { checkedTemplate } from './template-problem.ts'

/** What is wrong with a cookie; undefined when nothing is (RFC 6265 section 4.1.1). */
export function cookieProblem({ name, value }: PlacementOf<'cookie'>): Problem {
  if (typeof name !== 'string' || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(name))
    return ['name', 'is no name of a cookie']
  const template = checkedTemplate(
    'value',
    value,
    (text) => /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/.test(text),
    'characters of a cookie (no blanks, quotes, commas, semicolons and backslashes)',
  )
  return template.ok ? undefined : template.refusal
}

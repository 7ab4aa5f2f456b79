// The check of the placement `query`.

import type { PlacementOf } from './placement.ts'
import type { Problem } from './problem.ts'
import { checkedTemplate } from './template-problem.ts'

const MAX_NAME_CHARS = 128

/** What is wrong with a parameter of the query; undefined when nothing is. */
export function queryProblem({ name, value }: PlacementOf<'query'>, url: URL): Problem {
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME_CHARS)
    return ['name', 'must be the name of a query parameter']
  // Half a character has no encoding.
  if (/[\ud800-\udfff]/u.test(name)) return ['name', 'must be the name of a query parameter']
  if (url.searchParams.has(name))
    return ['name', `is a parameter of the URL already: leave "${name}" out of the url`]
  const template = checkedTemplate('value', value, () => true, 'text')
  return template.ok ? undefined : template.refusal
}

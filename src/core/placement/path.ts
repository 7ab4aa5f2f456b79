// The placement `path`, and the URL that it fills.

import type { Problem } from './problem.ts'

/** The place of the credential in a URL, as the URL parser writes `{credential}` in a path. */
export const PATH_PLACE = '%7Bcredential%7D'

/** What is wrong with the URL of a binding, as far as it is filled; undefined when nothing is. */
export function pathProblem(url: URL, isFilled: boolean, hasResource: boolean): Problem {
  const inPath = url.pathname.split(PATH_PLACE).length - 1
  const inQuery = url.search.includes('{credential}') || url.search.includes(PATH_PLACE)
  if (inQuery)
    return [
      'url',
      "has {credential} in its query: leave it out and write placement: { type: 'query', name }",
    ]
  if (!isFilled)
    return inPath === 0
      ? undefined
      : ['placement', `must be { type: 'path' }, because the URL has {credential}`]
  if (inPath !== 1)
    return ['url', 'must have {credential} in its path, once: the placement "path" fills it']
  return hasResource
    ? undefined
    : ['resource', 'must be given when the URL has {credential}: the URL is no identifier']
}

// Which sources the placements of a binding name, and whether the binding has them.

import { MAIN, type Source } from '../binding.ts'
import { sourceOf } from './parameters.ts'
import type { Placement } from './placement.ts'
import type { Problem } from './problem.ts'
import { credentialsIn, parseTemplate, SOURCE_NAME } from './template.ts'

/** The names of the sources that a placement takes credentials of. */
function sourcesNamed(placement: Placement): readonly string[] {
  const from = ('from' in placement ? placement.from : undefined) ?? MAIN
  switch (placement.type) {
    case 'header':
    case 'query':
    case 'cookie':
      return placement.value === undefined ? [from] : inTemplates([placement.value], from)
    case 'env':
      return inTemplates(Object.values(placement.variables), from)
    case 'args':
      return inTemplates(placement.args, from)
    case 'argument':
      return Array.isArray(placement.parameters)
        ? placement.parameters.flatMap(({ value }) => sourceOf(value, from) ?? [])
        : [from]
    case 'path':
    case 'sign':
    case 'meta':
    case 'session':
    case 'prompt':
      return [from]
  }
}

function inTemplates(templates: readonly string[], from: string): readonly string[] {
  return templates.flatMap((text) => {
    const pieces = parseTemplate(text)
    return pieces.ok ? credentialsIn(pieces.value).map((name) => name ?? from) : []
  })
}

/** What is wrong with the further sources of a binding; undefined when nothing is. */
export function sourcesProblem(
  sources: Readonly<Record<string, Source>>,
  parts: readonly (readonly [setting: string, placement: Placement])[],
  hasMain: boolean,
): Problem {
  const names = Object.keys(sources)
  const odd = names.find((name) => name === MAIN || !SOURCE_NAME.test(name))
  if (odd !== undefined)
    return [
      'sources',
      `has "${odd}", which cannot be a name: letters, digits, _ and -, and not "${MAIN}", which is the setting source`,
    ]
  const named = new Set<string>()
  for (const [setting, part] of parts)
    for (const name of sourcesNamed(part)) {
      named.add(name)
      if (name !== MAIN && !Object.hasOwn(sources, name))
        return [setting, `names the source "${name}", which is not in sources`]
    }
  const idle = names.find((name) => !named.has(name))
  if (idle !== undefined)
    return [
      'sources',
      `has "${idle}", which no placement names: write from: '${idle}', or {credential:${idle}} in a template`,
    ]
  return names.length > 0 && !hasMain && !named.has(MAIN)
    ? ['source', 'must be given: make one of the sources the source, which needs no name']
    : undefined
}

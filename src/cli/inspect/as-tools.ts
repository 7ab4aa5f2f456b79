// Prompts and templates of resources as tools that take texts: they are judged by the same rules, and
// named like this in a binding.

import { isObject, type UnknownObject } from './ask.ts'

/** Arguments and variables of one entry that are looked at. */
const MAX_NAMES = 256

/** Prompts: each takes its arguments. */
export function promptTools(prompts: readonly UnknownObject[]): readonly UnknownObject[] {
  return prompts.flatMap(({ name, description, arguments: given }) => {
    if (typeof name !== 'string' || name === '') return []
    const args = Array.isArray(given) ? given.filter(isObject).slice(0, MAX_NAMES) : []
    const named = args.filter((one) => typeof one.name === 'string')
    return toolOf(
      `prompts/${name}`,
      description,
      named.map((one) => [String(one.name), one.description] as const),
      named.filter(({ required }) => required === true).map((one) => String(one.name)),
    )
  })
}

/** Templates: each takes its variables, of which those outside a query form are required. */
export function templateTools(templates: readonly UnknownObject[]): readonly UnknownObject[] {
  return templates.flatMap(({ name, description, uriTemplate }) => {
    if (typeof uriTemplate !== 'string') return []
    const required = new Set<string>()
    const names = new Set<string>()
    for (const [, form = '', list = ''] of uriTemplate.matchAll(/\{([+#./;?&]?)([^{}]*)\}/g))
      for (const one of list.split(',').slice(0, MAX_NAMES)) {
        const variable = one.trim().replace(/(?:\*|:\d+)$/, '')
        names.add(variable)
        if (form !== '?' && form !== '&') required.add(variable)
      }
    return toolOf(
      `resources/${typeof name === 'string' ? name : ''}`,
      description,
      [...names].map((variable) => [variable, undefined] as const),
      [...required],
    )
  })
}

function toolOf(
  name: string,
  description: unknown,
  parameters: readonly (readonly [name: string, description: unknown])[],
  required: readonly string[],
): readonly UnknownObject[] {
  const properties = Object.fromEntries(
    parameters.map(([parameter, about]) => [
      parameter,
      { type: 'string', ...(typeof about === 'string' ? { description: about } : {}) },
    ]),
  )
  const about = typeof description === 'string' ? { description } : {}
  return [{ name, ...about, inputSchema: { type: 'object', properties, required } }]
}

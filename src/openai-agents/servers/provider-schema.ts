// The input schema of a tool as model providers take it: an object, without alternatives at the
// top. They refuse the whole request for one schema that has them. Pure.

import { isObject, type UnknownObject } from '../../core/json.ts'

/** Keywords that providers refuse at the top of a schema. */
const NOT_AT_THE_TOP = [
  '$ref',
  'anyOf',
  'oneOf',
  'allOf',
  'not',
  'enum',
  'const',
  'if',
  'then',
  'else',
]

/**
 * The schema for the provider. Properties of alternatives are all offered, and none of them is
 * required: the server still judges what comes.
 */
export function providerSchema(schema: UnknownObject): UnknownObject {
  if (!NOT_AT_THE_TOP.some((keyword) => Object.hasOwn(schema, keyword))) return schema
  const properties: Record<string, unknown> = {}
  const required = new Set<unknown>()
  for (const { part, isCertain } of partsOf(schema)) {
    if (isObject(part.properties))
      for (const [name, inner] of Object.entries(part.properties)) properties[name] ??= inner
    if (isCertain && Array.isArray(part.required))
      for (const name of part.required) required.add(name)
  }
  const rest = Object.entries(schema).filter(([keyword]) => !NOT_AT_THE_TOP.includes(keyword))
  return { ...Object.fromEntries(rest), type: 'object', properties, required: [...required] }
}

interface Part {
  readonly part: UnknownObject
  /** Whether it holds for every call. */
  readonly isCertain: boolean
}

const MAX_PARTS = 100

/** The schema and what stands beside it at the top. */
function partsOf(schema: UnknownObject): readonly Part[] {
  const parts: Part[] = [{ part: schema, isCertain: true }]
  // The list grows while the loop reads it.
  for (const { part, isCertain } of parts) {
    if (parts.length > MAX_PARTS) break
    const target = typeof part.$ref === 'string' ? targetOf(part.$ref, schema) : undefined
    if (target && !parts.some((other) => other.part === target))
      parts.push({ part: target, isCertain })
    for (const inner of listOf(part.allOf)) parts.push({ part: inner, isCertain })
    for (const inner of [...listOf(part.anyOf), ...listOf(part.oneOf)])
      parts.push({ part: inner, isCertain: false })
    for (const inner of [part.then, part.else])
      if (isObject(inner)) parts.push({ part: inner, isCertain: false })
  }
  return parts
}

function listOf(value: unknown): readonly UnknownObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** What a reference to a definition of the same schema leads to. */
function targetOf(reference: string, schema: UnknownObject): UnknownObject | undefined {
  const [, keyword = '', name = ''] = /^#\/(\$defs|definitions)\/([^/~%]+)$/.exec(reference) ?? []
  const named = schema[keyword]
  const target = isObject(named) && Object.hasOwn(named, name) ? named[name] : undefined
  return isObject(target) ? target : undefined
}

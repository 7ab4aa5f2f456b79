// Schemas of OpenAPI 3.0 and 3.1 as JSON Schema (2020-12), for the arguments of a tool. What a schema
// refers to goes into `$defs`, so a schema that contains itself stays finite.

import { isObject, type UnknownObject } from '../../core/json.ts'
import type { References } from './references.ts'
import { Unusable } from './unusable.ts'

/** Characters of the schemas in `$defs`. What is beyond may be any value of its type. */
const MAX_DEFINED_CHARS = 48_000
/** Schemas inside each other, without references. */
const MAX_DEPTH = 40

/** Keywords whose value is kept as it is. */
const PLAIN = [
  'title',
  'description',
  'format',
  'enum',
  'const',
  'default',
  'maximum',
  'minimum',
  'multipleOf',
  'maxLength',
  'minLength',
  'maxItems',
  'minItems',
  'uniqueItems',
  'maxProperties',
  'minProperties',
] as const
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'] as const
const SINGLE = ['items', 'additionalProperties', 'not', 'propertyNames', 'contains'] as const

/** The schemas of one tool. */
export interface ToolSchemas {
  /** One schema, for a place in the tool's own. */
  add(schema: unknown): UnknownObject
  /** What goes into `$defs` of the tool's schema. Call it last. */
  definitions(): UnknownObject
}

/** Begins the schemas of one tool. */
export function toolSchemas(references: References): ToolSchemas {
  const names = new Map<string, string>()
  const waiting: string[] = []

  function nameOf(reference: string): string {
    const known = names.get(reference)
    if (known !== undefined) return known
    const last = reference.slice(reference.lastIndexOf('/') + 1).replace(/[^A-Za-z0-9_.-]/g, '_')
    const taken = new Set(names.values())
    let name = last
    for (let count = 2; taken.has(name); count++) name = `${last}_${count}`
    names.set(reference, name)
    waiting.push(reference)
    return name
  }

  function convert(schema: unknown, depth: number): UnknownObject | boolean {
    if (typeof schema === 'boolean') return schema
    if (!isObject(schema)) return {}
    if (depth > MAX_DEPTH) throw new Unusable('its schemas are too deep')
    if (typeof schema.$ref === 'string') {
      // What it refers to is read now, so that an operation with a bad reference is no tool.
      references.follow(schema)
      const { description } = schema
      return {
        $ref: `#/$defs/${nameOf(schema.$ref)}`,
        ...(typeof description === 'string' ? { description } : {}),
      }
    }
    const made: Record<string, unknown> = {}
    for (const name of PLAIN) if (schema[name] !== undefined) made[name] = schema[name]
    for (const name of LISTS) {
      const list = schema[name]
      if (Array.isArray(list)) made[name] = list.map((one) => convert(one, depth + 1))
    }
    for (const name of SINGLE)
      if (schema[name] !== undefined) made[name] = convert(schema[name], depth + 1)
    if (schema.type !== undefined) made.type = schema.type
    if (typeof schema.pattern === 'string' && isPattern(schema.pattern))
      made.pattern = schema.pattern
    putLimits(made, schema)
    putProperties(made, schema, depth)
    return schema.nullable === true ? orNull(made) : made
  }

  function putProperties(made: Record<string, unknown>, schema: UnknownObject, depth: number) {
    if (!isObject(schema.properties)) return
    const sent = Object.entries(schema.properties).filter(([, one]) => !isReadOnly(one))
    made.properties = Object.fromEntries(sent.map(([name, one]) => [name, convert(one, depth + 1)]))
    const { required } = schema
    if (!Array.isArray(required)) return
    const kept = required.filter((name) => sent.some(([known]) => known === name))
    if (kept.length > 0) made.required = kept
  }

  /** A caller does not send it (OpenAPI 3.0, Schema Object). */
  function isReadOnly(schema: unknown): boolean {
    return isObject(schema) && (schema.$ref ? references.follow(schema) : schema).readOnly === true
  }

  return {
    add(schema) {
      const made = convert(schema, 0)
      return typeof made === 'boolean' ? {} : made
    },
    definitions() {
      const made: Record<string, unknown> = {}
      let chars = 0
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const meant = references.follow({ $ref: next })
        const schema = chars < MAX_DEFINED_CHARS ? convert(meant, 0) : typeOnly(meant)
        chars += JSON.stringify(schema).length
        made[nameOf(next)] = schema
      }
      return made
    },
  }
}

/** What is left of a schema that there is no room for. */
function typeOnly({ type }: UnknownObject): UnknownObject {
  return typeof type === 'string' ? { type } : {}
}

/** OpenAPI 3.0 has booleans beside the limits; JSON Schema has numbers. */
function putLimits(made: Record<string, unknown>, schema: UnknownObject): void {
  for (const [exclusive, limit] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (typeof schema[exclusive] === 'number') made[exclusive] = schema[exclusive]
    if (schema[exclusive] !== true || typeof schema[limit] !== 'number') continue
    made[exclusive] = schema[limit]
    delete made[limit]
  }
}

/** `nullable` of OpenAPI 3.0. */
function orNull(schema: Readonly<Record<string, unknown>>): UnknownObject {
  if (typeof schema.type !== 'string') return { anyOf: [schema, { type: 'null' }] }
  const { enum: values } = schema
  return {
    ...schema,
    type: [schema.type, 'null'],
    ...(Array.isArray(values) && !values.includes(null) ? { enum: [...values, null] } : {}),
  }
}

/** Clients compile patterns; one that does not compile would take the whole tool away. */
function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'u')
    return text.length <= 500
  } catch {
    return false
  }
}

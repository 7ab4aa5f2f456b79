// Random input schemas with parameters planted in them that are to be hidden, and random values for
// a schema. Not a test.

import fc from 'fast-check'

/** Picks: everything random comes from here, so that fast-check can repeat and shrink it. */
export interface Pick {
  below(limit: number): number
  chance(percent: number): boolean
  one<T>(list: readonly T[]): T
  some<T>(list: readonly T[]): T[]
}

export function pickFrom(gen: fc.GeneratorValue): Pick {
  const below = (limit: number) => gen(fc.nat, limit - 1)
  const chance = (percent: number) => below(100) < percent
  return {
    below,
    chance,
    one: (list) => list[below(list.length)] as (typeof list)[number],
    some: (list) => list.filter(() => chance(30)),
  }
}

type Schema = Record<string, unknown>

/** Names that nothing else in a random schema contains. */
export const PLANTED = ['access_token', 'apiKey', 'X-Auth-Token', 'user_id'] as const
const PLAIN = ['alpha', 'beta', 'a/b', '~c', '0', 'gamma'] as const

/**
 * A random input schema: objects, arrays, maps, combinations, conditions, and shared parts, some of
 * them recursive.
 */
export function randomSchema(pick: Pick): Schema {
  const container = pick.one(['$defs', 'definitions'])
  const parts: Record<string, Schema> = {}
  const ref = (name: string) => `#/${container}/${name}`

  const hiddenText = (): Schema => {
    const notes = pick.chance(20)
      ? { description: 'The access_token of user_id.', default: 'access_token' }
      : {}
    switch (pick.below(6)) {
      case 0:
        return { anyOf: [{ type: 'string' }, { type: 'null' }], default: null, ...notes }
      case 1:
        return { type: ['string', 'null'], ...notes }
      case 2:
        parts.Text ??= { type: 'string' }
        return { $ref: ref('Text'), ...notes }
      case 3:
        // A shared part that gives the name away.
        parts.access_token ??= { type: 'string', title: 'x' }
        return { $ref: ref('access_token') }
      case 4:
        return {}
      default:
        return { type: 'string', ...notes }
    }
  }

  const leaf = (): Schema => {
    switch (pick.below(8)) {
      case 0:
        return { type: 'integer', minimum: 0, maximum: 9 }
      case 1:
        return { enum: ['red', 'green'] }
      case 2:
        return { anyOf: [{ type: 'string' }, { type: 'null' }], default: null }
      case 3:
        return { type: 'boolean', description: 'Whether.' }
      case 4:
        parts.Tree ??= {
          type: 'object',
          properties: {
            label: { type: 'string' },
            kids: { type: 'array', items: { $ref: ref('Tree') } },
          },
        }
        return { $ref: ref('Tree') }
      case 5:
        return parts.access_token ? { $ref: ref('access_token') } : { const: 'fixed' }
      default:
        return { type: 'string', title: 'Leaf' }
    }
  }

  const object = (depth: number, closable: boolean): Schema => {
    const properties: Schema = {}
    const plain = pick.some(PLAIN)
    const planted = pick.some(PLANTED)
    for (const name of [...plain, ...planted].sort(() => (pick.chance(50) ? 1 : -1)))
      properties[name] = planted.includes(name as (typeof PLANTED)[number])
        ? hiddenText()
        : node(depth + 1)
    const schema: Schema = { type: 'object', properties }
    const quoted = Object.fromEntries(planted.map((name) => [name, { [name]: 'x' }]))
    const required = pick.some([...plain, ...planted])
    if (required.length > 0) schema.required = required
    if (closable && pick.chance(25)) schema.additionalProperties = false
    if (pick.chance(10)) schema.additionalProperties ??= { type: 'string' }
    if (pick.chance(15)) schema.minProperties = pick.below(4)
    if (pick.chance(10) && planted[0])
      schema.dependentRequired = { [planted[0]]: plain.slice(0, 1), gamma: planted }
    if (pick.chance(10) && planted[0])
      schema.dependentSchemas = { [planted[0]]: { required: plain.slice(0, 1) } }
    if (pick.chance(10)) schema.examples = [{ ...quoted, alpha: 'y' }, 'x']
    if (pick.chance(10)) schema.default = quoted
    if (pick.chance(10)) schema.patternProperties = { '^(apiKey|omega)$': { type: 'string' } }
    // In a choice, a closed object does not allow what is hidden in the others.
    if (closable && pick.chance(10))
      schema.propertyNames = {
        enum: [...PLAIN, ...planted, ...(schema.patternProperties ? ['apiKey'] : []), 'omega'],
      }
    if (pick.chance(10) && planted[0]) schema.if = { required: [planted[0], ...plain.slice(0, 1)] }
    // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
    if (schema.if) schema.then = { required: plain.slice(1, 2) }
    if (schema.additionalProperties === undefined && pick.chance(15)) {
      const { properties: inner, required: names, ...rest } = schema
      return { ...rest, allOf: [{ properties: inner }, ...(names ? [{ required: names }] : [])] }
    }
    return schema
  }

  const node = (depth: number): Schema => {
    if (depth > 2) return leaf()
    switch (pick.below(12)) {
      case 0:
      case 1:
        return object(depth, true)
      case 2:
        return { type: 'array', items: node(depth + 1), maxItems: 3 }
      case 3:
        return { anyOf: [object(depth, true), { type: 'null' }] }
      case 4:
        return { anyOf: [object(3, false), object(3, false), { type: 'string' }] }
      case 5: {
        const name = pick.one(['One', 'Two', 'Three'])
        // Filled before it is referred to, so that only `Tree` is recursive.
        if (!parts[name]) {
          const made = object(depth + 1, true)
          parts[name] ??= made
        }
        return {
          $ref: ref(name),
          ...(pick.chance(30) ? { description: 'A part.' } : {}),
          ...(pick.chance(10) ? { minProperties: 1 } : {}),
        }
      }
      case 6:
        return { type: 'array', prefixItems: [node(depth + 1)], items: leaf() }
      case 7:
        return { type: 'object', additionalProperties: object(depth + 1, true) }
      default:
        return leaf()
    }
  }

  const root = object(0, true)
  return {
    ...(pick.chance(50) ? { $schema: 'https://json-schema.org/draft/2020-12/schema' } : {}),
    ...root,
    ...(Object.keys(parts).length === 0 ? {} : { [container]: parts }),
  }
}

/** A value that a schema probably allows; whether it does is for a validator to say. */
export function randomValue(root: unknown, pick: Pick): unknown {
  const value = (schema: unknown, depth: number): unknown => {
    const flat = flatten(schema)
    if (Object.hasOwn(flat, 'const')) return flat.const
    if (Array.isArray(flat.enum)) return pick.one(flat.enum)
    const type = Array.isArray(flat.type)
      ? pick.one(flat.type)
      : (flat.type ?? (flat.properties || flat.required ? 'object' : 'string'))
    switch (type) {
      case 'integer':
        return pick.below(10)
      case 'boolean':
        return pick.chance(50)
      case 'null':
        return null
      case 'array': {
        const prefix = (flat.prefixItems as unknown[] | undefined) ?? []
        const length = pick.below(3)
        return Array.from({ length }, (_, i) => value(prefix[i] ?? flat.items, depth + 1))
      }
      case 'object': {
        const properties = flat.properties as Schema
        const required = flat.required as string[]
        const names = Object.keys(properties).filter(
          (name) => required.includes(name) || (depth < 6 && pick.chance(60)),
        )
        const entries = names.map((name) => [name, value(properties[name], depth + 1)] as const)
        const extra =
          typeof flat.additionalProperties === 'object' && depth < 5
            ? pick.some(['omega', 'psi'])
            : []
        const missing = required.filter((name) => !names.includes(name))
        return Object.fromEntries([
          ...entries,
          ...extra.map(
            (name) =>
              [
                name,
                value(
                  name === 'omega' && flat.patternProperties
                    ? { type: 'string' }
                    : flat.additionalProperties,
                  depth + 1,
                ),
              ] as const,
          ),
          ...missing.map((name) => [name, 'text'] as const),
        ])
      }
      default:
        return pick.one(['', 'text', 'more text'])
    }
  }

  /** One choice of each combination, as one schema. */
  const flatten = (schema: unknown): Schema => {
    if (typeof schema !== 'object' || schema === null) return {}
    const { $ref, allOf, anyOf, dependentRequired, dependentSchemas, ...own } = schema as Schema
    const parts = [
      own,
      ...(typeof $ref === 'string' ? [flatten(resolve($ref))] : []),
      ...((allOf as unknown[] | undefined) ?? []).map(flatten),
      ...(Array.isArray(anyOf) ? [flatten(pick.one(anyOf))] : []),
      ...(own.then ? [flatten(own.then)] : []),
    ]
    return {
      ...Object.assign({}, ...parts),
      properties: Object.assign({}, ...parts.map((part) => part.properties ?? {})),
      required: [
        ...new Set(parts.flatMap((part) => (part.required as string[] | undefined) ?? [])),
      ],
    }
  }

  const resolve = (reference: string): unknown =>
    reference
      .slice(2)
      .split('/')
      .reduce<unknown>(
        (at, segment) => (at as Schema)[segment.replaceAll('~1', '/').replaceAll('~0', '~')],
        root,
      )

  return value(root, 0)
}

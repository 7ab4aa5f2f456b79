// The rules by which each keyword of JSON Schema is rewritten when parameters are hidden. A keyword
// without a rule stays as it is.

import { isObject } from '../../core/json.ts'
import { type HiddenTree, hides, isBare, NOTHING, under, underEvery } from './hidden-tree.ts'
import { literalNames, patternOf } from './pattern.ts'
import { GONE, mapArray, mapEntries } from './rewrite.ts'
import { stringsOf } from './schema.ts'
import { withoutHidden } from './value.ts'

/** One schema while it is rewritten. */
export interface Place {
  /** What is hidden at and below this schema. */
  readonly tree: HiddenTree
  /**
   * Whether shared parts (`$defs`) in this schema are dropped. Those that are still needed are
   * added later.
   */
  readonly dropsShared: boolean
  /** Takes steps of the budget. False when it is spent. */
  take(steps: number): boolean
  /** Rewrites a schema inside this one. */
  go(schema: unknown, tree: HiddenTree): unknown
  /** Whether a name is hidden at this place. If so, its pointers count as found in the document. */
  drop(name: string): boolean
  /** How many parameters the rules have taken out so far. */
  readonly removed: { count: number }
  /**
   * Names that the schema must require because a hidden parameter, which is always there, demands
   * them.
   */
  readonly required: string[]
  /** Schemas that must hold for the same reason. */
  readonly alsoHold: unknown[]
}

/** Gives the keyword's new value, or `GONE`. */
type Rule = (value: unknown, place: Place) => unknown

/** Removes the hidden members. */
const hideProperties: Rule = (value, place) =>
  mapEntries(value, (name, schema) => {
    if (!place.drop(name)) return place.go(schema, under(place.tree, name))
    place.removed.count++
    return GONE
  })

/**
 * Removes the hidden names from a pattern that spells out names. Any other pattern may match every
 * member.
 */
const hidePatterns: Rule = (value, place) => {
  if (!isObject(value)) return value
  const next = Object.entries(value).flatMap(([pattern, schema]) =>
    splitPattern(pattern, schema, place),
  )
  const isSame =
    next.length === Object.keys(value).length &&
    next.every(([pattern, schema]) => value[pattern] === schema)
  return isSame ? value : Object.fromEntries(next)
}

/** Makes one pattern for the names with nothing hidden below them, and one for each other name. */
function splitPattern(
  pattern: string,
  schema: unknown,
  place: Place,
): readonly (readonly [string, unknown])[] {
  const names = place.take(1 + pattern.length / 8) ? literalNames(pattern) : undefined
  if (!names) return [[pattern, place.go(schema, underEvery(place.tree))]]
  const open = names.filter((name) => !place.drop(name))
  place.removed.count += names.length - open.length
  const plain = open.filter((name) => isBare(under(place.tree, name)))
  const rest = plain.length === names.length ? pattern : patternOf(plain)
  return [
    ...(plain.length === 0 ? [] : [[rest, place.go(schema, NOTHING)] as const]),
    ...open
      .filter((name) => !isBare(under(place.tree, name)))
      .map((name) => [patternOf([name]), place.go(schema, under(place.tree, name))] as const),
  ]
}

/** The model cannot send hidden members, so none of them is required. */
const hideRequired: Rule = (value, place) => {
  if (!Array.isArray(value)) return value
  const open = value.filter((name) => typeof name !== 'string' || !place.drop(name))
  if (open.length === value.length) return value
  return open.length === 0 ? GONE : open
}

/** A hidden member is always there, so what it demands becomes a demand of the schema itself. */
const hideDependencies: Rule = (value, place) =>
  mapEntries(value, (name, demand) => {
    if (Array.isArray(demand)) place.take(demand.length)
    const open = Array.isArray(demand)
      ? demand.filter((other) => typeof other !== 'string' || !hides(place.tree, other))
      : place.go(demand, place.tree)
    if (!hides(place.tree, name)) {
      const isSame = Array.isArray(open) && Array.isArray(demand) && open.length === demand.length
      return isSame ? demand : open
    }
    if (Array.isArray(open)) place.required.push(...stringsOf(open))
    else place.alsoHold.push(open)
    return GONE
  })

/** The server counts the hidden members too, but the model does not send them. */
const lowerCount: Rule = (value, { tree, take }) => {
  take(tree.members.size / 8)
  const hidden = hiddenMembers(tree)
  return typeof value !== 'number' || hidden === 0 ? value : Math.max(0, value - hidden)
}

const lowerMinimum: Rule = (value, place) => {
  const hidden = hiddenMembers(place.tree)
  return typeof value === 'number' && hidden > 0 && value <= hidden
    ? GONE
    : lowerCount(value, place)
}

function hiddenMembers(tree: HiddenTree): number {
  let count = 0
  for (const { ends } of tree.members.values()) if (ends.length > 0) count++
  return count
}

/** Removes the hidden names that a schema for names spells out. */
const hideNames: Rule = (schema, place) => {
  if (!isObject(schema)) return schema
  if (Array.isArray(schema.enum)) place.take(schema.enum.length)
  if (typeof schema.const === 'string' && place.drop(schema.const)) return false
  if (!Array.isArray(schema.enum)) return schema
  const open = schema.enum.filter((name) => typeof name !== 'string' || !place.drop(name))
  if (open.length === schema.enum.length) return schema
  return open.length === 0 ? false : { ...schema, enum: open }
}

/** One schema for each element, or one for all. */
const hideItems: Rule = (value, { tree, go }) =>
  Array.isArray(value)
    ? mapArray(value, (schema, index) => go(schema, under(tree, `${index}`)))
    : go(value, underEvery(tree))

/** A schema for every element or member. */
const hideInEvery: Rule = (schema, { tree, go }) => go(schema, underEvery(tree))

/** A schema for the same value. */
const hideHere: Rule = (schema, { tree, go }) => go(schema, tree)

const hideInEach: Rule = (schemas, { tree, go }) => mapArray(schemas, (schema) => go(schema, tree))

/**
 * A negated schema that loses its hidden part could match everything, and then nothing would be
 * allowed. So we drop it. The server still checks it.
 */
const hideNot: Rule = (schema, { tree, go, removed }) => {
  const before = removed.count
  const next = go(schema, tree)
  return removed.count > before ? GONE : next
}

const hideInValue: Rule = (value, { tree, take }) => withoutHidden(value, tree, take)

const hideInValues: Rule = (values, { tree, take }) =>
  mapArray(values, (value) => withoutHidden(value, tree, take))

const hideShared: Rule = (parts, { dropsShared, go }) =>
  dropsShared ? GONE : mapEntries(parts, (_, schema) => go(schema, NOTHING))

/** The rules. A map, because a server may call a keyword `constructor`. */
export const KEYWORD_RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['properties', hideProperties],
  ['patternProperties', hidePatterns],
  ['required', hideRequired],
  ['dependentRequired', hideDependencies],
  ['dependentSchemas', hideDependencies],
  ['dependencies', hideDependencies],
  ['minProperties', lowerMinimum],
  ['maxProperties', lowerCount],
  ['propertyNames', hideNames],
  ['prefixItems', hideItems],
  ['items', hideItems],
  ['additionalItems', hideInEvery],
  ['contains', hideInEvery],
  ['unevaluatedItems', hideInEvery],
  ['additionalProperties', hideInEvery],
  ['unevaluatedProperties', hideInEvery],
  ['allOf', hideInEach],
  ['anyOf', hideInEach],
  ['oneOf', hideInEach],
  ['if', hideHere],
  ['then', hideHere],
  ['else', hideHere],
  ['not', hideNot],
  ['const', hideInValue],
  ['default', hideInValue],
  ['enum', hideInValues],
  ['examples', hideInValues],
  ['$defs', hideShared],
  ['definitions', hideShared],
])

// Decides whether we may make the objects above a hidden parameter when the model leaves them out.
// We may if an object is required, or if it only holds hidden parameters. We may not if it would
// lack a value that only the model can give. In doubt we may not.

import { isObject, type UnknownObject } from '../../core/json.ts'
import { type HiddenTree, under } from './hidden-tree.ts'
import { kindTeller } from './kinds.ts'
import { EVERY, type Segments } from './pointer.ts'
import { elementsOf, entriesOf, resolveReference, stringsOf } from './schema.ts'

/** Keywords that may demand more than we can find out here. */
const UNCLEAR = [
  'const',
  'enum',
  'not',
  'if',
  'dependentRequired',
  'dependentSchemas',
  'dependencies',
  'propertyNames',
]

/**
 * Decides for one pointer. Parameters must have been hidden in the schema before: that step refuses
 * schemas that are cyclic or too large.
 *
 * @param tree All hidden parameters of the tool: every one of them will be filled in.
 */
export function mayMakeParents(root: UnknownObject, pointer: Segments, tree: HiddenTree): boolean {
  const kindsOf = kindTeller(root)
  let places: readonly UnknownObject[] = [root]
  let hidden = tree
  // We never make arrays and their elements, so only the objects below the last array count.
  let may = true
  for (const name of pointer.slice(0, -1)) {
    const parts = partsOf(root, places, false)
    const every = partsOf(root, places, true)
    hidden = under(hidden, name)
    places = every.flatMap((part) => childrenOf(part, name))
    const kinds = places.map(kindsOf)
    // If the model must send the object, and cannot send null, then it left the object out by
    // mistake.
    const demanded =
      parts.some((part) => stringsOf(part.required).includes(name)) &&
      !kinds.some((some) => some.has('null'))
    const makes = demanded || places.some((place) => suffices(root, place, hidden))
    may = name === EVERY ? true : may && makes && kinds.some((some) => some.has('object'))
  }
  return may
}

/**
 * Gives the schemas and all others that apply to the same place, each once. With `alternatives`,
 * also those that may apply.
 */
function partsOf(
  root: UnknownObject,
  schemas: readonly unknown[],
  alternatives: boolean,
): readonly UnknownObject[] {
  const parts = new Set<UnknownObject>()
  const queue = [...schemas]
  for (const schema of queue) {
    if (!isObject(schema) || parts.has(schema)) continue
    parts.add(schema)
    const target = Object.hasOwn(schema, '$ref') ? resolveReference(root, schema.$ref) : undefined
    if (target?.ok) queue.push(target.value)
    queue.push(...elementsOf(schema.allOf))
    if (alternatives)
      queue.push(...elementsOf(schema.anyOf), ...elementsOf(schema.oneOf), schema.then, schema.else)
  }
  return [...parts]
}

function childrenOf(schema: UnknownObject, name: string): readonly UnknownObject[] {
  const children =
    name === EVERY
      ? [schema.items, schema.additionalProperties, ...elementsOf(schema.prefixItems)]
      : entriesOf(schema.properties).flatMap(([key, one]) => (key === name ? [one] : []))
  return children.filter(isObject)
}

/** Whether the schema accepts an object that has only hidden parameters in it. */
function suffices(root: UnknownObject, schema: unknown, hidden: HiddenTree): boolean {
  if (schema === true) return true
  if (!isObject(schema) || UNCLEAR.some((keyword) => Object.hasOwn(schema, keyword))) return false
  if (schema.type !== undefined && ![schema.type].flat().includes('object')) return false
  const fills = (name: string): boolean => {
    const below = hidden.members.get(name)
    if (!below) return false
    if (below.ends.length > 0) return true
    return isMade(below) && childrenOf(schema, name).some((child) => suffices(root, child, below))
  }
  const filled = [...hidden.members.values()].filter(({ ends }) => ends.length > 0).length
  if (
    !stringsOf(schema.required).every(fills) ||
    (typeof schema.minProperties === 'number' && schema.minProperties > filled)
  )
    return false
  const inner = (one: unknown): boolean => suffices(root, one, hidden)
  if (Object.hasOwn(schema, '$ref')) {
    const target = resolveReference(root, schema.$ref)
    if (!target.ok || !inner(target.value)) return false
  }
  return (
    elementsOf(schema.allOf).every(inner) &&
    [schema.anyOf, schema.oneOf].every((choices) => !Array.isArray(choices) || choices.some(inner))
  )
}

/**
 * Whether a hidden parameter below is reached without going through an array. Then the objects
 * above it are made when it is filled in.
 */
function isMade(tree: HiddenTree): boolean {
  return [...tree.members].some(
    ([name, below]) => name !== EVERY && (below.ends.length > 0 || isMade(below)),
  )
}

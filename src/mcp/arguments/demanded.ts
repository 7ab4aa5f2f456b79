// Tells whether a call cannot do without a parameter. A tool whose server demands a credential of the
// model is of no use without it. One that takes it is.

import { isObject, type UnknownObject } from '../../core/json.ts'
import type { StepBudget } from '../../core/steps.ts'
import { EVERY, type Segments } from './pointer.ts'
import { elementsOf, entriesOf, resolver, sizeOf, stringsOf } from './schema.ts'

/** Tells it of the parameters of one tool. */
export type DemandTeller = (segments: Segments) => boolean

/**
 * Makes the function for one input schema. A parameter is demanded when it is required, and so is
 * every object above it. What one of several alternatives requires counts as required, and an array
 * counts as having elements: in doubt a parameter is demanded, and the operator is asked.
 */
export function demandTeller(root: UnknownObject, budget: StepBudget): DemandTeller {
  const resolve = resolver(root, budget)
  const known = new Map<UnknownObject, readonly UnknownObject[]>()

  /** All schemas that may apply to the same place. */
  const partsOf = (schema: UnknownObject): readonly UnknownObject[] => {
    const hit = known.get(schema)
    if (hit) return hit
    const parts = new Set<UnknownObject>()
    const queue: unknown[] = [schema]
    for (const one of queue) {
      if (!isObject(one) || parts.has(one)) continue
      if (!budget.take(sizeOf(one))) break
      parts.add(one)
      const target = Object.hasOwn(one, '$ref') ? resolve(one.$ref) : undefined
      if (target?.ok) queue.push(target.value)
      for (const list of [one.allOf, one.anyOf, one.oneOf]) queue.push(...elementsOf(list))
      queue.push(one.then, one.else)
    }
    const found = [...parts]
    known.set(schema, found)
    return found
  }

  return (segments) => {
    let places: readonly UnknownObject[] = [root]
    for (const name of segments) {
      const parts = new Set(places.flatMap(partsOf))
      if (!budget.take(1 + parts.size)) return true
      const isRequired = [...parts].some((part) => stringsOf(part.required).includes(name))
      if (name !== EVERY && !/^\d+$/.test(name) && !isRequired) return false
      places = [...parts].flatMap((part) => childrenOf(part, name))
    }
    return true
  }
}

function childrenOf(part: UnknownObject, name: string): readonly UnknownObject[] {
  const { properties } = part
  const named = isObject(properties) && Object.hasOwn(properties, name) ? [properties[name]] : []
  const every =
    name === EVERY || /^\d+$/.test(name)
      ? [
          part.items,
          part.additionalProperties,
          part.contains,
          ...elementsOf(part.prefixItems),
          ...elementsOf(part.items),
          ...entriesOf(part.patternProperties).map(([, schema]) => schema),
        ]
      : []
  return [...named, ...every].filter(isObject)
}

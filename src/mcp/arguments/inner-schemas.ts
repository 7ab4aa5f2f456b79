// The schemas inside a schema, other than those of named members, each with the segments that lead
// to it.

import type { UnknownObject } from '../../core/json.ts'
import { EVERY, type Segments } from './pointer.ts'
import { EVERY_PLACE, elementsOf, entriesOf, SAME_PLACE } from './schema.ts'

const HERE: Segments = []

/** Leads to every member of a map, and to every element of an array. */
export const EVERY_MEMBER: Segments = [EVERY]

/** Gives them. */
export function innerSchemas(
  schema: UnknownObject,
): readonly (readonly [inner: unknown, below: Segments])[] {
  const found: (readonly [unknown, Segments])[] = []
  for (const keyword of SAME_PLACE) {
    const value = schema[keyword]
    if (Array.isArray(value)) for (const inner of value) found.push([inner, HERE])
    else if (value !== undefined) found.push([value, HERE])
  }
  // In `dependencies`, an array is a list of names.
  for (const map of [schema.dependentSchemas, schema.dependencies])
    for (const [, inner] of entriesOf(map)) if (!Array.isArray(inner)) found.push([inner, HERE])
  // In `items`, an array has a schema for each element.
  for (const keyword of EVERY_PLACE) {
    const inner = schema[keyword]
    if (inner !== undefined && !Array.isArray(inner)) found.push([inner, EVERY_MEMBER])
  }
  for (const list of [schema.prefixItems, schema.items])
    elementsOf(list).forEach((inner, index) => {
      found.push([inner, [`${index}`]])
    })
  return found
}

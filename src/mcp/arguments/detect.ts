// Finds the parameters of a tool that look like credentials or identities, wherever its schema
// declares them, and tells which of them nobody has decided about.

import type { Result } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { type StepBudget, stepBudget } from '../../core/steps.ts'
import type { FoundParameter } from './found-parameter.ts'
import { type HiddenTree, isBare, treeOf, under } from './hidden-tree.ts'
import { ParameterFinder } from './parameter-finder.ts'
import { type Place, segmentsOf } from './places.ts'
import { parsePointer, type Segments } from './pointer.ts'
import { type ArgumentRefusal, refuse } from './refusal.ts'
import { MAX_TOOL_STEPS } from './schema.ts'

export type { FoundParameter } from './found-parameter.ts'

/**
 * Finds the parameters of an input schema whose names look like a credential or an identity, in the
 * order in which the schema has them. `../tools/judge-parameter.ts` tells which of them are.
 *
 * It looks through local references, combinations, conditions, nested objects, arrays, maps and
 * patterns, and at names that are only required, allowed or shown in an example. A name counts only
 * where its schema allows such a value. A flag is no credential. A number is one only where the name
 * means nothing else, as `password` does. A choice from a list that the schema spells out is none.
 * An object is one only if nothing inside it is.
 *
 * @param budget Every part of the work takes steps of it. Default: those of one tool.
 * @param leftSubtrees Pointers below which everything is left to the model. Default none.
 * @returns The parameters, or the reason why the tool cannot be used. A schema that we cannot read
 *   as a whole may hide what it asks for.
 */
export function detectParameters(
  schema: unknown,
  budget: StepBudget = stepBudget(MAX_TOOL_STEPS),
  leftSubtrees: readonly string[] = [],
): Result<readonly FoundParameter[], ArgumentRefusal> {
  if (!isObject(schema)) return refuse('schema_malformed')
  const left = treeOfAll(leftSubtrees)
  const isAny = left.ends.length > 0 || !isBare(left)
  const isLeft = (place: Place) => endsOnTheWay(left, segmentsOf(place))
  return new ParameterFinder(schema, budget, isAny ? isLeft : undefined).find()
}

/**
 * Gives the parameters that are neither bound nor left to the model.
 *
 * @param bound Pointers of the binding. One to an object covers what is inside it.
 * @param left Pointers that the operator leaves to the model. One covers only what it names.
 */
export function uncovered<P extends { readonly pointer: string }>(
  detected: readonly P[],
  bound: readonly string[],
  left: readonly string[] = [],
): readonly P[] {
  const [hidden, open] = [treeOfAll(bound), treeOfAll(left)]
  return detected.filter(({ pointer }) => {
    const segments = parsePointer(pointer)
    const at = segments.ok ? segments.value : []
    return !endsOnTheWay(hidden, at) && !endsAt(open, at)
  })
}

/** Pointers that are none match nothing. The empty one is the arguments as a whole. */
function treeOfAll(pointers: readonly string[]): HiddenTree {
  return treeOf(
    pointers.flatMap((pointer) => {
      if (pointer === '') return [[pointer, []] as const]
      const segments = parsePointer(pointer)
      return segments.ok ? [[pointer, segments.value] as const] : []
    }),
  )
}

/** Whether a pointer of the tree names this place, or one above it. */
function endsOnTheWay(tree: HiddenTree, at: Segments): boolean {
  if (tree.ends.length > 0) return true
  let here = tree
  return at.some((segment) => {
    here = under(here, segment)
    return here.ends.length > 0
  })
}

function endsAt(tree: HiddenTree, at: Segments): boolean {
  return at.length > 0 && at.reduce(under, tree).ends.length > 0
}

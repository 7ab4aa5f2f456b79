// Finds the parameters of a tool that look like credentials or identities, wherever its schema
// declares them, and tells which of them nobody has decided about.

import type { Result } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { type DetectedParameter, ParameterFinder } from './parameter-finder.ts'
import { covers, parsePointer, type Segments } from './pointer.ts'
import { type ArgumentRefusal, refuse } from './refusal.ts'

export type { DetectedParameter } from './parameter-finder.ts'

/**
 * Finds the parameters of an input schema that look like a credential or an identity, in the order
 * in which the schema has them.
 *
 * It looks through local references, combinations, conditions, nested objects, arrays, maps and
 * patterns. A name counts only where its schema allows such a value. A number or a flag is no
 * credential. A choice from a list that the schema spells out is none either. An object is one only
 * if nothing inside it is.
 *
 * @returns The parameters, or the reason why the tool cannot be used. A schema that we cannot read
 *   as a whole may hide what it asks for.
 */
export function detectParameters(
  schema: unknown,
): Result<readonly DetectedParameter[], ArgumentRefusal> {
  return isObject(schema) ? new ParameterFinder(schema).find() : refuse('schema_malformed')
}

/**
 * Gives the detected parameters that are neither bound nor left to the model. If there is one, the
 * tool is refused.
 *
 * @param bound Pointers of the binding. One to an object covers what is inside it.
 * @param left Pointers that the operator leaves to the model. One covers only what it names.
 */
export function uncovered(
  detected: readonly DetectedParameter[],
  bound: readonly string[],
  left: readonly string[] = [],
): readonly DetectedParameter[] {
  const [hidden, open] = [parseAll(bound), parseAll(left)]
  return detected.filter(({ pointer }) => {
    const [at = []] = parseAll([pointer])
    return (
      !hidden.some((pattern) => covers(pattern, at)) &&
      !open.some((pattern) => pattern.length === at.length && covers(pattern, at))
    )
  })
}

/** Pointers that are none match nothing. */
function parseAll(pointers: readonly string[]): readonly Segments[] {
  return pointers.map(parsePointer).flatMap((segments) => (segments.ok ? [segments.value] : []))
}

// Finds the parameters of a tool that look like credentials or identities, wherever its schema declares them. It decides nothing.

import { granted, type Result } from '../../core/errors.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { kindTeller } from './kinds.ts'
import { type Likeness, likenessOf, plainName } from './name.ts'
import { literalNames, namesWithin } from './pattern.ts'
import {
  covers,
  DEEPEST,
  EVERY,
  formatPointer,
  isNameable,
  parsePointer,
  type Segments,
} from './pointer.ts'
import { type ArgumentRefusal, refuse } from './refusal.ts'
import {
  EVERY_PLACE,
  elementsOf,
  entriesOf,
  MOST_SCHEMAS,
  resolveReference,
  SAME_PLACE,
  stringsOf,
  usesUnsupported,
} from './schema.ts'

/** A parameter that the model must not be left to fill, unless the operator says so. */
export interface DetectedParameter {
  /** Where it is in the tool's arguments (RFC 6901, `*` for every element or every member of a map). */
  readonly pointer: string
  /** What its name says it is. */
  readonly value: Likeness
  /** Its name, as the server spells it. */
  readonly name: string
  /** The header that the server wants its value repeated in (`x-mcp-header`). */
  readonly xMcpHeader?: string
}

/** A place on the way: the schema, and how deep in the arguments it was entered. */
interface Step {
  readonly schema: UnknownObject
  readonly level: number
}

interface Found {
  readonly parameter: DetectedParameter
  readonly way: readonly Step[]
}

/**
 * Finds the parameters of an input schema that look like a credential or an identity, in the order in which the schema has them.
 *
 * Local references, combinations, conditions, nested objects, arrays, maps and patterns are followed. A name counts only where its schema
 * allows such a value: a number or a flag is no credential, nor is one of a list of choices that the schema spells out, and an object is
 * one only if nothing inside it is.
 *
 * @returns The parameters, or the reason why the tool cannot be used: a schema that is not wholly known hides what it asks for.
 */
export function detectParameters(
  schema: unknown,
): Result<readonly DetectedParameter[], ArgumentRefusal> {
  if (!isObject(schema)) return refuse('schema_malformed')
  const kindsOf = kindTeller(schema)
  const found: Found[] = []
  const implied: { at: Segments; name: string; way: readonly Step[] }[] = []
  const declared = new Set<string>()
  const recursive = new Set<UnknownObject>()
  const quiet = new Set<UnknownObject>()
  let problem: ArgumentRefusal | undefined
  let visits = 0

  const fail = (reason: ArgumentRefusal): false => {
    problem ??= reason
    return false
  }

  const seen = new Map<string, Likeness | undefined>()
  /** Remembered: schemas have the same few names over and over. */
  const looksLike = (name: string, siblings: readonly string[]): Likeness | undefined => {
    if (!seen.has(name)) seen.set(name, likenessOf(name))
    const value = seen.get(name)
    return value === 'subject' ? likenessOf(name, siblings) : value
  }

  const record = (
    value: Likeness,
    at: Segments,
    name: string,
    here: unknown,
    way: readonly Step[],
  ): true => {
    if (!at.every((segment) => segment === EVERY || isNameable(segment)) || !isNameable(name))
      fail('parameter_unnameable')
    const header = annotationOf(schema, here)
    const pointer = formatPointer([...at, name])
    const parameter = {
      pointer,
      value,
      name,
      ...(header === undefined ? {} : { xMcpHeader: header }),
    }
    found.push({ parameter, way })
    return true
  }

  const member = (
    name: string,
    here: unknown,
    at: Segments,
    siblings: readonly string[],
    way: readonly Step[],
  ): boolean => {
    if (problem || ++visits > MOST_SCHEMAS) return fail('schema_too_large')
    const inside = [...at, name]
    declared.add(formatPointer(inside))
    const value = looksLike(name, siblings)
    const kinds = kindsOf(here)
    // Ids may be numbers, and a list of ids is still a choice of whom to be; a list of school subjects is not.
    const isId =
      value === 'subject' &&
      (kinds.has('number') || (kinds.has('choice') && !/^sub(?:ject)?$/.test(plainName(name))))
    if (value && (kinds.has('text') || isId)) return record(value, at, name, here, way)
    // `*` would be read as "every", so a member of that name is as good as unnameable.
    const within = walk(here, name === EVERY ? [...at, '__proto__'] : inside, way)
    return (
      within || (value !== undefined && kinds.has('object') && record(value, at, name, here, way))
    )
  }

  const patterns = (schemas: unknown, at: Segments, way: readonly Step[]): boolean =>
    entriesOf(schemas)
      .map(([pattern, here]) => {
        const names = literalNames(pattern)
        if (names) return names.map((name) => member(name, here, at, names, way)).includes(true)
        if (kindsOf(here).has('text') && namesWithin(pattern).some((name) => likenessOf(name)))
          return fail('parameter_unnameable')
        return walk(here, [...at, EVERY], way)
      })
      .includes(true)

  const follow = (reference: unknown, at: Segments, way: readonly Step[]): boolean => {
    const target = resolveReference(schema, reference)
    if (!target.ok) return fail(target.refusal)
    const before = way.findLast((step) => step.schema === target.value)
    if (!before || !isObject(target.value)) return walk(target.value, at, way)
    if (before.level === at.length) return fail('reference_cyclic')
    recursive.add(target.value)
    return false
  }

  const walk = (here: unknown, at: Segments, before: readonly Step[]): boolean => {
    if (problem || typeof here === 'boolean' || here === undefined) return false
    if (!isObject(here)) return fail('schema_malformed')
    // What held nothing once holds nothing at other places either: shared parts are walked once.
    if (quiet.has(here)) return false
    if (before.length >= DEEPEST) return fail('schema_too_deep')
    if (++visits > MOST_SCHEMAS) return fail('schema_too_large')
    if (usesUnsupported(here, before.length === 0)) return fail('reference_unsupported')
    const way = [...before, { schema: here, level: at.length }]
    const names = Object.keys(isObject(here.properties) ? here.properties : {})
    const hits = entriesOf(here.properties).map(([name, one]) => member(name, one, at, names, way))
    hits.push(patterns(here.patternProperties, at, way))
    for (const keyword of SAME_PLACE)
      for (const one of [here[keyword]].flat()) hits.push(walk(one, at, way))
    for (const keyword of ['dependentSchemas', 'dependencies'])
      for (const [, one] of entriesOf(here[keyword]))
        if (!Array.isArray(one)) hits.push(walk(one, at, way))
    for (const keyword of EVERY_PLACE)
      if (!Array.isArray(here[keyword])) hits.push(walk(here[keyword], [...at, EVERY], way))
    for (const list of [here.prefixItems, here.items])
      elementsOf(list).forEach((one, i) => {
        hits.push(walk(one, [...at, `${i}`], way))
      })
    const mayBe =
      isObject(here.propertyNames) && here.additionalProperties !== false
        ? [here.propertyNames.const, here.propertyNames.enum].flat()
        : []
    for (const name of stringsOf([...stringsOf(here.required), ...mayBe])) {
      if (!names.includes(name) && looksLike(name, names))
        hits.push(implied.push({ at, name, way }) > 0)
    }
    if (Object.hasOwn(here, '$ref')) hits.push(follow(here.$ref, at, way))
    const hit = hits.includes(true)
    if (!hit) quiet.add(here)
    return hit
  }

  walk(schema, [], [])
  // Required or allowed by name, and declared nowhere: a parameter all the same.
  for (const { at, name, way } of implied) {
    const value = likenessOf(name)
    if (value && !declared.has(formatPointer([...at, name]))) record(value, at, name, true, way)
  }
  if (problem) return refuse(problem)
  if (found.some(({ way }) => way.some((step) => recursive.has(step.schema))))
    return refuse('parameter_recursive')
  const once = new Map<string, DetectedParameter>()
  for (const { parameter } of found)
    once.set(parameter.pointer, { ...once.get(parameter.pointer), ...parameter })
  return granted([...once.values()])
}

/**
 * The detected parameters that are neither bound nor left to the model. Not empty means: the tool is refused.
 *
 * @param bound Pointers of the binding; one to an object covers what is inside it.
 * @param left Pointers that the operator leaves to the model; one covers only what it names.
 */
export function uncovered(
  detected: readonly DetectedParameter[],
  bound: readonly string[],
  left: readonly string[] = [],
): readonly DetectedParameter[] {
  const segments = (pointers: readonly string[]): readonly Segments[] =>
    pointers.map(parsePointer).flatMap((pointer) => (pointer.ok ? [pointer.value] : []))
  const [hidden, open] = [segments(bound), segments(left)]
  return detected.filter(({ pointer }) => {
    const [at = []] = segments([pointer])
    return (
      !hidden.some((one) => covers(one, at)) &&
      !open.some((one) => one.length === at.length && covers(one, at))
    )
  })
}

/** The `x-mcp-header` of a parameter, also behind a reference, where the protocol forbids it and a server may put it all the same. */
function annotationOf(root: UnknownObject, schema: unknown): string | undefined {
  let here = schema
  for (let hops = 0; isObject(here) && hops < 8; hops++) {
    if (typeof here['x-mcp-header'] === 'string') return here['x-mcp-header']
    const target = resolveReference(root, here.$ref)
    here = target.ok ? target.value : undefined
  }
  return undefined
}

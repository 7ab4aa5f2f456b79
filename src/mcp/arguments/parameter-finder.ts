// Walks an input schema and finds the parameters that look like credentials or identities. One
// finder makes one walk.

import { granted, type Result } from '../../core/errors.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { type Kind, kindTeller } from './kinds.ts'
import { type Likeness, likenessOf, plainName } from './name.ts'
import { literalNames, namesWithin } from './pattern.ts'
import { EVERY, formatPointer, isNameable, MAX_DEPTH, type Segments } from './pointer.ts'
import { type ArgumentRefusal, refuse } from './refusal.ts'
import {
  EVERY_PLACE,
  elementsOf,
  entriesOf,
  MAX_SCHEMAS,
  resolveReference,
  SAME_PLACE,
  stringsOf,
  usesUnsupported,
} from './schema.ts'

/** A parameter that the model must not be left to fill, unless the operator says so. */
export interface DetectedParameter {
  /**
   * Where it is in the tool's arguments (RFC 6901, `*` for every element or every member of a map).
   */
  readonly pointer: string
  /** What its name says it is. */
  readonly value: Likeness
  /** Its name, as the server spells it. */
  readonly name: string
  /** The header in which the server wants its value repeated (`x-mcp-header`). */
  readonly xMcpHeader?: string
}

/** A schema on the way, and how deep in the arguments the walk entered it. */
interface Step {
  readonly schema: UnknownObject
  readonly level: number
}

/** A place in the arguments, and the schemas through which the walk came to it. */
interface Place {
  readonly at: Segments
  readonly trail: readonly Step[]
}

interface Found {
  readonly parameter: DetectedParameter
  readonly trail: readonly Step[]
}

/** References that we follow to find an `x-mcp-header`. */
const MAX_HEADER_HOPS = 8

/** Finds parameters in one document. */
export class ParameterFinder {
  readonly #root: UnknownObject
  readonly #kindsOf: (schema: unknown) => ReadonlySet<Kind>
  readonly #found: Found[] = []
  /** Names that a schema requires or allows, and does not declare itself. */
  readonly #named: { readonly name: string; readonly place: Place }[] = []
  readonly #declared = new Set<string>()
  /** Schemas that contain a reference to themselves. */
  readonly #recursive = new Set<UnknownObject>()
  /** Schemas in which nothing was found. They hold nothing at other places either. */
  readonly #quiet = new Set<UnknownObject>()
  /** What names look like. Schemas have the same few names over and over. */
  readonly #likenesses = new Map<string, Likeness | undefined>()
  #problem: ArgumentRefusal | undefined
  #visits = 0

  constructor(root: UnknownObject) {
    this.#root = root
    this.#kindsOf = kindTeller(root)
  }

  /** Walks the document. Call it once. */
  find(): Result<readonly DetectedParameter[], ArgumentRefusal> {
    this.#walk(this.#root, { at: [], trail: [] })
    this.#recordUndeclared()
    if (this.#problem) return refuse(this.#problem)
    if (this.#found.some(({ trail }) => trail.some((step) => this.#recursive.has(step.schema))))
      return refuse('parameter_recursive')
    return granted(mergeByPointer(this.#found))
  }

  /** @returns Whether something was found in the schema. The same is true of the methods below. */
  #walk(schema: unknown, { at, trail }: Place): boolean {
    if (this.#problem || typeof schema === 'boolean' || schema === undefined) return false
    if (!isObject(schema)) return this.#fail('schema_malformed')
    if (this.#quiet.has(schema)) return false
    if (trail.length >= MAX_DEPTH) return this.#fail('schema_too_deep')
    if (++this.#visits > MAX_SCHEMAS) return this.#fail('schema_too_large')
    if (usesUnsupported(schema, trail.length === 0)) return this.#fail('reference_unsupported')
    const place = { at, trail: [...trail, { schema, level: at.length }] }
    // Each of them is walked, also after one has found something.
    const hits = [
      this.#walkProperties(schema.properties, place),
      this.#walkPatterns(schema.patternProperties, place),
      ...innerSchemas(schema).map(([inner, below]) =>
        this.#walk(inner, { ...place, at: [...at, ...below] }),
      ),
      this.#noteNames(schema, place),
      Object.hasOwn(schema, '$ref') && this.#follow(schema.$ref, place),
    ]
    const isHit = hits.includes(true)
    if (!isHit) this.#quiet.add(schema)
    return isHit
  }

  #walkProperties(properties: unknown, place: Place): boolean {
    const members = entriesOf(properties)
    const names = members.map(([name]) => name)
    return members
      .map(([name, schema]) => this.#walkMember(name, schema, names, place))
      .includes(true)
  }

  #walkMember(name: string, schema: unknown, siblings: readonly string[], place: Place): boolean {
    if (this.#problem || ++this.#visits > MAX_SCHEMAS) return this.#fail('schema_too_large')
    const { at, trail } = place
    this.#declared.add(formatPointer([...at, name]))
    const value = this.#likenessOf(name, siblings)
    const kinds = this.#kindsOf(schema)
    if (value && (kinds.has('text') || (value === 'subject' && mayBeId(name, kinds))))
      return this.#record(value, name, schema, place)
    // Below a member called `*`, a pointer would mean every member, so that place cannot be named.
    const inside = [...at, name === EVERY ? '__proto__' : name]
    if (this.#walk(schema, { at: inside, trail })) return true
    return value !== undefined && kinds.has('object') && this.#record(value, name, schema, place)
  }

  #walkPatterns(patterns: unknown, place: Place): boolean {
    return entriesOf(patterns)
      .map(([pattern, schema]) => this.#walkPattern(pattern, schema, place))
      .includes(true)
  }

  #walkPattern(pattern: string, schema: unknown, place: Place): boolean {
    const names = literalNames(pattern)
    if (names)
      return names.map((name) => this.#walkMember(name, schema, names, place)).includes(true)
    if (
      this.#kindsOf(schema).has('text') &&
      namesWithin(pattern).some((name) => this.#likenessOf(name, []))
    )
      return this.#fail('parameter_unnameable')
    return this.#walk(schema, { ...place, at: [...place.at, EVERY] })
  }

  /** Notes the names that a schema requires or allows without declaring them. */
  #noteNames(schema: UnknownObject, place: Place): boolean {
    const declared = entriesOf(schema.properties).map(([name]) => name)
    const names = [...stringsOf(schema.required), ...allowedNames(schema)].filter(
      (name) => !declared.includes(name) && this.#likenessOf(name, declared),
    )
    this.#named.push(...names.map((name) => ({ name, place })))
    return names.length > 0
  }

  #follow(reference: unknown, place: Place): boolean {
    const target = resolveReference(this.#root, reference)
    if (!target.ok) return this.#fail(target.refusal)
    const before = place.trail.findLast((step) => step.schema === target.value)
    if (!before || !isObject(target.value)) return this.#walk(target.value, place)
    if (before.level === place.at.length) return this.#fail('reference_cyclic')
    this.#recursive.add(target.value)
    return false
  }

  /**
   * A name that no schema declares is a parameter all the same: the server asks for it or takes it.
   */
  #recordUndeclared(): void {
    for (const { name, place } of this.#named) {
      const value = this.#likenessOf(name, [])
      if (value && !this.#declared.has(formatPointer([...place.at, name])))
        this.#record(value, name, true, place)
    }
  }

  #record(value: Likeness, name: string, schema: unknown, { at, trail }: Place): true {
    if (!at.every((segment) => segment === EVERY || isNameable(segment)) || !isNameable(name))
      this.#fail('parameter_unnameable')
    const xMcpHeader = headerOf(this.#root, schema)
    const pointer = formatPointer([...at, name])
    const parameter = { pointer, value, name, ...(xMcpHeader === undefined ? {} : { xMcpHeader }) }
    this.#found.push({ parameter, trail })
    return true
  }

  #likenessOf(name: string, siblings: readonly string[]): Likeness | undefined {
    if (!this.#likenesses.has(name)) this.#likenesses.set(name, likenessOf(name))
    const value = this.#likenesses.get(name)
    return value === 'subject' ? likenessOf(name, siblings) : value
  }

  /** The first problem is the one that is reported. */
  #fail(reason: ArgumentRefusal): false {
    this.#problem ??= reason
    return false
  }
}

/**
 * The schemas inside one, other than those of named members, each with the segments that lead to
 * it.
 */
function innerSchemas(
  schema: UnknownObject,
): readonly (readonly [inner: unknown, below: Segments])[] {
  const here = [
    ...SAME_PLACE.flatMap((keyword) => [schema[keyword]].flat()),
    // In `dependencies`, an array is a list of names.
    ...[...entriesOf(schema.dependentSchemas), ...entriesOf(schema.dependencies)]
      .map(([, inner]) => inner)
      .filter((inner) => !Array.isArray(inner)),
  ]
  // In `items`, an array has a schema for each element.
  const every = EVERY_PLACE.map((keyword) => schema[keyword]).filter(
    (inner) => !Array.isArray(inner),
  )
  return [
    ...here.map((inner) => [inner, []] as const),
    ...every.map((inner) => [inner, [EVERY]] as const),
    ...[schema.prefixItems, schema.items].flatMap((list) =>
      elementsOf(list).map((inner, index) => [inner, [`${index}`]] as const),
    ),
  ]
}

/**
 * The names that a schema for names spells out. Where no other members are allowed, they add
 * nothing.
 */
function allowedNames({ propertyNames, additionalProperties }: UnknownObject): readonly string[] {
  if (!isObject(propertyNames) || additionalProperties === false) return []
  return stringsOf([propertyNames.const, propertyNames.enum].flat())
}

/**
 * Ids may be numbers, and a choice among ids is still a choice of whom to be. A choice of school
 * subjects is not.
 */
function mayBeId(name: string, kinds: ReadonlySet<Kind>): boolean {
  return kinds.has('number') || (kinds.has('choice') && !/^sub(?:ject)?$/.test(plainName(name)))
}

/**
 * The `x-mcp-header` of a parameter. Servers may put it behind a reference too, though the protocol
 * forbids it.
 */
function headerOf(root: UnknownObject, schema: unknown): string | undefined {
  let here = schema
  for (let hops = 0; isObject(here) && hops < MAX_HEADER_HOPS; hops++) {
    if (typeof here['x-mcp-header'] === 'string') return here['x-mcp-header']
    const target = resolveReference(root, here.$ref)
    here = target.ok ? target.value : undefined
  }
  return undefined
}

/** A parameter may be declared several times. Later declarations add to earlier ones. */
function mergeByPointer(found: readonly Found[]): readonly DetectedParameter[] {
  const merged = new Map<string, DetectedParameter>()
  for (const { parameter } of found)
    merged.set(parameter.pointer, { ...merged.get(parameter.pointer), ...parameter })
  return [...merged.values()]
}

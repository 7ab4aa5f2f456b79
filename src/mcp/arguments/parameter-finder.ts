// Walks an input schema and finds the parameters that look like credentials or identities. One
// finder makes one walk. Each schema is judged once, whatever it holds: at a second place, only what
// was found in it is gone through again. So the work is linear in the document and in what is found.

import { granted, type Result } from '../../core/errors.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import type { StepBudget } from '../../core/steps.ts'
import {
  type FoundParameter,
  headerOf,
  lengthOf,
  mayBeMap,
  newSummary,
  type OwnParameter,
  type Summary,
  wordsIn,
} from './found-parameter.ts'
import { EVERY_MEMBER, innerSchemas } from './inner-schemas.ts'
import { type Kind, kindTeller } from './kinds.ts'
import { type LikenessTeller, likenessTeller } from './likeness-teller.ts'
import { mayCarry } from './name.ts'
import { kindOfName } from './name-kind.ts'
import { maySpellCredential } from './name-pattern.ts'
import { stepsOfName } from './name-words.ts'
import { namesIn } from './named.ts'
import { literalNames } from './pattern.ts'
import { below, type Place, rootPlace, segmentsOf } from './places.ts'
import { EVERY, formatPointer, isNameable, MAX_DEPTH, type Segments } from './pointer.ts'
import { type ArgumentRefusal, refuse } from './refusal.ts'
import { entriesOf, isPlain, type Resolve, resolver, sizeOf, usesUnsupported } from './schema.ts'

/** Parameters that are found in one tool. No tool that people wrote has so many credentials. */
const MAX_FOUND = 256

/** Characters of the names that lead to a parameter. */
const MAX_POINTER_CHARS = 1_024

/** Steps for each so many characters of text. */
const CHARS_OF_A_STEP = 32

/** Keywords that are looked at in one step. */
const KEYWORDS_OF_A_STEP = 8

/** Finds parameters in one document. */
export class ParameterFinder {
  readonly #root: UnknownObject
  readonly #budget: StepBudget
  readonly #resolve: Resolve
  readonly #kindsOf: (schema: unknown) => ReadonlySet<Kind>
  readonly #likeness: LikenessTeller
  readonly #summaries = new Map<UnknownObject, Summary>()
  readonly #plain = new Map<UnknownObject, boolean>()
  /** The schemas that the walk is in, each with the levels where it was entered. */
  readonly #open = new Map<UnknownObject, number[]>()
  /** Schemas that contain a reference to themselves. */
  readonly #recursive = new Set<UnknownObject>()
  /** By pointer: a parameter may be declared several times. Later declarations add to earlier ones. */
  readonly #found = new Map<string, FoundParameter>()
  readonly #named: { readonly name: string; readonly place: Place }[] = []
  readonly #isLeft: (place: Place) => boolean
  #problem: ArgumentRefusal | undefined

  /** @param isLeft Whether everything below a place is left to the model. Default: nothing is. */
  constructor(
    root: UnknownObject,
    budget: StepBudget,
    isLeft: (place: Place) => boolean = () => false,
  ) {
    this.#root = root
    this.#budget = budget
    this.#isLeft = isLeft
    this.#resolve = resolver(root, budget)
    this.#kindsOf = kindTeller(this.#resolve, budget)
    this.#likeness = likenessTeller(budget)
  }

  /** Walks the document. Call it once. */
  find(): Result<readonly FoundParameter[], ArgumentRefusal> {
    this.#walk(this.#root, rootPlace(), 0)
    for (const { name, place } of this.#named) {
      const value = this.#likeness.of(name)
      if (value && !place.declared.has(name))
        this.#record({ value, name, schema: true, siblings: [] }, place)
    }
    const names = this.#namesInRecursive()
    if (this.#budget.isSpent) this.#fail('schema_too_large')
    if (this.#problem) return refuse(this.#problem)
    return granted(
      [...this.#found.values()].map((one) =>
        names.has(one.name) ? { ...one, isRecursive: true } : one,
      ),
    )
  }

  /** The names of parameters in schemas that contain themselves. */
  #namesInRecursive(): ReadonlySet<string> {
    const names = new Set<string>()
    // The set grows while the loop reads it.
    const schemas = new Set([...this.#recursive])
    for (const schema of schemas) {
      const summary = this.#summaries.get(schema)
      if (!summary?.isHit) continue
      const { own, named, inner } = summary
      if (!this.#budget.take(own.length + named.length + inner.length)) break
      for (const { name } of [...own, ...named]) names.add(name)
      for (const one of inner) schemas.add(one.schema)
    }
    return names
  }

  /** @returns Whether something was found in the schema. The same is true of the methods below. */
  #walk(schema: unknown, place: Place, depth: number): boolean {
    if (this.#problem || typeof schema === 'boolean' || schema === undefined) return false
    if (!isObject(schema)) return this.#fail('schema_malformed')
    if (this.#isPlain(schema)) return false
    const known = this.#summaries.get(schema)
    if (known && (lengthOf(known) === 0 || place.visited.has(schema))) return known.isHit
    if (depth >= MAX_DEPTH) return this.#fail('schema_too_deep')
    place.visited.add(schema)
    return known ? this.#repeat(known, place, depth) : this.#judge(schema, place, depth)
  }

  /** Whether a schema holds nothing. A step, whatever the answer. */
  #isPlain(schema: UnknownObject): boolean {
    const known = this.#plain.get(schema)
    const plain = known ?? isPlain(schema)
    if (known === undefined) this.#plain.set(schema, plain)
    const steps = known === undefined ? 1 + Object.keys(schema).length / KEYWORDS_OF_A_STEP : 1
    return this.#budget.take(steps) ? plain : !this.#fail('schema_too_large')
  }

  /** Judges a schema, for the first place where it stands. */
  #judge(schema: UnknownObject, place: Place, depth: number): boolean {
    if (!this.#budget.take(sizeOf(schema))) return this.#fail('schema_too_large')
    if (usesUnsupported(schema, depth === 0)) return this.#fail('reference_unsupported')
    const levels = this.#open.get(schema) ?? []
    this.#open.set(schema, levels)
    levels.push(place.level)
    const summary = newSummary()
    this.#walkMembers(entriesOf(schema.properties), summary, place, depth)
    this.#walkPatterns(schema.patternProperties, summary, place, depth)
    for (const [inner, segments] of innerSchemas(schema))
      this.#walkInner(inner, segments, summary, place, depth)
    this.#noteNames(schema, summary, place)
    if (Object.hasOwn(schema, '$ref')) this.#follow(schema.$ref, summary, place, depth)
    levels.pop()
    this.#summaries.set(schema, summary)
    return summary.isHit
  }

  /** Goes through what was found in a schema, for another place where it stands. */
  #repeat(summary: Summary, place: Place, depth: number): boolean {
    const { own, inner, declared, named, recursive } = summary
    if (!this.#budget.take(lengthOf(summary))) return this.#fail('schema_too_large')
    for (const schema of recursive) this.#noteRecursion(schema, place)
    for (const name of declared) place.declared.add(name)
    for (const parameter of own) this.#record(parameter, place)
    for (const one of inner) this.#walk(one.schema, below(place, one.below), depth + 1)
    for (const one of named) this.#named.push({ name: one.name, place: below(place, one.below) })
    return summary.isHit
  }

  /** Walks a schema inside one, and notes it there when it is not quiet. */
  #walkInner(
    schema: unknown,
    segments: Segments,
    summary: Summary,
    place: Place,
    depth: number,
  ): boolean {
    // Most schemas are plain. They need no place.
    if (isObject(schema) && this.#isPlain(schema)) return false
    const isHit = this.#walk(schema, below(place, segments), depth + 1)
    if (isHit) summary.isHit = true
    const known = isObject(schema) ? this.#summaries.get(schema) : undefined
    if (isObject(schema) && known && lengthOf(known) > 0)
      summary.inner.push({ schema, below: segments })
    return isHit
  }

  #walkMembers(
    members: readonly (readonly [name: string, schema: unknown])[],
    summary: Summary,
    place: Place,
    depth: number,
  ): void {
    const siblings = members.map(([name]) => name)
    const likenessHere = this.#likeness.beside(siblings)
    for (const [name, schema] of members) {
      if (!this.#budget.take(1)) this.#fail('schema_too_large')
      if (this.#problem) return
      const value = likenessHere(name)
      if (value) {
        summary.declared.push(name)
        place.declared.add(name)
      }
      const kinds = value ? this.#kindsOf(schema) : undefined
      const parameter = value && { value, name, schema, siblings }
      if (parameter && kinds && mayCarry(value, name, kinds)) {
        this.#own(parameter, summary, place)
        continue
      }
      // Below a member called `*`, a pointer would mean every member, so that place cannot be named.
      const segment = name === EVERY ? '__proto__' : name
      const isHit = this.#walkInner(schema, [segment], summary, place, depth)
      if (parameter && kinds?.has('object') && !isHit && mayBeMap(name, schema))
        this.#own(parameter, summary, place)
    }
  }

  #walkPatterns(patterns: unknown, summary: Summary, place: Place, depth: number): void {
    for (const [pattern, schema] of entriesOf(patterns)) {
      if (!this.#budget.take(1 + pattern.length / CHARS_OF_A_STEP)) this.#fail('schema_too_large')
      if (this.#problem) return
      const names = literalNames(pattern)
      if (names) {
        this.#walkMembers(
          names.map((name) => [name, schema]),
          summary,
          place,
          depth,
        )
        continue
      }
      const isOpen = !this.#isLeft(place) && this.#kindsOf(schema).has('text')
      if (isOpen && maySpellCredential(pattern, this.#budget)) this.#fail('parameter_unnameable')
      this.#walkInner(schema, EVERY_MEMBER, summary, place, depth)
    }
  }

  /** Notes the names that a schema requires or allows without declaring them. */
  #noteNames(schema: UnknownObject, summary: Summary, place: Place): void {
    const names = namesIn(schema, this.#resolve, this.#budget)
    if (!names.ok) return void this.#fail(names.refusal)
    const likenessHere = this.#likeness.beside(entriesOf(schema.properties).map(([name]) => name))
    for (const one of names.value) {
      // What is inside a credential is a part of it.
      if (!likenessHere(one.name) || one.below.some((name) => this.#likeness.of(name))) continue
      summary.named.push(one)
      if (one.below.length === 0) summary.isHit = true
      this.#named.push({ name: one.name, place: below(place, one.below) })
    }
  }

  #follow(reference: unknown, summary: Summary, place: Place, depth: number): void {
    const target = this.#resolve(reference)
    if (!target.ok) return void this.#fail(target.refusal)
    const level = isObject(target.value) ? this.#open.get(target.value)?.at(-1) : undefined
    if (level === undefined || !isObject(target.value))
      this.#walkInner(target.value, [], summary, place, depth)
    else if (level === place.level) this.#fail('reference_cyclic')
    else {
      summary.recursive.push(target.value)
      this.#noteRecursion(target.value, place)
    }
  }

  /** What is below a place that is left to the model may be at any number of places. */
  #noteRecursion(schema: UnknownObject, place: Place): void {
    if (!this.#isLeft(place)) this.#recursive.add(schema)
  }

  #own(parameter: OwnParameter, summary: Summary, place: Place): void {
    summary.own.push(parameter)
    summary.isHit = true
    this.#record(parameter, place)
  }

  #record({ value, name, schema, siblings }: OwnParameter, place: Place): void {
    if (this.#isLeft(below(place, [name]))) return
    // A vague name is an identity only where nearly all tools have it, at the top.
    if (place.level > 1 && this.#budget.take(stepsOfName(name)) && kindOfName(name) === 'vague')
      return
    const chars = place.chars + name.length
    if (chars > MAX_POINTER_CHARS || !this.#budget.take(1 + chars / CHARS_OF_A_STEP))
      return void this.#fail('schema_too_large')
    if (!place.isNameable || !isNameable(name)) this.#fail('parameter_unnameable')
    const xMcpHeader = headerOf(schema, this.#resolve)
    const pointer = formatPointer([...segmentsOf(place), name])
    const known = this.#found.get(pointer)
    const description = wordsIn(schema)
    this.#budget.take(description.length / CHARS_OF_A_STEP)
    this.#found.set(pointer, {
      ...known,
      ...{ pointer, value, name, isRecursive: false },
      siblings: siblings.length > 0 ? siblings : (known?.siblings ?? []),
      description: description || (known?.description ?? ''),
      ...(xMcpHeader === undefined ? {} : { xMcpHeader }),
    })
    if (this.#found.size > MAX_FOUND) this.#fail('schema_too_large')
  }

  /** The first problem is the one that is reported. */
  #fail(reason: ArgumentRefusal): false {
    this.#problem ??= reason
    return false
  }
}

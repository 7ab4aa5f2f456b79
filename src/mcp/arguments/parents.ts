// Decides whether we may make the objects above a hidden parameter when the model leaves them out.
// We may if an object is required, or if it only holds hidden parameters. We may not if it would
// lack a value that only the model can give. In doubt we may not.

import { isObject, type UnknownObject } from '../../core/json.ts'
import type { StepBudget } from '../../core/steps.ts'
import { type HiddenTree, under } from './hidden-tree.ts'
import { type Kind, kindTeller } from './kinds.ts'
import { EVERY, type Segments } from './pointer.ts'
import { elementsOf, entriesOf, type Resolve, resolver, sizeOf, stringsOf } from './schema.ts'

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

type Pointer = readonly [text: string, segments: Segments]

/**
 * Gives the pointers above which objects may be made. Parameters must have been hidden in the schema
 * before: that step refuses schemas that are cyclic or too large.
 *
 * @param tree All hidden parameters of the tool: every one of them will be filled in.
 */
export function madeParents(
  root: UnknownObject,
  pointers: readonly Pointer[],
  tree: HiddenTree,
  budget: StepBudget,
): ReadonlySet<string> {
  const judge = new ParentJudge(root, budget)
  judge.descend({ places: [root], hidden: tree, may: true, level: 0 }, pointers)
  return judge.made
}

/** An object on the way to some parameters. */
interface Parent {
  /** The schemas that may apply to it. */
  readonly places: readonly UnknownObject[]
  readonly hidden: HiddenTree
  /** Whether it may be made. */
  readonly may: boolean
  readonly level: number
}

/** Judges the objects of one tool, each once, from the arguments downwards. */
class ParentJudge {
  readonly made = new Set<string>()
  readonly #resolve: Resolve
  readonly #budget: StepBudget
  readonly #kindsOf: (schema: unknown) => ReadonlySet<Kind>
  /** What `suffices` has found, by schema and by what is hidden there. */
  readonly #sufficient = new Map<UnknownObject, Map<HiddenTree, boolean>>()

  constructor(root: UnknownObject, budget: StepBudget) {
    this.#resolve = resolver(root, budget)
    this.#budget = budget
    this.#kindsOf = kindTeller(this.#resolve, budget)
  }

  descend({ places, hidden, may, level }: Parent, pointers: readonly Pointer[]): void {
    const below = new Map<string, Pointer[]>()
    for (const pointer of pointers) {
      const [text, segments] = pointer
      const name = segments[level]
      if (name === undefined) continue
      if (level === segments.length - 1) {
        if (may) this.made.add(text)
      } else if (below.has(name)) below.get(name)?.push(pointer)
      else below.set(name, [pointer])
    }
    if (below.size === 0) return
    const demanded = new Set(
      this.#partsOf(places, false).flatMap(({ required }) => stringsOf(required)),
    )
    const children = this.#childrenOf(this.#partsOf(places, true), below)
    for (const [name, some] of below) {
      const inner = children.get(name) ?? []
      const inside = under(hidden, name)
      const kinds = inner.map(this.#kindsOf)
      // If the model must send the object, and cannot send null, then it left the object out by
      // mistake.
      const isDemanded = demanded.has(name) && !kinds.some((one) => one.has('null'))
      const makes = isDemanded || inner.some((place) => this.#suffices(place, inside))
      const isObjectThere = kinds.some((one) => one.has('object'))
      this.descend(
        {
          places: inner,
          hidden: inside,
          // We never make arrays and their elements, so only the objects below the last array count.
          may: name === EVERY || (may && makes && isObjectThere),
          level: level + 1,
        },
        some,
      )
    }
  }

  /**
   * Gives the schemas and all others that apply to the same place, each once. With `alternatives`,
   * also those that may apply.
   */
  #partsOf(schemas: readonly unknown[], alternatives: boolean): readonly UnknownObject[] {
    const parts = new Set<UnknownObject>()
    const queue = [...schemas]
    for (const schema of queue) {
      if (!isObject(schema) || parts.has(schema)) continue
      if (!this.#budget.take(sizeOf(schema))) break
      parts.add(schema)
      const target = Object.hasOwn(schema, '$ref') ? this.#resolve(schema.$ref) : undefined
      if (target?.ok) queue.push(target.value)
      for (const one of elementsOf(schema.allOf)) queue.push(one)
      if (!alternatives) continue
      for (const choices of [schema.anyOf, schema.oneOf])
        for (const one of elementsOf(choices)) queue.push(one)
      queue.push(schema.then, schema.else)
    }
    return [...parts]
  }

  /** The schemas of the members with these names. */
  #childrenOf(
    parts: readonly UnknownObject[],
    names: ReadonlyMap<string, unknown>,
  ): ReadonlyMap<string, readonly UnknownObject[]> {
    const children = new Map<string, UnknownObject[]>([...names.keys()].map((name) => [name, []]))
    for (const part of parts) {
      for (const [name, one] of entriesOf(part.properties))
        if (name !== EVERY && isObject(one)) children.get(name)?.push(one)
      for (const one of everyChildOf(part)) children.get(EVERY)?.push(one)
    }
    return children
  }

  /** Whether the schema accepts an object that has only hidden parameters in it. */
  #suffices(schema: unknown, hidden: HiddenTree): boolean {
    if (schema === true) return true
    if (!isObject(schema) || !this.#budget.take(1)) return false
    const known = this.#sufficient.get(schema) ?? new Map<HiddenTree, boolean>()
    this.#sufficient.set(schema, known)
    const hit = known.get(hidden)
    if (hit !== undefined) return hit
    // A circle of references would demand itself. It has been refused before.
    known.set(hidden, false)
    const suffices = this.#judge(schema, hidden)
    known.set(hidden, suffices)
    return suffices
  }

  #judge(schema: UnknownObject, hidden: HiddenTree): boolean {
    if (!this.#budget.take(sizeOf(schema))) return false
    if (UNCLEAR.some((keyword) => Object.hasOwn(schema, keyword))) return false
    if (schema.type !== undefined && ![schema.type].flat().includes('object')) return false
    const filled = [...hidden.members.values()].filter(({ ends }) => ends.length > 0).length
    if (
      !stringsOf(schema.required).every((name) => this.#fills(schema, name, hidden)) ||
      (typeof schema.minProperties === 'number' && schema.minProperties > filled)
    )
      return false
    const inner = (one: unknown): boolean => this.#suffices(one, hidden)
    if (Object.hasOwn(schema, '$ref')) {
      const target = this.#resolve(schema.$ref)
      if (!target.ok || !inner(target.value)) return false
    }
    return (
      elementsOf(schema.allOf).every(inner) &&
      [schema.anyOf, schema.oneOf].every(
        (choices) => !Array.isArray(choices) || choices.some(inner),
      )
    )
  }

  /** Whether a required member will be there because of what is hidden. */
  #fills(schema: UnknownObject, name: string, hidden: HiddenTree): boolean {
    const below = hidden.members.get(name)
    if (!below) return false
    if (below.ends.length > 0) return true
    const { properties } = schema
    const children =
      name === EVERY
        ? everyChildOf(schema)
        : isObject(properties) && Object.hasOwn(properties, name)
          ? [properties[name]].filter(isObject)
          : []
    return isMade(below) && children.some((child) => this.#suffices(child, below))
  }
}

function everyChildOf(schema: UnknownObject): readonly UnknownObject[] {
  return [schema.items, schema.additionalProperties, ...elementsOf(schema.prefixItems)].filter(
    isObject,
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

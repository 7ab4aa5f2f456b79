// Takes hidden parameters out of a schema: it rewrites what can be reached from the root. It
// changes nothing in place. How each keyword is rewritten is `keywords.ts`.

import { isObject, type UnknownObject } from '../../core/json.ts'
import type { StepBudget } from '../../core/steps.ts'
import { type HiddenTree, isBare, NOTHING, under } from './hidden-tree.ts'
import { KEYWORD_RULES, type Place } from './keywords.ts'
import { MAX_DEPTH } from './pointer.ts'
import type { ArgumentRefusal } from './refusal.ts'
import { mapEntries, withDemands } from './rewrite.ts'
import { type Resolve, sizeOf, usesUnsupported } from './schema.ts'

/**
 * A reference that was replaced by a copy of its target, on the way to where the rewriting is now.
 */
interface Expansion {
  readonly reference: string
  readonly tree: HiddenTree
}

/** Where the rewriting is. */
interface Position {
  readonly tree: HiddenTree
  readonly depth: number
  readonly trail: readonly Expansion[]
}

/** A schema that was rewritten, and how many parameters that took out. */
interface Rewritten {
  readonly schema: unknown
  readonly removed: number
}

/** What a rewriting works with. */
export interface HiderOptions {
  readonly root: UnknownObject
  /** References that are replaced by their targets although nothing is hidden there. */
  readonly inline: ReadonlySet<string>
  readonly resolve: Resolve
  readonly budget: StepBudget
}

/**
 * Keywords beside a reference that say something about the parameter but demand nothing of its
 * value.
 */
const ANNOTATIONS =
  /^(?:title|description|default|examples|deprecated|readOnly|writeOnly|\$comment|x-.*)$/

/** Keywords that belong to a document or its shared parts, not to the place where a copy is put. */
const OF_DOCUMENT = /^(?:\$defs|definitions|\$id|\$schema|\$anchor)$/

/**
 * A rewriting of one document.
 *
 * Hidden parameters count as present, because they always are when the server looks. What is
 * demanded of the model because of them stays demanded. What demands them is fulfilled.
 */
export class SchemaHider {
  readonly #root: UnknownObject
  readonly #inline: ReadonlySet<string>
  readonly #resolve: Resolve
  readonly #budget: StepBudget
  readonly #found = new Set<string>()
  readonly #removed = { count: 0 }
  /**
   * What was rewritten, by schema and by what is hidden there. A shared part is rewritten once for
   * all places where the same things are hidden in it.
   */
  readonly #known = [new Map<UnknownObject, Map<HiddenTree, Rewritten>>(), new Map()] as const
  #problem: ArgumentRefusal | undefined

  constructor({ root, inline, resolve, budget }: HiderOptions) {
    this.#root = root
    this.#inline = inline
    this.#resolve = resolve
    this.#budget = budget
  }

  /** Pointers of the tree that the document declares, so far. */
  get found(): ReadonlySet<string> {
    return this.#found
  }

  /** Why the schema cannot be rewritten; what `rewrite` gave is then of no use. */
  get problem(): ArgumentRefusal | undefined {
    return this.#problem
  }

  /**
   * Rewrites a schema that stands at the place of the tree.
   *
   * @returns The same object when nothing in it is hidden.
   */
  rewrite(schema: unknown, tree: HiddenTree): unknown {
    return this.#rewrite(schema, { tree, depth: schema === this.#root ? 0 : 1, trail: [] })
  }

  #rewrite(schema: unknown, position: Position): unknown {
    if (!isObject(schema) || this.#problem || this.#isUntouched(position)) return schema
    const known = this.#knownAt(position).get(schema) ?? new Map<HiddenTree, Rewritten>()
    this.#knownAt(position).set(schema, known)
    const tree = isBare(position.tree) ? NOTHING : position.tree
    const before = this.#removed.count
    const rewritten = known.get(tree)
    if (rewritten) {
      this.#take(1)
      this.#removed.count += rewritten.removed
      return rewritten.schema
    }
    if (!this.#admits(schema, position)) return schema
    const next = this.#rewriteKeywords(schema, position)
    known.set(tree, { schema: next, removed: this.#removed.count - before })
    return next
  }

  #rewriteKeywords(schema: UnknownObject, position: Position): unknown {
    const place = this.#placeAt(position)
    const rewritten = mapEntries(schema, (key, value) => {
      const rule = KEYWORD_RULES.get(key)
      return rule ? rule(value, place) : value
    })
    return isObject(rewritten)
      ? this.#follow(withDemands(rewritten, place.required, place.alsoHold), position)
      : rewritten
  }

  /** Shared parts stay in some schemas and not in others, so those are remembered apart. */
  #knownAt(position: Position): Map<UnknownObject, Map<HiddenTree, Rewritten>> {
    return this.#known[dropsShared(position) ? 1 : 0]
  }

  #take(steps: number): boolean {
    if (!this.#budget.take(steps)) this.#fail('schema_too_large')
    return this.#problem === undefined
  }

  #isUntouched({ tree }: Position): boolean {
    return isBare(tree) && this.#inline.size === 0
  }

  /**
   * Whether a schema is one that can be rewritten: not too deep, not one too many, and with known
   * references.
   */
  #admits(schema: UnknownObject, { depth }: Position): boolean {
    if (depth > MAX_DEPTH) this.#fail('schema_too_deep')
    this.#take(sizeOf(schema) + Object.keys(schema).length / KEYWORDS_OF_A_STEP)
    if (usesUnsupported(schema, depth === 0)) this.#fail('reference_unsupported')
    return this.#problem === undefined
  }

  #placeAt(position: Position): Place {
    const { tree, depth, trail } = position
    return {
      tree,
      dropsShared: dropsShared(position),
      take: (steps) => this.#take(steps),
      go: (schema, below) => this.#rewrite(schema, { tree: below, depth: depth + 1, trail }),
      drop: (name) => {
        const { ends } = under(tree, name)
        for (const pointer of ends) this.#found.add(pointer)
        return ends.length > 0
      },
      removed: this.#removed,
      required: [],
      alsoHold: [],
    }
  }

  /**
   * Keeps a reference, or puts a copy of its target in its place when something is hidden there.
   */
  #follow(schema: UnknownObject, { tree, depth, trail }: Position): unknown {
    if (!Object.hasOwn(schema, '$ref')) return schema
    const reference = schema.$ref
    if (typeof reference !== 'string') return this.#fail('schema_malformed', schema)
    const isInlined = this.#inline.has(reference)
    if (isBare(tree) && !isInlined) return schema
    const target = this.#resolve(reference)
    if (!target.ok) return this.#fail(target.refusal, schema)
    if (isOnTrail(trail, reference, tree))
      return this.#fail(isBare(tree) ? 'reference_recursive' : 'reference_cyclic', schema)
    const copy = this.#rewrite(target.value, {
      tree,
      depth: depth + 1,
      trail: [...trail, { reference, tree }],
    })
    return copy === target.value && !isInlined ? schema : replaceReference(schema, copy)
  }

  #fail<T>(reason: ArgumentRefusal, schema?: T): T | undefined {
    this.#problem ??= reason
    return schema
  }
}

/** Keywords that are looked at in one step. */
const KEYWORDS_OF_A_STEP = 8

function dropsShared({ tree, depth, trail }: Position): boolean {
  return depth === 0 || trail.length > 0 || !isBare(tree)
}

/** Whether the reference is being expanded already, with the same things hidden below it. */
function isOnTrail(trail: readonly Expansion[], reference: string, tree: HiddenTree): boolean {
  return trail.some(
    (expansion) =>
      expansion.reference === reference &&
      (expansion.tree === tree || (isBare(tree) && isBare(expansion.tree))),
  )
}

/** The schema with a copy where its reference was, and with the keywords that stood beside it. */
function replaceReference(schema: UnknownObject, copy: unknown): unknown {
  const beside = Object.entries(schema).filter(([key]) => key !== '$ref')
  if (!isObject(copy))
    return beside.length === 0 ? copy : withDemands(Object.fromEntries(beside), [], [copy])
  const own = Object.entries(copy).filter(([key]) => !OF_DOCUMENT.test(key))
  return beside.every(([key]) => ANNOTATIONS.test(key))
    ? Object.fromEntries([...own, ...beside])
    : withDemands(Object.fromEntries(beside), [], [Object.fromEntries(own)])
}

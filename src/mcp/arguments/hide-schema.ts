// Hides parameters in a whole input schema. It keeps the shared parts (`$defs`) that the result
// still refers to, and drops the others. It does not decide which parameters are hidden.

import { granted, type Result } from '../../core/errors.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import type { StepBudget } from '../../core/steps.ts'
import { type HiddenTree, NOTHING, treeOf } from './hidden-tree.ts'
import { SchemaHider } from './hide.ts'
import { MAX_DEPTH, type Segments } from './pointer.ts'
import { type ArgumentRefusal, refuse } from './refusal.ts'
import { type Resolve, referenceSegments, resolver, sizeOf, subschemas } from './schema.ts'
import { charsOf } from './size.ts'

/** A schema without its hidden parameters. */
export interface HiddenSchema {
  readonly schema: UnknownObject
  /** Those of the given pointers that the schema declares. */
  readonly found: ReadonlySet<string>
}

/**
 * Each round finds references whose targets the round before has changed. No schema that a person
 * wrote needs this many rounds.
 */
const MAX_ROUNDS = 32

/**
 * Characters that a schema may have more than twice its own, once copies stand where its references
 * were. References to references may ask for any number of copies.
 */
const MAX_MORE_CHARS = 8_192
/** Characters that are written in one step. */
const CHARS_OF_A_STEP = 256

/** A document on the way, and what the work may cost. */
interface Work {
  readonly root: UnknownObject
  readonly resolve: Resolve
  readonly budget: StepBudget
}

/**
 * Hides the parameters that the pointers name. A pointer to something that the schema does not
 * declare changes nothing.
 */
export function hideInSchema(
  root: UnknownObject,
  pointers: readonly (readonly [text: string, segments: Segments])[],
  budget: StepBudget,
): Result<HiddenSchema, ArgumentRefusal> {
  const work = { root, resolve: resolver(root, budget), budget }
  const hidden = hideThere(work, pointers)
  if (budget.isSpent) return refuse('schema_too_large')
  if (!hidden.ok || hidden.value.schema === root) return hidden
  const most = 2 * charsOf(root, budget) + MAX_MORE_CHARS
  const chars = charsOf(hidden.value.schema, budget)
  const isWritten = chars <= most && budget.take(chars / CHARS_OF_A_STEP)
  return isWritten ? hidden : refuse('schema_too_large')
}

function hideThere(
  work: Work,
  pointers: readonly (readonly [text: string, segments: Segments])[],
): Result<HiddenSchema, ArgumentRefusal> {
  const all = hideAll(work, treeOf(pointers), namesOf(pointers))
  if (!all.ok || all.value.found.size === pointers.length) return all
  // Hidden parameters count as present, so we try again without those that the schema does not
  // have.
  const there = pointers.filter(([text]) => all.value.found.has(text))
  return there.length === 0
    ? granted({ schema: work.root, found: new Set() })
    : hideAll(work, treeOf(there), namesOf(there))
}

function namesOf(pointers: readonly (readonly [string, Segments])[]): ReadonlySet<string> {
  return new Set(pointers.flatMap(([, segments]) => segments.slice(-1)))
}

function hideAll(
  work: Work,
  tree: HiddenTree,
  names: ReadonlySet<string>,
): Result<HiddenSchema, ArgumentRefusal> {
  const inline = new Set<string>()
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const hidden = hideOnce(work, tree, names, inline)
    if (!hidden.ok || hidden.value.broken.size === 0) return hidden
    for (const reference of hidden.value.broken) inline.add(reference)
  }
  return refuse('schema_too_large')
}

interface Attempt extends HiddenSchema {
  /** References that now lead to something else, or that have a hidden name in their text. */
  readonly broken: ReadonlySet<string>
}

function hideOnce(
  work: Work,
  tree: HiddenTree,
  names: ReadonlySet<string>,
  inline: ReadonlySet<string>,
): Result<Attempt, ArgumentRefusal> {
  const { root, resolve, budget } = work
  const hider = new SchemaHider({ ...work, inline })
  const base = hider.rewrite(root, tree)
  if (hider.problem || !isObject(base)) return refuse(hider.problem ?? 'schema_malformed')
  const shared = new Map<string, Map<string, unknown>>()
  const broken = new Set<string>()
  const elsewhere = new Set<string>()

  /**
   * Copies a shared part into the result, once.
   *
   * @returns The part when it is new, so that its own references are followed too.
   */
  const share = (reference: string): Result<unknown, ArgumentRefusal> => {
    const [container = '', name = '', ...more] = referenceSegments(reference)
    if (more.length > 0 || !/^(?:\$defs|definitions)$/.test(container)) {
      elsewhere.add(reference)
      return granted(undefined)
    }
    const parts = shared.get(container) ?? new Map<string, unknown>()
    shared.set(container, parts)
    if (parts.has(name)) return granted(undefined)
    const target = resolve(reference)
    if (!target.ok) return target
    const part = hider.rewrite(target.value, NOTHING)
    parts.set(name, part)
    return granted(part)
  }

  const problem = visitReferences(base, budget, (reference) => {
    if (referenceSegments(reference).some((segment) => names.has(segment))) broken.add(reference)
    return share(reference)
  })
  if (problem ?? hider.problem) return refuse(problem ?? hider.problem ?? 'schema_malformed')
  const schema = withShared(base, root, shared)
  const resolveAfter = resolver(schema, budget)
  for (const reference of elsewhere) {
    const [before, after] = [resolve(reference), resolveAfter(reference)]
    if (!before.ok) return before
    if (!after.ok || after.value !== before.value) broken.add(reference)
  }
  return granted({ schema, found: hider.found, broken })
}

/**
 * Calls the visitor with every reference that can be reached, and goes on with the schema that it
 * returns. The work is linear. There is no recursion, so a deep schema cannot overflow the stack.
 */
function visitReferences(
  start: UnknownObject,
  budget: StepBudget,
  visit: (reference: string) => Result<unknown, ArgumentRefusal>,
): ArgumentRefusal | undefined {
  const queue: (readonly [UnknownObject, number])[] = [[start, 0]]
  const seen = new Set<UnknownObject>()
  for (let next = queue.pop(); next; next = queue.pop()) {
    const [schema, depth] = next
    if (seen.has(schema)) continue
    seen.add(schema)
    if (depth > MAX_DEPTH) return 'schema_too_deep'
    if (!budget.take(sizeOf(schema))) return 'schema_too_large'
    for (const [, inner] of subschemas(schema)) queue.push([inner, depth + 1])
    if (!Object.hasOwn(schema, '$ref')) continue
    if (typeof schema.$ref !== 'string') return 'schema_malformed'
    const part = visit(schema.$ref)
    if (!part.ok) return part.refusal
    if (isObject(part.value)) queue.push([part.value, 0])
  }
  return undefined
}

/** Adds the shared parts that are still referred to, in the order in which the server has them. */
function withShared(
  base: UnknownObject,
  root: UnknownObject,
  shared: ReadonlyMap<string, ReadonlyMap<string, unknown>>,
): UnknownObject {
  const containers = Object.entries(root).flatMap(([container, parts]) => {
    const kept = shared.get(container)
    if (!kept || !isObject(parts)) return []
    return [
      [
        container,
        Object.fromEntries(
          Object.keys(parts).flatMap((name) => (kept.has(name) ? [[name, kept.get(name)]] : [])),
        ),
      ],
    ]
  })
  return { ...base, ...Object.fromEntries(containers) }
}

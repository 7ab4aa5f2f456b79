// Takes hidden parameters out of a schema: one rewriting of what is reachable from its root. It shares what it does not change with its
// input, and changes nothing in place.

import { isObject, type UnknownObject } from '../../core/json.ts'
import { type HiddenTree, hides, isBare, NOTHING, under, underEvery } from './hidden-tree.ts'
import { literalNames, patternOf } from './pattern.ts'
import { DEEPEST } from './pointer.ts'
import type { ArgumentRefusal } from './refusal.ts'
import { entriesOf, MOST_SCHEMAS, resolveReference, stringsOf, usesUnsupported } from './schema.ts'
import { withoutHidden } from './value.ts'

/** A rewriting of one document. */
export interface Hiding {
  /** Rewrites a schema that stands at the place of the tree; the same object when nothing in it is hidden. */
  rewrite(schema: unknown, tree: HiddenTree): unknown
  /** Pointers of the tree that the document declares, so far. */
  readonly found: ReadonlySet<string>
  readonly problem: ArgumentRefusal | undefined
}

interface Expansion {
  readonly reference: string
  readonly tree: HiddenTree
}

/** Keywords beside a reference that say something about the parameter but demand nothing of its value. */
const NOTES =
  /^(?:title|description|default|examples|deprecated|readOnly|writeOnly|\$comment|x-.*)$/

/** Keywords that belong to a document or its shared parts, not to the place where a reference puts a copy. */
const OF_DOCUMENT = /^(?:\$defs|definitions|\$id|\$schema|\$anchor)$/

const GONE = Symbol('gone')

/**
 * Prepares a rewriting. Hidden parameters count as present, because they always are when the server looks: what is demanded of the model
 * because of them stays demanded, what demands them is fulfilled.
 *
 * @param inline References to be replaced by what they lead to, although nothing is hidden there.
 */
export function hiding(root: UnknownObject, inline: ReadonlySet<string>): Hiding {
  const found = new Set<string>()
  let problem: ArgumentRefusal | undefined
  let visits = 0
  let dropped = 0

  const fail = (reason: ArgumentRefusal): void => {
    problem ??= reason
  }

  /** Whether a name is hidden here; if so, its pointers are found. */
  const drop = (tree: HiddenTree, name: string): boolean => {
    const { ends } = under(tree, name)
    for (const pointer of ends) found.add(pointer)
    return ends.length > 0
  }

  const properties = (
    value: unknown,
    tree: HiddenTree,
    go: (schema: unknown, tree: HiddenTree) => unknown,
  ): unknown =>
    mapEntries(value, (name, one) => {
      if (!drop(tree, name)) return go(one, under(tree, name))
      dropped++
      return GONE
    })

  const patterns = (
    value: unknown,
    tree: HiddenTree,
    go: (schema: unknown, tree: HiddenTree) => unknown,
  ): unknown => {
    if (!isObject(value)) return value
    const next = Object.entries(value).flatMap(([pattern, one]): (readonly [string, unknown])[] => {
      const names = literalNames(pattern)
      if (!names) return [[pattern, go(one, underEvery(tree))]]
      const open = names.filter((name) => !drop(tree, name))
      dropped += names.length - open.length
      const plain = open.filter((name) => isBare(under(tree, name)))
      const rest = plain.length === names.length ? pattern : patternOf(plain)
      return [
        ...(plain.length === 0 ? [] : [[rest, go(one, NOTHING)] as const]),
        ...open
          .filter((name) => !plain.includes(name))
          .map((name) => [patternOf([name]), go(one, under(tree, name))] as const),
      ]
    })
    const same =
      next.length === Object.keys(value).length &&
      next.every(([pattern, one]) => value[pattern] === one)
    return same ? value : Object.fromEntries(next)
  }

  /** What member names may be, without the hidden ones where they are spelled out. */
  const names = (schema: unknown, tree: HiddenTree): unknown => {
    if (!isObject(schema)) return schema
    if (typeof schema.const === 'string' && drop(tree, schema.const)) return false
    if (!Array.isArray(schema.enum)) return schema
    const open = schema.enum.filter((name) => typeof name !== 'string' || !drop(tree, name))
    return open.length === schema.enum.length
      ? schema
      : open.length === 0
        ? false
        : { ...schema, enum: open }
  }

  const rewrite = (
    schema: unknown,
    tree: HiddenTree,
    depth: number,
    trail: readonly Expansion[],
  ): unknown => {
    if (!isObject(schema) || problem || (isBare(tree) && inline.size === 0)) return schema
    if (depth > DEEPEST) fail('schema_too_deep')
    if (++visits > MOST_SCHEMAS) fail('schema_too_large')
    if (usesUnsupported(schema, depth === 0)) fail('reference_unsupported')
    if (problem) return schema
    const go = (one: unknown, below: HiddenTree): unknown => rewrite(one, below, depth + 1, trail)
    const required: string[] = []
    const also: unknown[] = []

    const keyword = (key: string, value: unknown): unknown => {
      switch (key) {
        case 'properties':
          return properties(value, tree, go)
        case 'patternProperties':
          return patterns(value, tree, go)
        case 'required': {
          if (!Array.isArray(value)) return value
          const open = value.filter((name) => typeof name !== 'string' || !drop(tree, name))
          return open.length === value.length ? value : open.length === 0 ? GONE : open
        }
        case 'dependentRequired':
        case 'dependentSchemas':
        case 'dependencies':
          return mapEntries(value, (name, one) => {
            const open = Array.isArray(one)
              ? one.filter((other) => typeof other !== 'string' || !hides(tree, other))
              : go(one, tree)
            if (!hides(tree, name))
              return Array.isArray(open) && Array.isArray(one) && open.length === one.length
                ? one
                : open
            if (Array.isArray(open)) required.push(...stringsOf(open))
            else also.push(open)
            return GONE
          })
        case 'minProperties':
        case 'maxProperties': {
          const hidden = [...tree.members.values()].filter(({ ends }) => ends.length > 0).length
          if (typeof value !== 'number' || hidden === 0) return value
          return key === 'minProperties' && value <= hidden ? GONE : Math.max(0, value - hidden)
        }
        case 'propertyNames':
          return names(value, tree)
        case 'prefixItems':
        case 'items':
          return Array.isArray(value)
            ? mapArray(value, (one, i) => go(one, under(tree, `${i}`)))
            : go(value, underEvery(tree))
        case 'additionalItems':
        case 'contains':
        case 'unevaluatedItems':
        case 'additionalProperties':
        case 'unevaluatedProperties':
          return go(value, underEvery(tree))
        case 'allOf':
        case 'anyOf':
        case 'oneOf':
          return mapArray(value, (one) => go(one, tree))
        case 'if':
        case 'then':
        case 'else':
          return go(value, tree)
        case 'not': {
          // Without the hidden part, what must not be would be everything; the server still checks it.
          const before = dropped
          const next = go(value, tree)
          return dropped > before ? GONE : next
        }
        case 'const':
        case 'default':
          return withoutHidden(value, tree)
        case 'enum':
        case 'examples':
          return mapArray(value, (one) => withoutHidden(one, tree))
        case '$defs':
        case 'definitions':
          return depth === 0 || trail.length > 0 || !isBare(tree)
            ? GONE
            : mapEntries(value, (_, one) => go(one, NOTHING))
        default:
          return value
      }
    }

    const rewritten = mapEntries(schema, (key, value) =>
      key === '$ref' ? value : keyword(key, value),
    )
    return follow(
      isObject(rewritten) ? withDemands(rewritten, required, also) : rewritten,
      tree,
      depth,
      trail,
    )
  }

  /** Keeps a reference, or puts a copy of what it leads to in its place. */
  const follow = (
    schema: unknown,
    tree: HiddenTree,
    depth: number,
    trail: readonly Expansion[],
  ): unknown => {
    if (!isObject(schema) || !Object.hasOwn(schema, '$ref')) return schema
    const reference = schema.$ref
    if (typeof reference !== 'string') {
      fail('schema_malformed')
      return schema
    }
    const inlined = inline.has(reference)
    if (isBare(tree) && !inlined) return schema
    const target = resolveReference(root, schema.$ref)
    if (!target.ok) {
      fail(target.refusal)
      return schema
    }
    if (
      trail.some(
        (one) =>
          one.reference === reference && (one.tree === tree || (isBare(tree) && isBare(one.tree))),
      )
    ) {
      fail(isBare(tree) ? 'reference_recursive' : 'reference_cyclic')
      return schema
    }
    const copy = rewrite(target.value, tree, depth + 1, [...trail, { reference, tree }])
    if (copy === target.value && !inlined) return schema
    const beside = Object.entries(schema).filter(([key]) => key !== '$ref')
    if (!isObject(copy))
      return beside.length === 0 ? copy : withDemands(Object.fromEntries(beside), [], [copy])
    const own = Object.entries(copy).filter(([key]) => !OF_DOCUMENT.test(key))
    return beside.every(([key]) => NOTES.test(key))
      ? Object.fromEntries([...own, ...beside])
      : withDemands(Object.fromEntries(beside), [], [Object.fromEntries(own)])
  }

  return {
    rewrite: (schema, tree) => rewrite(schema, tree, schema === root ? 0 : 1, []),
    found,
    get problem(): ArgumentRefusal | undefined {
      return problem
    },
  }
}

/** The schema with more members required, and more schemas that hold of it. */
function withDemands(
  schema: UnknownObject,
  required: readonly string[],
  also: readonly unknown[],
): UnknownObject {
  if (required.length === 0 && also.length === 0) return schema
  const all = [...new Set([...stringsOf(schema.required), ...required])]
  const list = Array.isArray(schema.allOf) ? schema.allOf : []
  return {
    ...schema,
    ...(required.length === 0 ? {} : { required: all }),
    ...(also.length === 0 ? {} : { allOf: [...list, ...also] }),
  }
}

function mapArray(value: unknown, change: (one: unknown, i: number) => unknown): unknown {
  if (!Array.isArray(value)) return value
  const next = value.map(change)
  return next.every((one, i) => one === value[i]) ? value : next
}

/** Made by `fromEntries`, which defines members: an own `__proto__` stays one. */
function mapEntries(value: unknown, change: (key: string, one: unknown) => unknown): unknown {
  if (!isObject(value)) return value
  let changed = false
  const next = entriesOf(value).flatMap(([key, one]) => {
    const other = change(key, one)
    changed ||= other !== one
    return other === GONE ? [] : [[key, other] as const]
  })
  return changed ? Object.fromEntries(next) : value
}

// What is known of a parameter that looks like a credential or an identity, and of the schemas in
// which it was found.

import { isObject, type UnknownObject } from '../../core/json.ts'
import { isHeaderMap, type Likeness } from './name.ts'
import { wordsOf } from './name-words.ts'
import type { NamedPlace } from './named.ts'
import type { Segments } from './pointer.ts'
import type { Resolve } from './schema.ts'

/** A parameter that looks like a credential or an identity by its name. */
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

/** A parameter that was found, and what else its schema says of it. */
export interface FoundParameter extends DetectedParameter {
  /** The names that its schema declares beside it. */
  readonly siblings: readonly string[]
  /** What its schema says of it in words, as far as it is read. */
  readonly description: string
  /**
   * Whether a parameter of its name is inside a schema that contains itself: it may be at any
   * number of places.
   */
  readonly isRecursive: boolean
}

/** A parameter that a schema declares. */
export interface OwnParameter {
  readonly value: Likeness
  readonly name: string
  readonly schema: unknown
  readonly siblings: readonly string[]
}

/** What is remembered of a schema: what matters when it stands at another place, too. */
export interface Summary {
  readonly own: OwnParameter[]
  /** The schemas inside it that are not quiet. */
  readonly inner: { readonly schema: UnknownObject; readonly below: Segments }[]
  /** Names that it declares, of whatever kind, and that look like something. */
  readonly declared: string[]
  /** Names that it requires or allows, and does not declare itself. */
  readonly named: NamedPlace[]
  /** Schemas around it that it contains again. */
  readonly recursive: UnknownObject[]
  isHit: boolean
}

export function newSummary(): Summary {
  return { own: [], inner: [], declared: [], named: [], recursive: [], isHit: false }
}

/** How much there is in a summary. Where there is nothing, it does not matter where the schema is. */
export function lengthOf({ own, inner, declared, named, recursive }: Summary): number {
  return own.length + inner.length + declared.length + named.length + recursive.length
}

/** Characters of a description that are read. */
const MAX_WORDS_CHARS = 512

/** The words in which a schema describes a value, as far as they are read. */
export function wordsIn(schema: unknown): string {
  if (!isObject(schema)) return ''
  return [schema.title, schema.description]
    .filter((text) => typeof text === 'string')
    .map((text) => text.slice(0, MAX_WORDS_CHARS))
    .join('. ')
}

/**
 * Whether an object with this name can hold a credential. A map of headers can: it may have members
 * of any name.
 */
export function mayBeMap(name: string, schema: unknown): boolean {
  if (!isHeaderMap(wordsOf(name))) return true
  return isObject(schema) && schema.additionalProperties !== false && !isObject(schema.properties)
}

/** References that we follow to find an `x-mcp-header`. */
const MAX_HEADER_HOPS = 8

/**
 * The `x-mcp-header` of a parameter. Servers may put it behind a reference too, though the protocol
 * forbids it.
 */
export function headerOf(schema: unknown, resolve: Resolve): string | undefined {
  let here = schema
  for (let hops = 0; isObject(here) && hops < MAX_HEADER_HOPS; hops++) {
    if (typeof here['x-mcp-header'] === 'string') return here['x-mcp-header']
    const target = resolve(here.$ref)
    here = target.ok ? target.value : undefined
  }
  return undefined
}

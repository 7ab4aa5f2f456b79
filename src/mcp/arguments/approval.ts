// Pins a tool's definition: a hash over all that the model and the person judge it by, so that a
// change is seen (threat 3). Stores nothing.

import { granted, type Result } from '../../core/errors.ts'
import { type ArgumentRefusal, refuse } from './refusal.ts'
import type { ToolDefinition } from './strip.ts'

/** What is pinned. */
const PINNED = [
  'name',
  'title',
  'description',
  'inputSchema',
  'outputSchema',
  'annotations',
] as const

/**
 * Levels of a definition; schemas alternate between keywords and names, so it is twice what a
 * schema may have, and some.
 */
const MAX_DEFINITION_DEPTH = 256

/**
 * The hash of a tool's definition, as its server gave it: `sha256:` and 64 hex digits. Equal
 * however its members are ordered.
 */
export async function definitionHash(
  tool: ToolDefinition,
): Promise<Result<string, ArgumentRefusal>> {
  const pinned = Object.fromEntries(
    PINNED.flatMap((key) => (tool[key] === undefined ? [] : [[key, tool[key]]])),
  )
  const json = canonicalJson(pinned)
  if (!json.ok) return json
  const digest = new Uint8Array(
    await crypto.subtle.digest('SHA-256', new TextEncoder().encode(json.value)),
  )
  return granted(
    `sha256:${Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')}`,
  )
}

/** What a definition is, compared with the one that was approved. */
export type DefinitionVerdict =
  /** Never seen: to be pinned. */
  | 'new'
  | 'unchanged'
  /** Changed: the tool is hidden until a person approves of it. */
  | 'to-approve'
  /** Changed: the tool is gone. */
  | 'refused'

/** Compares a definition's hash with the pinned one. */
export function judgeDefinition(
  pinned: string | undefined,
  current: string,
  policy: 'refuse' | 'approve',
): DefinitionVerdict {
  if (pinned === undefined) return 'new'
  if (pinned === current) return 'unchanged'
  return policy === 'approve' ? 'to-approve' : 'refused'
}

/** JSON in one form: members sorted by UTF-16 code units, no white space (RFC 8785). */
export function canonicalJson(value: unknown): Result<string, ArgumentRefusal> {
  let tooDeep = false
  const write = (one: unknown, depth: number): string => {
    if (depth > MAX_DEFINITION_DEPTH) tooDeep = true
    if (tooDeep) return ''
    if (typeof one !== 'object' || one === null) return JSON.stringify(one) ?? 'null'
    if (Array.isArray(one)) return `[${one.map((element) => write(element, depth + 1)).join(',')}]`
    const members = Object.entries(one)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${write(member, depth + 1)}`).join(',')}}`
  }
  const json = write(value, 0)
  return tooDeep ? refuse('definition_too_deep') : granted(json)
}

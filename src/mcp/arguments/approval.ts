// Pins the definition of a tool. The pin is a hash over everything by which a model or a person
// judges the tool, so that we see a change (threat 3). It stores nothing.

import { granted, type Result } from '../../core/errors.ts'
import { type StepBudget, stepBudget } from '../../core/steps.ts'
import { lastingSchema } from './lasting-schema.ts'
import { type ArgumentRefusal, refuse } from './refusal.ts'
import { MAX_TOOL_STEPS } from './schema.ts'
import type { ToolDefinition } from './strip.ts'

/** The members of a definition that go into the hash. */
const PINNED = [
  'name',
  'title',
  'description',
  'inputSchema',
  'outputSchema',
  'annotations',
] as const

/** Those of them that are schemas. Of these, what lasts goes into the hash. */
const SCHEMAS: ReadonlySet<string> = new Set(['inputSchema', 'outputSchema'])

/**
 * A level of a schema is two levels of its JSON: a keyword and a name. So this is more than twice
 * `MAX_DEPTH`.
 */
const MAX_DEFINITION_DEPTH = 256

/** Steps that one value in a definition takes, and characters of a text that take one more. */
const STEPS_OF_A_VALUE = 0.5
const CHARS_OF_A_STEP = 128

/**
 * Hashes the definition of a tool as its server gave it. The order of members makes no difference.
 *
 * @returns `sha256:` and 64 hex digits.
 */
export async function definitionHash(
  tool: ToolDefinition,
  budget: StepBudget = stepBudget(MAX_TOOL_STEPS),
): Promise<Result<string, ArgumentRefusal>> {
  const pinned = Object.fromEntries(
    PINNED.map((key) => [key, SCHEMAS.has(key) ? lastingSchema(tool[key], budget) : tool[key]]),
  )
  const json = canonicalJson(pinned, budget)
  if (!json.ok) return json
  return granted(await digestOf(json.value))
}

/** Hashes a text: `sha256:` and 64 hex digits. */
export async function digestOf(text: string): Promise<string> {
  const digest = new Uint8Array(
    await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)),
  )
  return `sha256:${Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

/** How a definition compares with the pinned one. */
export type DefinitionVerdict =
  /** Never seen before. Pin it. */
  | 'new'
  | 'unchanged'
  /** Changed. Hide the tool until a person approves it. */
  | 'to-approve'
  /** Changed. Refuse the tool. */
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

/**
 * Writes JSON in its one canonical form: members sorted by UTF-16 code units, no white space (RFC
 * 8785).
 */
export function canonicalJson(
  value: unknown,
  budget: StepBudget = stepBudget(MAX_TOOL_STEPS),
): Result<string, ArgumentRefusal> {
  let problem: ArgumentRefusal | undefined
  const write = (one: unknown, depth: number): string => {
    if (depth > MAX_DEFINITION_DEPTH) problem ??= 'definition_too_deep'
    const chars = typeof one === 'string' ? one.length : 0
    if (!budget.take(STEPS_OF_A_VALUE + chars / CHARS_OF_A_STEP)) problem ??= 'schema_too_large'
    if (problem) return ''
    if (typeof one !== 'object' || one === null) return JSON.stringify(one) ?? 'null'
    if (Array.isArray(one)) return `[${one.map((element) => write(element, depth + 1)).join(',')}]`
    const members = Object.entries(one)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${write(member, depth + 1)}`).join(',')}}`
  }
  const json = write(value, 0)
  return problem ? refuse(problem) : granted(json)
}

// Gives what lasts of a schema: without defaults and examples, which some servers make anew at each
// start (the date of today, an id). What they mean for a call does not change with them.

import { isObject, type UnknownObject, writeJson } from '../../core/json.ts'
import type { StepBudget } from '../../core/steps.ts'
import { EVERY_PLACE, SAME_PLACE } from './schema.ts'

const MOVING: ReadonlySet<string> = new Set(['default', 'examples', 'example'])

/** Keywords that hold schemas by name, and keywords that hold one schema or a list. */
const BY_NAME: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'dependentSchemas',
  'dependencies',
  '$defs',
  'definitions',
])
const SCHEMAS: ReadonlySet<string> = new Set([
  ...SAME_PLACE,
  ...EVERY_PLACE,
  'prefixItems',
  'propertyNames',
])

/** Deeper schemas are refused by whoever reads the rest. */
const MAX_DEPTH = 128

/** Gives it. When the budget is spent, the answer is of no use: the tool is refused. */
export function lastingSchema(schema: unknown, budget: StepBudget, depth = 0): unknown {
  if (!isObject(schema) || depth > MAX_DEPTH) return schema
  const entries = Object.entries(schema)
  if (!budget.take(1 + entries.length / KEYWORDS_OF_A_STEP)) return schema
  const inside = (value: unknown) => lastingSchema(value, budget, depth + 1)
  return Object.fromEntries(
    entries.flatMap(([keyword, value]): (readonly [string, unknown])[] => {
      if (MOVING.has(keyword)) return isProse(value, budget) ? [[keyword, value]] : []
      if (BY_NAME.has(keyword) && isObject(value)) return [[keyword, mapValues(value, inside)]]
      if (!SCHEMAS.has(keyword)) return [[keyword, value]]
      return [[keyword, Array.isArray(value) ? value.map(inside) : inside(value)]]
    }),
  )
}

const KEYWORDS_OF_A_STEP = 8
const CHARS_OF_A_STEP = 128

function mapValues(value: UnknownObject, change: (one: unknown) => unknown): UnknownObject {
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, change(one)]))
}

/**
 * Whether a value has sentences in it. A model reads them as it reads a description, so they are
 * pinned as that is.
 */
function isProse(value: unknown, budget: StepBudget): boolean {
  const text = writeJson(value)
  if (text === undefined || !budget.take(1 + text.length / CHARS_OF_A_STEP)) return true
  return /\p{L}+[\s,;:]+\p{L}+[\s,;:]+\p{L}+[\s,;:]+\p{L}+/u.test(text)
}

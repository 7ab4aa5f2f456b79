// Removes mentions of hidden parameters from texts for the model, where the operator asks for it.
// It goes by words alone, so in doubt it leaves a text as it is. That is safe: a parameter is
// hidden because the schema no longer has it.

import { isObject, type UnknownObject } from '../../core/json.ts'
import { type StepBudget, stepBudget } from '../../core/steps.ts'
import { wordsOf } from './name-words.ts'
import { EVERY_PLACE, entriesOf, MAX_TOOL_STEPS, SAME_PLACE, sizeOf } from './schema.ts'

/*
 * This is removed, in this order, and only from lines that name a hidden parameter:
 *   1. its entry in a list of parameters (`access_token: …`, `- user_id (str): …`, `@param`,
 *      `:param`), with the lines indented below it, and the heading (`Args:`) when nothing is left
 *      below it;
 *   2. its place at the end of a list of words (`title, user_id and access_token.`), and `with
 *      user_id and access_token` as a whole;
 *   3. brackets that still name it;
 *   4. sentences that still name it.
 *
 * A name of several words (`access_token`) counts in any spelling without spaces. A single word
 * (`token`) may be an ordinary word of a sentence, so it counts only in quotes or backticks, or as
 * an entry of a list.
 */

/**
 * Lines that mention a parameter and are longer than this stay as they are: the patterns take up to
 * the square of it. So do lines with a long gap between words, for the same reason.
 */
const MAX_LINE_CHARS = 4_000
const LONG_GAP = /\s{32}/
/** Characters of a text that are compared with one name in one step. */
const CHARS_OF_A_STEP = 64

/** With more names, texts stay as they are: to make the patterns would take too long. */
const MAX_NAMES = 24
const STEPS_OF_A_NAME = 400

interface Patterns {
  /** How many names the patterns look for. */
  readonly names: number
  readonly entry: RegExp
  readonly mention: RegExp
  readonly tail: RegExp
  readonly phrase: RegExp
  readonly brackets: RegExp
}

/**
 * Keywords that hold one schema or a list of schemas. Other keywords may hold anything, to any
 * depth, so we leave their values alone.
 */
const HOLDS_SCHEMAS: readonly string[] = [
  ...SAME_PLACE,
  ...EVERY_PLACE,
  'prefixItems',
  'propertyNames',
]

const HEADING = /^\s*(?:args|arguments|parameters|params|inputs?)\s*:\s*$/i

/**
 * Removes mentions of the parameters from a text. A text that mentions none comes back as it is.
 * When the budget is spent, the text is of no use: the tool is refused.
 */
export function rewriteText(
  text: string,
  names: readonly string[],
  budget: StepBudget = stepBudget(MAX_TOOL_STEPS),
): string {
  const patterns = patternsFor(names, budget)
  return patterns ? rewriteWith(text, patterns, budget) : text
}

/** Removes mentions of the parameters from the titles, descriptions and comments of a schema. */
export function rewriteTexts(
  schema: UnknownObject,
  names: readonly string[],
  budget: StepBudget,
): UnknownObject {
  const patterns = patternsFor(names, budget)
  if (!patterns) return schema
  // A part that stands at many places is one object, and is rewritten once.
  const known = new Map<UnknownObject, UnknownObject>()

  const rewrite = (value: unknown): unknown => {
    if (!isObject(value)) return value
    const next = known.get(value) ?? rewriteMembers(value)
    known.set(value, next)
    return next
  }
  const rewriteMembers = (value: UnknownObject): UnknownObject => {
    if (!budget.take(sizeOf(value) + Object.keys(value).length)) return value
    const entries = Object.entries(value).flatMap(([key, one]): (readonly [string, unknown])[] => {
      switch (key) {
        case 'description':
        case 'title':
        case '$comment': {
          const text = typeof one === 'string' ? rewriteWith(one, patterns, budget) : one
          return text === '' && one !== '' ? [] : [[key, text]]
        }
        case 'properties':
        case 'patternProperties':
        case 'dependentSchemas':
        case 'dependencies':
        case '$defs':
        case 'definitions':
          return [
            [
              key,
              isObject(one)
                ? Object.fromEntries(entriesOf(one).map(([name, inner]) => [name, rewrite(inner)]))
                : one,
            ],
          ]
        default:
          if (!HOLDS_SCHEMAS.includes(key)) return [[key, one]]
          return [[key, Array.isArray(one) ? one.map(rewrite) : rewrite(one)]]
      }
    })
    return Object.fromEntries(entries)
  }
  const rewritten = rewrite(schema)
  return isObject(rewritten) ? rewritten : schema
}

function patternsFor(names: readonly string[], budget: StepBudget): Patterns | undefined {
  if (names.length > MAX_NAMES || !budget.take(names.length * STEPS_OF_A_NAME)) return undefined
  const spelled = names.map((name) => ({ any: spellings(name), plain: wordsOf(name).length < 2 }))
  const any = spelled.map((one) => one.any).join('|')
  const quoted = `[\`'"](?:${any})[\`'"]`
  const bare = spelled.flatMap((one) => (one.plain ? [] : [one.any])).join('|')
  const mention =
    bare === '' ? quoted : `(?:${quoted}|(?<![\\p{L}\\p{N}_])(?:${bare})(?![\\p{L}\\p{N}_]))`
  const word = `(?:(?:a|an|the|your|their|valid)\\s+){0,3}${mention}`
  const run = `${word}(?:\\s*(?:,\\s*(?:and|or)\\b|,|&|/|\\band\\b|\\bor\\b)\\s*${word})*`
  const end = '(?=\\s*(?:[.,;:)\\]!?]|$))'
  return {
    names: names.length,
    entry: new RegExp(
      `^\\s*(?:[-*•+]\\s+|[@:](?:param|type)\\s+(?:\\{[^}]*\\}\\s*)?)?[\`'"*]{0,2}(?:${any})[\`'"*]{0,2}\\s*(?:\\([^)]*\\)\\s*)?(?:[:=–—]|-\\s|$)`,
      'iu',
    ),
    mention: new RegExp(mention, 'iu'),
    tail: new RegExp(
      `(?:\\s*,\\s*(?:(?:and|or|plus)\\s+)?|\\s+(?:and|or|plus|&)\\s+)${run}${end}`,
      'giu',
    ),
    phrase: new RegExp(`\\s+(?:with|using|via|by|including)\\s+${run}${end}`, 'giu'),
    brackets: /\s*\([^()]*\)|\s*\[[^[\]]*\]/g,
  }
}

/**
 * The spellings of a name as a pattern: `access_token` is also `accessToken`, `access-token` and
 * `AccessToken`.
 */
function spellings(name: string): string {
  const exact = name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  const parts = wordsOf(name)
  return parts.length < 2 ? exact : `${exact}|${parts.join('[_-]?')}`
}

function rewriteWith(text: string, patterns: Patterns, budget: StepBudget): string {
  if (!budget.take(1 + (text.length * (1 + patterns.names)) / CHARS_OF_A_STEP)) return text
  const lines = text.split('\n')
  const kept: string[] = []
  let changed = false
  let entry: number | undefined
  for (const line of lines) {
    const indent = line.length - line.trimStart().length
    if (entry !== undefined && indent > entry && line.trim() !== '') continue
    entry = undefined
    if (patterns.entry.test(line)) {
      changed = true
      entry = indent
      continue
    }
    const next = patterns.mention.test(line) ? rewriteLine(line, patterns, budget) : line
    if (next !== line) changed = true
    if (next.trim() !== '' || line.trim() === '') kept.push(next)
  }
  if (!changed) return text
  const empty = emptyHeadings(lines)
  const full = kept.filter(
    (line, i) => !HEADING.test(line) || (kept[i + 1] ?? '').trim() !== '' || empty.has(line),
  )
  return full
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

/** The headings that had nothing below them before we removed anything, where they stand first. */
function emptyHeadings(lines: readonly string[]): ReadonlySet<string> {
  const [seen, empty] = [new Set<string>(), new Set<string>()]
  lines.forEach((line, i) => {
    if (seen.has(line) || !HEADING.test(line)) return
    seen.add(line)
    if ((lines[i + 1] ?? '').trim() === '') empty.add(line)
  })
  return empty
}

function rewriteLine(
  line: string,
  { mention, tail, phrase, brackets }: Patterns,
  budget: StepBudget,
): string {
  if (line.length > MAX_LINE_CHARS || LONG_GAP.test(line)) return line
  if (!budget.take(line.length ** 2 / 2_000)) return line
  const shorter = line
    .replace(phrase, '')
    .replace(tail, '')
    .replace(brackets, (some) => (mention.test(some) ? '' : some))
  if (!mention.test(shorter)) return shorter
  const indent = shorter.slice(0, shorter.length - shorter.trimStart().length)
  const sentences = shorter.trim().split(/(?<=[.!?])\s+/)
  return indent + sentences.filter((sentence) => !mention.test(sentence)).join(' ')
}

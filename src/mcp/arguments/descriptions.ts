// Takes what names a hidden parameter out of texts for the model, where the operator asks for it.
// It judges by words alone, so it removes rather too little prose than too much: what hides a
// parameter is its absence from the schema.

import { isObject, type UnknownObject } from '../../core/json.ts'
import { wordsOf } from './name.ts'
import { EVERY_PLACE, entriesOf, SAME_PLACE } from './schema.ts'

/*
 * What is removed, in this order, and only in lines that name a hidden parameter:
 *   1. its entry in a list of parameters (`access_token: …`, `- user_id (str): …`, `@param`,
 *      `:param`), with the lines indented below it, and the heading (`Args:`) that nothing is left
 *      under;
 *   2. its place at the end of a list of words (`title, user_id and access_token.`), and `with
 *      user_id and access_token` as a whole;
 *   3. brackets that still name it;
 *   4. sentences that still name it. A name of several words (`access_token`) counts in any
 *      spelling without spaces; a single common word (`token`) only in quotes or backticks, or as
 *      an entry of a list.
 */

interface Patterns {
  readonly entry: RegExp
  readonly mention: RegExp
  readonly tail: RegExp
  readonly phrase: RegExp
  readonly brackets: RegExp
}

/**
 * Keywords that hold one schema or a list of them; what other keywords hold may be anything, and of
 * any depth.
 */
const HOLDS_SCHEMAS: readonly string[] = [
  ...SAME_PLACE,
  ...EVERY_PLACE,
  'prefixItems',
  'propertyNames',
]

const HEADING = /^\s*(?:args|arguments|parameters|params|inputs?)\s*:\s*$/i

/** The text without what names one of the parameters; unchanged when it names none. */
export function rewriteText(text: string, names: readonly string[]): string {
  return rewriteWith(text, patternsFor(names))
}

/** The schema with its titles, descriptions and comments rewritten. */
export function rewriteTexts(schema: UnknownObject, names: readonly string[]): UnknownObject {
  const patterns = patternsFor(names)

  const rewrite = (value: unknown): unknown => {
    if (!isObject(value)) return value
    const entries = Object.entries(value).flatMap(([key, one]): (readonly [string, unknown])[] => {
      switch (key) {
        case 'description':
        case 'title':
        case '$comment': {
          const text = typeof one === 'string' ? rewriteWith(one, patterns) : one
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

function patternsFor(names: readonly string[]): Patterns {
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

/** `access_token` also as `accessToken`, `access-token`, `AccessToken`. */
function spellings(name: string): string {
  const exact = name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  const parts = wordsOf(name)
  return parts.length < 2 ? exact : `${exact}|${parts.join('[_-]?')}`
}

function rewriteWith(text: string, patterns: Patterns): string {
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
    const next = patterns.mention.test(line) ? rewriteLine(line, patterns) : line
    if (next !== line) changed = true
    if (next.trim() !== '' || line.trim() === '') kept.push(next)
  }
  if (!changed) return text
  const full = kept.filter(
    (line, i) => !HEADING.test(line) || (kept[i + 1] ?? '').trim() !== '' || wasEmpty(lines, line),
  )
  return full
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

/** Whether a heading had nothing under it to begin with. */
function wasEmpty(lines: readonly string[], heading: string): boolean {
  return (lines[lines.indexOf(heading) + 1] ?? '').trim() === ''
}

function rewriteLine(line: string, { mention, tail, phrase, brackets }: Patterns): string {
  const shorter = line
    .replace(phrase, '')
    .replace(tail, '')
    .replace(brackets, (some) => (mention.test(some) ? '' : some))
  if (!mention.test(shorter)) return shorter
  const indent = shorter.slice(0, shorter.length - shorter.trimStart().length)
  const sentences = shorter.trim().split(/(?<=[.!?])\s+/)
  return indent + sentences.filter((sentence) => !mention.test(sentence)).join(' ')
}

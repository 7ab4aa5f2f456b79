// Ranks tools by the words of a question: Okapi BM25, with the words of a name counted several times.

import { isObject, type UnknownObject } from '../../core/json.ts'
import { wordsOf } from './words.ts'

/** How often a word counts, by where it is. */
const WEIGHTS = { name: 4, title: 2, description: 1, parameters: 1 } as const
/** The usual constants: how soon a repeated word counts less, and how much the length does. */
const K1 = 1.2
const B = 0.75

/** A tool's words, with how often each one counts. */
interface Counted {
  readonly tool: UnknownObject
  readonly counts: ReadonlyMap<string, number>
  readonly length: number
}

/** The tools that have words of the question, the best first. */
export function rank(tools: readonly unknown[], question: string): readonly UnknownObject[] {
  const all = tools.filter(isObject).map(countedWords)
  const mean = all.reduce((sum, { length }) => sum + length, 0) / Math.max(1, all.length)
  const asked = [...new Set(wordsOf(question))].map((word) => {
    const having = all.filter(({ counts }) => counts.has(word)).length
    return { word, rarity: Math.log(1 + (all.length - having + 0.5) / (having + 0.5)) }
  })
  return all
    .map((one) => ({ tool: one.tool, score: scoreOf(one, asked, mean) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ tool }) => tool)
}

function scoreOf(
  { counts, length }: Counted,
  asked: readonly { readonly word: string; readonly rarity: number }[],
  mean: number,
): number {
  return asked.reduce((score, { word, rarity }) => {
    const count = counts.get(word) ?? 0
    const damped = count + K1 * (1 - B + (B * length) / mean)
    return score + (rarity * count * (K1 + 1)) / damped
  }, 0)
}

function countedWords(tool: UnknownObject): Counted {
  const counts = new Map<string, number>()
  let length = 0
  for (const [place, text] of Object.entries(textsOf(tool)))
    for (const word of wordsOf(text)) {
      const weight = WEIGHTS[place as keyof typeof WEIGHTS]
      counts.set(word, (counts.get(word) ?? 0) + weight)
      length += weight
    }
  return { tool, counts, length }
}

function textsOf(tool: UnknownObject): Readonly<Record<keyof typeof WEIGHTS, string>> {
  const { name, title, description, inputSchema, annotations } = tool
  const properties = isObject(inputSchema) ? inputSchema.properties : undefined
  const ownTitle = title ?? (isObject(annotations) ? annotations.title : undefined)
  return {
    name: textOf(name),
    title: textOf(ownTitle),
    description: textOf(description),
    parameters: Object.keys(isObject(properties) ? properties : {}).join(' '),
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

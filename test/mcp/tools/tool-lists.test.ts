// How well the caller's credential and identity are told from what only looks so, over lists of
// tools: the numbers of each list, so that none of them gets worse unseen.

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { examineTools } from '../../../src/mcp/index.ts'
import { OWN_LISTS } from './own-lists.ts'
import { OWN_TRUTH, RECORDED_TRUTH, type Truth } from './tool-lists-truth.ts'
import type { ToolList } from './write-lists.ts'

const folder = new URL('recorded/', import.meta.url)
const RECORDED: readonly ToolList[] = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .sort()
  .map((file) => ({
    name: file.replace('.json', ''),
    tools: JSON.parse(readFileSync(new URL(file, folder), 'utf8')),
  }))

interface Numbers {
  readonly tools: number
  readonly flagged: number
  readonly right: number
  readonly missed: number
  readonly refused: number
  /** Refused for something that is not the caller's. */
  readonly wronglyRefused: number
}

async function judge({ name, tools }: ToolList, truth: Truth): Promise<Numbers> {
  const labels = truth[name] ?? {}
  const isRight = (tool: string, pointer: string) =>
    labels[pointer] === 'all' || labels[pointer]?.includes(tool) === true
  const examination = await examineTools(tools)
  const judged = tools.map((tool, index) => ({ tool, ...examination.examine(index) }))
  const all = judged.flatMap(({ tool, parameters }) =>
    parameters.map((parameter) => ({
      ...parameter,
      isRight: isRight(tool.name, parameter.pointer),
    })),
  )
  const wanted = Object.entries(labels).flatMap(([pointer, some]) =>
    tools.filter((tool) =>
      some === 'all' ? has(tool.inputSchema, pointer) : some.includes(tool.name),
    ),
  )
  const flagged = all.filter(({ isCallers }) => isCallers)
  const right = flagged.filter((one) => one.isRight).length
  const refused = judged.filter(
    ({ parameters, unusable }) =>
      unusable || parameters.some(({ isCallers, isRequired }) => isCallers && isRequired),
  )
  const wronglyRefused = refused.filter(
    ({ tool, parameters }) => !parameters.some(({ pointer }) => isRight(tool.name, pointer)),
  ).length
  return {
    tools: tools.length,
    flagged: flagged.length,
    right,
    missed: wanted.length - right,
    refused: refused.length,
    wronglyRefused,
  }
}

/** Whether a schema declares what a pointer names, read simply: the labels need no more. */
function has(schema: object, pointer: string): boolean {
  return JSON.stringify(schema).includes(`"${pointer.split('/').at(-1)}":`)
}

async function table(lists: readonly ToolList[], truth: Truth) {
  const rows = await Promise.all(
    lists.map(async (one) => [one.name, await judge(one, truth)] as const),
  )
  const sum = (key: keyof Numbers) => rows.reduce((total, [, row]) => total + row[key], 0)
  const total: Numbers = {
    tools: sum('tools'),
    flagged: sum('flagged'),
    right: sum('right'),
    missed: sum('missed'),
    refused: sum('refused'),
    wronglyRefused: sum('wronglyRefused'),
  }
  const lines = rows.map(
    ([name, row]) =>
      `${name}: ${row.tools} tools, ${row.flagged} flagged, ${row.right} right, ${row.missed} missed, ${row.refused} refused, ${row.wronglyRefused} wrongly`,
  )
  return { lines, total }
}

describe.each([
  ['the lists of public servers', RECORDED, RECORDED_TRUTH],
  ['lists like those of others', OWN_LISTS, OWN_TRUTH],
])('in %s', (_, lists, truth) => {
  it('each list has these numbers', async () => {
    const { lines } = await table(lists, truth)
    expect(lines.join('\n')).toMatchSnapshot()
  })

  it('at least 9 of 10 that are flagged are right, and 19 of 20 that are right are flagged', async () => {
    const { total } = await table(lists, truth)
    expect(total.right / total.flagged).toBeGreaterThanOrEqual(0.9)
    expect(total.right / (total.right + total.missed)).toBeGreaterThanOrEqual(0.95)
  })

  it('at most 1 tool of 100 is refused for something that is not the caller’s', async () => {
    const { total } = await table(lists, truth)
    expect(total.wronglyRefused / total.tools).toBeLessThanOrEqual(0.01)
  })
})

it('at most 1 tool of 100 of the public servers is refused at all', async () => {
  const { total } = await table(RECORDED, RECORDED_TRUTH)
  expect(total.refused / total.tools).toBeLessThanOrEqual(0.01)
})

it('every label names a list that is there', () => {
  const names = new Set([...RECORDED, ...OWN_LISTS].map(({ name }) => name))
  for (const name of [...Object.keys(RECORDED_TRUTH), ...Object.keys(OWN_TRUTH)])
    expect(names).toContain(name)
})

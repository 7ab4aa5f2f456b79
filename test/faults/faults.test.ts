// A slice of the schedule of faults, which `npm run test:long` runs as a whole: nothing that anybody
// was told is lost, nothing is done twice, and no secret leaves its place. And that the schedule
// itself sees what goes wrong.

import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judge, search } from './outcome.ts'
import { nothingTold } from './person.ts'
import { makeRoot, makeTemplate, type Stage } from './scenario.ts'
import { SLICE } from './schedule.ts'
import { summaryOf, Tally } from './tally.ts'
import { makeWorld } from './world.ts'

let root: string
let stage: Omit<Stage, 'tally'>
beforeAll(async () => {
  root = makeRoot()
  makeTemplate(root)
  let tasks = 0
  stage = { world: await makeWorld(), root, nextTask: () => ++tasks }
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

it.each(SLICE)(
  'nothing is lost, doubled or leaked: %s',
  async (_, run) => {
    const tally = new Tally()
    await run({ ...stage, tally })
    expect(tally.problems).toEqual([])
    expect(tally.counts.faults).toBeGreaterThan(0)
  },
  60_000,
)

describe('what goes wrong', () => {
  const good = {
    missing: [],
    said: 'done',
    answered: true,
    toldDone: false,
    threads: 1,
  } as const

  it.each([
    ['an item that was told is gone', 1, { missing: ['i1'] }, 'lost'],
    ['a thread that answers no more', 1, { answered: false }, 'lost'],
    ['a call that was said to be done and is not', 0, {}, 'lost'],
    ['a call that was said not to be done and is', 1, { said: 'nothing' }, 'lost'],
    ['a call without a card', 1, { said: 'no card' }, 'lost'],
    [
      'a call that was done before and is not known now',
      1,
      { said: 'unknown', toldDone: true },
      'lost',
    ],
    ['a card that asks for ever', 0, { said: 'asking' }, 'lost'],
    ['a call that is made twice', 2, {}, 'doubled'],
    ['a message that makes two threads', 1, { threads: 2 }, 'doubled'],
  ] as const)('is counted: %s', (_, carried, change, what) => {
    const tally = new Tally()
    judge(tally, 'here', carried, nothingTold(), { ...good, ...change })
    expect([tally.isGood, tally.counts[what]]).toEqual([false, 1])
    expect(summaryOf(tally, 1)).toContain(`! ${what}: here`)
  })

  it('is not counted when all is well, or when it is said that nobody knows', () => {
    const tally = new Tally()
    judge(tally, 'here', 1, nothingTold(), good)
    for (const carried of [0, 1])
      judge(tally, 'here', carried, nothingTold(), { ...good, said: 'unknown' })
    expect([tally.isGood, tally.counts.unknown, tally.counts.calls]).toEqual([true, 2, 2])
  })

  it.each([
    ['as it is', (text: string) => text],
    ['in hex', (text: string) => Buffer.from(text).toString('hex')],
    ['in base64', (text: string) => Buffer.from(text).toString('base64')],
    ['in base64, after a letter', (text: string) => Buffer.from(`x${text}`).toString('base64')],
    ['in base64, after two', (text: string) => Buffer.from(`xx${text}`).toString('base64')],
  ])('is found: a secret %s', async (_, encode) => {
    const tally = new Tally()
    const text = await stage.world.chatToken('alice')
    const bytes = Buffer.from(`before ${encode(text)} after`)
    search(tally, 'here', [{ kind: 'token', text }], [{ name: 'log', bytes }])
    expect(tally.problems).toEqual(['leaked: here: token in log'])
  })
})

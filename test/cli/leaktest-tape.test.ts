// What `onbehalf leaktest` records of a process, and how its search goes through it.

import { expect, it } from 'vitest'
import { Tape } from '../../src/cli/leaktest/house/tape.ts'
import { compareRuns } from '../../src/cli/leaktest/judge/interference.ts'
import { searchTape } from '../../src/cli/leaktest/judge/leaks.ts'
import { createMint } from '../../src/cli/leaktest/secrets/mint.ts'

function newTape() {
  const tape = new Tape(createMint('tape', 'first'))
  const text = tape.mint.mark('a token')
  tape.ledger.add({ kind: 'token', text, homes: [] })
  return { tape, text }
}

it('a credential that a process prints letter by letter is found, in the turn that it was', async () => {
  const { tape, text } = newTape()
  for (const turn of [{ behaviour: 'plain' }, { behaviour: 'echo', person: 'bob' }]) {
    tape.turn = turn
    for (const letter of `token: ${turn.behaviour === 'echo' ? text : '-'}\n`)
      tape.print('stderr', Buffer.from(letter))
  }
  const { leaks } = await searchTape(tape, [], () => {})
  expect(leaks).toMatchObject([
    { sink: 'output', place: 'stderr', behaviour: 'echo', person: 'bob', times: 1 },
  ])
  expect(tape.records).toHaveLength(2)
})

it('is counted in every record that holds it, also among many small ones that do not', async () => {
  const { tape, text } = newTape()
  for (let at = 0; at < 400; at++)
    tape.note({
      sink: 'log',
      place: '',
      body: Buffer.from(`${at} ${'.'.repeat(1000)} ${at % 150 < 2 ? text : ''}`),
    })
  const { leaks } = await searchTape(tape, [], () => {})
  expect(leaks).toMatchObject([{ sink: 'log', times: 6 }])
})

it('the pieces in which a process prints its lines are no difference', () => {
  const taped = (pieces: readonly string[]) => {
    const { tape } = newTape()
    for (const [turn, piece] of pieces.entries()) {
      tape.turn = { behaviour: String(turn) }
      tape.print('stdout', Buffer.from(piece))
    }
    return tape
  }
  const same = [taped(['one\ntwo\nthree\n']), taped(['one\ntw', 'o\nthree\n'])] as const
  const others = [taped(['three\n', 'two\n', 'one\n'])]
  expect(compareRuns({ same, others }, [], [])).toEqual([{ sink: 'output', verdict: 'equal' }])
})

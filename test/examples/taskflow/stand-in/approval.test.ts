// The stand-in in a chat whose deletions wait for the person: it does not ask twice.

import { afterEach, beforeEach, expect, it } from 'vitest'
import { standInModel } from '../../../../examples/taskflow/stand-in/model.ts'
import {
  type AgentHouse,
  agentHouse,
  type HouseProcess,
  textsIn,
  wordsOf,
} from '../../../chatkit/agent/agent-house.ts'

let house: AgentHouse
let chat: HouseProcess
beforeEach(async () => {
  house = await agentHouse()
  const model = standInModel({ asksBeforeDeleting: false })
  chat = house.process([], { run: { model } })
})
afterEach(() => house[Symbol.asyncDispose]())

it.each(['Delete task 1', 'Delete the task “One”'])(
  '%s: the card is the question, and the answer goes on from it',
  async (words) => {
    const { card, threadId, events } = await chat.say('alice', words)
    expect(wordsOf(card.widget)).toContain('task_id: 1')
    expect(textsIn(events)).toEqual([])
    const more = await chat.press('alice', threadId, card, 'confirm')
    expect(textsIn(more).join()).toContain('Deleted task 1: One.')
    expect(house.tasks.tasks.map(({ title }) => title)).toEqual(['Two', 'Three'])
    // The conversation goes on as ever.
    expect(textsIn((await chat.say('alice', 'Start task 2', threadId)).events)).toEqual([
      'Started task 2: Two.',
    ])
  },
)

it('when the person declines, or writes another message instead, the stand-in deletes nothing', async () => {
  const first = await chat.say('alice', 'Delete task 1')
  const declined = await chat.press('alice', first.threadId, first.card, 'cancel')
  expect(textsIn(declined).join()).toContain('All right, nothing was deleted.')
  const second = await chat.say('alice', 'Delete task 2', first.threadId)
  expect(second.card).toBeDefined()
  const { events } = await chat.say('alice', 'Start task 2', first.threadId)
  expect(textsIn(events)).toEqual(['Started task 2: Two.'])
  expect(house.tasks.tasks).toHaveLength(3)
})

// A graph of LangGraph with an interrupt of its own in the chat, as docs/chat/langchain.md shows it.

import { describe, expect, it } from 'vitest'
import { answer } from '../../../docs/snippets/chat/langgraph.ts'
import { chatHouse } from './house.ts'
import { Playing } from './langchain-model.ts'

const run = answer(new Playing())

describe('a graph that interrupts itself', () => {
  it('answers what needs no question', async () => {
    const house = chatHouse(run)
    const { events } = await house.say('alice', 'What is there?')
    expect(house.errors).toEqual([])
    expect(JSON.stringify(events)).toContain('You have two tasks.')
    expect(house.calls()).toEqual(['taskflow_list_tasks by alice'])
  })

  it('asks in the chat, and makes its call once after the yes', async () => {
    const house = chatHouse(run)
    const asked = await house.say('alice', 'Delete task 1')
    expect(house.errors).toEqual([])
    expect(house.calls()).toEqual([])
    expect(JSON.stringify(asked.card.widget)).toContain('taskflow_delete_task on Tasks')
    const events = await house.press('alice', asked, 'confirm')
    expect(house.errors).toEqual([])
    expect(house.calls()).toEqual(['taskflow_delete_task by alice'])
    expect(JSON.stringify(events)).toContain('It is gone.')
    const [card] = events.filter(({ item }) => item?.id === asked.card.id).slice(-1)
    expect(JSON.stringify(card.item.widget)).toContain('Done.')
  })

  it('makes no call after the no, and its model reads that', async () => {
    const house = chatHouse(run)
    const asked = await house.say('alice', 'Delete task 1')
    const events = await house.press('alice', asked, 'cancel')
    expect(house.errors).toEqual([])
    expect(house.calls()).toEqual([])
    expect(JSON.stringify(events)).toContain('I left it alone.')
  })
})

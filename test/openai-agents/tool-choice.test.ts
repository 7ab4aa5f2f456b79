// Which tools the model gets, and by which names: the settings of each server.

import { describe, expect, it } from 'vitest'
import { goodMember, type Member, runWith } from './odd-house.ts'
import { rawServer } from './raw-server.ts'

const offering = (name: string, tools: readonly string[], more: Partial<Member> = {}): Member => ({
  name,
  fetch: rawServer(
    tools.map((tool) => ({ name: tool, inputSchema: { type: 'object' } })),
    () => ({ content: [{ type: 'text', text: name }] }),
  ).fetch,
  ...more,
})
const namesOf = ({ offered }: Awaited<ReturnType<typeof runWith>>) =>
  offered.map(({ name }) => name).sort()

describe('tools of a server', () => {
  it('are those that are allowed and not denied, and nobody is told of the others', async () => {
    const tools = { allow: ['find', 'add', 'drop'], deny: ['drop'] }
    const told = await runWith([offering('notes', ['find', 'add', 'drop', 'copy'], { tools })])
    expect(namesOf(told)).toEqual(['add', 'find'])
    expect([told.person, told.operator]).toEqual([[], []])
  })

  it('that are allowed and not listed are told once to the operator, and not to the person', async () => {
    const told = await runWith([
      offering('notes', ['find'], { tools: { allow: ['find', 'fnid'] } }),
    ])
    expect(namesOf(told)).toEqual(['find'])
    expect(told.person).toEqual([])
    expect(told.operator).toEqual([
      { server: 'notes', tool: 'fnid', reason: 'tool_refused', detail: 'allowed_but_not_listed' },
    ])
  })

  it('that are odd and not allowed are nobody’s concern', async () => {
    const odd = rawServer([{ name: 'x', inputSchema: 'none' }], () => ({ content: [] })).fetch
    const told = await runWith([{ name: 'odd', fetch: odd, tools: { deny: ['x'] } }])
    expect([told.person, told.operator]).toEqual([[], []])
  })
})

describe('names for the model', () => {
  it.each([
    ['equal', 'search', 'search'],
    ['equal but for their case', 'search', 'SEARCH'],
    ['equal once they are fit for a provider', 'find-all', 'find.all'],
  ])('that are %s get the names of their servers, and lead to the right one', async (_, a, b) => {
    const told = await runWith([offering('Work Notes', [a]), offering('home', [b]), goodMember()])
    expect(told.error).toBe(undefined)
    expect(told.offered.every(({ name }) => /^(Work_Notes|home)_|^good_look$/.test(name))).toBe(
      true,
    )
    const started = told.events.flatMap((event) =>
      event.type === 'tool_started' ? [[event.server, event.name]] : [],
    )
    expect(started).toEqual([
      ['Work Notes', a],
      ['home', b],
      ['good', 'good_look'],
    ])
    const results = JSON.stringify(told.requests[1]?.input)
    expect(results).toContain('"Work Notes"')
    expect(results).toContain('"home"')
  })

  it('have the prefix that the operator wants', async () => {
    const told = await runWith([
      offering('notes', ['find', 'notes_add'], { prefix: true }),
      offering('mail', ['send'], { prefix: 'm' }),
      offering('plain', ['list']),
    ])
    expect(namesOf(told)).toEqual(['list', 'm_send', 'notes_add', 'notes_find'])
  })

  it('of one server cannot take the name of another server’s tool', async () => {
    const told = await runWith([offering('a', ['search']), offering('b', ['search', 'a_search'])])
    expect(namesOf(told)).toEqual(['a_search', 'b_a_search', 'b_search'])
    const owner = told.events.find(
      (event) => event.type === 'tool_started' && event.callId === 'call-a_search',
    )
    expect(owner).toMatchObject({ server: 'a', name: 'search' })
  })
})

it.each([
  ['a list of tools that is a text', { tools: { allow: 'find' as unknown as string[] } }],
  ['a setting of tools that nobody knows', { tools: { only: ['find'] } as object }],
  ['a prefix with a space', { prefix: 'my notes' }],
])('%s is a TypeError before anything is sent', async (_, settings) => {
  const told = await runWith([offering('notes', ['find'], settings)])
  expect(told.error).toBeInstanceOf(TypeError)
  expect(told.requests).toEqual([])
})

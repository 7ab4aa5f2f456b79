// The tools that an operator wants: the others are neither listed nor called. And what is known of a
// server, when each request has a fetch of its own.

import { expect, it } from 'vitest'
import type { ToolChoice } from '../../../src/core/binding.ts'
import { ServerMemory } from '../../../src/mcp/server-memory.ts'
import { callOf, carrier, LIST, messagesOf, OLD, post, rpcServer, text, tool } from '../parts.ts'

const TOOLS = ['read', 'write', 'purge'].map((name) => tool(name, { title: text }))

async function listedBy(url: string, tools: ToolChoice): Promise<readonly string[]> {
  const { fetch } = carrier(url, { tools })
  const [message] = await messagesOf(await fetch(url, post(LIST)))
  return (message?.result.tools ?? []).map(({ name }) => name)
}

it.each<[ToolChoice, readonly string[]]>([
  [{}, ['read', 'write']],
  [{ allow: ['read'] }, ['read']],
  [{ deny: ['read'] }, ['write']],
  [{ allow: ['read', 'write'], deny: ['write'] }, ['read']],
  [{ allow: [] }, []],
])('the choice %j leaves %j of the first page', async (tools, left) => {
  await using server = await rpcServer(TOOLS)
  expect(await listedBy(server.url, tools)).toEqual(left)
})

it('refuses a call of a tool that is not wanted, although no list was asked for', async () => {
  await using server = await rpcServer(TOOLS)
  const { fetch, reasons } = carrier(server.url, { tools: { deny: ['purge'] } })
  const [refused] = await messagesOf(await fetch(server.url, post(callOf('purge', {}))))
  expect(refused?.result).toMatchObject({ isError: true })
  expect(reasons()).toEqual(['tool_refused'])
  const [done] = await messagesOf(await fetch(server.url, post(callOf('read', {}))))
  expect(done?.result.content[0]?.text).toBe('done')
  expect(server.calls()).toEqual([{}])
})

it('takes a choice of names only', () => {
  expect(() => carrier('https://a.example', { tools: { allow: 'read' as never } })).toThrow(
    'servers.tasks.tools.allow must be a list of texts',
  )
  expect(() => carrier('https://a.example', { tools: { denny: [] } as never })).toThrow(
    'servers.tasks.tools.denny: did you mean deny?',
  )
})

it('knows from an earlier fetch what a tool hides', async () => {
  await using server = await rpcServer([OLD])
  const memory = new ServerMemory()
  const placement = { type: 'argument', parameters: 'everywhere' } as const
  const once = () => carrier(server.url, { placement }, { memory }).fetch
  await once()(server.url, post(LIST))
  await once()(server.url, post(callOf('add_task', { title: 'milk' })))
  await once()(server.url, post(callOf('add_task', { title: 'bread' })))
  expect(server.reached.map(({ message }) => message.method)).toEqual([
    'tools/list',
    'tools/call',
    'tools/call',
  ])
  expect(server.calls()).toEqual(
    ['milk', 'bread'].map((title) => expect.objectContaining({ title, user_id: 'alice' })),
  )
})

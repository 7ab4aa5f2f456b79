// Why a tool call was answered with a sentence, for whoever runs the agent: the framework takes the
// sentence for any other result.

import { expect, it } from 'vitest'
import { type Refusal, refused } from '../../../src/core/errors.ts'
import { callOf, carrier, LIST, post, rpcServer, tool } from '../parts.ts'

it('onRefused is called once for each refused call, and not for calls that succeed', async () => {
  await using server = await rpcServer([tool('add_task', { title: { type: 'string' } })])
  const heard: Refusal[] = []
  const onRefused = (refusal: Refusal) => void heard.push(refusal)
  const good = carrier(server.url, {}, { onRefused })
  await good.fetch(server.url, post(callOf('add_task', { title: 'x' })))
  expect(heard).toEqual([])
  const source = async () => refused('connection_needed', { server: 'tasks' })
  const { fetch } = carrier(server.url, {}, { onRefused, source })
  const answer = await fetch(server.url, post(callOf('add_task', { title: 'x' })))
  expect(await answer.text()).toContain('Connect your tasks account')
  expect(heard).toEqual([{ reason: 'connection_needed', server: 'tasks' }])
  // What is no tool call is thrown, and needs no second way.
  await expect(fetch(server.url, post(LIST))).rejects.toMatchObject({ code: 'connection_needed' })
  expect(heard).toHaveLength(1)
})

it.each([
  ['breaks off', false, 'server_unavailable'],
  ['is cut off by the end of the sign-in', true, 'handle_refused'],
] as const)('onRefused is called for a call whose answer %s', async (_, isRevoked, reason) => {
  const revoked = new AbortController()
  const note = `data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: {} })}\n\n`
  await using server = await rpcServer([], (_reached, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(note)
    if (!isRevoked) response.end()
    return undefined
  })
  const heard: Refusal[] = []
  const onRefused = (refusal: Refusal) => void heard.push(refusal)
  const { fetch } = carrier(server.url, {}, { onRefused, signal: revoked.signal })
  const answer = await fetch(server.url, post(callOf('add_task', {})))
  if (isRevoked) revoked.abort()
  await answer.text()
  expect(heard).toEqual([{ reason, server: 'tasks' }])
})

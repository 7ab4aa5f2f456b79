// What is known of a server stays for a long time. Nothing of the requests that it was learned in does.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { ServerMemory } from '../../src/mcp/server-memory.ts'
import { callOf, carrier, LIST, OLD, post, request, rpcServer, text, tool } from './parts.ts'

const EVERYWHERE = { type: 'argument', parameters: 'everywhere' } as const
/** Nobody knows whose it is, so it is refused. */
const REFUSED = tool('odd', { api_key: text, secret_code: text })

/** Collects all garbage, as `node --expose-gc` can. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
}

it.each([
  ['a call', callOf('add_task', { title: 'milk' })],
  ['a list', LIST],
  ['a list of prompts', request('prompts/list')],
  ['a resource', request('resources/read', { uri: 'notes://1' })],
])('keeps nothing of %s when it is over', async (_, message) => {
  await using server = await rpcServer([OLD, REFUSED])
  const memory = new ServerMemory()
  const once = async () => {
    const onRefused = () => {}
    const { fetch } = carrier(server.url, { placement: EVERYWHERE }, { memory, onRefused })
    await (await fetch(server.url, post(message)))?.text()
    return new WeakRef(onRefused)
  }
  const gone = await once()
  // A weak reference holds until the turn of the event loop is over.
  await new Promise((resolve) => setImmediate(resolve))
  collectGarbage()
  expect(gone.deref()).toBeUndefined()
  expect(memory).toBeInstanceOf(ServerMemory)
})

it('tells of a refused tool in the trace of the request that listed it', async () => {
  await using server = await rpcServer([REFUSED])
  const memory = new ServerMemory()
  const listed = async (trace: string) => {
    const { fetch, events } = carrier(server.url, {}, { memory, trace })
    await (await fetch(server.url, post(LIST))).text()
    return events.filter(({ reason }) => reason === 'tool_refused').map((event) => event.trace)
  }
  for (const trace of ['a'.repeat(32), 'b'.repeat(32)]) expect(await listed(trace)).toEqual([trace])
})

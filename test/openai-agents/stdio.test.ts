// A run with a stdio server whose process is started for the person: the real framework, the real
// "everything" server.

import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents/testing'
import { Credential } from 'onbehalf'
import { type RunAgentOptions, runAgent } from 'onbehalf/openai-agents'
import { afterEach, expect, it } from 'vitest'
import { alice } from '../core/parts.ts'
import { BY_ENV, RESOURCE, stdioHouse } from '../stdio/house.ts'
import { eventsOf, textOf } from './talk.ts'

const KEY = 'canary-x7Kq2mPz9Lw4vRt8c3-0123456789'
const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

async function house(hasKey = true) {
  const made = stdioHouse(BY_ENV)
  ends.push(() => made.processes.close())
  if (hasKey) await made.keys.put(alice, RESOURCE, new Credential(KEY))
  return made
}

const runOf = (caller: RunAgentOptions['caller'], name: string, args: object = {}) => {
  const requests: unknown[] = []
  const model = new ScriptedModel([
    [functionCall(name, { ...args }, { callId: 'a' })],
    [assistantMessage('Done.')],
  ])
  const events = eventsOf(
    runAgent({
      caller,
      servers: [{ name: 'everything' }],
      model,
      instructions: 'Help.',
      input: [{ role: 'user', text: 'Go' }],
      onModelRequest: (request) => requests.push(request),
    }),
  )
  return events.then((all) => ({ text: textOf(all), requests: JSON.stringify(requests) }))
}

it('a run lists and calls the tools of the process, and the model gets no key', async () => {
  const { caller } = await house()
  const { text, requests } = await runOf(await caller(), 'get_env')
  expect(text).toBe('Done.')
  expect(requests).toContain('EVERYTHING_TOKEN')
  expect(requests).not.toContain('canary')
})

it('the next run of the person gets the same process', async () => {
  const { caller, log } = await house()
  for (const message of ['one', 'two'])
    expect((await runOf(await caller(), 'echo', { message })).requests).toContain(
      `Echo: ${message}`,
    )
  expect(log.filter(({ text }) => text.startsWith('Starting')).length).toBe(1)
})

it('a run without a key asks for it when the model wants something of the process', async () => {
  const { caller, log } = await house(false)
  const { requests } = await runOf(await caller(), 'connect_everything')
  expect(requests).toContain('Nothing was done at everything')
  expect(log).toEqual([])
})

it('a server without a URL needs a caller with a transport', () => {
  const caller = { principal: alice, fetch: () => fetch }
  expect(() => runOf(caller, 'echo')).toThrow('everything has no url')
})

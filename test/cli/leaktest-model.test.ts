// The worst-case model of `onbehalf leaktest`, asked by the real client in both protocols: it calls tools, says what it saw, and breaks off.

import { Agent, OpenAIProvider, Runner, tool } from '@openai/agents'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Listener } from '../../src/cli/leaktest/house/listen.ts'
import { startModel } from '../../src/cli/leaktest/house/model.ts'
import { Tape } from '../../src/cli/leaktest/house/tape.ts'
import { createMint } from '../../src/cli/leaktest/secrets/mint.ts'

let tape: Tape
let model: Listener
beforeAll(async () => {
  model = await startModel(() => tape)
})
beforeEach(() => {
  tape = new Tape(createMint('test', 'first'))
})
afterAll(() => model.close())

describe.each([
  ['Chat Completions', false],
  ['Responses', true],
])('in the protocol %s', (_, useResponses) => {
  async function run(text: string, stream: boolean) {
    const called: string[] = []
    const agent = new Agent({
      name: 'test',
      instructions: 'At notes, pass access_token REFERENCE-1.',
      tools: [
        tool({
          name: 'notes_add',
          description: 'Adds',
          parameters: z.object({ text: z.string(), access_token: z.string() }),
          execute: (args) => {
            called.push(JSON.stringify(args))
            return 'an answer of the tool'
          },
        }),
      ],
    })
    const modelProvider = new OpenAIProvider({
      apiKey: 'sk-test',
      baseURL: `${model.origin}/v1`,
      useResponses,
    })
    const runner = new Runner({ modelProvider, model: 'worst', tracingDisabled: true })
    if (!stream) {
      const { finalOutput } = await runner.run(agent, text)
      return { called, said: finalOutput }
    }
    const streamed = await runner.run(agent, text, { stream: true })
    for await (const _event of streamed);
    await streamed.completed
    return { called, said: streamed.finalOutput }
  }

  it.each([
    ['whole', false],
    ['as a stream', true],
  ])(
    'it calls a tool as the instructions say, and says what came of it, %s',
    async (_way, stream) => {
      const { called, said } = await run('[leaktest plain 1] control-abcdefghijklmnop', stream)
      expect(called).toEqual(['{"text":"control-abcdefghijklmnop","access_token":"REFERENCE-1"}'])
      expect(said).toContain('an answer of the tool')
      const sinks = tape.records.map(({ sink }) => sink)
      expect(new Set(sinks)).toEqual(new Set(['model requests', 'tool schemas', 'tool results']))
      const results = tape.records.findLast(({ sink }) => sink === 'tool results')
      expect(results?.body.toString('utf8')).toContain('an answer of the tool')
    },
  )

  it('it says all that it saw, in every encoding', async () => {
    const { said } = await run('[leaktest echo 1] control-abcdefghijklmnop', true)
    expect(said).toContain('At notes, pass access_token REFERENCE-1.')
    expect(said).toContain(Buffer.from('control-abcdefghijklmnop').toString('hex'))
  })

  it('it breaks off, and it fails with the request in the error', async () => {
    await expect(run('[leaktest stop 1] control-abcdefghijklmnop', true)).rejects.toThrow()
    await expect(run('[leaktest refuse 1] control-abcdefghijklmnop', false)).rejects.toThrow(
      /Bearer sk-test/,
    )
  })
})

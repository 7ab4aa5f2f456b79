// The real provider code against a loopback endpoint that speaks Chat Completions, and wrong
// environments.

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { Agent, Runner } from '@openai/agents'
import { ScriptedModel } from '@openai/agents/testing'
import { modelFromEnvironment, runAgent } from 'onbehalf/openai-agents'
import { afterEach, expect, it } from 'vitest'
import { ALICE, eventsOf, textOf } from './talk.ts'
import { taskServer } from './task-server.ts'

interface Asked {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

/** Calls a tool first and answers then, both streamed in pieces. */
async function endpoint(
  answer?: (response: ServerResponse) => void,
): Promise<{ readonly url: string; readonly asked: Asked[] }> {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    asked.push({ path: request.url ?? '', headers: request.headers, body })
    if (answer) return answer(response)
    const deltas = body.includes('"role":"tool"')
      ? [{ role: 'assistant', content: '' }, { content: 'I added ' }, { content: 'it.' }]
      : [
          {
            role: 'assistant',
            tool_calls: [
              {
                index: 0,
                id: 'call_1',
                type: 'function',
                function: { name: 'taskflow_add_task', arguments: '' },
              },
            ],
          },
          { tool_calls: [{ index: 0, function: { arguments: '{"title":' } }] },
          { tool_calls: [{ index: 0, function: { arguments: '"Buy milk"}' } }] },
        ]
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const send = (choice: object) =>
      response.write(
        `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'small', choices: [choice] })}\n\n`,
      )
    for (const delta of deltas) send({ index: 0, delta, finish_reason: null })
    send({
      index: 0,
      delta: {},
      finish_reason: body.includes('"role":"tool"') ? 'stop' : 'tool_calls',
    })
    return response.end('data: [DONE]\n\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked }
}

it('an OpenAI-compatible endpoint is asked by Chat Completions, and what is sent holds no credential of a person', async () => {
  const { url, asked } = await endpoint()
  const { model, description } = modelFromEnvironment({
    OPENAI_BASE_URL: url,
    OPENAI_MODEL: 'small',
    OPENAI_API_KEY: 'sk-provider-key',
  })
  expect(description).toMatch(/^small at 127\.0\.0\.1:\d+$/)
  const server = taskServer()
  const carried: typeof globalThis.fetch = (input, init) => {
    const request = new Request(input, init)
    request.headers.set('authorization', 'Bearer canary-of-alice')
    return server.fetch(request)
  }
  const events = await eventsOf(
    runAgent({
      caller: {
        principal: ALICE,
        claims: { email: 'canary-claim@example.test' },
        fetch: () => carried,
      },
      servers: [{ name: 'tasks', url: 'https://tasks.test/mcp' }],
      model,
      instructions: 'You help Alice.',
      input: [{ role: 'user', text: 'Add a task to buy milk' }],
    }),
  )
  expect(events.map(({ type }) => type)).toEqual([
    'tool_started',
    'tool_done',
    'text_delta',
    'text_delta',
    'text_done',
  ])
  expect(textOf(events)).toBe('I added it.')
  expect(server.tasks).toMatchObject([{ title: 'Buy milk' }])
  expect(
    server.received.every(({ authorization }) => authorization === 'Bearer canary-of-alice'),
  ).toBe(true)

  expect(asked.map(({ path }) => path)).toEqual(['/v1/chat/completions', '/v1/chat/completions'])
  expect(asked.every(({ headers }) => headers.authorization === 'Bearer sk-provider-key')).toBe(
    true,
  )
  expect(asked[0]?.body).toContain('You help Alice.')
  expect(asked[0]?.body).toContain('taskflow_add_task')
  expect(JSON.stringify(asked)).not.toMatch(/canary/i)
  expect(asked.map(({ body }) => body).join()).not.toContain('sk-provider-key')
})

it('an endpoint that needs no key gets nobody’s key', async () => {
  const { url, asked } = await endpoint()
  const { model } = modelFromEnvironment({ OPENAI_BASE_URL: url, OPENAI_MODEL: 'small' })
  const runner = new Runner({ tracingDisabled: true })
  const result = await runner
    .run(new Agent({ name: 'a', model }), 'hi', { stream: true })
    .catch(() => undefined)
  await result?.completed.catch(() => undefined)
  expect(asked[0]?.headers.authorization).toBe('Bearer none')
})

it('an endpoint that refuses the key is an unavailable model, and neither its words nor the key are passed on', async () => {
  const { url } = await endpoint((response) => {
    response.writeHead(401, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({ error: { message: 'Incorrect API key provided: sk-provider-key' } }),
    )
  })
  const { model } = modelFromEnvironment({
    OPENAI_BASE_URL: url,
    OPENAI_MODEL: 'small',
    OPENAI_API_KEY: 'sk-provider-key',
  })
  const run = runAgent({
    caller: { principal: ALICE, fetch: () => taskServer().asFetch },
    servers: [{ name: 'tasks', url: 'https://tasks.test/mcp' }],
    model,
    instructions: 'Help.',
    input: [{ role: 'user', text: 'hi' }],
  })
  const error = await eventsOf(run).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ name: 'AuthError', code: 'server_unavailable' })
  expect(inspect(error, { depth: 10 })).not.toContain('sk-provider-key')
})

it('printing the choice does not show the key', () => {
  const choice = modelFromEnvironment({ OPENAI_API_KEY: 'sk-provider-key' })
  expect(inspect(choice, { depth: 20, showHidden: true })).not.toContain('sk-provider-key')
  expect(JSON.stringify(choice)).not.toContain('sk-provider-key')
})

const NOTHING_SET = [{}, { OPENAI_API_KEY: '', OPENAI_BASE_URL: '', OPENAI_MODEL: '' }]

it('without a key and an endpoint it throws an error that names the variables to set', () => {
  for (const env of NOTHING_SET) {
    expect(() => modelFromEnvironment(env)).toThrow(TypeError)
    for (const name of ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_MODEL'])
      expect(() => modelFromEnvironment(env)).toThrow(name)
  }
})

it('without a key and an endpoint it takes the model that the caller names for this case', () => {
  const otherwise = new ScriptedModel([])
  for (const env of NOTHING_SET)
    expect(modelFromEnvironment(env, { otherwise }).model).toBe(otherwise)
})

it('with a key it does not take the model that the caller names for the other case', () => {
  const otherwise = new ScriptedModel([])
  const { model } = modelFromEnvironment({ OPENAI_API_KEY: 'sk-1' }, { otherwise })
  expect(model).not.toBe(otherwise)
})

it('a wrong variable is refused although the caller names a model for the other case', () => {
  const otherwise = new ScriptedModel([])
  expect(() => modelFromEnvironment({ OPENAI_MODEL: 'small' }, { otherwise })).toThrow(
    /^OPENAI_MODEL/,
  )
})

it.each([
  ['a model without a provider', { OPENAI_MODEL: 'small' }, /^OPENAI_MODEL/],
  [
    'an endpoint without a model',
    { OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1' },
    /^OPENAI_MODEL/,
  ],
  [
    'an endpoint that is no URL',
    { OPENAI_BASE_URL: 'localhost:11434/v1', OPENAI_MODEL: 'small' },
    /^OPENAI_BASE_URL/,
  ],
  [
    'an endpoint of another kind',
    { OPENAI_BASE_URL: 'file:///etc/passwd', OPENAI_MODEL: 'small' },
    /^OPENAI_BASE_URL/,
  ],
  [
    'a key in the endpoint',
    { OPENAI_BASE_URL: 'https://user:canary@llm.test/v1', OPENAI_MODEL: 'small' },
    /^OPENAI_BASE_URL/,
  ],
  [
    'a key in its query',
    { OPENAI_BASE_URL: 'https://llm.test/v1?key=canary', OPENAI_MODEL: 'small' },
    /^OPENAI_BASE_URL/,
  ],
  ['a key with a line break', { OPENAI_API_KEY: 'sk-canary\nX-Evil: 1' }, /^OPENAI_API_KEY/],
  [
    'a model name with a space',
    { OPENAI_API_KEY: 'sk-1', OPENAI_MODEL: 'a canary' },
    /^OPENAI_MODEL/,
  ],
])('%s is refused by the name of the variable, without its value', (_, env, message) => {
  expect(() => modelFromEnvironment(env)).toThrow(message)
  expect(() => modelFromEnvironment(env)).toThrow(TypeError)
  expect(() => modelFromEnvironment(env)).not.toThrow(/canary/)
})

// Prompts are under the rules of tools: their arguments are hidden, filled and refused.

import { describe, expect, it } from 'vitest'
import type { BindingInput, Placement } from '../../src/core/binding.ts'
import type { AuthError } from '../../src/core/errors.ts'
import { carrier, post, type Reached, request, rpcServer, SECRET } from './parts.ts'

const REVIEW = {
  name: 'review',
  title: 'Review',
  description: 'Reviews the tasks of a person',
  arguments: [
    { name: 'topic', description: 'What to review', required: true },
    { name: 'user_id', description: 'Whose tasks', required: true },
    { name: 'access_token', description: 'Access token of the user', required: true },
  ],
}
const PLAIN = { name: 'plain', arguments: [{ name: 'topic', required: false }] }
const ODD = [
  null,
  7,
  { name: '' },
  { name: 'none', arguments: null },
  { name: 'odd', arguments: [3] },
]

const FILLED: Placement = {
  type: 'argument',
  parameters: [
    { pointer: '/access_token', value: 'credential' },
    { pointer: '/user_id', value: 'subject' },
  ],
}

async function setUp(
  binding: Omit<BindingInput, 'url'> = { placement: FILLED },
  prompts: readonly unknown[] = [REVIEW, PLAIN, ...ODD],
) {
  const server = await rpcServer([], ({ message }: Reached) =>
    message.method === 'prompts/list' ? { prompts } : { messages: [] },
  )
  const { fetch, reasons, events } = carrier(server.url, binding)
  const ask = async (method: string, params: Readonly<Record<string, unknown>> = {}) => {
    const response = await fetch(server.url, post(request(method, params)))
    return (await response.json()) as { readonly result: Readonly<Record<string, unknown>> }
  }
  const list = async () =>
    (await ask('prompts/list')).result.prompts as { name: string; arguments?: { name: string }[] }[]
  const get = (name: string, args?: unknown) =>
    ask('prompts/get', { name, ...(args === undefined ? {} : { arguments: args }) })
  const arrived = () =>
    server.reached
      .filter(({ message }) => message.method === 'prompts/get')
      .map(({ message }) => message.params?.arguments)
  return {
    list,
    get,
    ask,
    arrived,
    reasons,
    events,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

const refusal = (reason: string) =>
  expect.objectContaining({ code: reason }) as unknown as AuthError

describe('with bound arguments', () => {
  it('they are hidden from the list and filled in, and what is no prompt is left out', async () => {
    await using made = await setUp()
    const prompts = await made.list()
    expect(prompts.map(({ name }) => name)).toEqual(['review', 'plain', 'none', 'odd'])
    expect(prompts[0]?.arguments?.map(({ name }) => name)).toEqual(['topic'])
    expect(prompts[1]).toEqual(PLAIN)
    await made.get('review', { topic: 'late' })
    await made.get('plain')
    expect(made.arrived()).toEqual([{ topic: 'late', user_id: 'alice', access_token: SECRET }, {}])
    expect(made.events.find(({ placement }) => placement !== 'none')?.placement).toMatch(
      /^argument .*access_token/,
    )
  })

  it('a value that is sent there is overwritten, also when no list came before', async () => {
    await using made = await setUp()
    await made.get('review', { topic: 'x', user_id: 'mallory', access_token: 'stolen' })
    expect(made.arrived()).toEqual([{ topic: 'x', user_id: 'alice', access_token: SECRET }])
  })

  it('a prompt that no list names is refused', async () => {
    await using made = await setUp()
    await expect(made.get('unknown', {})).rejects.toEqual(refusal('tool_refused'))
    expect(made.arrived()).toEqual([])
  })

  it('a completion may not name what is hidden, in its question or its context', async () => {
    await using made = await setUp()
    const ref = { type: 'ref/prompt', name: 'review' }
    const complete = (argument: object, context?: object) =>
      made.ask('completion/complete', { ref, argument, ...(context ? { context } : {}) })
    await made.list()
    await expect(complete({ name: 'user_id', value: 'b' })).rejects.toEqual(
      refusal('arguments_refused'),
    )
    await expect(
      complete({ name: 'topic', value: 'b' }, { arguments: { access_token: 'x' } }),
    ).rejects.toEqual(refusal('arguments_refused'))
    await complete({ name: 'topic', value: 'b' }, { arguments: {} })
  })
})

describe('with a header', () => {
  it('a prompt that must have a credential is left out and refused, the others stay', async () => {
    await using made = await setUp({})
    expect((await made.list()).map(({ name }) => name)).toEqual(['plain', 'none', 'odd'])
    await expect(
      made.get('review', { topic: 'x', user_id: 'mallory', access_token: 'x' }),
    ).rejects.toEqual(refusal('tool_refused'))
    expect(made.arrived()).toEqual([])
    expect(made.events.find(({ reason }) => reason === 'tool_refused')?.operation).toContain(
      'prompts/review',
    )
  })

  it('an argument that may be left out is taken out, and refused when it is sent', async () => {
    const args = [{ name: 'topic' }, { name: 'access_token', description: 'Your access token' }]
    await using made = await setUp({}, [{ name: 'soft', arguments: args }])
    expect((await made.list())[0]?.arguments?.map(({ name }) => name)).toEqual(['topic'])
    await expect(made.get('soft', { access_token: 'x' })).rejects.toEqual(
      refusal('arguments_refused'),
    )
    await made.get('soft', { topic: 'x' })
    expect(made.arrived()).toEqual([{ topic: 'x' }])
  })

  it('the operator may leave an argument of one prompt to the model', async () => {
    await using made = await setUp({
      leaveToModel: ['user_id', 'access_token'].map((name) => ({
        pointer: `/${name}`,
        tool: 'prompts/review',
      })),
    })
    expect(await made.list()).toContainEqual(REVIEW)
    await made.get('review', { topic: 'x', user_id: 'u', access_token: 't' })
    expect(made.arrived()).toHaveLength(1)
  })

  it('a completion that names an identity of no listed prompt is refused', async () => {
    await using made = await setUp({}, [])
    await expect(
      made.ask('completion/complete', {
        ref: { type: 'ref/resource', uri: 'tasks://{access_token}' },
        argument: { name: 'access_token', value: 'x' },
      }),
    ).rejects.toEqual(refusal('arguments_refused'))
  })
})

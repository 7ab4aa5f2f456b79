// An agent in a chat: tools of the page, forms, images, the end of the sign-in, and a missing
// account.

import { assistantMessage, functionCall, modelStream } from '@openai/agents/testing'
import type { AgentCaller, ClientTool } from 'onbehalf/openai-agents'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agentChat, type Item } from '../../../src/chatkit/index.ts'
import { errorText } from '../../../src/chatkit/protocol/named-text.ts'
import { toError } from '../../../src/core/sentences.ts'
import { eventReader, type Loose, message, type TestCaller } from '../support.ts'
import {
  type AgentHouse,
  agentHouse,
  callsAt,
  type HouseProcess,
  textsIn,
  wordsOf,
} from './agent-house.ts'

let house: AgentHouse
beforeEach(async () => {
  house = await agentHouse()
})
afterEach(() => house[Symbol.asyncDispose]())

const requestOf = (chat: HouseProcess, index: number): Loose => chat.model.calls[index]?.request
const PLACE: ClientTool = {
  name: 'get_place',
  description: 'Where the person is.',
  parameters: { properties: { fine: { type: 'boolean' } } },
}
const place = (callId = 'p1', args: string | Record<string, unknown> = { fine: true }) =>
  functionCall('get_place', args, { callId })
const deleting = functionCall('taskflow_delete_task', { task_id: 1 }, { callId: 'd1' })
const WITH_PAGE = { run: { clientTools: [PLACE] } }

describe('a tool of the page', () => {
  it('a tool of the page stops the run with a pending call, and the run goes on from its output', async () => {
    const chat = house.process(
      [[assistantMessage('Let me see.'), place()], [assistantMessage('You are in Ulm.')]],
      WITH_PAGE,
    )
    const { events, threadId } = await chat.say('alice', 'Where am I?')
    expect(events.at(-1).item).toMatchObject({
      type: 'client_tool_call',
      status: 'pending',
      call_id: 'p1',
      name: 'get_place',
      arguments: { fine: true },
    })
    expect(requestOf(chat, 0).tools.map(({ name }: Loose) => name)).toContain('get_place')
    const more = await chat.stream('alice', 'threads.add_client_tool_output', {
      thread_id: threadId,
      result: { city: 'Ulm' },
    })
    expect(textsIn(more)).toEqual(['You are in Ulm.'])
    expect(requestOf(chat, 1).input.slice(-2)).toMatchObject([
      { type: 'function_call', callId: 'p1', name: 'get_place', arguments: '{"fine":true}' },
      { type: 'function_call_result', callId: 'p1', name: 'get_place' },
    ])
    expect(JSON.stringify(requestOf(chat, 1).input.at(-1).output)).toContain('Ulm')
  })

  it('a tool of the page is run one at a time, and after the person has decided on a call that waits', async () => {
    const chat = house.process([[place('p1'), place('p2'), deleting], [place('p3')]], WITH_PAGE)
    const asked = await chat.say('alice', 'Both, please')
    expect(asked.events.some(({ item }) => item?.type === 'client_tool_call')).toBe(false)
    const events = await chat.press('alice', asked.threadId, asked.card, 'confirm')
    expect(callsAt(house.tasks)).toEqual(['taskflow_delete_task'])
    const { input } = requestOf(chat, 1)
    const results = input.filter(({ type }: Loose) => type === 'function_call_result')
    expect(results.map(({ callId }: Loose) => callId).sort()).toEqual(['d1', 'p1', 'p2'])
    expect(JSON.stringify(results)).toContain('the page runs one tool at a time')
    expect(events.at(-1).item).toMatchObject({ type: 'client_tool_call', call_id: 'p3' })
    const two = await house.process([[place('p1'), place('p2')]], WITH_PAGE).say('alice', 'Where?')
    expect(
      two.events
        .filter(({ item }) => item?.type === 'client_tool_call')
        .map(({ item }) => item.call_id),
    ).toEqual(['p1'])
  })

  it('a tool of the page is not called with arguments that are not an object', async () => {
    const chat = house.process([[place('p1', '[1]')], [assistantMessage('Sorry.')]], WITH_PAGE)
    expect(textsIn((await chat.say('alice', 'Where?')).events)).toEqual(['Sorry.'])
    expect(JSON.stringify(requestOf(chat, 1).input)).toContain(
      'the arguments must be a JSON object',
    )
  })

  it('a tool of the page with a name that no model takes is a TypeError', async () => {
    const chat = house.process([], { run: { clientTools: [{ ...PLACE, name: 'get place' }] } })
    await chat.say('alice', 'Hi')
    expect(chat.errors).toMatchObject([{ error: { name: 'TypeError' } }])
  })

  it('a tool of the page keeps its name, and the server’s tool of that name gets another one', async () => {
    const run = { clientTools: [{ ...PLACE, name: 'taskflow_delete_task' }] }
    const chat = house.process([[assistantMessage('Hello.')]], { run })
    expect(textsIn((await chat.say('alice', 'Hi')).events)).toEqual(['Hello.'])
    const names = requestOf(chat, 0).tools.map(({ name }: Loose) => name as string)
    expect(names.filter((name: string) => name.startsWith('taskflow_delete_task')).sort()).toEqual([
      'taskflow_delete_task',
      expect.stringMatching(/^taskflow_delete_task_[0-9a-f]{8}$/),
    ])
  })
})

it('endless calls are stopped after maxTurns, however they are refused', async () => {
  const chat = house.process(
    Array.from({ length: 3 }, (_, at) => [place(`p${at}`, '[1]')]),
    { run: { clientTools: [PLACE], maxTurns: 3 } },
  )
  expect(textsIn((await chat.say('alice', 'Where?')).events)).toEqual([
    'I stopped after 3 steps without coming to an end.',
  ])
})

it('the model reads the answers to a form next, and is asked even when its own words came last', async () => {
  const chat = house.process([[assistantMessage('Noted.')]])
  const base = { created_at: '2026-01-01T00:00:00.000Z' }
  const threadId = (await house.process([[assistantMessage('Hi.')]]).say('alice', 'Hi')).threadId
  const form: Item = {
    ...base,
    id: 'msg_form',
    thread_id: threadId,
    type: 'structured_input',
    status: 'pending',
    inputs: [{ id: 'a', type: 'freeform', question: 'Your name?' }],
  }
  const text: Item = {
    ...base,
    id: 'msg_text',
    thread_id: threadId,
    type: 'assistant_message',
    content: [{ type: 'output_text', text: 'Please fill this in.', annotations: [] }],
  }
  await house.store.changeItems(house.owner('alice'), threadId, { save: [form, text] })
  const input = { status: 'answered', answers: { a: { values: ['Ada'] } } }
  await chat.stream('alice', 'threads.add_structured_input', {
    thread_id: threadId,
    item_id: 'msg_form',
    input,
  })
  const turns = requestOf(chat, 0).input
  expect(JSON.stringify(turns)).toContain('Your name? Ada')
  expect(turns.at(-1)).toMatchObject({
    role: 'user',
    content: '[Note from the app: The person answered what they were asked above.]',
  })
})

it('an image that the person attached is given to the model only by the app’s function', async () => {
  const image = {
    id: 'atc_1',
    name: 'a.png',
    mime_type: 'image/png',
    type: 'image',
    preview_url: 'https://x.example/a',
  } as const
  const threadId = (await house.process([[assistantMessage('Hi.')]]).say('alice', 'Hi')).threadId
  const shown: Item = {
    id: 'msg_image',
    thread_id: threadId,
    created_at: '2026-01-01T00:00:00.000Z',
    type: 'user_message',
    content: [{ type: 'input_text', text: 'See' }],
    attachments: [image],
    inference_options: {},
  }
  await house.store.changeItems(house.owner('alice'), threadId, { save: [shown] })
  const script = [[assistantMessage('Ok.')]]
  const blind = house.process(script)
  await blind.say('alice', 'So?', threadId)
  expect(JSON.stringify(requestOf(blind, 0).input)).not.toContain('input_image')
  const asked: unknown[] = []
  const seeing = house.process(script, {
    agent: {
      async image(attachment, { caller }) {
        asked.push([attachment.id, caller.principal.subject])
        return 'data:image/png;base64,AA=='
      },
    },
  })
  await seeing.say('alice', 'So?', threadId)
  expect(asked).toEqual([['atc_1', 'alice']])
  expect(JSON.stringify(requestOf(seeing, 0).input)).toContain(
    '{"type":"input_image","image":"data:image/png;base64,AA=="}',
  )
})

describe('when the sign-in ends', () => {
  const ending: AgentCaller['fetch'] = () => async (input, init) => {
    if (String(init?.body).includes('"tools/call"'))
      throw toError({ reason: 'exchange_grant_refused', server: 'taskflow' })
    return house.tasks.asFetch(input, init)
  }
  const signedOut = {
    run: {
      caller: { principal: { issuer: 'https://a.example', subject: 'alice' }, fetch: ending },
    },
  }
  const SIGN_IN = {
    type: 'error',
    code: 'signed_out',
    ...errorText('signed_out'),
    allow_retry: true,
  }

  it('when the sign-in ends in a tool call, the run ends with the sentence to do so; the text so far is kept, and the model is not asked', async () => {
    const list = functionCall('taskflow_list_tasks', {}, { callId: 'a' })
    const chat = house.process([[assistantMessage('I will look.'), list]], signedOut)
    const { events } = await chat.say('alice', 'What is there?')
    expect(events.at(-1)).toEqual(SIGN_IN)
    expect(textsIn(events)).toEqual(['I will look.'])
    expect(chat.model.calls).toHaveLength(1)
  })

  it('when the sign-in ends in one of two approved calls, it is not known what became of them', async () => {
    const other = functionCall('taskflow_delete_task', { task_id: 2 }, { callId: 'd2' })
    const { card, threadId } = await house.process([[deleting, other]]).say('alice', 'Delete both')
    const events = await house.process([], signedOut).press('alice', threadId, card, 'confirm')
    expect(events.at(-1)).toEqual(SIGN_IN)
    const replaced = events.findLast(({ type }) => type === 'thread.item.replaced')
    expect(wordsOf(replaced.item.widget)).toContain('It is not known whether this was done')
  })

  it('when the sign-in ends in an approved call, the card says that nothing was done', async () => {
    const { card, threadId } = await house.process([[deleting]]).say('alice', 'Delete task 1')
    const events = await house.process([], signedOut).press('alice', threadId, card, 'confirm')
    expect(events.at(-1)).toEqual(SIGN_IN)
    const replaced = events.findLast(({ type }) => type === 'thread.item.replaced')
    expect(wordsOf(replaced.item.widget)).toMatch(/^Approved\nNothing was done\. Approved/)
  })
})

it('when the model fails in mid-sentence, the words so far are kept', async () => {
  async function* breaking() {
    yield { type: 'response_started' } as const
    yield { type: 'output_text_delta', delta: 'I will lo' } as const
    await release
    throw new Error('canary: connection lost')
  }
  let go = () => {}
  const release = new Promise<void>((resolve) => {
    go = resolve
  })
  const chat = house.process([modelStream(breaking())])
  const reader = eventReader(await chat.send('alice', 'threads.create', { input: message('Look') }))
  await reader.until('assistant_message.content_part.text_delta')
  go()
  const done = await reader.until('thread.item.done')
  expect(done.item.content[0].text).toBe('I will lo')
  expect(await reader.next()).toMatchObject({
    type: 'error',
    message: expect.stringContaining('The language model cannot be reached'),
  })
})

it('an approved call whose result never comes is shown as not known', async () => {
  const { card, threadId } = await house.process([[deleting]]).say('alice', 'Delete task 1')
  const breaks: AgentCaller['fetch'] = () => async (input, init) => {
    if (String(init?.body).includes('"tools/call"')) throw new Error('canary: connection lost')
    return house.tasks.asFetch(input, init)
  }
  const run = {
    caller: { principal: { issuer: 'https://a.example', subject: 'alice' }, fetch: breaks },
  }
  const chat = house.process([[assistantMessage('I do not know.')]], { run })
  const events = await chat.press('alice', threadId, card, 'confirm')
  expect(
    wordsOf(events.findLast(({ type }) => type === 'thread.item.replaced').item.widget),
  ).toContain('This did not succeed')
  const quiet = house.process([], {
    agent: {
      async *run() {},
    },
  })
  const second = await house
    .process([[functionCall('taskflow_delete_task', { task_id: 2 }, { callId: 'x' })]])
    .say('alice', 'And 2')
  const told = await quiet.press('alice', second.threadId, second.card, 'confirm')
  expect(
    wordsOf(told.findLast(({ type }) => type === 'thread.item.replaced').item.widget),
  ).toContain('It is not known')
})

it('for a tool that needs an account the person gets a link and the model the fixed sentence', async () => {
  const needed = { reason: 'connection_needed', server: 'taskflow' } as const
  const fetch: AgentCaller['fetch'] = (_, options) => async (input, init) => {
    if (String(init?.body).includes('"tools/call"')) options?.onRefused?.(needed)
    return house.tasks.asFetch(input, init)
  }
  const run = { caller: { principal: { issuer: 'https://a.example', subject: 'alice' }, fetch } }
  const agent = { connectUrl: (server: string) => `https://app.example/connect/${server}` }
  const list = functionCall('taskflow_list_tasks', {}, { callId: 'a' })
  const { events } = await house
    .process([[list], [assistantMessage('Connect it.')]], { run, agent })
    .say('alice', 'Look')
  expect(events.find(({ type }) => type === 'notice')).toMatchObject({
    message: '[Connect your taskflow account](https://app.example/connect/taskflow) to continue.',
  })
  expect(textsIn(events)).toEqual(['Connect it.'])
})

it('the card has the app’s name for the person, and an unknown action is refused', async () => {
  const chat = house.process([[deleting]], { agent: { person: () => 'Alice\u202E A.' } })
  const { card, threadId } = await chat.say('alice', 'Delete task 1')
  expect(wordsOf(card.widget)).toContain('The assistant would do this for Alice\\u{202e} A.:')
  const events = await chat.press('alice', threadId, card, 'confirm', { action: { type: 'other' } })
  expect(events.at(-1)).toMatchObject({ type: 'error', message: 'This action is not known here.' })
  expect(() => agentChat<TestCaller>({ run: async function* () {}, approvalLifetime: 0 })).toThrow(
    TypeError,
  )
})

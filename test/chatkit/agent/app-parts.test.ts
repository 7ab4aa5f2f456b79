// What an app adds to the agent in its chat: widgets of what tools answer, actions of its own, tools of
// its own, what its page says.

import { Agent, tool } from '@openai/agents'
import { assistantMessage, functionCall } from '@openai/agents/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { OutgoingCall } from '../../../src/agent/approval.ts'
import type { ToolResult } from '../../../src/agent/events.ts'
import {
  agentChat,
  chatkitServer,
  memoryThreadStore,
  streamWidget,
} from '../../../src/chatkit/index.ts'
import { type Loose, message, parseEvents, request, type TestCaller, testChat } from '../support.ts'
import { type AgentHouse, agentHouse, callsAt, cardIn, textsIn, wordsOf } from './agent-house.ts'

let house: AgentHouse
beforeEach(async () => {
  house = await agentHouse()
})
afterEach(() => house[Symbol.asyncDispose]())

const listing = functionCall('taskflow_list_tasks', {}, { callId: 'call_1' })
const deleting = functionCall('taskflow_delete_task', { task_id: 1 }, { callId: 'call_2' })

describe('what a tool answers', () => {
  it('is drawn below the steps and above the text, from the value that the tool gave', async () => {
    const seen: ToolResult[] = []
    const chat = house.process([[listing], [assistantMessage('There.')]], {
      agent: {
        draw(result, context) {
          seen.push(result)
          const { tasks } = result.structured as { tasks: { title: string }[] }
          const children = tasks.map(({ title }) => ({ type: 'Text', value: title }))
          return streamWidget([{ type: 'Card', children }], context)
        },
      },
    })
    const { events, card } = await chat.say('alice', 'What is there?')
    expect(chat.errors).toEqual([])
    expect(seen).toMatchObject([
      { name: 'taskflow_list_tasks', server: 'taskflow', arguments: '{}', callId: 'call_1' },
    ])
    expect(seen[0]?.text).toContain('"title":"One"')
    expect(wordsOf(card.widget)).toBe('One\nTwo\nThree')
    const done = events.filter(({ type }) => type === 'thread.item.done')
    expect(done.map(({ item }) => item.type)).toEqual([
      'user_message',
      'workflow',
      'widget',
      'assistant_message',
    ])
  })

  it('is drawn after an approval, too', async () => {
    const drawn: string[] = []
    const chat = house.process([[deleting], [assistantMessage('Gone.')]], {
      agent: {
        draw: ({ name }) => {
          drawn.push(name)
          return []
        },
      },
    })
    const { card, threadId } = await chat.say('alice', 'Delete task 1')
    expect(drawn).toEqual([])
    await chat.press('alice', threadId, card, 'confirm')
    expect(drawn).toEqual(['taskflow_delete_task'])
  })
})

describe('a hook before calls', () => {
  it('sees each call that leaves, and can answer in its place', async () => {
    const seen: OutgoingCall[] = []
    const chat = house.process([[listing], [assistantMessage('No.')]], {
      agent: {
        beforeCall(call, { caller }) {
          seen.push(call)
          return `This was not done: ${caller.principal.subject} has used up the day.`
        },
      },
    })
    await chat.say('alice', 'What is there?')
    expect(seen).toEqual([{ server: 'taskflow', name: 'taskflow_list_tasks', arguments: '{}' }])
    expect(callsAt(house.tasks)).toEqual([])
    expect(JSON.stringify(chat.model.calls[1]?.request.input)).toContain('has used up the day')
  })

  it('sees an approved call when it leaves, and not when it is asked about', async () => {
    const seen: string[] = []
    const chat = house.process([[deleting], [assistantMessage('Gone.')]], {
      agent: { beforeCall: ({ name, arguments: args }) => seen.push(`${name} ${args}`) },
    })
    const { card, threadId } = await chat.say('alice', 'Delete task 1')
    expect(seen).toEqual([])
    await chat.press('alice', threadId, card, 'confirm')
    expect(seen).toEqual(['taskflow_delete_task {"task_id":1}'])
    expect(callsAt(house.tasks)).toEqual(['taskflow_delete_task'])
  })
})

describe('tools of the app’s own', () => {
  const made: unknown[] = []
  const own = (needsApproval: boolean) =>
    tool({
      name: 'send_mail',
      description: 'Sends a mail.',
      parameters: z.object({ to: z.string() }),
      needsApproval,
      execute: async ({ to }) => {
        made.push(to)
        return { sent: to }
      },
    })
  const mailing = functionCall('send_mail', { to: 'bob' }, { callId: 'call_3' })
  beforeEach(() => {
    made.length = 0
  })

  it('stand beside those of servers, and what they answer is drawn', async () => {
    const drawn: ToolResult[] = []
    const script = [[listing, mailing], [assistantMessage('Sent.')]]
    const chat = house.process(script, {
      run: { tools: [own(false)] },
      agent: {
        draw: (result) => {
          drawn.push(result)
          return undefined
        },
      },
    })
    const { events } = await chat.say('alice', 'Mail the list')
    expect(chat.errors).toEqual([])
    expect(made).toEqual(['bob'])
    expect(callsAt(house.tasks)).toEqual(['taskflow_list_tasks'])
    expect(textsIn(events)).toEqual(['Sent.'])
    expect(drawn.find(({ name }) => name === 'send_mail')).toMatchObject({
      arguments: '{"to":"bob"}',
      structured: { sent: 'bob' },
    })
  })

  it('wait for the person, if they need an approval, and run once after the yes', async () => {
    const chat = house.process([[mailing], [assistantMessage('Sent.')]], {
      run: { tools: [own(true)] },
    })
    const { card, threadId } = await chat.say('alice', 'Mail it')
    expect(made).toEqual([])
    expect(wordsOf(card.widget)).toContain('send_mail on this app\nto: bob')
    const events = await chat.press('alice', threadId, card, 'confirm')
    expect(chat.errors).toEqual([])
    expect(made).toEqual(['bob'])
    expect(textsIn(events)).toEqual(['Sent.'])
  })

  it('take no name away from a server, and none of the page', async () => {
    const chat = house.process([[assistantMessage('Hi.')]], {
      run: { tools: [own(false), own(false)] },
    })
    await chat.say('alice', 'Hello')
    expect(chat.errors).toMatchObject([
      { error: { message: 'tools: each needs a name of its own' } },
    ])
  })

  it('go on in an agent that the model hands over to', async () => {
    const mailer = new Agent({ name: 'Mailer', instructions: 'Mail.', tools: [own(false)] })
    const handing = functionCall('transfer_to_Mailer', {}, { callId: 'call_4' })
    const chat = house.process([[handing], [mailing], [assistantMessage('Sent.')]], {
      run: { handoffs: [mailer] },
    })
    const { events } = await chat.say('alice', 'Mail it')
    expect(chat.errors).toEqual([])
    expect(made).toEqual(['bob'])
    expect(JSON.stringify(events)).toContain('Handed over to Mailer')
    expect(textsIn(events)).toEqual(['Sent.'])
  })
})

describe('an action of the app’s own', () => {
  const acting = async (chat: ReturnType<AgentHouse['process']>, action: object) => {
    const { threadId } = await chat.say('alice', 'Hello')
    return chat.stream('alice', 'threads.custom_action', { thread_id: threadId, action })
  }
  const HELLO = [assistantMessage('Hi.')]

  it('that is a text becomes the person’s message, which the agent answers', async () => {
    const chat = house.process([HELLO, [assistantMessage('Started.')]], {
      agent: {
        action: ({ type, payload }) =>
          type === 'task.start' ? `Start task ${(payload as Loose).id}` : undefined,
      },
    })
    const events = await acting(chat, { type: 'task.start', payload: { id: 7 } })
    expect(chat.errors).toEqual([])
    expect(events.find(({ item }) => item?.type === 'user_message')?.item).toMatchObject({
      content: [{ type: 'input_text', text: 'Start task 7' }],
    })
    expect(textsIn(events)).toEqual(['Started.'])
    expect(JSON.stringify(chat.model.calls[1]?.request.input)).toContain('Start task 7')
  })

  it('that gives events is answered with them', async () => {
    const chat = house.process([HELLO], {
      agent: {
        action: (_, context) =>
          streamWidget([{ type: 'Card', children: [{ type: 'Text', value: 'Ok' }] }], context),
      },
    })
    const events = await acting(chat, { type: 'anything' })
    expect(wordsOf(cardIn(events).widget)).toBe('Ok')
  })

  it('that the app does not know ends with an error', async () => {
    const chat = house.process([HELLO], { agent: { action: () => undefined } })
    expect((await acting(chat, { type: 'task.nothing' })).at(-1)).toMatchObject({ type: 'error' })
  })

  it('never stands for a decision about an approval', async () => {
    const seen: string[] = []
    const chat = house.process([[deleting], [assistantMessage('Gone.')]], {
      agent: {
        action: ({ type }) => {
          seen.push(type)
          return 'Hello'
        },
      },
    })
    const { card, threadId } = await chat.say('alice', 'Delete task 1')
    await chat.press('alice', threadId, card, 'confirm')
    expect(seen).toEqual([])
    expect(callsAt(house.tasks)).toEqual(['taskflow_delete_task'])
  })
})

describe('what the page says', () => {
  it('comes to the app: the metadata of request and message, and the headers that it chose', async () => {
    const seen: Loose[] = []
    const chat = testChat(
      async function* (_thread, _message, { metadata, inputMetadata, headers }) {
        seen.push({ metadata, inputMetadata, headers })
        yield* []
      },
      { contextHeaders: ['X-Page-URL', 'X-Long'] },
    )
    const input = message('Hello', { metadata: { page: 'tasks' } })
    const body = { type: 'threads.create', params: { input }, metadata: { project: 7 } }
    const sent = request('alice', body)
    sent.headers.set('x-page-url', 'https://app.example/tasks')
    sent.headers.set('x-other', 'not chosen')
    sent.headers.set('x-long', 'x'.repeat(5_000))
    const events = parseEvents(await (await chat.handler(sent)).text())
    expect(seen).toEqual([
      {
        metadata: { project: 7 },
        inputMetadata: { page: 'tasks' },
        headers: { 'x-page-url': 'https://app.example/tasks' },
      },
    ])
    expect(JSON.stringify(events)).not.toContain('"page"')
  })

  it.each(['Authorization', 'cookie', 'DPoP', 'X-Access-Token', 'x-api-key'])(
    'has no header %s',
    (name) => {
      const options = {
        admit: async () => ({ ok: false as const, response: new Response() }),
        store: memoryThreadStore(),
        respond: async function* () {},
        contextHeaders: [name],
      }
      expect(() => chatkitServer<TestCaller>(options)).toThrow('nobody but the door reads')
    },
  )
})

it('the card names the person as their token does', async () => {
  const call = { callId: 'a', name: 'wipe', server: 'any', scopes: [], arguments: '{}' }
  const agent = agentChat<TestCaller>({
    async *run() {
      yield { type: 'approval_needed', calls: [call], state: '' }
    },
  })
  const chat = testChat(agent.respond, {
    action: agent.action,
    admit: async () => ({
      ok: true,
      value: {
        principal: { issuer: 'https://a.example', subject: 'k4w3XZVZ' },
        token: { claims: { name: 'Alice Doe' } },
        ended: 0,
        end: async () => {},
      },
    }),
  })
  const asked = await chat.stream('alice', 'threads.create', { input: message('Wipe it') })
  expect(wordsOf(cardIn(asked).widget)).toContain('for Alice Doe:')
})

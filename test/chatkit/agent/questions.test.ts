// Servers that ask the person something in a chat: a form or a link is shown while the call waits, the
// answer goes to the server that asked, and nothing of it stays in the conversation.

import { assistantMessage, functionCall } from '@openai/agents/testing'
import { describe, expect, it } from 'vitest'
import {
  type Asked,
  type AskingServer,
  form,
  pageServer,
  roundServer,
  sessionServer,
} from '../../openai-agents/asking-server.ts'
import { ALICE } from '../../openai-agents/talk.ts'
import { eventReader, type Loose, message } from '../support.ts'
import {
  type AgentHouse,
  agentHouse,
  type HouseOptions,
  type HouseProcess,
  wordsOf,
} from './agent-house.ts'

/** A chat whose agent calls the tool that asks. */
function chatOf(house: AgentHouse, server: AskingServer, options: HouseOptions = {}): HouseProcess {
  const { name, member } = server
  return house.process(
    [[functionCall(`${name}_ask`, {}, { callId: 'c1' })], [assistantMessage('Done.')]],
    {
      ...options,
      run: {
        ...options.run,
        caller: { principal: ALICE, fetch: () => member.fetch },
        servers: [{ name, url: `https://${name}.test/mcp` }],
      },
    },
  )
}

/** A question on the screen, and the rest of its answer. */
interface Shown {
  readonly threadId: string
  readonly card: Loose
  act(button: 'confirm' | 'cancel', values?: object, change?: object): Promise<Response>
  rest(): Promise<Loose[]>
  stop(): Promise<void>
}

/** Sends a message, and reads until the question is shown. */
async function untilAsked(chat: HouseProcess, from = chat, who = 'alice'): Promise<Shown> {
  const reader = eventReader(await chat.send('alice', 'threads.create', { input: message('Go.') }))
  const threadId = (await reader.until('thread.created')).thread.id
  let card: Loose
  while (!card) {
    const event = await reader.next()
    if (!event) throw new Error('nothing was asked')
    if (event.item?.type === 'widget') card = event.item
  }
  return {
    threadId,
    card,
    async act(button, values, change = {}) {
      const { type, payload } = card.widget[button].action
      return from.send(who, 'threads.sync_custom_action', {
        thread_id: threadId,
        item_id: card.id,
        action: { type, payload: { ...payload, ...(values ? { values } : {}) } },
        ...change,
      })
    },
    async rest() {
      const events: Loose[] = []
      for (let event = await reader.next(); event; event = await reader.next()) events.push(event)
      return events
    },
    stop: () => reader.stop(),
  }
}

const texts = (events: readonly Loose[]) =>
  events.flatMap(({ type, item }) =>
    type === 'thread.item.done' && item.type === 'assistant_message' ? [item.content[0].text] : [],
  )

const street = form('street', { type: 'string', title: 'Street' }, 'Where to?', ['street'])

const ways: readonly [string, (asked: Asked) => AskingServer][] = [
  ['2026-07-28', roundServer],
  ['2025-11-25', sessionServer],
]

describe.each(ways)('a question of %s', (_, serverFor) => {
  it('is a form; the call goes on with what was filled in, and nothing of that stays', async () => {
    await using house = await agentHouse()
    const server = serverFor(street)
    const requests: unknown[] = []
    const onModelRequest = (request: unknown) => void requests.push(request)
    const shown = await untilAsked(chatOf(house, server, { run: { onModelRequest } }))
    expect(wordsOf(shown.card.widget)).toContain('Where to?')
    expect(wordsOf(shown.card.widget)).toContain(`goes to ${server.name}`)
    expect(JSON.stringify(shown.card.widget)).toContain('"name":"values.f0"')

    const answered = await shown.act('confirm', { f0: 'Elm 7 TYPED-BY-ALICE' })
    expect(await answered.json()).toEqual({})
    const events = await shown.rest()
    expect(texts(events)).toEqual(['Done.'])
    expect(server.answers).toMatchObject([
      { action: 'accept', content: { street: 'Elm 7 TYPED-BY-ALICE' } },
    ])

    const ended = events.find(({ type }) => type === 'thread.item.replaced')
    expect(ended.item).toMatchObject({ id: shown.card.id, type: 'widget' })
    expect(ended.item.widget.confirm).toBeUndefined()
    const kept = await house.store.items(house.owner('alice'), shown.threadId, {
      limit: 100,
      order: 'asc',
      hidden: true,
    })
    const everywhere = JSON.stringify([events, kept, requests])
    expect(everywhere).not.toContain('TYPED-BY-ALICE')
    expect(JSON.stringify(kept)).not.toContain('onbehalf.question')
    expect(requests).toHaveLength(2)
    expect(JSON.stringify(requests)).not.toContain('Where to?')
  })

  it('is a link with its host, and the call goes on when the person is back', async () => {
    await using house = await agentHouse()
    const url = 'https://pay.example/bill?id=7)(x'
    const server = serverFor({ mode: 'url', message: 'Pay there.', url, elicitationId: 'b' })
    const shown = await untilAsked(chatOf(house, server))
    const words = wordsOf(shown.card.widget)
    expect(words.split('\n')).toContain('pay.example')
    expect(words).toContain('[Open pay.example](https://pay.example/bill?id=7%29%28x)')
    expect(shown.card.widget.asForm).toBeUndefined()
    expect((await shown.act('confirm')).status).toBe(200)
    expect(texts(await shown.rest())).toEqual(['Done.'])
    expect(server.answers).toMatchObject([{ action: 'accept' }])
  })

  it('is declined', async () => {
    await using house = await agentHouse()
    const server = serverFor(street)
    const shown = await untilAsked(chatOf(house, server))
    expect((await shown.act('cancel')).status).toBe(200)
    expect(texts(await shown.rest())).toEqual(['Done.'])
    expect(server.answers).toMatchObject([{ action: 'decline' }])
  })

  it('is answered by way of another process', async () => {
    await using house = await agentHouse()
    const server = serverFor(street)
    const shown = await untilAsked(chatOf(house, server), chatOf(house, server))
    expect((await shown.act('confirm', { f0: 'Elm' })).status).toBe(200)
    const events = await shown.rest()
    expect(texts(events)).toEqual(['Done.'])
    expect(server.answers).toMatchObject([{ action: 'accept', content: { street: 'Elm' } }])
    const page = await house.store.items(house.owner('alice'), shown.threadId, {
      limit: 100,
      order: 'asc',
      hidden: true,
    })
    expect(JSON.stringify(page)).not.toContain('onbehalf.question')
  })

  it('ends when nobody answers in time', async () => {
    await using house = await agentHouse()
    const server = serverFor(street)
    const shown = await untilAsked(chatOf(house, server, { agent: { questions: 50 } }))
    const events = await shown.rest()
    expect(texts(events)).toEqual(['Done.'])
    expect(server.answers).toMatchObject([{ action: 'cancel' }])
    expect((await shown.act('confirm', { f0: 'Elm' })).status).toBe(400)
  })
})

describe('an answer', () => {
  it('counts once, from the card that asked, in the thread of the person', async () => {
    await using house = await agentHouse()
    const server = sessionServer(street)
    const chat = chatOf(house, server)
    const shown = await untilAsked(chat)
    const elsewhere = await chat.create('alice', 'another thread').catch(() => '')
    const wrong = [
      await shown.act('confirm', { f0: 'Elm' }, { item_id: undefined }),
      await shown.act('confirm', { f0: 'Elm' }, { thread_id: elsewhere }),
      await shown.act('confirm', undefined, {
        action: { type: 'onbehalf.answer', payload: { question: 'made-up' } },
      }),
      await shown.act('confirm', undefined, {
        action: { type: 'onbehalf.answer', payload: { question: { toString: null } } },
      }),
      await shown.act('confirm', undefined, { action: { type: 'other', payload: {} } }),
      await chat.send('bob', 'threads.sync_custom_action', {
        thread_id: shown.threadId,
        item_id: shown.card.id,
        action: shown.card.widget.cancel.action,
      }),
    ]
    const statuses = wrong.map(({ status }) => status)
    expect(statuses.filter((status) => status < 400 || status >= 500)).toEqual([])
    expect(server.answers).toEqual([])
    const [first, second] = await Promise.all([
      shown.act('confirm', { f0: 'Elm' }),
      shown.act('cancel'),
    ])
    expect([first.status, second.status]).toEqual([200, 400])
    await shown.rest()
    expect(server.answers).toMatchObject([{ action: 'accept' }])
  })

  const fields: readonly [string, object, unknown, unknown][] = [
    ['a text', { type: 'string', minLength: 2, maxLength: 3 }, 'ab', 'ab'],
    ['two letters of one code point each', { type: 'string', maxLength: 2 }, '🌲🌲', '🌲🌲'],
    ['a text that is too long', { type: 'string', maxLength: 3 }, 'abcd', undefined],
    ['nothing', { type: 'string' }, ' ', undefined],
    ['an address', { type: 'string', format: 'email' }, 'a@b.example', 'a@b.example'],
    ['no address', { type: 'string', format: 'email' }, 'a b', undefined],
    ['a day', { type: 'string', format: 'date' }, '2026-11-30', '2026-11-30'],
    ['no day', { type: 'string', format: 'date' }, '2026-13-41', undefined],
    ['a page', { type: 'string', format: 'uri' }, 'https://a.example/', 'https://a.example/'],
    ['a number', { type: 'number', minimum: 1.5 }, 1.5, 1.5],
    ['a number as text', { type: 'number' }, '2.5', 2.5],
    ['a number that is too small', { type: 'number', minimum: 2 }, 1, undefined],
    ['no whole number', { type: 'integer' }, 1.5, undefined],
    ['words for a number', { type: 'number' }, 'many', undefined],
    ['yes', { type: 'boolean' }, true, true],
    ['no', { type: 'boolean' }, undefined, false],
    ['a choice', { type: 'string', enum: ['s', 'm'] }, 'm', 'm'],
    ['a choice that is none', { type: 'string', enum: ['s', 'm'] }, 'xl', undefined],
    [
      'choices',
      { type: 'array', items: { type: 'string', enum: ['mon', 'tue', 'wed'] } },
      { o0: true, o1: false, o2: true },
      ['mon', 'wed'],
    ],
    [
      'too many choices',
      { type: 'array', items: { type: 'string', enum: ['mon', 'tue'] }, maxItems: 1 },
      { o0: true, o1: true },
      undefined,
    ],
    ['an object for a text', { type: 'string' }, { a: 1 }, undefined],
  ]
  it.each(fields)('is checked by its field: %s', async (_, field, filled, wanted) => {
    await using house = await agentHouse()
    const server = sessionServer(form('a.b', field, 'Tell me.', ['a.b']))
    const shown = await untilAsked(chatOf(house, server))
    const answered = await shown.act('confirm', { f0: filled })
    if (wanted === undefined) {
      expect(answered.status).toBe(400)
      expect(await answered.text()).toContain('a.b')
      await shown.act('cancel')
    } else expect(answered.status).toBe(200)
    await shown.rest()
    expect(server.answers).toMatchObject(
      wanted === undefined
        ? [{ action: 'decline' }]
        : [{ action: 'accept', content: { 'a.b': wanted } }],
    )
  })
})

it('a page that a call needs first (error -32042) is a link, and the call is made when they are back', async () => {
  await using house = await agentHouse()
  const server = pageServer('https://login.example/')
  const shown = await untilAsked(chatOf(house, server))
  expect(wordsOf(shown.card.widget)).toContain('login.example')
  expect(server.answers).toEqual(['call 1'])
  await shown.act('confirm')
  expect(texts(await shown.rest())).toEqual(['Done.'])
  expect(server.answers).toEqual(['call 1', 'call 2'])
})

it('what hides in the words of a server is made visible', async () => {
  await using house = await agentHouse()
  const server = sessionServer(
    form('f', { type: 'string', title: 'Na\u202eme' }, 'Line\u200b one\n\u202etwo'),
  )
  const shown = await untilAsked(chatOf(house, server))
  expect(wordsOf(shown.card.widget)).not.toMatch(/[\u202e\u200b]/)
  await shown.act('cancel')
  await shown.rest()
})

it('a question whose run has died is closed by the next message', async () => {
  await using house = await agentHouse()
  const server = sessionServer(street)
  const dying = chatOf(house, server)
  const shown = await untilAsked(dying)
  await shown.stop()
  const next = house.process([[assistantMessage('Here.')]])
  const turn = await next.say('alice', 'Are you there?', shown.threadId)
  const ended = turn.events.find(
    ({ type, item }) => type === 'thread.item.replaced' && item.id === shown.card.id,
  )
  expect(wordsOf(ended.item.widget)).toContain('no longer open')
  expect((await shown.act('confirm', { f0: 'Elm' })).status).toBe(400)
  await dying.server.close()
})

it('nothing is asked where the app says so', async () => {
  await using house = await agentHouse()
  const server = roundServer(street)
  const chat = chatOf(house, server, { agent: { questions: false } })
  await chat.say('alice', 'Go.')
  expect(JSON.stringify(server.capabilities)).not.toContain('elicitation')
})

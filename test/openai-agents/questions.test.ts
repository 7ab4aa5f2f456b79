// What a server asks the person while a tool is called: it is shown as what it is, the call goes on
// with the answer, and the model sees neither.

import {
  type AskPerson,
  type Question,
  type QuestionAnswer,
  type RunAgentOptions,
  runAgent,
} from 'onbehalf/openai-agents'
import { describe, expect, it } from 'vitest'
import {
  type Asked,
  type AskingServer,
  form,
  pageServer,
  roundServer,
  sessionServer,
} from './asking-server.ts'
import { eagerModel, runWith } from './odd-house.ts'
import { ALICE, eventsOf } from './talk.ts'

/** A person who answers each question, and what they were asked. */
function person(answer: QuestionAnswer | ((question: Question) => QuestionAnswer)) {
  const asked: Question[] = []
  const ask: AskPerson = async (question) => {
    asked.push(question)
    return typeof answer === 'function' ? answer(question) : answer
  }
  return { asked, ask }
}

const accept = (content: object): QuestionAnswer =>
  ({ action: 'accept', content }) as QuestionAnswer
const OPENED: QuestionAnswer = { action: 'accept' }

/** The same question in each way that MCP has. */
const ways: readonly [string, (asked: Asked) => AskingServer][] = [
  ['2026-07-28', roundServer],
  ['2025-11-25', sessionServer],
]

describe.each(ways)('a question of %s', (_, serverFor) => {
  it('is a form, and its answer goes to the server and not to the model', async () => {
    const server = serverFor({
      mode: 'form',
      message: 'Where to?',
      requestedSchema: {
        type: 'object',
        properties: {
          street: { type: 'string', title: 'Street', description: 'And number', maxLength: 40 },
          mail: { type: 'string', format: 'email', default: 'a@b.example' },
          count: { type: 'integer', minimum: 1 },
          fast: { type: 'boolean', default: true },
          size: { type: 'string', enum: ['s', 'm'], enumNames: ['Small', 'Medium'] },
          kind: { type: 'string', oneOf: [{ const: 'a', title: 'First' }] },
          days: { type: 'array', items: { type: 'string', enum: ['mon', 'tue'] }, maxItems: 1 },
        },
        required: ['street'],
      },
    } as Asked)
    const content = { street: 'Elm 7 TYPED-BY-ALICE', count: 2, fast: false, days: ['tue'] }
    const { asked, ask } = person(accept(content))
    const told = await runWith([server.member], { ask })
    expect(asked).toEqual([
      {
        server: server.name,
        message: 'Where to?',
        type: 'form',
        fields: [
          {
            name: 'street',
            label: 'Street',
            description: 'And number',
            required: true,
            kind: { type: 'text', maxLength: 40 },
          },
          {
            name: 'mail',
            label: 'mail',
            required: false,
            kind: { type: 'text', format: 'email' },
            value: 'a@b.example',
          },
          {
            name: 'count',
            label: 'count',
            required: false,
            kind: { type: 'number', whole: true, minimum: 1 },
          },
          { name: 'fast', label: 'fast', required: false, kind: { type: 'boolean' }, value: true },
          {
            name: 'size',
            label: 'size',
            required: false,
            kind: {
              type: 'choice',
              options: [
                { value: 's', label: 'Small' },
                { value: 'm', label: 'Medium' },
              ],
            },
          },
          {
            name: 'kind',
            label: 'kind',
            required: false,
            kind: { type: 'choice', options: [{ value: 'a', label: 'First' }] },
          },
          {
            name: 'days',
            label: 'days',
            required: false,
            kind: {
              type: 'choices',
              options: [
                { value: 'mon', label: 'mon' },
                { value: 'tue', label: 'tue' },
              ],
              maxItems: 1,
            },
          },
        ],
      },
    ])
    expect(server.answers).toMatchObject([{ action: 'accept', content }])
    expect(told.done).toEqual([`${server.name}_ask`])
    expect(JSON.stringify([told.requests, told.events])).not.toContain('TYPED-BY-ALICE')
    expect(JSON.stringify(told.requests)).toContain('thank you')
  })

  it('is a link, which the person opens', async () => {
    const server = serverFor({
      mode: 'url',
      message: 'Pay there.',
      url: 'https://pay.example/bill?id=7',
      elicitationId: 'bill-7',
    })
    const { asked, ask } = person(OPENED)
    expect((await runWith([server.member], { ask })).done).toHaveLength(1)
    expect(asked).toEqual([
      {
        server: server.name,
        message: 'Pay there.',
        type: 'link',
        url: 'https://pay.example/bill?id=7',
      },
    ])
    expect(server.answers).toMatchObject([{ action: 'accept' }])
  })

  it.each(['decline', 'cancel'] as const)('is not answered: %s', async (action) => {
    const server = serverFor(form('street', { type: 'string' }))
    expect((await runWith([server.member], { ask: person({ action }).ask })).done).toHaveLength(1)
    expect(server.answers).toMatchObject([{ action }])
  })

  it('is cancelled when asking fails', async () => {
    const server = serverFor(form('street', { type: 'string' }))
    const ask = () => Promise.reject(new Error('no page'))
    await runWith([server.member], { ask })
    expect(server.answers).toMatchObject([{ action: 'cancel' }])
  })

  it('takes no time of the call', async () => {
    const server = serverFor(form('street', { type: 'string' }))
    const ask: AskPerson = async () => {
      await new Promise((resolve) => setTimeout(resolve, 700))
      return accept({ street: 'Elm' })
    }
    const told = await runWith([server.member], { ask, timeouts: { server: 350, total: 350 } })
    expect(told.done).toHaveLength(1)
    expect(server.answers).toMatchObject([{ action: 'accept' }])
  })

  it('ends with the run', async () => {
    const server = serverFor(form('street', { type: 'string' }))
    const stop = new AbortController()
    const ask: AskPerson = (_question, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve({ action: 'cancel' }))
        stop.abort()
      })
    const told = await runWith([server.member], { ask, signal: stop.signal })
    expect(told.error).toBe(undefined)
    expect(told.done).toEqual([])
  })

  const refused: readonly [string, Asked, string][] = [
    ['a password', form('password', { type: 'string' }), 'password or a key'],
    ['a key by its name', form('api_key', { type: 'string' }), 'password or a key'],
    ['a token by its title', form('f', { type: 'string', title: 'Access token' }), 'password'],
    [
      'a key by its description',
      form('f', { type: 'string', description: 'Paste your API key here' }),
      'password or a key',
    ],
    [
      'a password by the question',
      form('f', { type: 'string' }, 'Please enter your GitHub password'),
      'password or a key',
    ],
    ...[
      'Password for Tasks',
      'Password (required)',
      'GitHub password to continue',
      'Your pаssword',
      'ＡＰＩ key of your account',
      'Access token\nof GitHub',
      `Password${' '.repeat(130)}please`,
      'Recovery code',
    ].map((title): [string, Asked, string] => [
      `a credential by its label, ${JSON.stringify(title)}`,
      form('f', { type: 'string', title }),
      'password or a key',
    ]),
    ...['GitHub pаssword', 'GitHub pass\u200bword', 'GitHub\npassword'].map(
      (what): [string, Asked, string] => [
        `a credential by the question, ${JSON.stringify(what)}`,
        form('f', { type: 'string' }, `Please enter your ${what}`),
        'password or a key',
      ],
    ),
    [
      'a password by the question, with two fields',
      {
        message: 'Please enter your password below',
        requestedSchema: {
          type: 'object',
          properties: { first: { type: 'string' }, second: { type: 'string' } },
        },
      },
      'password or a key',
    ],
    ['a form that is too long', form('f'.repeat(200_001), { type: 'string' }), 'cannot be shown'],
    ['a code', form('otp', { type: 'string' }), 'password or a key'],
    ['a card', form('card_number', { type: 'string' }), 'password or a key'],
    ['a PIN', form('pin', { type: 'integer' }), 'password or a key'],
    [
      'a page without encryption',
      { mode: 'url', message: '', url: 'http://pay.example/', elicitationId: 'x' },
      'not safe',
    ],
    [
      'a page under a false name',
      { mode: 'url', message: '', url: 'https://bank.example@evil.example/', elicitationId: 'x' },
      'not safe',
    ],
    [
      'a script',
      { mode: 'url', message: '', url: 'javascript:alert(1)', elicitationId: 'x' },
      'not safe',
    ],
  ]
  it.each(refused)('is refused, and nobody is asked: %s', async (_what, asks, sentence) => {
    const server = serverFor(asks)
    const { asked, ask } = person(accept({ f: 'x' }))
    const told = await runWith([server.member], { ask })
    expect(asked).toEqual([])
    expect(server.answers).toMatchObject([{ action: 'decline' }])
    expect(told.person).toMatchObject([{ server: server.name, text: expect.any(String) }])
    expect(told.person[0]?.text).toContain(sentence)
    expect(told.operator).toMatchObject([
      { server: server.name, detail: expect.stringMatching(/^question_/) },
    ])
  })

  const harmless: readonly [string, Asked][] = [
    ['the name of a key', form('name', { type: 'string' }, 'Name of the new API key')],
    ['whether to make a token', form('create_token', { type: 'boolean' })],
    ['which password rule', form('password_rule', { type: 'string', enum: ['long', 'short'] })],
    ['a password rule', form('f', { type: 'string', title: 'Password policy of the group' })],
    ['the name of a key', form('f', { type: 'string', title: 'Name of the API key' })],
    ['a number of tokens', form('f', { type: 'number', title: 'Number of tokens' })],
    ['an account', form('account', { type: 'string' }, 'Which account?')],
    ['an e-mail address', form('email', { type: 'string', format: 'email' })],
    ['a folder', form('folder_token', { type: 'string', description: 'Id of the folder' })],
    [
      'a page of this machine',
      { mode: 'url', message: '', url: 'http://127.0.0.1:9/x', elicitationId: 'x' },
    ],
  ]
  it.each(harmless)('is put to the person: %s', async (_what, asks) => {
    const { asked, ask } = person({ action: 'decline' })
    const told = await runWith([serverFor(asks).member], { ask })
    expect(asked).toHaveLength(1)
    expect(told.person).toEqual([])
  })

  it('cannot be asked where nobody can answer, and the server knows that', async () => {
    const server = serverFor(form('street', { type: 'string' }))
    await runWith([server.member])
    expect(server.answers).toEqual([])
    expect(JSON.stringify(server.capabilities)).not.toContain('elicitation')
  })
})

describe('an answer', () => {
  it('goes to the server that asked, and to no other', async () => {
    const servers = [
      sessionServer(form('street', { type: 'string' }), 'one'),
      roundServer(form('street', { type: 'string' }), 'two'),
      sessionServer(async () => 'nothing asked', 'three'),
    ]
    const { asked, ask } = person(({ server }) => accept({ street: `for ${server}` }))
    const sent: string[] = []
    const watched = servers.map(({ member: { name, fetch } }) => ({
      name,
      fetch: ((input, init) => {
        if (typeof init?.body === 'string' && init.body.includes('for '))
          sent.push(`${name}: ${/for \w+/.exec(init.body)?.[0]}`)
        return fetch(input, init)
      }) as typeof fetch,
    }))
    await runWith(watched, { ask })
    expect(asked.map(({ server }) => server).sort()).toEqual(['one', 'two'])
    expect(sent.sort()).toEqual(['one: for one', 'two: for two'])
  })

  it('is asked for one after the other, and not without end', async () => {
    let open = 0
    let most = 0
    const server = sessionServer(async (asking, answers) => {
      const question = form('street', { type: 'string' })
      answers.push(
        ...(await Promise.all(Array.from({ length: 25 }, () => asking.elicitInput(question)))),
      )
      return 'ready'
    })
    const told = await runWith([server.member], {
      ask: async () => {
        most = Math.max(most, ++open)
        await new Promise((resolve) => setTimeout(resolve, 1))
        open--
        return accept({ street: 'Elm' })
      },
    })
    expect(most).toBe(1)
    const actions = server.answers.map((answer) => (answer as QuestionAnswer).action)
    expect(actions.filter((action) => action === 'accept')).toHaveLength(20)
    expect(actions.filter((action) => action === 'decline')).toHaveLength(5)
    expect(told.person).toHaveLength(1)
  })
})

describe('a page that a call needs first (error -32042)', () => {
  it('is put to the person, and the call is made again when they are back', async () => {
    const server = pageServer('https://login.example/')
    const { asked, ask } = person(() => {
      expect(server.answers).toEqual(['call 1'])
      return OPENED
    })
    const told = await runWith([server.member], { ask })
    expect(asked).toMatchObject([
      { type: 'link', message: 'Sign in there.', url: 'https://login.example/' },
    ])
    expect(server.answers).toEqual(['call 1', 'call 2'])
    expect(told.done).toEqual(['pages_ask'])
  })

  it.each([
    ['they decline', 'https://login.example/', 1],
    ['it is not safe', 'http://login.example/', 0],
  ])('ends the call when %s: nothing was done', async (_, url, questions) => {
    const server = pageServer(url)
    const { asked, ask } = person({ action: 'decline' })
    const told = await runWith([server.member], { ask })
    expect(asked).toHaveLength(questions)
    expect(server.answers).toEqual(['call 1'])
    expect(JSON.stringify(told.requests.at(-1))).toContain('This was not done')
  })

  it('is not asked for without end', async () => {
    const server = pageServer('https://login.example/', 'pages', 100)
    const told = await runWith([server.member], { ask: person(OPENED).ask })
    expect(server.answers).toHaveLength(4)
    expect(told.done).toEqual([])
  })

  it('is told to the model where nobody can be asked', async () => {
    const told = await runWith([pageServer('https://login.example/').member])
    expect(JSON.stringify(told.requests.at(-1))).toContain('This was not done')
  })
})

it('a server that says that its page has done its part needs no other word of the person', async () => {
  const server = sessionServer(async (asking, answers) => {
    const answered = asking.elicitInput({
      mode: 'url',
      message: 'Pay there.',
      url: 'https://pay.example/',
      elicitationId: 'bill-7',
    })
    await isAsked
    await asking.createElicitationCompletionNotifier('bill-7')()
    answers.push(await answered)
    return 'paid'
  })
  let asked: () => void = () => undefined
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve
  })
  const told = await runWith([server.member], {
    ask: (_, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve({ action: 'cancel' }))
        asked()
      }),
  })
  expect(server.answers).toMatchObject([{ action: 'accept' }])
  expect(told.done).toEqual(['sessions_ask'])
})

it('a server in a process asks in the same way', async () => {
  const answers: unknown[] = []
  const transport = processServer(answers)
  const caller: RunAgentOptions['caller'] = {
    principal: ALICE,
    fetch: () => fetch,
    transport: () => transport,
  }
  const { asked, ask } = person(accept({ street: 'Elm' }))
  const events = await eventsOf(
    runAgent({
      caller,
      servers: [{ name: 'local' }],
      model: eagerModel(),
      instructions: 'Help.',
      input: [{ role: 'user', text: 'Do it.' }],
      ask,
    }),
  )
  expect(asked).toMatchObject([{ server: 'local', type: 'form' }])
  expect(answers).toMatchObject([{ action: 'accept', content: { street: 'Elm' } }])
  expect(events).toContainEqual(expect.objectContaining({ type: 'tool_done', outcome: 'done' }))
})

/** The transport of a process that asks for a street in each call. */
function processServer(answers: unknown[]) {
  const say = (message: object) => queueMicrotask(() => transport.onmessage?.(message))
  let called: unknown
  const transport: ReturnType<NonNullable<RunAgentOptions['caller']['transport']>> = {
    start: async () => undefined,
    close: async () => undefined,
    async send(message) {
      const { id, method, result } = message as { id: unknown; method?: string; result?: unknown }
      const answer = (value: object) => say({ jsonrpc: '2.0', id, result: value })
      if (method === 'initialize')
        answer({
          protocolVersion: '2025-11-25',
          capabilities: { tools: {} },
          serverInfo: { name: 'local', version: '1' },
        })
      else if (method === 'tools/list')
        answer({ tools: [{ name: 'local_ask', inputSchema: { type: 'object' } }] })
      else if (method === 'tools/call') {
        called = id
        const params = form('street', { type: 'string' })
        say({ jsonrpc: '2.0', id: 'q', method: 'elicitation/create', params })
      } else if (method === undefined) {
        answers.push(result)
        say({ jsonrpc: '2.0', id: called, result: { content: [{ type: 'text', text: 'ok' }] } })
      } else if (id !== undefined)
        say({ jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } })
    },
  }
  return transport
}

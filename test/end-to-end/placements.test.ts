// The same chat with each placement of the credential, and two people who take turns with the
// placements in which the credential is an argument.

import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { PLACEMENTS } from '../../examples/taskflow/placements.ts'
import { classicUrl } from '../../examples/taskflow/urls.ts'
import { signIn } from '../examples/taskflow/sign-in.ts'
import { say } from './chat.ts'
import { type Arrival, type House, startHouse } from './house.ts'
import { startParts } from './parts-house.ts'
import { type Person, signedIn } from './person.ts'

let house: House
beforeAll(async () => {
  house = await startHouse()
}, 60_000)
afterAll(() => house?.close())

const event = z.looseObject({
  hop: z.string(),
  outcome: z.string(),
  placement: z.string().optional(),
  destination: z.string().optional(),
})

/** Returns the placements of one turn's hops, in order, without repetitions. */
async function placements(
  person: Person,
  trace: string,
  hop: string,
): Promise<readonly (string | undefined)[]> {
  const { body } = await person.look(`/trail/${trace}`)
  const { events } = z.object({ events: z.array(event) }).parse(JSON.parse(body))
  expect(events.filter(({ outcome }) => outcome !== 'allowed')).toEqual([])
  return [
    ...new Set(
      events
        .filter((one) => one.hop === hop && one.destination !== house.urls.api)
        .map(({ placement }) => placement),
    ),
  ]
}

/** By placement: what carries the credential of a call, and where the tool server finds it. */
const EXPECTED: Readonly<
  Record<(typeof PLACEMENTS)[number], { readonly carry: string[]; readonly found: string[] }>
> = {
  header: { carry: ['header Authorization'], found: ['header Authorization'] },
  argument: {
    carry: ['none', 'argument /params/user_id, /params/access_token'],
    found: ['argument /params/access_token'],
  },
  session: { carry: ['session, once', 'none'], found: ['header Authorization', 'session handle'] },
  prompt: {
    carry: ['none', 'argument /params/user_id, /params/access_token'],
    found: ['argument /params/access_token'],
  },
  meta: {
    carry: ['_meta example.taskflow/access-token'],
    found: ['_meta example.taskflow/access-token'],
  },
  basic: { carry: ['header Authorization'], found: ['header Authorization'] },
  query: { carry: ['query taskflow_token'], found: ['query taskflow_token'] },
  cookie: { carry: ['cookie taskflow_token'], found: ['cookie taskflow_token'] },
  path: { carry: ['path'], found: ['path'] },
  // The id in the argument is no credential.
  parts: { carry: ['header X-TaskFlow-Token'], found: ['header X-TaskFlow-Token'] },
  // The process is another program: what it sends is no hop of this app.
  env: { carry: ['env TASKFLOW_TOKEN'], found: [] },
}

describe.each(PLACEMENTS)('%s', (placement) => {
  it(`${placement} answers as every placement does, and the trail shows where the credential was`, async () => {
    const person = await signedIn(house, 'alice')
    const word = `By ${placement}`
    const added = await person.say(`Add a task to walk ${word}`, undefined, placement)
    expect(added.answer).toMatch(new RegExp(`Added task \\d+: Walk ${word}\\.$`, 'm'))
    const id = /Added task (\d+)/.exec(added.answer)?.[1]
    expect(await placements(person, added.trace, 'carry')).toEqual(EXPECTED[placement].carry)
    expect(await placements(person, added.trace, 'server-door')).toEqual(EXPECTED[placement].found)
    expect((await person.say("What's pending?", added.thread, placement)).answer).toContain(
      `${id}. Walk ${word}`,
    )
    const done = await person.say(`Mark task ${id} as complete`, added.thread, placement)
    expect(done.answer).toContain(`Completed task ${id}: Walk ${word}.`)
    const waits = await person.say(`Delete task ${id}`, added.thread, placement)
    expect(JSON.stringify(waits.visit.body)).not.toMatch(/onbehalf_ref_|eyJ/)
    expect((await person.approve(waits, placement)).answer).toContain(
      `Deleted task ${id}: Walk ${word}.`,
    )
    expect((await person.say('list my projects', added.thread, placement)).answer).toMatch(
      /You have no projects/,
    )
  })

  it(`${placement} shows the model no credential, and parameters only for prompt references`, async () => {
    const person = await signedIn(house, 'bob')
    const { trace } = await person.say("What's pending?", undefined, placement)
    const { body } = await person.look(`/model-requests/${trace}`)
    expect(body).not.toMatch(/eyJ[\w-]+\.[\w-]+/)
    expect(body).toContain('taskflow_list_tasks')
    if (placement === 'prompt') {
      expect(body).toMatch(
        /user_id: onbehalf_ref_[0-9a-f]{32}\\naccess_token: onbehalf_ref_[0-9a-f]{32}/,
      )
      expect(body).toMatch(/access_token\\+":\\+"onbehalf_ref_[0-9a-f]{32}/)
    } else expect(body).not.toMatch(/user_id|access_token|onbehalf_ref_/)
  })
})

it.each([
  undefined,
  'nonsense',
  7,
  null,
  { type: 'argument' },
  ['argument'],
  '__proto__',
  'TaskFlow classic',
])('metadata.placement %o is the header', async (placement) => {
  const person = await signedIn(house, 'alice')
  const input = {
    content: [{ type: 'input_text', text: "What's pending?" }],
    attachments: [],
    inference_options: {},
  }
  const before = house.exchanges.length
  expect(
    (await person.chatkit('threads.create', { input }, { metadata: { placement } })).status,
  ).toBe(200)
  const calls = house.exchanges.slice(before).filter(({ body }) => body.includes('"tools/call"'))
  expect(calls.map(({ url, headers }) => [url, headers.has('authorization')])).toEqual([
    [house.urls.mcp, true],
  ])
})

describe('two people over arguments and prompts', () => {
  const TURNS = 100
  const MARKS = { alice: 'zqalpha', bob: 'zqbravo' } as const
  const seen: { readonly name: 'alice' | 'bob'; readonly text: string }[] = []
  let since = 0

  beforeAll(async () => {
    since = house.exchanges.length
    const lanes = (['alice', 'bob', 'alice', 'bob'] as const).map(async (name, lane) => {
      const person = await signedIn(house, name)
      let thread: string | undefined
      for (let turn = 0; turn < TURNS / 4; turn++) {
        const placement = (turn + lane) % 2 === 0 ? 'argument' : 'prompt'
        const text =
          turn % 2 === 0
            ? `Add a task to ${MARKS[name]}${lane}x${turn}`
            : `search for ${MARKS[name]}${lane}x${turn - 1}`
        const answer = await person.say(text, thread, placement)
        thread = answer.thread
        seen.push({ name, text: `${answer.answer}${answer.visit.raw}` })
        expect(answer.answer).toMatch(
          turn % 2 === 0 ? /Added task \d+/ : /You have 1 task that mentions?/,
        )
      }
    })
    await Promise.all(lanes)
  }, 120_000)

  it('each person is answered with their own tasks, and with nothing of the other', () => {
    expect(seen).toHaveLength(TURNS)
    for (const { name, text } of seen)
      expect(text.toLowerCase()).not.toContain(MARKS[name === 'alice' ? 'bob' : 'alice'])
  })

  it('each call carries, only in its arguments, the token and the id of the person who asked', () => {
    const calls = house.exchanges
      .slice(since)
      .filter(({ url, body }) => url === classicUrl(house.urls) && body.includes('"tools/call"'))
    expect(calls).toHaveLength(TURNS)
    for (const { body, headers } of calls) {
      expect(headers.get('authorization')).toBeNull()
      expect(body).not.toContain('onbehalf_ref_')
      const { params } = z
        .looseObject({
          params: z.looseObject({
            arguments: z.object({
              params: z.looseObject({ user_id: z.string(), access_token: z.string() }),
            }),
          }),
        })
        .parse(JSON.parse(body)).params.arguments
      const { sub, aud, act } = decodeJwt(params.access_token)
      expect([sub, aud, act]).toEqual([
        params.user_id,
        classicUrl(house.urls),
        { sub: 'taskflow-chat' },
      ])
      expect(body.toLowerCase()).toContain(MARKS[params.user_id === 'alice' ? 'alice' : 'bob'])
    }
  })

  it.each(['alice', 'bob'] as const)('%s has exactly their own tasks in the API', async (name) => {
    const token = await signIn({ issuer: house.urls.issuer, as: name, resource: house.urls.api })
    const headers = { authorization: `Bearer ${token}` }
    const visit = await house.visit(`${house.urls.api}/tasks?limit=50&search=${MARKS[name]}`, {
      headers,
    })
    expect(z.looseObject({ total: z.number() }).parse(JSON.parse(visit.body)).total).toBe(
      Math.ceil(TURNS / 8 + 0.5) * 2,
    )
    expect(visit.body.toLowerCase()).not.toContain(MARKS[name === 'alice' ? 'bob' : 'alice'])
  })
})

/** By placement: the token in a request to TaskFlow classic, and the request without it. */
const TAKE_TOKEN: Readonly<Record<string, (arrival: Arrival) => string | undefined>> = {
  basic: ({ headers }) => {
    const [, encoded = ''] = /^Basic (.*)$/.exec(String(headers.authorization)) ?? []
    const [id, token] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
    return token && decodeJwt(token).sub === id ? token : undefined
  },
  query: ({ url }) => new URL(url).searchParams.get('taskflow_token') ?? undefined,
  cookie: ({ headers }) => /^taskflow_token=([^;]*)$/.exec(String(headers.cookie))?.[1],
  path: ({ url }) => /\/mcp\/u\/([^/]*)$/.exec(url)?.[1],
  parts: ({ headers }) => String(headers['x-taskflow-token']),
  // From the process, which has the token in its environment.
  env: ({ headers }) => /^Bearer (.*)$/.exec(String(headers.authorization))?.[1],
}

describe.each(Object.entries(TAKE_TOKEN))('two people at once over %s', (placement, takeToken) => {
  it(`${placement}: each has their own tasks, and each request the token of one of them in that one place`, async () => {
    const since = house.arrivals.length
    const people = await Promise.all([signedIn(house, 'alice'), signedIn(house, 'bob')])
    const word = (name: string) => `${placement}zq${name}`
    const read = await Promise.all(
      people.map(async (person) => {
        const text = `Add a task to ${word(person.name)}`
        const { thread, visit } = await person.say(text, undefined, placement)
        const found = await person.say(`search for ${placement}zq`, thread, placement)
        return `${visit.raw}${found.answer}${found.visit.raw}`.toLowerCase()
      }),
    )
    expect(read[0]).toContain(word('alice'))
    expect(read[0]).not.toContain(word('bob'))
    expect(read[1]).toContain(word('bob'))
    expect(read[1]).not.toContain(word('alice'))

    const classic = classicUrl(house.urls)
    const arrived = house.arrivals.slice(since).filter(({ url }) => url.startsWith(classic))
    const subjects = arrived.map((arrival) => {
      const token = takeToken(arrival) ?? ''
      const { aud, sub, act } = decodeJwt(token)
      expect(aud).toBe(placement === 'parts' ? `${classic}/parts` : classic)
      expect(act).toEqual({ sub: 'taskflow-chat' })
      const rest = JSON.stringify(arrival).replace(token, '')
      if (placement !== 'basic') expect(rest).not.toMatch(/eyJ[\w-]+\.[\w-]+/)
      return sub
    })
    expect(new Set(subjects)).toEqual(new Set(['alice', 'bob']))
  })
})

it('the page’s switches offer each placement, and no others', async () => {
  const { body } = await house.visit(house.urls.web)
  for (const id of ['placement', 'compare-placement']) {
    const select = new RegExp(`<select id="${id}".*?</select>`, 's').exec(body)?.[0] ?? ''
    const offered = [...select.matchAll(/<option value="([^"]*)"/g)].map(([, value]) => value)
    expect(offered.toSorted()).toEqual([...PLACEMENTS].toSorted())
  }
})

describe('TaskFlow classic by itself', () => {
  const text = z.looseObject({
    result: z.looseObject({
      isError: z.boolean().optional(),
      content: z.array(z.looseObject({ text: z.string() })),
    }),
  })

  async function call(
    name: string,
    values: object,
    headers: Record<string, string> = {},
    rest = '',
  ) {
    const visit = await house.visit(`${classicUrl(house.urls)}${rest}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name, arguments: values },
      }),
    })
    const { result } = text.parse(JSON.parse(/^data: (.*)$/m.exec(visit.body)?.[1] ?? visit.body))
    return { failed: result.isError === true, text: result.content[0]?.text ?? '' }
  }
  const exchanged = (resource: string) => {
    const found = house.exchanges
      .flatMap(({ body }) => /"access_token":"(eyJ[^"]+)"/.exec(body)?.[1] ?? [])
      .find((token) => decodeJwt(token).aud === resource && decodeJwt(token).sub === 'alice')
    return found ?? ''
  }

  it.each([
    [
      "with somebody else's user_id",
      () => ({ user_id: 'bob', access_token: exchanged(classicUrl(house.urls)) }),
      'user_id is not that of',
    ],
    ['with no token in it', () => ({ user_id: 'alice', access_token: '' }), 'sign-in has ended'],
    [
      'with a text that is no token',
      () => ({ user_id: 'alice', access_token: 'alice is fine' }),
      'sign-in has ended',
    ],
    [
      'with a reference',
      () => ({ user_id: 'alice', access_token: `onbehalf_ref_${'0'.repeat(32)}` }),
      'sign-in has ended',
    ],
  ])('%s nothing is done', async (_, values, sentence) => {
    const answer = await call('taskflow_start_task', { ...values(), task_id: 1 })
    expect(answer.failed).toBe(true)
    expect(answer.text).toContain(sentence)
  })

  const basic = (id: string, token: string) => ({
    authorization: `Basic ${Buffer.from(`${id}:${token}`).toString('base64')}`,
  })
  it.each([
    ['/basic', {}],
    ['/basic', basic('alice', '')],
    ['/query', {}],
    ['/query?taskflow_token=', {}],
    ['/cookie', {}],
    ['/cookie', { cookie: 'other=x; taskflow_token=x' }],
    ['/parts', {}],
    ['/bearer', {}],
    ['/u/x', {}],
  ])('at %s with %o nothing is done', async (rest, headers) => {
    const values = rest === '/parts' ? { user_id: 'alice', task_id: 1 } : { task_id: 1 }
    const answer = await call('taskflow_start_task', values, headers, rest)
    expect(answer.failed).toBe(true)
    expect(answer.text).toContain('sign-in has ended')
  })

  it('at another place TaskFlow classic looks for the token there alone', async () => {
    const token = exchanged(classicUrl(house.urls))
    const elsewhere = { authorization: `Bearer ${token}`, cookie: `taskflow_token=${token}` }
    const at = (rest: string, headers: Record<string, string>) =>
      call('taskflow_start_task', { task_id: 999 }, headers, rest)
    expect((await at('/query', elsewhere)).text).toContain('sign-in has ended')
    expect((await at(`/basic?taskflow_token=${token}`, elsewhere)).text).toContain('sign-in has')
    expect((await at('/basic', basic('bob', token))).text).toContain('user_id is not that of')
    expect((await at('/basic', basic('alice', token))).text).toContain('no task 999')
  })

  it.each(['/../else', '/else', '/u', '/u/', '/u/a/b', '/queryx', '/query/'])(
    'there is nothing at %s',
    async (rest) => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
      expect((await house.visit(`${classicUrl(house.urls)}${rest}`, init)).status).toBe(404)
    },
  )

  it('TaskFlow classic by itself refuses a token of another resource, and ignores the header', async () => {
    const person = await signedIn(house, 'alice')
    const wrong = await call('taskflow_start_task', {
      user_id: 'alice',
      access_token: person.token,
      task_id: 1,
    })
    expect(wrong.text).toContain('sign-in has ended')
    const authorization = `Bearer ${exchanged(classicUrl(house.urls))}`
    const inHeader = await call(
      'taskflow_start_task',
      { user_id: 'alice', access_token: 'x', task_id: 1 },
      { authorization },
    )
    expect(inHeader.text).toContain('sign-in has ended')
  })

  it('the tools of TaskFlow classic have credential parameters, flat and in models behind $ref', async () => {
    const visit = await house.visit(classicUrl(house.urls), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    })
    const { tools } = z
      .looseObject({
        result: z.looseObject({
          tools: z.array(z.looseObject({ name: z.string(), inputSchema: z.looseObject({}) })),
        }),
      })
      .parse(JSON.parse(/^data: (.*)$/m.exec(visit.body)?.[1] ?? visit.body)).result
    expect(tools).toHaveLength(10)
    for (const { inputSchema } of tools)
      expect(JSON.stringify(inputSchema)).toMatch(/"user_id".*"access_token"/)
    expect(
      tools.filter(({ inputSchema }) => JSON.stringify(inputSchema).includes('"$ref":"#/$defs/')),
    ).toHaveLength(5)
  })

  it('TaskFlow classic by itself refuses every request that a web page sends', async () => {
    const headers = { 'content-type': 'application/json', origin: house.urls.web }
    expect(
      (await house.visit(classicUrl(house.urls), { method: 'POST', headers, body: '{}' })).status,
    ).toBe(403)
  })
})

it('signing out ends running answers within a second, and a token that is still valid is admitted again', async () => {
  const parts = await startParts({ issuer: 5000, api: 10_000, mcp: 20_000 })
  try {
    const { web, chatkit } = parts.urls
    const token = await signIn({ issuer: parts.urls.issuer, as: 'alice', resource: chatkit })
    const headers = { authorization: `Bearer ${token}` }
    const signOut = (init: RequestInit) => fetch(`${web}/sign-out`, { method: 'POST', ...init })
    expect((await signOut({ method: 'GET', headers })).status).toBe(405)
    expect((await signOut({})).status).toBe(401)
    // The API does not answer, so the tool call goes on until something ends it.
    const waits = parts.nextSilence('api')
    await parts.set('api', 'silent')
    const turn = say(chatkit, token, "What's pending?")
    await waits
    const began = performance.now()
    expect((await signOut({ headers })).status).toBe(204)
    expect((await turn).text).toContain('Sign in again to continue.')
    expect(performance.now() - began).toBeLessThan(1000)
    await parts.set('api', 'up')
    expect((await say(chatkit, token, "What's pending?")).text).toContain(
      'You have no pending tasks',
    )
  } finally {
    await parts.stop()
  }
}, 30_000)

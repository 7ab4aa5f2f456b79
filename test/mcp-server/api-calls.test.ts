// Calls of the API: with a credential of its own, to approved URLs only, for the right person, and
// as long as the request lasts.

import { AuthError, Credential, type ExchangeTarget, type TokenExchanger } from 'onbehalf'
import type { ServerCall } from 'onbehalf/mcp-server'
import { describe, expect, it } from 'vitest'
import { API, build, ISSUER, MCP, textOf, toolCall } from './house.ts'

/** A house whose handler does `work` with the call, and answers with what came of it. */
async function houseThat(work: (call: ServerCall) => Promise<unknown>) {
  return build({}, async (_request, call) => {
    try {
      return Response.json({ outcome: await work(call) })
    } catch (error) {
      return Response.json({
        code: error instanceof AuthError ? error.code : 'foreign',
        message: String(error),
      })
    }
  })
}

describe('the destination', () => {
  it.each([
    'https://api.example/other',
    'https://api.example/apicalypse',
    'https://api.example/api/../admin',
    'https://api.example/api/%2e%2e/admin',
    'https://api.example/api/.%2E/admin',
    'https://api.example/api/..%2fadmin',
    'https://api.example/api/..%2Fadmin',
    'https://api.example/api/..%5cadmin',
    'https://api.example/api\\..\\admin',
    'https://api.example/api/..;/admin',
    'https://api.example/api/%2e%2e%3b/admin',
    'https://api.example/api/tasks/a%2fb',
    'https://user@api.example/api/tasks',
    'https://api.example:8443/api/tasks',
    'http://api.example/api/tasks',
    'https://evil.example/api/tasks',
    'https://api.example.evil.example/api/tasks',
    'https://api.example@evil.example/api/tasks',
  ])('the API’s fetch sends no request to %s', async (url) => {
    const house = await houseThat(async (call) => (await call.fetch('tasks')(url)).status)
    expect(await (await house.post(toolCall('whoami'))).json()).toMatchObject({
      code: 'destination_refused',
    })
    expect(house.apiRequests).toHaveLength(0)
    expect(house.exchanges).toHaveLength(0)
  })

  it.each([
    API,
    `${API}/tasks`,
    `${API}/tasks?status=a%2Fb#x`,
    `${API}/./tasks/../projects`,
    `${API}/tasks/a%20b`,
  ])('the API’s fetch takes %s for the API', async (url) => {
    const house = await houseThat(async (call) => (await call.fetch('tasks')(url)).status)
    expect(await (await house.post(toolCall('whoami'))).json()).toEqual({ outcome: 200 })
  })

  it('an API that was not declared is an error', async () => {
    const house = await houseThat(async (call) => call.fetch('mail')(`${API}/mail`))
    expect(await (await house.post(toolCall('whoami'))).json()).toMatchObject({
      code: 'server_unbound',
    })
  })
})

it('20 concurrent calls of one person make one exchange, and its audit ties the hops together', async () => {
  const house = await build()
  const token = await house.mint()
  const trace = '0123456789abcdef0123456789abcdef'
  const headers = { traceparent: `00-${trace}-0123456789abcdef-01` }
  await Promise.all(Array.from({ length: 20 }, () => house.callTool('list_tasks', token, headers)))
  expect(house.apiRequests).toHaveLength(20)
  expect(house.exchanges).toHaveLength(1)
  const hops = (hop: string) =>
    house.events.filter((event) => event.hop === hop && event.trace === trace)
  expect(hops('server-door')).toHaveLength(20)
  expect(hops('exchange')).toHaveLength(1)
  expect(hops('api')).toHaveLength(20)
  expect(hops('api')[0]).toMatchObject({
    subject: 'alice',
    client: 'chat',
    audience: [API],
    outcome: 'allowed',
  })
})

it('the scopes that are asked for are only those that the person granted', async () => {
  const house = await build()
  await house.callTool('list_tasks', await house.mint({ scope: 'openid tasks:read' }))
  expect(house.exchanges).toEqual([{ subject: 'alice', resource: API, scopes: ['tasks:read'] }])
})

it('an API that the issuer has another name for gets a token of that name, and no token for the server as well', async () => {
  const asked: ExchangeTarget[] = []
  const encode = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')
  const issues = (aud: readonly string[]): TokenExchanger => ({
    issuer: ISSUER,
    async exchange(_, target) {
      asked.push(target)
      const credential = new Credential(`${encode({ alg: 'ES256' })}.${encode({ aud })}.c2ln`)
      const expiresAt = Math.floor(Date.now() / 1000) + 300
      return { ok: true, value: { credential, expiresAt, scopes: target.scopes } }
    },
  })
  const apis = { tasks: { url: API, audience: 'tasks-api', scopes: ['tasks:read'] } }
  const reasonFor = async (aud: readonly string[]) => {
    const house = await build({ apis, exchanger: issues(aud) })
    await house.callTool('list_tasks')
    return house.events.find(({ hop }) => hop === 'exchange')?.reason
  }
  expect(await reasonFor(['tasks-api'])).toBeUndefined()
  expect(await reasonFor(['tasks-api', MCP])).toBe('exchange_target_refused')
  expect(asked[0]).toEqual({ resource: API, scopes: ['tasks:read'], audience: 'tasks-api' })
})

it('two people interleaved over 500 calls never use anything of each other', async () => {
  const house = await build()
  const tokens = {
    alice: await house.mint({ sub: 'alice' }),
    bob: await house.mint({ sub: 'bob' }),
  }
  const answers = await Promise.all(
    Array.from({ length: 500 }, async (_, id) => {
      const who = id % 2 === 0 ? 'alice' : 'bob'
      // Equal JSON-RPC ids, so that an answer that went to the wrong caller would not be noticed by
      // its id.
      const response = await house.post(toolCall('list_tasks', {}, id >> 3), {}, tokens[who])
      return { who, body: await response.text() }
    }),
  )
  for (const { who, body } of answers) expect(body).toContain(`tasks of ${who}`)
  expect(house.apiRequests.filter(({ subject }) => subject === 'alice')).toHaveLength(250)
  expect(house.apiRequests.filter(({ subject }) => subject === 'bob')).toHaveLength(250)
  expect(house.exchanges.map(({ subject }) => subject).sort()).toEqual(['alice', 'bob'])
  const inbound = Object.values(tokens).map((token) => token.slice(-40))
  for (const { all } of house.apiRequests)
    for (const part of inbound) expect(all).not.toContain(part)
})

it('a sign-in of the same person through another client has an exchange of its own', async () => {
  const house = await build()
  await house.callTool('list_tasks', await house.mint({ client_id: 'chat' }))
  await house.callTool('list_tasks', await house.mint({ client_id: 'other-client' }))
  expect(house.exchanges).toHaveLength(2)
})

it('a 401 of the API leads to one fresh exchange and one repetition', async () => {
  const house = await build()
  const token = await house.mint()
  await house.callTool('list_tasks', token)
  house.state.rejectIssuedBefore = 1
  expect(await house.callTool('list_tasks', token)).toContain('tasks of alice')
  expect(house.exchanges).toHaveLength(2)
  expect(house.apiRequests).toHaveLength(3)
})

it('an API that refuses every credential is asked twice, and the model gets a sentence', async () => {
  const house = await build()
  house.state.rejectIssuedBefore = Number.POSITIVE_INFINITY
  const client = await house.client(await house.mint(), '2026-07-28')
  const result = await client.callTool({ name: 'list_tasks', arguments: {} })
  expect(result.isError).toBe(true)
  expect(textOf(result)).toBe(
    'This was not done: tasks did not accept the credential for this call.',
  )
  expect(house.apiRequests).toHaveLength(2)
  await client.close()
})

it('an API that is down becomes a sentence for the model, and works again when it is back', async () => {
  const house = await build()
  const client = await house.client(await house.mint(), '2026-07-28')
  house.state.apiDown = true
  const result = await client.callTool({ name: 'list_tasks', arguments: {} })
  expect(result.isError).toBe(true)
  expect(textOf(result)).toBe(
    'tasks cannot be reached right now, so it is not known whether this was done. Try again in a moment.',
  )
  expect(JSON.stringify(result)).not.toContain('10.0.0.7')
  expect(house.events.at(-1)).toMatchObject({
    hop: 'api',
    outcome: 'failed',
    reason: 'server_unavailable',
  })
  expect(house.errors[0]?.origin).toMatchObject({
    tool: 'list_tasks',
    principal: { subject: 'alice' },
  })
  house.state.apiDown = false
  expect(textOf(await client.callTool({ name: 'list_tasks', arguments: {} }))).toBe(
    'tasks of alice',
  )
  await client.close()
})

describe('how long the credential stays', () => {
  /** A house that streams an answer whose end the test decides. */
  async function streaming() {
    let finish = () => {}
    let cancelled = false
    const house = await build({}, async () => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('data: 1\n\n'))
          finish = () => controller.close()
        },
        cancel() {
          cancelled = true
        },
      })
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    })
    const response = await house.post(toolCall('whoami'))
    const call = house.calls[0]
    if (!call) throw new Error('The handler was not called')
    const use = () => call.fetch('tasks')(`${API}/tasks`)
    return { house, response, use, finish: () => finish(), cancelled: () => cancelled }
  }

  it('the credential serves while the answer streams and not after that, not even from the cache', async () => {
    const { response, use, finish } = await streaming()
    expect((await use()).status).toBe(200)
    finish()
    expect(await response.text()).toBe('data: 1\n\n')
    await expect(use()).rejects.toMatchObject({ code: 'caller_ended' })
  })

  it('the credential is gone when the client goes away, and the server behind is told', async () => {
    const { house, response, use, cancelled } = await streaming()
    await response.body?.cancel()
    expect(cancelled()).toBe(true)
    await expect(use()).rejects.toMatchObject({ code: 'caller_ended' })
    expect(house.exchanges).toHaveLength(0)
  })

  it('the credential is gone when the handler throws; the caller learns nothing, the operator everything', async () => {
    const house = await build({}, async () => {
      throw new Error('postgres://user:hunter2@db/tasks')
    })
    const response = await house.post(toolCall('whoami'))
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('hunter2')
    expect(house.errors[0]?.error).toMatchObject({ message: expect.stringContaining('postgres') })
    await expect(house.calls[0]?.fetch('tasks')(`${API}/tasks`)).rejects.toMatchObject({
      code: 'caller_ended',
    })
  })

  it('a logger that throws changes nothing for the caller', async () => {
    const house = await build({
      onError: () => {
        throw new Error('log is full')
      },
    })
    const response = await house.post(toolCall('broken'))
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('Something went wrong')
  })
})

it('with every token known, none of them is in an answer, an event or a request to the handler', async () => {
  const house = await build()
  const token = await house.mint()
  const answers: string[] = []
  for (const name of ['list_tasks', 'whoami', 'broken', 'forgotten'])
    answers.push(await house.callTool(name, token))
  const seen = JSON.stringify([
    answers,
    house.events,
    house.errors.map(({ error, origin }) => [String(error), origin]),
    house.handled.map(({ url, headers }) => [url, [...headers]]),
    house.calls,
  ])
  const secrets = [
    token,
    ...house.apiRequests.map(({ authorization }) => authorization.replace('Bearer ', '')),
  ]
  expect(secrets.length).toBeGreaterThan(1)
  for (const secret of secrets)
    for (const form of [...secret.split('.').slice(1), btoa(secret).slice(40, -8)])
      expect(seen).not.toContain(form)
})

it('a fetch of the call is one of two arguments: it goes into map, and shows no credential', async () => {
  const seen: unknown[] = []
  const house = await houseThat(async (call) => {
    const fetch = call.fetch('tasks')
    const answers = await Promise.all([`${API}/tasks`, `${API}/projects`].map(fetch as never))
    const placing = (sent: object) => ({
      ok: true,
      value: {
        at: 'here',
        fill: (token: object) => {
          seen.push(token)
          return { ok: true, value: sent }
        },
      },
    })
    await Reflect.apply(fetch, undefined, [`${API}/tasks`, {}, placing])
    return answers.map((answer) => (answer as Response).status)
  })
  expect(await (await house.post(toolCall('whoami'))).json()).toEqual({ outcome: [200, 200] })
  expect(house.apiRequests).toHaveLength(3)
  expect(seen).toEqual([])
})

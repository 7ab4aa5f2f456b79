// Attacks on the kit by what is behind it, for the next person: a handler that keeps what an API
// repeated, one that keeps another person's call, one that crashes, and tokens that end.

import type { ServerCall } from 'onbehalf/mcp-server'
import { describe, expect, it } from 'vitest'
import { givesAway } from '../mcp/remembering.ts'
import { API, build, MCP, textOf, toolCall } from './house.ts'

/** An API that answers with the header that it was sent. */
function echoingApi() {
  const tokens: string[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const sent = new Request(input, init).headers.get('authorization') ?? ''
    tokens.push(sent.replace('Bearer ', ''))
    return new Response(`you sent ${sent}`, {
      status: 403,
      headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${tokens[0]}"` },
    })
  }
  return { tokens, fetch }
}

const result = (text: string) =>
  Response.json({ jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text }] } })

describe('a handler that keeps what an API repeated', () => {
  it('does not give it to the next person, whole, in parts, or as what an error says', async () => {
    const api = echoingApi()
    const kept: string[] = []
    const house = await build({ fetch: api.fetch }, async (_, call) => {
      const response = await call.fetch('tasks')(`${API}/tasks`)
      kept.push(await response.text(), response.headers.get('www-authenticate') ?? '')
      const signature = kept[0]?.slice(-40) ?? ''
      call.report(new Error(kept.join()))
      return result(`${kept.join()} ${signature.slice(0, 20)} ${signature.slice(20)}`)
    })
    const answers: string[] = []
    for (const sub of ['alice', 'bob']) {
      const answer = await house.post(toolCall('whoami'), {}, await house.mint({ sub }))
      answers.push(await answer.text())
    }
    expect(api.tokens).toHaveLength(2)
    for (const token of api.tokens) {
      expect(givesAway(answers.join(), token)).toBe(false)
      expect(givesAway(JSON.stringify(house.events), token)).toBe(false)
    }
  })
})

describe('a handler that keeps a call', () => {
  it('cannot use it when the next person asks, nor to its own person when it is over', async () => {
    const kept: ServerCall[] = []
    const refusals: unknown[] = []
    const house = await build({}, async (_, call) => {
      kept.push(call)
      for (const one of kept)
        await one
          .fetch('tasks')(`${API}/tasks`)
          .then(
            async (response) => refusals.push(await response.text()),
            (error) => refusals.push(error.code),
          )
      return result('done')
    })
    for (const sub of ['alice', 'bob'])
      await (await house.post(toolCall('whoami'), {}, await house.mint({ sub }))).text()
    expect(refusals).toEqual([
      JSON.stringify({ owner: 'alice' }),
      'caller_ended',
      JSON.stringify({ owner: 'bob' }),
    ])
    expect(house.apiRequests.map(({ subject }) => subject)).toEqual(['alice', 'bob'])
  })
})

describe('a handler that crashes', () => {
  it('in the middle of a stream says nothing of the API’s token, and the next person is served', async () => {
    const api = echoingApi()
    let isBroken = true
    const house = await build({ fetch: api.fetch }, async (_, call) => {
      const said = await (await call.fetch('tasks')(`${API}/tasks`)).text()
      if (!isBroken) return result('fine')
      const event = `data: ${JSON.stringify({ jsonrpc: '2.0', method: 'n/x', params: { said } })}\n\n`
      const body = new ReadableStream({
        pull(controller) {
          if (isBroken)
            controller.enqueue(new TextEncoder().encode(`${event}data: {"half": "${said}`))
          else controller.error(new Error(said))
          isBroken = false
        },
      })
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    })
    const answer = await house.post(toolCall('whoami'))
    const got: string[] = []
    try {
      for await (const chunk of answer.body ?? []) got.push(new TextDecoder().decode(chunk))
    } catch (error) {
      got.push(String(error))
    }
    expect(got.join()).toContain('n/x')
    const [token = ''] = api.tokens
    expect(token).not.toBe('')
    expect(givesAway(got.join(), token)).toBe(false)
    const next = await house.post(toolCall('whoami'), {}, await house.mint({ sub: 'bob' }))
    expect(await next.text()).toContain('fine')
  })
})

describe('a token that has ended', () => {
  const SESSION = 'session-of-alice-0001'
  const opening = { jsonrpc: '2.0', id: 1, method: 'initialize', params: {} }
  async function sessionful() {
    const house = await build({}, async (request) => {
      const answer = result(request.headers.get('mcp-session-id') ?? 'opened')
      answer.headers.set('mcp-session-id', SESSION)
      return answer
    })
    await (await house.post(opening)).text()
    return house
  }

  it('opens no session that it opened while it was good, and the session stays its owner’s', async () => {
    const house = await sessionful()
    const before = house.handled.length
    const headers = { 'mcp-session-id': SESSION }
    const seconds = Math.floor(Date.now() / 1000)
    const old = await house.mint({ iat: seconds - 900, exp: seconds - 600 })
    expect((await house.post(toolCall('whoami'), headers, old)).status).toBe(401)
    const bob = await house.mint({ sub: 'bob' })
    expect((await house.post(toolCall('whoami'), headers, bob)).status).toBe(404)
    expect(house.handled).toHaveLength(before)
    const again = await house.post(toolCall('whoami'), headers)
    expect([again.status, house.handled.length]).toEqual([200, before + 1])
  })

  it('of one person does not end the session of another', async () => {
    const house = await sessionful()
    const headers = { 'mcp-session-id': SESSION }
    const deletion = async (token: string) =>
      house.serve(
        new Request(MCP, {
          method: 'DELETE',
          headers: { authorization: `Bearer ${token}`, ...headers },
        }),
      )
    expect((await deletion(await house.mint({ sub: 'bob' }))).status).toBe(404)
    expect((await house.post(toolCall('whoami'), headers)).status).toBe(200)
  })
})

it('two people at once in one tool of the SDK get each their own answer, and no credential', async () => {
  const house = await build()
  const clients = await Promise.all(
    ['alice', 'bob'].map(async (sub) => house.client(await house.mint({ sub }), '2026-07-28')),
  )
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      clients[n % 2]?.callTool({ name: 'list_tasks', arguments: {} }),
    ),
  )
  expect(answers.map((answer) => textOf(answer ?? {}))).toEqual(
    answers.map((_, n) => `tasks of ${n % 2 === 0 ? 'alice' : 'bob'}`),
  )
})

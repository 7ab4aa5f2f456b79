// A company's own filter over HTTP: asked before and after each call, and nothing passes that it has not let
// through in time and in form.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Credential } from '../../src/core/credential.ts'
import { type CallHookOptions, callHook, callPolicy } from '../../src/policy/index.ts'
import { gatewayHouse, textOf, tokenFor } from '../gateway/house.ts'

type Question = Readonly<Record<string, unknown>>

const SECRET = 'the-secret-of-the-filter'

/** A gateway behind a filter, and what the filter was asked. */
function filtered(answer: (question: Question) => unknown, more: Partial<CallHookOptions> = {}) {
  const asked: Question[] = []
  const sent: Headers[] = []
  const fetch: typeof globalThis.fetch = async (_, init) => {
    const question: Question = JSON.parse(String(init?.body))
    asked.push(question)
    sent.push(new Headers(init?.headers))
    const said = answer(question)
    return said instanceof Response ? said : Response.json(said)
  }
  const secret = new Credential(SECRET)
  const policy = callHook({ url: 'https://filter.example/', secret, fetch, ...more })
  return { asked, sent, house: gatewayHouse({ policy }) }
}

type House = ReturnType<typeof gatewayHouse>

async function call(house: House, tool = 'add_task', server = 'Tasks'): Promise<string> {
  const client = await house.connect(`/mcp/${server}`, { token: tokenFor('alice') })
  const result = await client.callTool({ name: tool, arguments: { title: 'oats' } })
  await client.close()
  return textOf(result)
}

const reached = (house: House) =>
  house.tasks.methods().filter((method) => method === 'tools/call').length

describe('a filter before and after a call', () => {
  it('is told who calls what, and the result, and never a credential', async () => {
    const { asked, sent, house } = filtered(() => ({ allow: true }), { claims: ['scope', 'none'] })
    expect(await call(house)).toContain('oats of alice')
    const person = { issuer: expect.any(String), subject: 'alice', claims: expect.anything() }
    const about = { person, server: 'Tasks', tool: 'add_task', arguments: { title: 'oats' } }
    expect(asked).toEqual([
      { phase: 'before', ...about },
      { phase: 'after', ...about, result: expect.objectContaining({ content: expect.anything() }) },
    ])
    // The token of this house has no claims; what is not there is not made up.
    expect(asked[0]?.person).toMatchObject({ claims: {} })
    expect(JSON.stringify(asked)).not.toMatch(/eyJ/)
    expect(sent[0]?.get('authorization')).toBe(`Bearer ${SECRET}`)
  })

  it('refuses a call in its own words, and the server is not called', async () => {
    const { house } = filtered(() => ({ allow: false, message: 'Not on Sundays.\n' }))
    expect(await call(house)).toMatch(/do not allow it\. Not on Sundays\. $/)
    expect(reached(house)).toBe(0)
  })

  it('withholds a result, and says that the call was made', async () => {
    const { house } = filtered(({ phase }) => ({ allow: phase === 'before', message: 'Secret.' }))
    expect(await call(house)).toBe('Tasks was called, but its result is withheld: Secret.')
    expect(reached(house)).toBe(1)
    expect(house.events).toContainEqual(
      expect.objectContaining({ reason: 'result_withheld', operation: 'add_task' }),
    )
  })

  it.each<[string, (question: Question) => unknown]>([
    ['does not answer with 200', () => new Response('{"allow":true}', { status: 500 })],
    ['redirects', () => Response.redirect('https://other.example')],
    ['answers what is no JSON', () => new Response('yes')],
    ['answers another form', () => ({ allow: 'true' })],
    ['answers a list', () => [{ allow: true }]],
    ['answers without end', () => new Response(`{"allow":true,"x":"${'x'.repeat(20_000)}"}`)],
    [
      'fails',
      () => {
        throw new Error('down')
      },
    ],
  ])('lets nothing pass when it %s', async (_, answer) => {
    const before = filtered(answer)
    expect(await call(before.house)).toContain('cannot be judged right now')
    expect(reached(before.house)).toBe(0)
    expect(before.house.events).toContainEqual(
      expect.objectContaining({ outcome: 'failed', reason: 'policy_unavailable' }),
    )
    const after = filtered((question) =>
      question.phase === 'before' ? { allow: true } : answer(question),
    )
    const said = await call(after.house)
    expect(said).toBe(
      'Tasks was called, but its result is withheld: it cannot be judged right now.',
    )
    expect(after.house.events).toContainEqual(
      expect.objectContaining({ reason: 'result_withheld', detail: 'unjudged' }),
    )
  })

  it('lets nothing pass that is too large, too late or too much at once', async () => {
    const large = filtered(() => ({ allow: true }), { maxChars: 20 })
    expect(await call(large.house)).toContain('cannot be judged')
    expect(large.asked).toEqual([])
    const server = createServer(() => {}).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const late = gatewayHouse({ policy: callHook({ url, deadline: 50, maxAtOnce: 1 }) })
    const both = await Promise.all([call(late), call(late)])
    for (const said of both) expect(said).toContain('cannot be judged')
    server.close()
    server.closeAllConnections()
  })

  it('is asked first, so that a refused call counts nowhere', async () => {
    let allow = false
    const rules = [{ tools: 'Tasks/*', limits: { day: 1 } }]
    const { house } = filtered(() => ({ allow }), { policy: callPolicy({ rules }) })
    await call(house)
    allow = true
    expect(await call(house)).toContain('oats of alice')
    expect(await call(house)).toContain('do not allow it')
  })

  it.each([
    ['as a text, which some clients take for the number', '7'],
    ['of no request', 8],
    ['that is null, which some clients take for 0', null],
  ])('withholds a result with an id %s', async (_, id) => {
    const result = { content: [{ type: 'text', text: 'stolen' }] }
    const policy = callHook({
      url: 'https://filter.example/',
      fetch: async () => Response.json({ allow: true }),
    })
    const answer = JSON.stringify({ jsonrpc: '2.0', id, result })
    const message = { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'list' } }
    for (const [type, body] of [
      ['application/json', answer],
      ['text/event-stream', `data: ${answer}\n\n`],
    ] as const) {
      const headers = { 'content-type': type }
      const house = gatewayHouse({ policy, fetch: async () => new Response(body, { headers }) })
      const response = await house.ask('/mcp/Notes', tokenFor('alice'), message)
      expect(await response.text()).not.toContain('stolen')
    }
  })

  it('is asked about the result of a task, too', async () => {
    const asked: Question[] = []
    const policy = callHook({
      url: 'https://filter.example/',
      fetch: async (_, init) => {
        const question: Question = JSON.parse(String(init?.body))
        asked.push(question)
        return Response.json({ allow: question.phase === 'before' })
      },
    })
    const result = { content: [{ type: 'text', text: 'stolen' }] }
    const house = gatewayHouse({
      policy,
      fetch: async () => Response.json({ jsonrpc: '2.0', id: 7, result }),
    })
    const message = { jsonrpc: '2.0', id: 7, method: 'tasks/result', params: { taskId: 't' } }
    const response = await house.ask('/mcp/Notes', tokenFor('alice'), message)
    expect(await response.text()).not.toContain('stolen')
    expect(asked).toMatchObject([
      { phase: 'after', tool: 'tasks/result', arguments: { taskId: 't' }, result },
    ])
  })

  it('withholds a result of nobody knows which call, in a stream that is resumed', async () => {
    const policy = callHook({
      url: 'https://filter.example/',
      fetch: async () => Response.json({ allow: true }),
    })
    const result = { content: [{ type: 'text', text: 'stolen' }] }
    const event = `data: ${JSON.stringify({ jsonrpc: '2.0', id: 9, result })}\n\n`
    const headers = { 'content-type': 'text/event-stream' }
    const house = gatewayHouse({ policy, fetch: async () => new Response(event, { headers }) })
    const resumed = { 'last-event-id': '1' }
    const response = await house.ask('/mcp/Notes', tokenFor('alice'), null, resumed, 'GET')
    const text = await response.text()
    expect(text).toContain('its result is withheld')
    expect(text).not.toContain('stolen')
  })
})

// A policy over repeated calls, and over a gateway that takes over from another one.

import { expect, it } from 'vitest'
import { createGateway } from '../../src/gateway/index.ts'
import { callPolicy } from '../../src/policy/index.ts'
import { GATEWAY, gatewayHouse, textOf, tokenFor } from './house.ts'

it('counts a call once that is repeated with a fresh credential', async () => {
  const house = gatewayHouse()
  let refusals = 0
  const { connect } = gatewayHouse({
    policy: callPolicy({ rules: [{ tools: '*', limits: { day: 2 } }] }),
    async fetch(input, init) {
      const request = new Request(input, init)
      const isCall = (await request.clone().text()).includes('tools/call')
      if (isCall && refusals++ === 0) return new Response(null, { status: 401 })
      return house.notes.fetch(request)
    },
  })
  const client = await connect('/mcp/Notes', { token: tokenFor('alice') })
  const texts = []
  for (let count = 0; count < 3; count++)
    texts.push(textOf(await client.callTool({ name: 'search' })))
  expect(refusals).toBe(3)
  expect(texts.slice(0, 2)).toEqual(['notes', 'notes'])
  expect(texts[2]).toContain('used up')
})

it('is that of the gateway that has taken over', async () => {
  const { options, gateway, ask } = gatewayHouse()
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'search' } }
  expect(await (await ask('/mcp/Notes', tokenFor('alice'), call)).text()).not.toContain('rules of')
  const policy = callPolicy({ rules: [{ tools: 'Notes/*', effect: 'deny' }] })
  const next = createGateway({ ...options, policy, after: gateway })
  const headers = {
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    authorization: `Bearer ${tokenFor('alice')}`,
  }
  const asked = () =>
    new Request(`${GATEWAY}/mcp/Notes`, { method: 'POST', headers, body: JSON.stringify(call) })
  expect(await (await next.fetch(asked())).text()).toContain('rules of the operator')
  // Requests that are still with the one before go by the rules of now.
  expect(await (await gateway.fetch(asked())).text()).toContain('rules of the operator')
})

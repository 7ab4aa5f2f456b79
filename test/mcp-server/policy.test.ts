// A policy in the kit: what it refuses does not reach the handler.

import { describe, expect, it } from 'vitest'
import { callPolicy, memoryCallCounts, type PolicyRules } from '../../src/policy/index.ts'
import { build, MCP, toolCall } from './house.ts'

/** A server with these rules, and what it answers to alice. */
async function serverWith(rules: PolicyRules['rules'], counts = memoryCallCounts()) {
  const bodies: string[] = []
  const house = await build({ policy: callPolicy({ rules }, { counts }) }, async (request) => {
    bodies.push(await request.text())
    return Response.json({ jsonrpc: '2.0', id: 1, result: { content: [] } })
  })
  async function ask(body: string | object): Promise<string> {
    const answer = await house.serve(
      new Request(MCP, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await house.mint({})}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    )
    return answer.text()
  }
  return { ask, bodies }
}

describe('a policy in the kit', () => {
  it('refuses by the claims of the token, and lets the others pass', async () => {
    const { ask, bodies } = await serverWith([
      { tools: 'server/whoami', unless: { sub: 'bob' }, effect: 'deny' },
      { tools: 'server/add_task', unless: { sub: 'alice' }, effect: 'deny' },
    ])
    expect(await ask(toolCall('whoami'))).toContain('the rules of the operator do not allow it')
    expect(await ask([toolCall('whoami'), toolCall('add_task')])).toContain('do not allow it')
    expect(bodies).toEqual([])
    await ask(toolCall('add_task', { title: 'milk' }))
    expect(bodies).toHaveLength(1)
  })

  it('gives the tool the arguments that were judged', async () => {
    const { ask, bodies } = await serverWith([
      { tools: 'server/add_task', arguments: { title: { enum: ['milk'] } } },
    ])
    const params = '{"name":"add_task","arguments":{"title":"bread","title":"milk"}}'
    await ask(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`)
    expect(bodies.join()).not.toContain('bread')
    expect(await ask(toolCall('add_task', { title: 'bread' }))).toContain('must be one of milk')
    expect(bodies).toHaveLength(1)
  })

  it('lets nothing pass when its store is gone', async () => {
    const gone = { take: () => Promise.reject(new Error('canary')) }
    const { ask, bodies } = await serverWith([{ tools: '*', limits: { day: 1 } }], gone)
    expect(await ask(toolCall('whoami'))).toContain('cannot be judged right now')
    expect(bodies).toEqual([])
  })

  it('counts calls at once until the answer is over', async () => {
    const { ask, bodies } = await serverWith([{ tools: '*', limits: { atOnce: 1 } }])
    for (let count = 0; count < 3; count++) await ask(toolCall('whoami'))
    expect(bodies).toHaveLength(3)
  })
})

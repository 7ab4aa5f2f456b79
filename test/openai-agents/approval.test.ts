// Which calls wait, by what a server says of its tools, and the gate that an approved call passes
// once.

import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { functionCall, ScriptedModel } from '@openai/agents/testing'
import { type ApprovalPolicy, runAgent, type ToolFacts } from 'onbehalf/openai-agents'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { approvalGate } from '../../src/openai-agents/approval.ts'
import { ALICE, eventsOf } from './talk.ts'

const MARKS = {
  says_nothing: undefined,
  destroys: { destructiveHint: true },
  adds: { destructiveHint: false },
  reads: { readOnlyHint: true },
  contradicts: { readOnlyHint: true, destructiveHint: true },
}

function marked(): typeof globalThis.fetch {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'marked', version: '1' })
    for (const [name, annotations] of Object.entries(MARKS)) {
      const facts = { inputSchema: z.object({}), ...(annotations ? { annotations } : {}) }
      server.registerTool(name, facts, () => ({ content: [{ type: 'text', text: 'ok' }] }))
    }
    return server
  })
  return (input, init) => handler.fetch(new Request(input, init))
}

/** The tools whose calls wait. */
async function waiting(approvals: ApprovalPolicy): Promise<readonly string[]> {
  const calls = Object.keys(MARKS).map((name) => functionCall(name, {}, { callId: name }))
  const events = await eventsOf(
    runAgent({
      caller: { principal: ALICE, fetch: () => marked() },
      servers: [{ name: 'marked', url: 'https://marked.test/mcp' }],
      model: new ScriptedModel(approvals === 'never' ? [calls, []] : [calls]),
      instructions: 'Help.',
      input: [{ role: 'user', text: 'All' }],
      approvals,
    }),
  )
  return events.flatMap((event) =>
    event.type === 'approval_needed' ? event.calls.map(({ name }) => name) : [],
  )
}

it.each<[ApprovalPolicy, readonly string[]]>([
  ['destructive', ['destroys', 'contradicts']],
  ['changes', ['says_nothing', 'destroys', 'adds', 'contradicts']],
  [({ name, server }) => server === 'marked' && name === 'reads', ['reads']],
])('%s', async (policy, names) => {
  expect(await waiting(policy)).toEqual(names)
})

it('a policy function is called for every tool, with the marks of its server', async () => {
  const facts: ToolFacts[] = []
  await waiting((tool) => facts.push(tool) > 0)
  expect(facts).toEqual([
    { server: 'marked', name: 'says_nothing', readOnly: false, destructive: false },
    { server: 'marked', name: 'destroys', readOnly: false, destructive: true },
    { server: 'marked', name: 'adds', readOnly: false, destructive: false },
    { server: 'marked', name: 'reads', readOnly: true, destructive: false },
    { server: 'marked', name: 'contradicts', readOnly: false, destructive: true },
  ])
})

it('an approved call passes the gate once, and a call that only looks like it never does', () => {
  const call = { callId: 'a', name: 'wipe', arguments: '{"id":1}' }
  const gate = approvalGate([call])
  for (const change of [{ callId: 'b' }, { name: 'list' }, { arguments: '{"id":2}' }]) {
    expect(gate.has({ ...call, ...change })).toBe(false)
    expect(gate.take({ ...call, ...change })).toBe(false)
  }
  expect([gate.has(call), gate.take(call), gate.has(call), gate.take(call)]).toEqual([
    true,
    true,
    false,
    false,
  ])
})

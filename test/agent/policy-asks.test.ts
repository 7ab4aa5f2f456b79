// A policy that asks the person, in a chat: the card of the chat is the question, and nobody is asked
// twice.

import { functionCall, ScriptedModel } from '@openai/agents/testing'
import { runAgent } from 'onbehalf/openai-agents'
import { describe, expect, it } from 'vitest'
import type { AgentEvent } from '../../src/agent/events.ts'
import { heldRun } from '../../src/agent/hold/held-run.ts'
import { granted } from '../../src/core/errors.ts'
import { principalKey } from '../../src/core/principal.ts'
import { type Caller, createOnBehalf } from '../../src/index.ts'
import { callPolicy, memoryCallApprovals, type PolicyRules } from '../../src/policy/index.ts'
import { alice, ISSUER, issuedToken, verifiedToken } from '../core/parts.ts'
import { taskServer } from '../openai-agents/task-server.ts'

const APP = 'https://app.example/chat'
const TASKS = 'https://tasks.example/mcp'
const ADD = 'taskflow_add_task'
const RULES: PolicyRules = { rules: [{ tools: `Tasks/${ADD}`, effect: 'ask' }] }

/** A caller of Alice's, and what reached the server. */
async function house(rules = RULES) {
  const tasks = taskServer()
  const approvals = memoryCallApprovals()
  const soon = Date.now() / 1000 + 300
  const onbehalf = createOnBehalf({
    resource: APP,
    authorizationServers: [ISSUER],
    verifier: {
      verify: async () =>
        granted(verifiedToken({ principal: alice, audience: [APP], expiresAt: soon })),
    },
    exchanger: {
      issuer: ISSUER,
      exchange: async () => granted(issuedToken('canary-issued', { expiresAt: soon })),
    },
    servers: { Tasks: { url: TASKS } },
    policy: callPolicy(rules, { approvals }),
    audit: { record() {} },
    fetch: tasks.asFetch,
    warn() {},
  })
  const request = new Request(APP, { headers: { authorization: 'Bearer canary' } })
  const admission = await onbehalf.admit(request)
  if (!admission.ok) throw new Error('not admitted')
  return {
    caller: admission.value,
    made: () => tasks.received.flatMap(({ tool }) => tool ?? []),
    stored: () => approvals.waiting(principalKey(alice), Date.now()),
  }
}

interface Request_ {
  readonly input: readonly [{ readonly role: 'user'; readonly text: string }]
  readonly signal: AbortSignal
  readonly approvals: 'never'
  readonly resume?: never
}

/** A framework that calls the tool once, and says what it was told. */
async function* calling(_: Request_, caller: Caller): AsyncGenerator<AgentEvent> {
  const body = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: ADD, arguments: { title: 'Milk' } },
  }
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2025-06-18',
  }
  const sent = { method: 'POST', headers, body: JSON.stringify(body) }
  yield { type: 'text_delta', delta: await (await caller.fetch('Tasks')(TASKS, sent)).text() }
}

/** The OpenAI Agents SDK, whose model calls the tool once. */
function sdkRun(request: Request_, caller: Caller): AsyncIterable<AgentEvent> {
  return runAgent({
    ...request,
    caller,
    servers: [{ name: 'Tasks', url: TASKS }],
    model: new ScriptedModel([[functionCall(ADD, { title: 'Milk' }, { callId: 'c1' })], []]),
    instructions: 'Help.',
  })
}

async function ran(run: typeof calling | typeof sdkRun, caller: Caller, resume?: object) {
  const events: AgentEvent[] = []
  const request: Request_ = {
    input: [{ role: 'user', text: 'Add milk' }],
    signal: new AbortController().signal,
    approvals: 'never',
    ...(resume ? { resume: resume as never } : {}),
  }
  for await (const event of heldRun(request, caller, run)) events.push(event)
  const asked = events.find((event) => event.type === 'approval_needed')
  return { events, asked }
}

describe.each([
  ['any framework', calling],
  ['the OpenAI Agents SDK', sdkRun],
] as const)('with %s', (_, run) => {
  it('the card asks about the call, and the yes makes it once', async () => {
    const { caller, made, stored } = await house()
    const { asked } = await ran(run, caller)
    expect(asked?.calls).toMatchObject([
      { server: 'Tasks', name: ADD, arguments: '{"title":"Milk"}' },
    ])
    expect(made()).toEqual([])
    await ran(run, caller, { approved: true, calls: asked?.calls, state: asked?.state })
    expect(made()).toEqual([ADD])
    expect(await stored()).toEqual([])
  })

  it('a no makes none', async () => {
    const { caller, made } = await house()
    const { asked } = await ran(run, caller)
    await ran(run, caller, { approved: false, calls: asked?.calls, state: asked?.state })
    expect(made()).toEqual([])
  })

  it('a yes of the card opens nothing that a rule denies', async () => {
    const { caller } = await house()
    const { asked } = await ran(run, caller)
    const denied = await house({ rules: [{ tools: `Tasks/${ADD}`, effect: 'deny' }] })
    const resume = { approved: true, calls: asked?.calls, state: asked?.state }
    await ran(run, denied.caller, resume).catch(() => {})
    expect(denied.made()).toEqual([])
  })
})

it('without a chat the policy asks in its own way', async () => {
  const { caller, made, stored } = await house()
  const events: AgentEvent[] = []
  const request = { input: [], signal: new AbortController().signal, approvals: 'never' } as never
  for await (const event of calling(request, caller)) events.push(event)
  expect(JSON.stringify(events)).toContain('the person must say yes to this very call')
  expect(await stored()).toMatchObject([{ tool: ADD }])
  expect(made()).toEqual([])
  expect([caller.asks('Tasks', ADD), caller.asks('Tasks', 'taskflow_list_tasks')]).toEqual([
    true,
    false,
  ])
})

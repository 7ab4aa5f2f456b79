// A policy in front of servers: what is hidden, what the model is told, and what happens when the
// policy itself fails.

import { afterEach, describe, expect, it, vi } from 'vitest'
import type { CallPolicy } from '../../src/core/call-policy.ts'
import { granted } from '../../src/core/errors.ts'
import { callPolicy, type PolicyRules } from '../../src/policy/index.ts'
import { gatewayHouse, textOf, tokenFor } from './house.ts'

const alice = () => ({ token: tokenFor('alice') })
const rulesOf = (...rules: PolicyRules['rules']) => ({ policy: callPolicy({ rules }) })
const call = (args: string) =>
  `{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"add_task","arguments":${args}}}`

describe('a tool that a person may never call', () => {
  const changes = rulesOf({ tools: 'Tasks/echo', effect: 'deny', say: 'Ask the help desk.' })

  it.each(['/mcp/Tasks', '/mcp'])('is not listed at %s', async (path) => {
    const { connect } = gatewayHouse(changes)
    const client = await connect(path, alice())
    const names = (await client.listTools()).tools.map(({ name }) => name)
    expect(names.filter((name) => name.endsWith('echo'))).toEqual([])
    expect(names.filter((name) => name.endsWith('add_task'))).toHaveLength(1)
  })

  it('is refused all the same, in the operator’s words, and stands in the audit', async () => {
    const { connect, tasks, events } = gatewayHouse(changes)
    const client = await connect('/mcp/Tasks', alice())
    const result = await client.callTool({ name: 'echo' })
    expect(result.isError).toBe(true)
    expect(textOf(result)).toBe(
      'This was not done: the rules of the operator do not allow it. Ask the help desk.',
    )
    expect(tasks.methods()).not.toContain('tools/call')
    expect(events).toContainEqual(
      expect.objectContaining({
        outcome: 'refused',
        reason: 'policy_refused',
        expected: 'tools: Tasks/echo',
        subject: 'alice',
      }),
    )
  })

  it('is refused in a batch', async () => {
    const { ask, tasks } = gatewayHouse(changes)
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo' } }
    const answer = await ask('/mcp/Tasks', tokenFor('alice'), [message])
    expect(await answer.text()).toContain('Ask the help desk.')
    expect(tasks.methods()).not.toContain('tools/call')
  })
})

describe('limits', () => {
  it('on arguments tell the model what is allowed', async () => {
    const { connect } = gatewayHouse(
      rulesOf({ tools: 'Tasks/add_task', arguments: { title: { maxLength: 4 } } }),
    )
    const client = await connect('/mcp/Tasks', alice())
    const add = (title: string) => client.callTool({ name: 'add_task', arguments: { title } })
    expect(textOf(await add('bread'))).toContain('title must be a text of at most 4 characters')
    expect(textOf(await add('milk'))).toContain('milk of alice')
  })

  it('judge what the server gets: of two members of one name, the last', async () => {
    const { gateway, connect, tasks } = gatewayHouse(
      rulesOf({ tools: 'Tasks/add_task', arguments: { title: { enum: ['milk'] } } }),
    )
    const client = await connect('/mcp/Tasks', alice(), 'legacy')
    const headers = {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${tokenFor('alice')}`,
      'mcp-session-id': client.session() ?? '',
    }
    const body = call('{"title":"bread","title":"milk"}')
    const url = 'https://gateway.example/mcp/Tasks'
    await (await gateway.fetch(new Request(url, { method: 'POST', headers, body }))).text()
    expect(tasks.reached.at(-1)?.args).toMatchObject({ title: 'milk' })
  })

  it('on calls at once are free again after each call, also after one that failed', async () => {
    const { connect, down } = gatewayHouse(rulesOf({ tools: '*', limits: { atOnce: 1 } }))
    const client = await connect('/mcp/Tasks', alice())
    down.add('tasks.example')
    await client.callTool({ name: 'only_alice' })
    down.clear()
    for (let count = 0; count < 3; count++)
      expect(textOf(await client.callTool({ name: 'only_alice' }))).toBe('alice only')
  })

  it('hold one person, and not the other', async () => {
    const { connect } = gatewayHouse(rulesOf({ tools: 'Tasks/*', limits: { day: 1 } }))
    const client = await connect('/mcp/Tasks', alice())
    const bob = await connect('/mcp/Tasks', { token: tokenFor('bob') })
    expect(textOf(await client.callTool({ name: 'only_alice' }))).toBe('alice only')
    expect(textOf(await client.callTool({ name: 'only_alice' }))).toContain(
      'possible again tomorrow',
    )
    expect(textOf(await bob.callTool({ name: 'only_bob' }))).toBe('bob only')
  })
})

describe('a policy that fails', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  const NOT_JUDGED = 'it cannot be judged right now'
  const only = (permit: CallPolicy['permit']): { readonly policy: CallPolicy } => ({
    policy: {
      hides: () => false,
      permit: (asked) => (asked.server === 'Tasks' ? permit(asked) : granted(() => {})),
    },
  })

  it.each<readonly [string, CallPolicy['permit']]>([
    [
      'throws',
      () => {
        throw new Error('canary')
      },
    ],
    ['rejects', () => Promise.reject(new Error('canary'))],
    [
      'has lost its store',
      callPolicy(
        { rules: [{ tools: '*', limits: { day: 9 } }] },
        { counts: { take: () => Promise.reject(new Error('canary')) } },
      ).permit,
    ],
  ])('refuses when it %s, tells the operator, and harms no other server', async (_, permit) => {
    const { connect, tasks, events } = gatewayHouse(only(permit))
    const client = await connect('/mcp/Tasks', alice())
    const told = textOf(await client.callTool({ name: 'echo' }))
    expect(told).toContain(NOT_JUDGED)
    expect(told).not.toContain('canary')
    expect(tasks.methods()).not.toContain('tools/call')
    expect(events).toContainEqual(
      expect.objectContaining({ outcome: 'failed', reason: 'policy_unavailable' }),
    )
    const notes = await connect('/mcp/Notes', alice())
    expect(textOf(await notes.callTool({ name: 'search' }))).toBe('notes')
  })

  it('refuses when it is slow, and gives back what comes too late', async () => {
    let late: (() => void) | undefined
    const end = vi.fn()
    const slow = only(
      () =>
        new Promise((resolve) => {
          late = () => resolve(granted(end))
        }),
    )
    const { connect } = gatewayHouse(slow)
    const client = await connect('/mcp/Tasks', alice())
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const answer = client.callTool({ name: 'echo' })
    await vi.waitFor(() => {
      if (!late) throw new Error('not asked yet')
    })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(textOf(await answer)).toContain(NOT_JUDGED)
    late?.()
    await vi.advanceTimersByTimeAsync(0)
    expect(end).toHaveBeenCalledOnce()
  })

  it('hides a tool that it cannot judge for the list', async () => {
    const policy: CallPolicy = {
      hides({ tool }) {
        if (tool === 'echo') throw new Error('canary')
        return false
      },
      permit: () => granted(() => {}),
    }
    const { connect } = gatewayHouse({ policy })
    const client = await connect('/mcp/Tasks', alice())
    const names = (await client.listTools()).tools.map(({ name }) => name)
    expect(names).not.toContain('echo')
    expect(names).toContain('add_task')
  })
})

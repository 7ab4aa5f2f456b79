// Rules that ask the person: what a yes is good for, and what it is not good for.

import { describe, expect, it } from 'vitest'
import type { CallPolicy, PolicyCall } from '../../src/core/call-policy.ts'
import { principalKey } from '../../src/core/principal.ts'
import {
  type CallPolicyOptions,
  callPolicy,
  memoryCallApprovals,
  type PolicyRules,
} from '../../src/policy/index.ts'
import { alice, handClock } from '../core/parts.ts'

const bob = { ...alice, subject: 'bob' }
const RULES: PolicyRules = { rules: [{ tools: 'Pay/send', effect: 'ask' }] }
const PAY: PolicyCall = {
  principal: alice,
  claims: { sub: 'alice' },
  server: 'Pay',
  tool: 'send',
  args: { amount: 5, to: { mail: 'x@example.com' } },
}

/** Two instances of an app, and the page where people decide. */
function house(rules: PolicyRules = RULES, more: CallPolicyOptions = {}) {
  const clock = handClock()
  const approvals = memoryCallApprovals()
  const options = { approvals, now: clock.now, ...more }
  const instances = [callPolicy(rules, options), callPolicy(rules, options)] as const
  return {
    clock,
    approvals,
    policy: instances[0],
    other: instances[1],
    /** Decides about everything that waits for a person. */
    async decide(approves = true, person = alice, forMs = 60_000) {
      const owner = principalKey(person)
      const now = clock.now()
      for (const { id } of await approvals.waiting(owner, now))
        await approvals.decide(owner, id, { approves, now, endsAt: now + forMs })
    },
  }
}

async function reasonOf(policy: CallPolicy, call = PAY): Promise<string> {
  const result = await policy.permit(call)
  return result.ok ? 'passed' : result.refusal.reason
}

describe('a yes', () => {
  it('lets the same call pass, once, at whichever instance', async () => {
    const { policy, other, decide } = house()
    expect(await reasonOf(policy)).toBe('approval_needed')
    await decide()
    expect(await reasonOf(other)).toBe('passed')
    expect(await reasonOf(policy)).toBe('approval_needed')
  })

  it('is used by one of many calls at the same time', async () => {
    const { policy, other, decide } = house()
    await reasonOf(policy)
    await decide()
    const both = Array.from({ length: 10 }, (_, index) => reasonOf(index % 2 ? policy : other))
    expect((await Promise.all(both)).filter((one) => one === 'passed')).toHaveLength(1)
  })

  it('says what it was to', async () => {
    const { policy, decide } = house()
    await policy.permit(PAY)
    await decide()
    const result = await policy.permit({
      ...PAY,
      args: { to: { mail: 'x@example.com' }, amount: 5 },
    })
    expect(result.ok && result.value.approved).toEqual({
      tool: 'send',
      argumentsDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  it.each<readonly [string, Partial<PolicyCall>]>([
    ['another argument', { args: { amount: 6, to: { mail: 'x@example.com' } } }],
    ['an argument more', { args: { amount: 5, to: { mail: 'x@example.com' }, now: true } }],
    ['an argument of another type', { args: { amount: '5', to: { mail: 'x@example.com' } } }],
    ['no arguments', { args: undefined }],
    ['another person', { principal: bob }],
    ['a person of another issuer', { principal: { ...alice, issuer: 'https://other.example' } }],
    ['a person of another tenant', { principal: { ...alice, tenant: 'acme' } }],
    ['another server', { server: 'Pay2' }],
    ['another tool', { tool: 'send2' }],
  ])('is no yes to %s', async (_, change) => {
    const { policy, decide } = house({ rules: [{ tools: '*', effect: 'ask' }] })
    await reasonOf(policy)
    await decide()
    expect(await reasonOf(policy, { ...PAY, ...change })).toBe('approval_needed')
    expect(await reasonOf(policy)).toBe('passed')
  })

  it('runs out, and so does the question', async () => {
    const { policy, clock, decide } = house()
    await reasonOf(policy)
    await decide(true, alice, 60_000)
    clock.forward(60)
    expect(await reasonOf(policy)).toBe('approval_needed')
    clock.forward(15 * 60)
    await decide()
    expect(await reasonOf(policy)).toBe('approval_needed')
  })

  it('is void when the rules have changed', async () => {
    const { policy, approvals, clock, decide } = house()
    await reasonOf(policy)
    await decide()
    const changed = callPolicy(
      { rules: [...RULES.rules, { tools: 'Other/*', effect: 'deny' }] },
      { approvals, now: clock.now },
    )
    expect(await reasonOf(changed)).toBe('approval_needed')
    expect(await reasonOf(policy)).toBe('passed')
  })

  it('opens nothing that a rule denies or limits, and is left for later', async () => {
    const rules: PolicyRules = {
      rules: [
        { tools: 'Pay/send', effect: 'ask', limits: { minute: 1 } },
        { tools: 'Pay/send', arguments: { amount: { maximum: 5 } } },
        { tools: 'Pay/*', unless: { sub: 'alice' }, effect: 'deny' },
      ],
    }
    const { policy, clock, decide } = house(rules)
    expect(await reasonOf(policy, { ...PAY, claims: { sub: 'bob' } })).toBe('policy_refused')
    expect(await reasonOf(policy, { ...PAY, args: { amount: 6 } })).toBe('policy_refused')
    const another = { ...PAY, args: { amount: 1 } }
    await reasonOf(policy)
    await reasonOf(policy, another)
    await decide(true, alice, 600_000)
    expect(await reasonOf(policy)).toBe('passed')
    expect(await reasonOf(policy, another)).toBe('policy_refused')
    clock.forward(60)
    expect(await reasonOf(policy, another)).toBe('passed')
  })
})

describe('the person', () => {
  it('is told of each call once, with what it would do', async () => {
    const told: unknown[] = []
    const { policy, other } = house(RULES, { onAsk: (...heard) => told.push(heard) })
    await reasonOf(policy)
    await reasonOf(other)
    expect(told).toEqual([
      [
        expect.objectContaining({
          server: 'Pay',
          tool: 'send',
          arguments: JSON.stringify(PAY.args),
        }),
        alice,
      ],
    ])
  })

  it('is shown the page, where there is one', async () => {
    const { policy } = house(RULES, { approveAt: 'https://app.example/approvals?from=agent' })
    const result = await policy.permit(PAY)
    const page = result.ok ? undefined : result.refusal.page
    expect(page).toMatch(/^https:\/\/app\.example\/approvals\?from=agent&call=[\w-]{36}$/)
    expect(result).toMatchObject({
      refusal: { advice: expect.stringContaining(`${page}`), expected: 'tools: Pay/send' },
    })
    expect(JSON.stringify(result)).not.toContain('x@example.com')
  })

  it('who says no is not asked again while it holds', async () => {
    const told: unknown[] = []
    const { policy, other, clock, decide } = house(RULES, { onAsk: (asked) => told.push(asked) })
    await reasonOf(policy)
    told.length = 0
    await decide(false)
    expect(await other.permit(PAY)).toMatchObject({
      refusal: { reason: 'approval_needed', found: 'declined' },
    })
    expect(told).toEqual([])
    clock.forward(60)
    expect(await reasonOf(policy)).toBe('approval_needed')
  })

  it.each([
    ['a credential', { note: `Bearer ${'x'.repeat(30)}` }],
    ['a credential at the end', { note: `${'x '.repeat(9000)}Bearer ${'x'.repeat(30)}` }],
    ['a name and its password', { note: 'Basic dXNlcjpwYXNz' }],
    ['a password', { settings: { password: 'x' } }],
    ['a text that nobody reads', { note: 'x'.repeat(20_001) }],
  ])('is not asked about %s', async (_, args) => {
    const { policy, approvals, clock } = house()
    expect(await reasonOf(policy, { ...PAY, args })).toBe('policy_refused')
    expect(await approvals.waiting(principalKey(alice), clock.now())).toEqual([])
  })

  it.each([
    ['a long text', { note: 'word '.repeat(3900) }],
    ['a family in one sign', { note: '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}' }],
    ['Persian', { note: '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645' }],
    ['marks of direction', { note: 'file \u202egpj.exe' }],
    ['words that a credential has, too', { note: 'the basic understanding', amount: 5 }],
    ['a program', { code: 'print(1)' }],
  ])('is asked about %s, as it is', async (_, args) => {
    const { policy, approvals, clock, decide } = house()
    expect(await reasonOf(policy, { ...PAY, args })).toBe('approval_needed')
    const [asked] = await approvals.waiting(principalKey(alice), clock.now())
    expect(JSON.parse(asked?.arguments ?? '')).toEqual(args)
    await decide()
    expect(await reasonOf(policy, { ...PAY, args })).toBe('passed')
  })

  it('is not asked about more calls than they can read', async () => {
    const { policy } = house()
    for (let amount = 0; amount < 50; amount++)
      expect(await reasonOf(policy, { ...PAY, args: { amount } })).toBe('approval_needed')
    expect(await reasonOf(policy, { ...PAY, args: { amount: 50 } })).toBe('policy_refused')
  })
})

describe('a program that asks the person itself', () => {
  it('is believed, and the store hears nothing of it', async () => {
    const { policy, approvals, clock } = house()
    const asked = { ...PAY, approved: () => 'Wait.' }
    expect(await policy.permit(asked)).toMatchObject({
      refusal: { reason: 'approval_needed', advice: 'Wait.' },
    })
    expect(await reasonOf(policy, { ...PAY, approved: () => true })).toBe('passed')
    expect(await approvals.waiting(principalKey(alice), clock.now())).toEqual([])
  })

  it('can tell which tools are asked about, and for whom', () => {
    const rules: PolicyRules = {
      rules: [{ tools: 'Pay/send', effect: 'ask', unless: { groups: 'treasury' } }],
    }
    const { policy } = house(rules)
    const asks = (more: Partial<PolicyCall>) => policy.asks?.({ ...PAY, ...more })
    expect(asks({})).toBe(true)
    expect(asks({ claims: { groups: ['treasury'] } })).toBe(false)
    expect(asks({ tool: 'list' })).toBe(false)
    // Of somebody whose claims nobody knows.
    expect(asks({ claims: {} })).toBe(true)
    expect(policy.hides(PAY)).toBe(false)
  })
})

describe('claims, tools and arguments', () => {
  const TABLE: PolicyRules = {
    default: 'deny',
    rules: [
      { tools: 'Pay/*', when: { groups: 'staff' } },
      { tools: 'Pay/send', effect: 'ask', unless: { groups: 'treasury' } },
      { tools: 'Pay/send', arguments: { amount: { maximum: 100 } } },
      { tools: 'Pay/close', effect: 'deny', unless: { groups: 'treasury' } },
      { tools: 'Notes/*', effect: 'ask' },
    ],
  }
  it.each([
    ['Pay/send', { groups: 'staff' }, { amount: 5 }, 'approval_needed'],
    ['Pay/send', { groups: ['staff', 'treasury'] }, { amount: 5 }, 'passed'],
    ['Pay/send', { groups: 'staff' }, { amount: 500 }, 'policy_refused'],
    ['Pay/send', { groups: ['staff', 'treasury'] }, { amount: 500 }, 'policy_refused'],
    ['Pay/list', { groups: 'staff' }, {}, 'passed'],
    ['Pay/list', { groups: 'guests' }, {}, 'policy_refused'],
    ['Pay/close', { groups: 'staff' }, {}, 'policy_refused'],
    ['Notes/add', { groups: 'guests' }, {}, 'approval_needed'],
    ['Notes/add', {}, {}, 'approval_needed'],
    ['Other/add', { groups: 'treasury' }, {}, 'policy_refused'],
  ] as const)('%s %j %j: %s', async (name, claims, args, expected) => {
    const [server = '', tool = ''] = name.split('/')
    expect(await reasonOf(callPolicy(TABLE), { ...PAY, server, tool, claims, args })).toBe(expected)
  })
})

it('a store that is gone lets nothing pass, and gives back what was counted', async () => {
  const rules: PolicyRules = {
    rules: [{ tools: 'Pay/*', effect: 'ask', limits: { atOnce: 1 } }],
  }
  const gone = () => Promise.reject(new Error('canary'))
  const asking = { ...memoryCallApprovals(), ask: gone }
  await expect(callPolicy(rules, { approvals: asking }).permit(PAY)).rejects.toThrow()
  let isGone = true
  const using = {
    ...memoryCallApprovals(),
    ask: async () => ({ id: 'q', state: 'approved' }) as const,
    use: async () => (isGone ? gone() : true),
  }
  const policy = callPolicy(rules, { approvals: using })
  await expect(policy.permit(PAY)).rejects.toThrow()
  isGone = false
  expect(await reasonOf(policy)).toBe('passed')
})

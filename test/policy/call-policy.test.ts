// callPolicy: tables of claims, tools and arguments, and limits.

import { describe, expect, it } from 'vitest'
import type { PolicyCall } from '../../src/core/call-policy.ts'
import { callPolicy, type PolicyRules } from '../../src/policy/index.ts'
import { alice, handClock, ISSUER } from '../core/parts.ts'

const RULES: PolicyRules = {
  rules: [
    { tools: 'Tasks/delete_*', unless: { groups: 'admins' }, effect: 'deny' },
    { tools: ['Pay/*', 'Bank/send'], when: { tenant: ['acme', 'umbrella'] }, effect: 'deny' },
    { tools: 'Tasks/share', when: { '/realm_access/roles': 'guest' }, effect: 'deny' },
    { tools: 'Notes/write', unless: { scope: 'notes:write' }, effect: 'deny' },
  ],
}
const CLOSED: PolicyRules = {
  default: 'deny',
  rules: [{ tools: 'Tasks/*', when: { groups: ['team'], verified: true } }],
}
const LIMITED: PolicyRules = {
  rules: [
    {
      tools: 'Pay/send',
      arguments: {
        amount: { required: true, minimum: 1, maximum: 100 },
        currency: { enum: ['EUR', 'USD'] },
        '/to/mail': { like: ['*@example.com', '*@*.example.com'] },
        note: { maxLength: 5 },
        copies: { maxItems: 2, like: '*@example.com' },
      },
    },
  ],
}

const callOf = (name: string, claims: object = {}, args: unknown = {}): PolicyCall => {
  const [server = '', tool = ''] = name.split('/')
  return { principal: alice, claims: claims as PolicyCall['claims'], server, tool, args }
}

async function passes(rules: PolicyRules, call: PolicyCall): Promise<boolean> {
  return (await callPolicy(rules).permit(call)).ok
}

describe('claims and tools', () => {
  it.each([
    [RULES, 'Tasks/add', {}, true],
    [RULES, 'Tasks/delete_task', {}, false],
    [RULES, 'Tasks/delete_task', { groups: ['staff', 'admins'] }, true],
    [RULES, 'Tasks/delete_task', { groups: 'admins' }, true],
    [RULES, 'Tasks/delete_task', { groups: ['Admins', 'admins2', 'x admins'] }, false],
    [RULES, 'Tasks/delete_task', { groups: { admins: true } }, false],
    [RULES, 'Tasks/undelete_task', {}, true],
    [RULES, 'tasks/delete_task', {}, true],
    [RULES, 'Pay/anything', { tenant: 'acme' }, false],
    [RULES, 'Bank/send', { tenant: 'umbrella' }, false],
    [RULES, 'Bank/read', { tenant: 'umbrella' }, true],
    [RULES, 'Pay/anything', { tenant: 'other' }, true],
    [RULES, 'Tasks/share', { realm_access: { roles: ['guest'] } }, false],
    [RULES, 'Tasks/share', { realm_access: { roles: ['user'] } }, true],
    [RULES, 'Tasks/share', { '/realm_access/roles': 'guest' }, true],
    [RULES, 'Notes/write', { scope: 'notes:read notes:write' }, true],
    [RULES, 'Notes/write', { scope: 'notes:write-all' }, false],
    [CLOSED, 'Tasks/add', { groups: ['team'], verified: true }, true],
    [CLOSED, 'Tasks/add', { groups: ['team'], verified: 'true' }, false],
    [CLOSED, 'Tasks/add', { groups: ['team'] }, false],
    [CLOSED, 'Notes/add', { groups: ['team'], verified: true }, false],
  ] as const)('%#: %s %j %j', async (rules, name, claims, isAllowed) => {
    expect(await passes(rules, callOf(name, claims))).toBe(isAllowed)
    // None of these needs an argument to be decided, so the list says the same.
    expect(callPolicy(rules).hides(callOf(name, claims))).toBe(!isAllowed)
  })

  // An access key comes without a token, and so without claims.
  it.each([
    [{ tools: '*', when: { groups: 'interns' }, effect: 'deny' }, 'allow', false],
    [{ tools: '*', unless: { groups: 'admins' }, effect: 'deny' }, 'allow', false],
    [
      { tools: '*', when: { groups: 'interns' }, arguments: { x: { required: true } } },
      'allow',
      false,
    ],
    [{ tools: '*', when: { groups: 'staff' } }, 'deny', false],
    [{ tools: '*', unless: { groups: 'interns' } }, 'deny', false],
    [{ tools: '*' }, 'deny', true],
    [{ tools: 'Other/*', when: { groups: 'interns' }, effect: 'deny' }, 'allow', true],
  ] as const)(
    'of somebody whose claims nobody knows: %j, else %s',
    async (rule, rest, isAllowed) => {
      const rules: PolicyRules = { default: rest, rules: [rule] }
      expect(await passes(rules, callOf('Tasks/add'))).toBe(isAllowed)
    },
  )

  it('deny wins, in whatever order the rules are', async () => {
    const deny = { tools: 'Tasks/*', effect: 'deny' } as const
    const allow = { tools: 'Tasks/add' } as const
    for (const rules of [
      [deny, allow],
      [allow, deny],
    ])
      expect(await passes({ rules }, callOf('Tasks/add'))).toBe(false)
  })
})

describe('arguments', () => {
  it.each([
    [{ amount: 100, currency: 'EUR' }, true],
    [{ amount: 1, to: { mail: 'x@a.example.com' }, note: 'thank' }, true],
    [{ amount: 1, copies: ['a@example.com', 'b@example.com'] }, true],
    [{ amount: 1, copies: [] }, true],
    [{}, false],
    [undefined, false],
    [null, false],
    [[{ amount: 1 }], false],
    [{ amount: 100.01 }, false],
    [{ amount: 0 }, false],
    [{ amount: '50' }, false],
    [{ amount: [50, 500] }, false],
    [{ amount: { valueOf: 50 } }, false],
    [{ amount: null }, false],
    [{ amount: 1, currency: 'eur' }, false],
    [{ amount: 1, to: { mail: 'x@example.com.evil.test' } }, false],
    [{ amount: 1, to: { mail: 'x@evilexample.com' } }, false],
    [{ amount: 1, note: 'thanks' }, false],
    [{ amount: 1, note: 5 }, false],
    [{ amount: 1, copies: ['a@example.com', 'b@evil.test'] }, false],
    [{ amount: 1, copies: ['a@example.com', 'b@example.com', 'c@example.com'] }, false],
    [JSON.parse('{"__proto__":{"amount":1}}'), false],
    [{ amount: 1, Amount: 1000 }, false],
    [{ amount: 1, to: { mail: 'x@a.example.com', MAIL: 'x@evil.test' } }, false],
    [{ amount: 1, TO: { mail: 'x@evil.test' } }, false],
    [{ amount: 1, copieſ: ['x@evil.test'] }, false],
  ] as const)('%#: %j', async (args, isAllowed) => {
    expect(await passes(LIMITED, callOf('Pay/send', {}, args))).toBe(isAllowed)
  })

  it('are told in the words of the settings, never in those of the call', async () => {
    const policy = callPolicy(LIMITED)
    const result = await policy.permit(callOf('Pay/send', {}, { amount: 'canary' }))
    expect(result).toMatchObject({
      ok: false,
      refusal: { reason: 'policy_refused', expected: 'tools: Pay/send' },
    })
    expect(JSON.stringify(result)).toContain('The argument amount must be a number of at least 1.')
    expect(JSON.stringify(result)).not.toContain('canary')
    // It is not hidden: other arguments are allowed.
    expect(policy.hides(callOf('Pay/send'))).toBe(false)
  })

  it('of a number that would be written as null are none', async () => {
    const rules = { rules: [{ tools: '*', arguments: { x: { minimum: 1 } } }] }
    expect(await passes(rules, callOf('A/b', {}, JSON.parse('{"x":1e999}')))).toBe(false)
  })

  it('of a pattern made to be slow take no time', async () => {
    const rules = { rules: [{ tools: '*', arguments: { x: { like: `${'*a'.repeat(40)}b` } } }] }
    expect(await passes(rules, callOf('A/b', {}, { x: 'a'.repeat(1_000_000) }))).toBe(false)
  })
})

describe('limits', () => {
  const bob = { issuer: ISSUER, subject: 'bob' }

  it('are for each person, and over all tools of the rule', async () => {
    const { permit } = callPolicy({ rules: [{ tools: 'Tasks/*', limits: { day: 2 } }] })
    const asked = [
      callOf('Tasks/add'),
      callOf('Tasks/list'),
      callOf('Tasks/add'),
      { ...callOf('Tasks/add'), principal: bob },
      callOf('Notes/add'),
    ]
    const results = []
    for (const call of asked) results.push((await permit(call)).ok)
    expect(results).toEqual([true, true, false, true, true])
  })

  it('of a minute and of a day hold together, and begin anew in their time', async () => {
    const clock = handClock()
    const rules = { rules: [{ tools: '*', limits: { minute: 1, day: 2 } }] }
    const { permit } = callPolicy(rules, { now: clock.now })
    const results = []
    for (const seconds of [0, 0, 60, 60, 86_400]) {
      clock.forward(seconds)
      results.push((await permit(callOf('A/b'))).ok)
    }
    expect(results).toEqual([true, false, true, false, true])
  })

  it('of calls at once count until each is over', async () => {
    const { permit } = callPolicy({ rules: [{ tools: '*', limits: { atOnce: 1 } }] })
    const first = await permit(callOf('A/b'))
    expect((await permit(callOf('A/b'))).ok).toBe(false)
    if (first.ok) first.value()
    expect((await permit(callOf('A/b'))).ok).toBe(true)
  })

  it('that refuse keep no place among those at once', async () => {
    const clock = handClock()
    const rules = { rules: [{ tools: '*', limits: { atOnce: 1, minute: 1 } }] }
    const { permit } = callPolicy(rules, { now: clock.now })
    const first = await permit(callOf('A/b'))
    if (first.ok) first.value()
    expect((await permit(callOf('A/b'))).ok).toBe(false)
    clock.forward(60)
    expect((await permit(callOf('A/b'))).ok).toBe(true)
  })
})

describe('rules that cannot be read', () => {
  it.each([
    [undefined, 'policy must be a map'],
    [{}, 'policy.rules must be a list'],
    [{ rules: {} }, 'policy.rules must be a list'],
    [{ rule: [], rules: [] }, 'policy.rule: did you mean rules?'],
    [{ default: 'no', rules: [] }, 'policy.default must be one of allow, deny'],
    [{ rules: ['x'] }, 'policy.rules[0] must be a map'],
    [{ rules: [{}] }, 'policy.rules[0].tools must say which tools'],
    [{ rules: [{ tools: 'delete_task' }] }, 'policy.rules[0].tools must be SERVER/TOOL'],
    [{ rules: [{ tools: [] }] }, 'policy.rules[0].tools must be a text or a list'],
    [
      { rules: [{ tools: 'Task/x' }] },
      'policy.rules[0].tools: there is no server Task: did you mean Tasks?',
    ],
    [{ rules: [{ tools: '*', efect: 'deny' }] }, 'policy.rules[0].efect: did you mean effect?'],
    [{ rules: [{ tools: '*', effect: 'Deny' }] }, 'policy.rules[0].effect must be one of'],
    [{ rules: [{ tools: '*', when: {} }] }, 'policy.rules[0].when must name a claim'],
    [{ rules: [{ tools: '*', unless: { a: null } }] }, 'policy.rules[0].unless.a must be a text'],
    [{ rules: [{ tools: '*', when: { a: [] } }] }, 'policy.rules[0].when.a must be a text'],
    [{ rules: [{ tools: '*', effect: 'deny', limits: { day: 1 } }] }, 'policy.rules[0] denies'],
    [{ rules: [{ tools: '*', limits: { day: 0 } }] }, 'policy.rules[0].limits.day must be'],
    [{ rules: [{ tools: '*', limits: { week: 1 } }] }, 'policy.rules[0].limits.week: there is no'],
    [{ rules: [{ tools: '*', arguments: { a: {} } }] }, 'policy.rules[0].arguments.a must say'],
    [
      { rules: [{ tools: '*', arguments: { a: { max: 1 } } }] },
      'policy.rules[0].arguments.a.max: did',
    ],
    [
      { rules: [{ tools: '*', arguments: { a: { maximum: '1' } } }] },
      'arguments.a.maximum must be',
    ],
    [
      { rules: [{ tools: '*', arguments: { a: { enum: 'x' } } }] },
      'arguments.a.enum must be a list',
    ],
    [{ rules: [{ tools: '*', say: 'a\nb' }] }, 'policy.rules[0].say must be one line'],
  ])('%#: %j', (rules, words) => {
    expect(() => callPolicy(rules as never, { servers: ['Tasks'] })).toThrow(words)
  })

  it('cannot be changed afterwards', async () => {
    const rules = [{ tools: '*', effect: 'deny' as const }]
    const { permit } = callPolicy({ rules })
    rules.pop()
    expect((await permit(callOf('A/b'))).ok).toBe(false)
  })
})

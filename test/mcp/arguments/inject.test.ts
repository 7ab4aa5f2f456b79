import { describe, expect, it } from 'vitest'
import { stepBudget } from '../../../src/core/steps.ts'
import { injectArguments, type Slot } from '../../../src/mcp/arguments/inject.ts'

function inject(args: unknown, ...slots: (string | Slot)[]) {
  return injectArguments(
    args,
    slots.map((slot) => (typeof slot === 'string' ? { pointer: slot, value: 'ours' } : slot)),
  )
}

function sent(args: unknown, ...slots: (string | Slot)[]): unknown {
  const injected = inject(args, ...slots)
  return injected.ok ? injected.value.arguments : injected.refusal
}

const optional = (pointer: string): Slot => ({ pointer, value: 'ours', makesParents: false })

describe('hidden parameters of a call', () => {
  it.each<[string, unknown, (string | Slot)[], object]>([
    ['on top', { title: 'x' }, ['/token', '/uid'], { title: 'x', token: 'ours', uid: 'ours' }],
    ['of no arguments', undefined, ['/token'], { token: 'ours' }],
    [
      'in an object',
      { params: { title: 'x' } },
      ['/params/token'],
      { params: { title: 'x', token: 'ours' } },
    ],
    [
      'in an object that is absent',
      {},
      ['/params/auth/token'],
      { params: { auth: { token: 'ours' } } },
    ],
    [
      'in an object that is null',
      { params: null },
      ['/params/token'],
      { params: { token: 'ours' } },
    ],
    ['in an object that may be left out', { a: 1 }, [optional('/params/token')], { a: 1 }],
    [
      'in an object that may be null',
      { params: null },
      [optional('/params/token')],
      { params: null },
    ],
    [
      'in every element',
      { a: [{ n: 1 }, { n: 2 }] },
      ['/a/*/token'],
      {
        a: [
          { n: 1, token: 'ours' },
          { n: 2, token: 'ours' },
        ],
      },
    ],
    ['in no element', { a: [] }, ['/a/*/token'], { a: [] }],
    ['in an array that is absent', {}, ['/a/*/token', '/b/c/*/token'], {}],
    [
      'in no element that is null',
      { a: [null], b: { c: null } },
      ['/a/*/token', '/b/*/token', '/a/0/token'],
      { a: [null], b: { c: null } },
    ],
    [
      'in an object of every element',
      { a: [{}] },
      ['/a/*/auth/token'],
      { a: [{ auth: { token: 'ours' } }] },
    ],
    ['in one element', { a: [{}, {}] }, ['/a/1/token'], { a: [{}, { token: 'ours' }] }],
    ['in an element that is absent', { a: [{}] }, ['/a/1/token'], { a: [{}] }],
    [
      'in every member of a map',
      { a: { x: {}, y: {} } },
      ['/a/*/token'],
      { a: { x: { token: 'ours' }, y: { token: 'ours' } } },
    ],
    [
      'in every member of a map that is no null',
      { a: { x: null, y: {} } },
      ['/a/*/token'],
      { a: { x: null, y: { token: 'ours' } } },
    ],
    [
      'in the eleventh element',
      { a: Array.from({ length: 12 }, () => ({})) },
      ['/a/10/token'],
      { a: Array.from({ length: 12 }, (_, i) => (i === 10 ? { token: 'ours' } : {})) },
    ],
    ['in no element as a whole', { a: [{}] }, ['/a/0'], { a: [{}] }],
    ['with names that need escapes', {}, ['/a~1b/~0c'], { 'a/b': { '~c': 'ours' } }],
  ])('are filled %s', (_, args, slots, expected) => {
    expect(sent(args, ...slots)).toStrictEqual(expected)
  })

  it('are overwritten and reported, whatever the model sent', () => {
    const args = { token: 'evil', params: { token: { a: 1 }, list: [{ token: null }, {}] } }
    const before = structuredClone(args)
    expect(inject(args, '/token', '/params/token', '/params/list/*/token')).toEqual({
      ok: true,
      value: {
        arguments: {
          token: 'ours',
          params: { token: 'ours', list: [{ token: 'ours' }, { token: 'ours' }] },
        },
        overwritten: ['/token', '/params/token', '/params/list/0/token'],
        elsewhere: [],
        blocked: [],
      },
    })
    expect(args).toEqual(before)
  })

  it('are reported in the element of an array that has a place of its own', () => {
    expect(inject({ a: [{}, { token: 'evil' }] }, '/a/1/token')).toMatchObject({
      value: { arguments: { a: [{}, { token: 'ours' }] }, overwritten: ['/a/1/token'] },
    })
  })

  it('are reported where the model sent the same name elsewhere, in any spelling', () => {
    const args = {
      access_token: 'a',
      accessToken: 'b',
      deep: [{ 'Access-Token': 'c', x: { ассess_token: 'd' } }],
    }
    expect(inject(args, '/access_token')).toMatchObject({
      value: {
        arguments: { ...args, access_token: 'ours' },
        overwritten: ['/access_token'],
        elsewhere: ['/accessToken', '/deep/0/Access-Token', '/deep/0/x/ассess_token'],
      },
    })
  })

  it('are reported when something other than an object is on the way', () => {
    expect(
      inject({ a: 5, b: ['x', { token: 1 }], c: 'plain' }, '/a/token', '/b/*/token', '/c/d/token'),
    ).toMatchObject({
      value: {
        arguments: { a: 5, b: ['x', { token: 'ours' }], c: 'plain' },
        overwritten: ['/b/1/token'],
        blocked: ['/a/token', '/b/*/token', '/c/d/token'],
      },
    })
    for (const [a, pointer] of [
      [[], '/a/token'],
      [[{}], '/a/token'],
      [[{}], '/a/x0/token'],
      [[{}, {}], '/a/1x/token'],
      [[{}, {}], '/a/01/token'],
      ['no JSON, but a "text"', '/a/token'],
    ] as const)
      expect(inject({ a }, pointer)).toMatchObject({
        value: { arguments: { a }, blocked: [pointer] },
      })
  })

  it('leave unchanged parts shared with the model’s arguments', () => {
    const args = { big: { x: [1] }, params: { y: { z: 1 } }, list: [{ token: 'ours' }] }
    const injected = inject(args, '/params/token')
    if (!injected.ok) throw new Error(injected.refusal)
    const next = injected.value.arguments as typeof args
    expect(next.big).toBe(args.big)
    expect(next.params.y).toBe(args.params.y)
    expect(next.list).toBe(args.list)
  })

  it.each([
    [{ list: [{ a: 1 }] }, '/list/*/auth/token'],
    [{ list: [{ a: 1 }] }, '/list/0/auth/token'],
    [{ map: { x: { a: 1 } } }, '/map/*/auth/token'],
    [{ a: { b: 1 } }, '/a/auth/token'],
  ])('leave all of %j as it is when nothing is filled', (args, pointer) => {
    const injected = inject(args, optional(pointer))
    expect(injected.ok && injected.value.arguments).toBe(args)
  })
})

describe('a call', () => {
  it.each([null, [], 'x', '{"token":"evil"}', 5, true, [{ token: 'evil' }]])(
    'is refused when its arguments are %j',
    (args) => {
      expect(sent(args, '/token')).toBe('arguments_not_object')
    },
  )

  it.each([
    '{"user_id":"bob"}',
    ' \n{"user_id":"bob"}',
    '[{"user_id":"bob"}]',
    '"{\\"user_id\\":\\"bob\\"}"',
  ])('is refused when it has %j where an object belongs: Python servers decode it', (encoded) => {
    expect(sent({ params: encoded }, '/params/user_id')).toBe('arguments_encoded')
    expect(sent({ params: encoded }, '/params/*/user_id')).toBe('arguments_encoded')
    expect(sent({ params: [encoded] }, '/params/*/user_id')).toBe('arguments_encoded')
    expect(sent({ params: encoded }, optional('/params/user_id'))).toBe('arguments_encoded')
  })

  it.each([
    '{"__proto__":{"token":"evil"}}',
    '{"a":[{"b":{"__proto__":{}}}]}',
    '{"constructor":{"prototype":{"token":"evil"}}}',
  ])('is refused when it reaches into prototypes: %s', (json) => {
    expect(sent(JSON.parse(json), '/token')).toBe('arguments_forbidden_member')
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it('may have members with names such as constructor', () => {
    const args = {
      constructor: 'x',
      prototype: { a: 1 },
      toString: 'y',
      hasOwnProperty: 1,
      a: { prototype: 1 },
    }
    expect(sent(args, '/token')).toEqual({ ...args, token: 'ours' })
  })

  it('does not take parameters from the prototype of objects', () => {
    expect(inject({}, '/toString', '/valueOf/token')).toMatchObject({
      value: { arguments: { toString: 'ours', valueOf: { token: 'ours' } }, overwritten: [] },
    })
  })

  it('is refused when its arguments are nested 10,000 deep', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(10_000)}{}${'}'.repeat(10_000)}`)
    expect(sent(deep, '/token')).toBe('arguments_too_deep')
  })

  it('may have as many levels as a pointer, and no more', () => {
    const levels = (count: number) =>
      JSON.parse(`${'{"a":'.repeat(count - 1)}{}${'}'.repeat(count - 1)}`)
    expect(inject(levels(64), '/token').ok).toBe(true)
    expect(sent(levels(65), '/token')).toBe('arguments_too_deep')
  })

  it.each(['/__proto__/token', '/a/constructor/b'])('is refused for the pointer %s', (pointer) => {
    expect(sent({}, pointer)).toBe('pointer_forbidden')
  })
})

describe('large arguments', () => {
  const members = (count: number, value: unknown = 1) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`member_${i}`, value]))
  const slots = (count: number, stem = '/token_') =>
    Array.from({ length: count }, (_, i) => ({ pointer: `${stem}${i}`, value: 'x' }))
  const rows = (count: number) => ({ rows: Array.from({ length: count }, () => ({ a: 1, b: {} })) })
  const families: readonly (readonly [
    string,
    (n: number) => readonly [object, readonly { pointer: string; value: string }[]],
  ])[] = [
    ['many members', (n) => [members(n * 20), slots(1)]],
    ['many members and many slots', (n) => [members(n * 10), slots(n)]],
    ['many rows', (n) => [rows(n * 20), [{ pointer: '/rows/*/token', value: 'x' }]]],
    ['many objects', (n) => [members(n * 10, {}), [{ pointer: '/*/token', value: 'x' }]]],
    ['long names', (n) => [{ ['a'.repeat(n * 100)]: members(20) }, slots(1)]],
    ['many names that look like a hidden one', (n) => [{ deep: members(n) }, slots(n, '/member_')]],
  ]
  it.each(families)('take twice the steps when they are twice as large: %s', (_, make) => {
    const steps = [50, 100].map((size) => {
      const budget = stepBudget(Number.POSITIVE_INFINITY)
      expect(injectArguments(...make(size), budget).ok).toBe(true)
      return budget.spent
    })
    expect(steps[1]).toBeLessThanOrEqual(2.2 * (steps[0] ?? 0))
  })

  const spent = (args: object, ...pointers: readonly string[]) => {
    const budget = stepBudget(Number.POSITIVE_INFINITY)
    const all = pointers.map((pointer) => ({ pointer, value: 'x' }))
    expect(injectArguments(args, all, budget).ok).toBe(true)
    return budget.spent
  }

  it('cost what they are copied and read for', () => {
    // Every element is gone through twice, at eight for a step, and none is filled.
    const list = { list: Array.from({ length: 8000 }, () => 1) }
    expect(spent(list, '/list/0/token')).toBeGreaterThan(2000)
    expect(spent(list, '/list/0/token')).toBeLessThan(2100)
    // To copy an object costs its members, once for all slots.
    const objects = { deep: members(1000) }
    const read = spent(objects, '/token')
    const copied = spent(objects, '/deep/token') - read
    expect(copied).toBeGreaterThan(1000)
    expect(copied).toBeLessThan(1050)
    const twice = spent(objects, '/deep/token', '/deep/uid') - read
    expect(twice).toBeLessThan(1050)
    // A pointer costs its characters, at 32 for a step.
    const path = 'x'.repeat(1_000_000)
    const named =
      spent({ [path]: { token: 1 } }, '/token') - spent({ [path]: { other: 1 } }, '/token')
    expect(named).toBeGreaterThan(31_000)
    expect(named).toBeLessThan(32_000)
    const same = 'token'.padEnd(96, '_')
    expect(spent({ [same]: 1 }, '/token') - spent({ x: 1 }, '/token')).toBeCloseTo(15.875)
  })

  it.each<[string, () => object]>([
    ['an array', () => ({ list: Array.from({ length: 650_000 }, () => 1) })],
    ['members', () => ({ deep: members(85_000) })],
    ['names', () => ({ deep: members(25_000) })],
    // Their names are looked at once, and each of them is gone through.
    [
      'rows with the same names',
      () => ({ rows: Array.from({ length: 20_000 }, () => ({ a: 1, b: 1, c: 1, d: 1 })) }),
    ],
  ])('are refused for the steps that reading %s takes', (_, make) => {
    expect(injectArguments(make(), slots(1))).toEqual({ ok: false, refusal: 'arguments_too_large' })
  })

  it('are not gone through any further once they are refused', () => {
    const budget = stepBudget(100)
    const args = { a: members(200), b: '{}' }
    const all = ['/a/token', '/b/token'].map((pointer) => ({ pointer, value: 'x' }))
    expect(injectArguments(args, all, budget)).toMatchObject({ refusal: 'arguments_too_large' })
  })

  it('are refused beyond the steps of a call, and not before', () => {
    expect(injectArguments(rows(10_000), slots(1)).ok).toBe(true)
    const all = Array.from({ length: 200 }, (_, i) => ({ pointer: `/rows/*/t${i}`, value: 'x' }))
    for (const [args, some] of [
      [members(300_000), slots(1)],
      [rows(10_000), all],
    ] as const)
      expect(injectArguments(args, some)).toEqual({ ok: false, refusal: 'arguments_too_large' })
  })

  it('leave what the model sent unchanged, however many slots there are', () => {
    const args = Object.freeze({
      a: Object.freeze({ b: 1 }),
      list: Object.freeze([Object.freeze({})]),
    })
    const injected = injectArguments(args, [
      ...slots(3, '/a/t'),
      ...slots(3, '/list/*/t'),
      ...slots(2, '/t'),
    ])
    expect(injected).toMatchObject({
      value: {
        arguments: {
          a: { b: 1, t0: 'x', t1: 'x', t2: 'x' },
          list: [{ t0: 'x', t2: 'x' }],
          t1: 'x',
        },
      },
    })
    expect(args).toEqual({ a: { b: 1 }, list: [{}] })
  })
})

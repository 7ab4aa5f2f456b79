import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/client/validators/cf-worker'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { definitionHash } from '../../../src/mcp/arguments/approval.ts'
import { detectParameters } from '../../../src/mcp/arguments/detect.ts'
import { injectArguments } from '../../../src/mcp/arguments/inject.ts'
import { stripTool } from '../../../src/mcp/arguments/strip.ts'
import { LONG } from '../../long.ts'
import { PLANTED, pickFrom, randomSchema, randomValue } from './random.ts'

/** Mutation testing runs the same few cases against each change. */
const FEW = process.env.ONBEHALF_MUTATION ? { numRuns: 60, seed: 1 } : undefined
const RUNS = FEW?.numRuns ?? (LONG ? 20_000 : 1000)
const TIME = LONG ? 3_600_000 : 120_000

/** One random tool, what is detected in it, and what is left when that is hidden. */
function stripped(gen: fc.GeneratorValue) {
  const pick = pickFrom(gen)
  const inputSchema = randomSchema(pick)
  const before = JSON.stringify(inputSchema)
  const tool = { name: 'tool', description: 'Needs `access_token`. Does it.', inputSchema }
  const detected = detectParameters(inputSchema)
  if (!detected.ok) throw new Error(detected.refusal)
  const parameters = detected.value.map(({ pointer }) => ({
    pointer,
    value: 'credential' as const,
  }))
  const result = stripTool(tool, parameters, { rewriteDescriptions: true })
  if (!result.ok) throw new Error(result.refusal)
  return {
    pick,
    tool,
    before,
    parameters,
    hidden: result.value.hidden,
    stripped: result.value.tool,
  }
}

describe('over random schemas with planted parameters', () => {
  it(
    'what is stripped names none of them, changes nothing it was given, and is the same again',
    () => {
      let hid = 0
      fc.assert(
        fc.property(fc.gen(), (gen) => {
          const { tool, before, parameters, hidden, stripped: next } = stripped(gen)
          if (parameters.length > 0) hid++
          const text = JSON.stringify(next)
          if (parameters.length > 0) {
            const there = PLANTED.filter((name) =>
              parameters.some(({ pointer }) => pointer.endsWith(`/${name}`)),
            )
            for (const name of there) expect(text).not.toContain(name)
          }
          expect(hidden.map(({ pointer }) => pointer)).toEqual(
            parameters.map(({ pointer }) => pointer),
          )
          expect(JSON.stringify(tool.inputSchema)).toBe(before)
          expect(detectParameters(next.inputSchema)).toEqual({ ok: true, value: [] })
          const again = stripTool(next, parameters, { rewriteDescriptions: true })
          expect(again).toEqual({ ok: true, value: { tool: next, hidden: [] } })
          const copy = stripTool(JSON.parse(JSON.stringify(tool)), parameters, {
            rewriteDescriptions: true,
          })
          expect(JSON.stringify(copy.ok && copy.value.tool)).toBe(text)
        }),
        { numRuns: RUNS, endOnFailure: true, ...FEW },
      )
      expect(hid).toBeGreaterThan(RUNS / 2)
    },
    TIME,
  )

  it(
    'what a model sends for the stripped schema fits the original when it is filled in, and what it sends at a hidden place never stays',
    () => {
      let fitted = 0
      let told = 0
      const validator = new CfWorkerJsonSchemaValidator()
      fc.assert(
        fc.property(fc.gen(), (gen) => {
          const { pick, tool, hidden, stripped: next } = stripped(gen)
          const slots = hidden.map(({ pointer, makesParents }) => ({
            pointer,
            makesParents,
            value: 'ours',
          }))
          const attack = randomValue(tool.inputSchema, pick)
          const before = JSON.stringify(attack)
          const over = injectArguments(attack, slots)
          if (!over.ok) throw new Error(over.refusal)
          expect(JSON.stringify(attack)).toBe(before)
          for (const { pointer } of hidden)
            for (const [, value] of valuesAt(over.value.arguments, pointer))
              expect(value).toBe('ours')
          const sent = hidden.flatMap(({ pointer }) =>
            valuesAt(attack, pointer).map(([place]) => place),
          )
          expect(new Set(over.value.overwritten)).toEqual(new Set(sent))
          if (sent.length > 0) told++

          const args = randomValue(next.inputSchema, pick)
          if (!validator.getValidator(next.inputSchema as Record<string, unknown>)(args).valid)
            return
          fitted++
          const injected = injectArguments(args, slots)
          if (!injected.ok) throw new Error(injected.refusal)
          expect(injected.value.overwritten).toEqual([])
          const answer = validator.getValidator(tool.inputSchema)(injected.value.arguments)
          if (!answer.valid)
            throw new Error(
              `${answer.errorMessage}\n${JSON.stringify({ args, sent: injected.value.arguments, schema: tool.inputSchema, next: next.inputSchema })}`,
            )
        }),
        { numRuns: RUNS, endOnFailure: true, ...FEW },
      )
      expect(fitted).toBeGreaterThan(RUNS / 2)
      expect(told).toBeGreaterThan(RUNS / 3)
    },
    TIME,
  )
})

/** The values at a pointer, each with its own place. */
function valuesAt(
  value: unknown,
  pointer: string,
): readonly (readonly [place: string, value: unknown])[] {
  return pointer
    .slice(1)
    .split('/')
    .reduce<readonly (readonly [string, unknown])[]>(
      (places, segment) =>
        places.flatMap(([place, at]) => {
          if (typeof at !== 'object' || at === null) return []
          const name = segment.replaceAll('~1', '/').replaceAll('~0', '~')
          return Object.entries(at)
            .filter(([key]) => segment === '*' || key === name)
            .map(
              ([key, one]) =>
                [`${place}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, one] as const,
            )
        }),
      [['', value]],
    )
}

describe('over random values', () => {
  const name = fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'a',
    'token',
    'toString',
    '0',
    '*',
    'properties',
    '$ref',
    'allOf',
    'items',
  )
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, 1, true, 'x', '#', '#/properties/a', '{"token":1}'),
      fc.array(tie('any'), { maxLength: 3 }),
      // As a parser makes it: `__proto__` is a member of its own.
      fc
        .array(fc.tuple(name, tie('any')), { maxLength: 4 })
        .map((entries) => Object.fromEntries(entries)),
    ),
  })).any
  const pointer = fc
    .array(name, { minLength: 1, maxLength: 4 })
    .map((segments) => `/${segments.join('/')}`)

  it(
    'no prototype is ever changed, and nothing throws',
    async () => {
      const members = Reflect.ownKeys(Object.prototype)
      await fc.assert(
        fc.asyncProperty(
          value,
          value,
          fc.array(pointer, { maxLength: 3 }),
          async (args, schema, pointers) => {
            const before = JSON.stringify([args, schema])
            const injected = injectArguments(
              args,
              pointers.map((one) => ({ pointer: one, value: 'ours' })),
            )
            if (injected.ok)
              expect(Object.getPrototypeOf(injected.value.arguments)).toBe(Object.prototype)
            detectParameters(schema)
            const tool = { name: 'tool', inputSchema: schema, outputSchema: args }
            stripTool(
              tool,
              pointers.map((one) => ({ pointer: one, value: 'subject' })),
              { rewriteDescriptions: true },
            )
            await definitionHash(tool)
            expect(JSON.stringify([args, schema])).toBe(before)
            expect(Reflect.ownKeys(Object.prototype)).toEqual(members)
            expect(Reflect.get({}, 'token')).toBeUndefined()
          },
        ),
        { numRuns: RUNS, ...FEW },
      )
    },
    TIME,
  )
})

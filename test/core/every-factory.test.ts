// Every export of every public subpath: what is made with options names an option that is missing,
// misspelt or of the wrong kind, at creation. A new export is not let in until it is in one of the
// tables here.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FACTORIES } from './every-factory/factories.ts'
import { ARGUMENTS, PLAIN } from './every-factory/plain.ts'

const root = join(import.meta.dirname, '../..')

/** The component runs in a page, and not here. */
const SUBPATHS = Object.entries(
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).exports as Record<
    string,
    { 'onbehalf-source': string } | string
  >,
).flatMap(([subpath, target]) =>
  typeof target === 'string' || subpath === './web'
    ? []
    : [[subpath, join(root, target['onbehalf-source'])] as const],
)

/** What somebody without a compiler may give. */
const VALUES = [7, -1, Number.NaN, 'x', '', true, null, {}, [], [7], () => 1, Promise.resolve(1)]

/** What a factory says, whether it throws or rejects; undefined when it takes the options. */
async function refusalOf(make: () => unknown): Promise<string | undefined> {
  try {
    const made = await make()
    // A generator begins with its first event.
    if (isGenerator(made)) await made.next()
    return undefined
  } catch (error) {
    // What cannot be reached is not the options' fault.
    return error instanceof TypeError ? error.message : undefined
  }
}

function isGenerator(value: unknown): value is AsyncGenerator {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

it.each(SUBPATHS)('every export of %s is in a table', async (_, path) => {
  const names = Object.keys(await import(path))
  const missing = names.filter((name) => !(name in FACTORIES) && !(name in PLAIN))
  expect(missing, 'put them into test/core/every-factory/factories.ts or plain.ts').toEqual([])
})

it('the tables name nothing that is not there', async () => {
  const all = await Promise.all(SUBPATHS.map(async ([, path]) => Object.keys(await import(path))))
  const names = new Set(all.flat())
  expect([...Object.keys(FACTORIES), ...Object.keys(PLAIN)].filter((x) => !names.has(x))).toEqual(
    [],
  )
})

describe.each(Object.entries(FACTORIES))('%s', (name, { make, good, wrong = [], places = [] }) => {
  it('names an option that it does not know', async () => {
    const message = await refusalOf(() => make({ ...good, zzqqx: 1 }))
    expect(message).toMatch(new RegExp(`^zzqqx: ${name} has no such option\\. It has \\w`))
  })

  it.each([['a text'], [7], [null], [[]]])('does not take %j for options', async (options) => {
    expect(await refusalOf(() => make(options))).toBe(`${name} must be an object with options`)
  })

  it.each(places)('names an option inside %s', async (at, value) => {
    const message = await refusalOf(() => make({ ...good, ...value({ zzqqx: 1 }) }))
    expect(message).toMatch(new RegExp(`^${at.replace(/[.[\]]/g, '\\$&')}\\.zzqqx: `))
  })

  it.each(Object.keys(good))('says that %s is missing, or does without it', async (option) => {
    const { [option]: _, ...rest } = good
    const message = await refusalOf(() => make(rest))
    if (message === undefined) return
    expect(message).toContain(option)
    expect(message).toMatch(/must be (?:given|true)|must name/)
  })

  it.each(wrong)('%s: refuses %j', async (option, value, words) => {
    const message = await refusalOf(() => make({ ...good, [option]: value }))
    expect(message).toMatch(new RegExp(`^${option.replace(/[.[\]]/g, '\\$&')}\\b`))
    expect(message).toContain(words)
  })

  it('takes any value of any option, or names the option', async () => {
    const usual = await refusalOf(() => make(good))
    const listed = await refusalOf(() => make({ ...good, zzqqx: 1 }))
    const options = listed?.replace(/^.*It has /, '').split(', ') ?? []
    const odd: string[] = []
    for (const option of options)
      for (const [index, value] of VALUES.entries()) {
        const message = await refusalOf(() => make({ ...good, [option]: value }))
        if (message === undefined || message === usual) continue
        const isOurs = !/^Cannot |is not (?:a function|iterable|defined)|\(reading '/.test(message)
        if (!isOurs || !message.includes(option)) odd.push(`${option}, value ${index}: ${message}`)
      }
    expect(odd).toEqual([])
  })

  it('takes no deadline that a timer would make 1 ms of', async () => {
    const listed = await refusalOf(() => make({ ...good, zzqqx: 1 }))
    if (
      !listed
        ?.replace(/^.*It has /, '')
        .split(', ')
        .includes('deadline')
    )
      return
    for (const deadline of [0, -1, 2 ** 31, Number.POSITIVE_INFINITY])
      expect(await refusalOf(() => make({ ...good, deadline }))).toContain('deadline')
  })

  it('repeats no secret that was given as a text', async () => {
    for (const option of ['client', 'clientSecret', 'password', 'keys', 'secrets']) {
      const message = await refusalOf(() => make({ ...good, [option]: 's3cr3t-value' }))
      expect(message ?? '').not.toContain('s3cr3t')
    }
  })
})

describe('an argument that is no option', () => {
  const rows = Object.entries({ ...PLAIN, ...ARGUMENTS }).flatMap(([name, rule]) =>
    typeof rule === 'string' ? [] : rule.map(([call, words]) => [name, call, words] as const),
  )
  it.each(rows)('%s says what is wrong with an argument: %#', async (name, call, words) => {
    const message = await refusalOf(call)
    expect(message).toContain(words)
    if (!words.includes('missing')) expect(message).toContain(`${name}: `)
  })
})

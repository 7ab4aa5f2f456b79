// The parts that mutation testing tries are those that are there: a file that was moved is not tried at
// all, and no command would say so.

import { globSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SETS } from './sets.ts'

/** `a/{b,c}.ts` as `a/b.ts` and `a/c.ts`. */
function alternatives(pattern: string): readonly string[] {
  const [, before = '', names = '', after = ''] = /^(.*)\{(.*)\}(.*)$/.exec(pattern) ?? []
  return names === '' ? [pattern] : names.split(',').map((name) => `${before}${name}${after}`)
}

const parts = Object.entries(SETS)

describe.each(parts)('the part %s', (_, { mutate, tests }) => {
  it.each([...mutate, ...tests].flatMap(alternatives))('has files at %s', (pattern) => {
    expect(globSync(pattern)).not.toEqual([])
  })
})

it.each(['core/door', 'core/verify', 'core/vault', 'jwt', 'mcp/arguments', 'mcp/redact'])(
  'all of src/%s is tried',
  (folder) => {
    const tried = parts.flatMap(([, { mutate }]) => globSync([...mutate]))
    expect(globSync(`src/${folder}/*.ts`).filter((file) => !tried.includes(file))).toEqual([])
  },
)

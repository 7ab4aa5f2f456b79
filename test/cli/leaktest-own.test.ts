// `onbehalf leaktest` on our own stack, as its program is: a few of its ways, attacked in their results.
// The whole is a command of its own, for it takes minutes.

import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { runLeaktest } from '../../src/cli/leaktest/run-leaktest.ts'
import { own } from '../../src/cli/leaktest/stacks/own.ts'
import { KIT } from '../../src/cli/leaktest/stacks/own-variants.ts'

const WAYS: readonly string[] = ['header/exchange', 'argument/static', KIT]

it('our own stack has no leak in a few of its ways', { timeout: 120_000 }, async () => {
  const { leaks, unknown, counts, sinks } = await runLeaktest(
    { ...own, chat: { ...own.chat, variants: WAYS } },
    {
      seed: 'ci',
      file: 'own',
      command: 'npx onbehalf leaktest own',
      all: false,
      only: 'lookup.text.others',
      here: fileURLToPath(new URL('.', import.meta.url)),
      signal: AbortSignal.timeout(110_000),
      progress() {},
    },
  )
  expect(leaks).toEqual([])
  expect(unknown.filter((line) => !isAboutOthers(line))).toEqual([])
  expect(counts.found).toBe(counts.planted)
  expect(counts.attacks).toBeGreaterThan(0)
  const names = sinks.map(({ name }) => name)
  for (const sink of ['model requests', 'tool results', 'browser', 'output'])
    expect(names).toContain(sink)
})

/** Whether something was not seen because none of these ways leads to its server. */
function isAboutOthers(line: string): boolean {
  const [, name = ''] = /^no tool of (\S+) was called/.exec(line) ?? []
  const { variants } = own.mcp?.[name] ?? {}
  return variants !== undefined && !variants.some((way) => WAYS.includes(way))
}

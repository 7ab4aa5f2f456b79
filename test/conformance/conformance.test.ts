// The command of the conformance suites: what counts as passed, and what it says when it cannot tell.
// The suites themselves are run by `npm run conformance`.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { judge, parseList } from './mcp/judge.ts'
import { readOptions } from './options.ts'
import { countsOf, isWrong, lineOf, summaryOf } from './result.ts'

const planned = { name: 'auth/basic', revision: '2026-07-28' }
const good = { id: 'pkce', status: 'SUCCESS' }
const bad = { id: 'resource', status: 'FAILURE', errorMessage: 'no resource was sent' }
const ended = { code: 0, output: '' }

describe('a scenario', () => {
  it('passes when the suite says so and something was looked at', () => {
    const info = { id: 'request', status: 'INFO' }
    expect(judge(planned, [good, info], ended)).toEqual({
      ...planned,
      passed: true,
      checks: 1,
      failures: [],
    })
  })

  it.each([
    ['a check failed', [good, bad], { code: 1, output: '' }, ['resource: no resource was sent']],
    ['nothing was looked at', [], ended, ['']],
    ['it was skipped', [], { code: 0, output: 'SKIPPED: not here\n' }, ['SKIPPED: not here']],
    ['the client hung', [good], { code: 1, output: 'x\nTIMED OUT' }, ['x', 'TIMED OUT']],
    ['it was killed', [good], { code: 143, output: 'ended' }, ['ended']],
  ])('fails when %s', (_, checks, end, failures) => {
    expect(judge(planned, checks, end)).toMatchObject({ passed: false, failures })
  })

  it('that passes although it is expected to fail is wrong, too', () => {
    const passed = { ...judge(planned, [good], ended), expected: 'nobody has built it' }
    const failed = { ...judge(planned, [bad], { code: 1, output: '' }), expected: 'the same' }
    expect([passed, failed].map(isWrong)).toEqual([true, false])
    expect(lineOf(passed)).toContain('must leave the list')
    expect(lineOf(failed)).toContain('expected: the same')
    const leg = { leg: 'client', scenarios: [passed, failed, judge(planned, [good], ended)] }
    expect(summaryOf(leg)).toBe('client: 1 passed, 1 failed, 1 expected to fail')
    expect(countsOf(leg)).toEqual({ passed: 1, failed: 1, expected: 1 })
  })
})

it("reads the suite's list: each scenario once for every revision", () => {
  const list =
    'Client scenarios:\n  - tools_call [2025-11-25,2026-07-28]\n  - auth/dpop [extension]\n'
  expect(parseList(list)).toEqual([
    { name: 'tools_call', revision: '2025-11-25' },
    { name: 'tools_call', revision: '2026-07-28' },
    { name: 'auth/dpop', revision: 'extension' },
  ])
})

describe('the command', () => {
  it('takes a suite, legs and --json, and nothing else', () => {
    expect(readOptions(['mcp', '--leg', 'client', '--json'])).toEqual({
      what: 'mcp',
      legs: ['client'],
      only: '',
      isJson: true,
    })
    expect(readOptions(['peers'])).toMatchObject({ what: 'peers', isJson: false })
    for (const args of [
      [],
      ['mpc'],
      ['peers', '--leg', 'client'],
      ['peers', 'mcp'],
      ['mcp', '--leg', 'sever'],
      ['mcp', '--jsn'],
      ['mcp', 'mcp'],
    ])
      expect(readOptions(args)).toBeUndefined()
  })

  it('says that it could not tell, and ends with 2, when the suite cannot be had', () => {
    const folder = mkdtempSync(join(tmpdir(), 'onbehalf-'))
    try {
      const { status, stdout, stderr } = run(folder)
      expect(stderr).toMatch(/^The suite could not be had, so nothing is known: .*npm/)
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

/** Runs the command where there is no registry and nothing is cached. */
function run(folder: string) {
  return spawnSync(
    process.execPath,
    [...process.execArgv, join(import.meta.dirname, 'main.ts'), 'mcp', '--json'],
    {
      encoding: 'utf8',
      env: {
        ...process.env,
        ONBEHALF_CONFORMANCE: folder,
        npm_config_registry: 'http://127.0.0.1:1/',
        npm_config_cache: join(folder, 'cache'),
        npm_config_fetch_retries: '0',
      },
    },
  )
}

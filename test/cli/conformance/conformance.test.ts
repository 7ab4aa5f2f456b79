// `onbehalf conformance`: every check passes on our gateway, and fails on one that is broken in what
// the check is about. What it cannot tell, it does not call passed.

import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHECKS, runChecks } from '../../../src/cli/conformance/run-checks.ts'
import { handedTokens, type Role } from '../../../src/cli/conformance/tokens.ts'
import { main } from '../../../src/cli/main.ts'
import { Credential } from '../../../src/core/credential.ts'
import { FAULTS } from './faults.ts'
import { startTarget, type Target } from './target.ts'

let target: Target
beforeAll(async () => {
  target = await startTarget()
})
afterAll(() => target.close())

const quiet = { signal: new AbortController().signal, onResult: () => {} }

describe('a check', () => {
  it('passes on our gateway, each of them', async () => {
    const report = await runChecks(target.bench(), { only: [], ...quiet })
    const others = report.checks.filter(({ outcome }) => outcome.kind !== 'passed')
    expect(others).toEqual([])
    expect(report).toMatchObject({ passed: CHECKS.length, failed: 0, unknown: 0, none: 0 })
  })

  it.each(FAULTS)('%s finds a target that %s', async (check, _, make) => {
    target.breakWith(make())
    try {
      const { checks } = await runChecks(target.bench(), { only: [check], ...quiet })
      const found = checks.find(({ id }) => id === check)
      expect(found?.outcome).toMatchObject({ kind: 'failed' })
    } finally {
      target.breakWith(undefined)
      writeFileSync(target.log, 'started\n')
    }
  })

  it('has a target that it fails, each of them', () => {
    const broken = new Set(FAULTS.map(([check]) => check))
    expect(CHECKS.map(({ id }) => id).filter((id) => !broken.has(id))).toEqual([])
  })
})

describe('what cannot be told', () => {
  it('is not passed: a target that refuses everybody', async () => {
    const challenge = { 'www-authenticate': 'Bearer' }
    target.breakWith(async () => new Response(null, { status: 401, headers: challenge }))
    try {
      const report = await runChecks(target.bench(), { only: [], ...quiet })
      expect(report).toMatchObject({ passed: 0, failed: 2, unknown: CHECKS.length - 2 })
    } finally {
      target.breakWith(undefined)
    }
  })

  it('is not passed: a target that is not there', async () => {
    const bench = target.bench({ target: 'http://127.0.0.1:9/mcp' })
    const report = await runChecks(bench, { only: ['tokens', 'sessions', 'front'], ...quiet })
    expect(report).toMatchObject({ passed: 0, failed: 0 })
  })

  it('is not passed: nothing is behind the target, and nothing was handed in', async () => {
    const alice = target.tokens.of('alice') ?? new Credential('none')
    const tokens = handedTokens(new Map<Role, Credential>([['alice', alice]]))
    const bench = target.bench({ tokens, upstream: undefined, other: undefined, logs: [] })
    const report = await runChecks(bench, { only: [], ...quiet })
    const known = report.checks.filter(({ outcome }) => outcome.kind !== 'unknown')
    expect(known.map(({ id }) => id)).toEqual([
      ...['tokens.none', 'tokens.garbage', 'tokens.in-address', 'tokens.unsigned'],
      ...['tokens.signature', 'metadata.resource', 'metadata.issuer', 'sessions.never-given'],
      ...['front.origin', 'front.host', 'front.deep-message'],
    ])
    expect(report.failed).toBe(0)
  })

  it('does not apply: a target without sessions', async () => {
    target.breakWith(async (request, next) => {
      const answer = await next(request)
      answer.headers.delete('mcp-session-id')
      return answer
    })
    try {
      const report = await runChecks(target.bench(), { only: ['sessions'], ...quiet })
      expect(report).toMatchObject({ passed: 0, failed: 0, unknown: 0, none: 5 })
    } finally {
      target.breakWith(undefined)
    }
  })
})

async function run(...args: readonly string[]) {
  const [lines, notes]: [string[], string[]] = [[], []]
  const code = await main(['conformance', ...args], {
    out: (line) => void lines.push(line),
    note: (line) => void notes.push(line),
    signal: new AbortController().signal,
  })
  return { code, lines, told: [...lines, ...notes].join('\n') }
}

describe('onbehalf conformance', () => {
  const variables = { CONFORMANCE_ALICE: 'alice', CONFORMANCE_BOB: 'bob' } as const
  beforeAll(() => {
    for (const [name, role] of Object.entries(variables))
      process.env[name] = target.tokens.of(role)?.reveal()
  })
  afterAll(() => {
    for (const name of Object.keys(variables)) delete process.env[name]
  })
  const handed = ['--token', 'alice=env:CONFORMANCE_ALICE', '--token', 'bob=env:CONFORMANCE_BOB']

  it('tries a target with the operator’s own tokens, and shows none of them', async () => {
    const { code, lines, told } = await run('--target', target.target, ...handed)
    expect(code).toBe(2)
    expect(lines.at(-1)).toMatch(/^\d+ passed, 0 failed, \d+ could not be told, 0 do not apply$/)
    expect(told).toContain('it needs such a token: --token expired=env:NAME')
    expect(told).not.toMatch(/eyJ/)
  })

  it('ends with 0 when everything was told and nothing failed', async () => {
    const only = ['--only', 'sessions.another-person', '--only', 'tokens.none']
    const { code, lines } = await run('--target', target.target, ...handed, ...only, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(lines.join(''))).toMatchObject({ passed: 4, failed: 0, unknown: 0 })
  })

  it('ends with 1 when something failed', async () => {
    target.breakWith(async (request, next, { tokens }) => {
      request.headers.set('authorization', `Bearer ${tokens.of('alice')?.reveal()}`)
      return next(request)
    })
    try {
      const only = ['--only', 'tokens.none']
      const { code, told } = await run('--target', target.target, ...handed, ...only)
      expect(code).toBe(1)
      expect(told).toMatch(/FAIL tokens\.none: .*\n {5}the answer is HTTP 200, not 401/)
    } finally {
      target.breakWith(undefined)
    }
  })

  it('starts an issuer and a server, and says where they are', async () => {
    const ports = ['--issuer-port', '0', '--upstream-port', '0']
    const { code, told } = await run('--target', target.target, ...ports, '--only', 'lists')
    expect(code).toBe(2)
    expect(told).toMatch(/the issuer is http:\/\/127\.0\.0\.1:\d+/)
    expect(told).toMatch(/the server for behind the target is http:\/\/127\.0\.0\.1:\d+\/mcp/)
    expect(told).toContain('the target does not open a session for alice (HTTP 401)')
  })

  it('says when nothing answers', async () => {
    const nowhere = ['--target', 'http://127.0.0.1:9/mcp', '--wait', '0.01']
    const { code, told } = await run(...nowhere, ...handed)
    expect(code).toBe(1)
    expect(told).toContain('did not answer within 0.01 s')
  })

  const canary = 'canary0f-of-the-operator'
  it.each<[string, string, readonly string[]]>([
    ['no target', '--target must be an absolute URL', handed],
    ['no token', 'it needs a token', ['--target', 'https://g.example/mcp']],
    [
      'a token in the arguments',
      '--token takes ROLE=env:NAME',
      ['--target', 'https://g.example/mcp', '--token', canary],
    ],
    [
      'a token for a role',
      '--token alice must be a reference',
      ['--target', 'https://g.example/mcp', '--token', `alice=${canary}`],
    ],
    [
      'a role that there is not',
      'The roles are alice, bob',
      ['--target', 'https://g.example/mcp', '--token', 'carol=env:X'],
    ],
    [
      'tokens and an issuer',
      'leave out --token',
      ['--target', 'https://g.example/mcp', ...handed, '--issuer-port', '0'],
    ],
    [
      'a check that there is not',
      'no check begins so',
      ['--target', 'https://g.example/mcp', ...handed, '--only', canary],
    ],
    [
      'a credential in the address',
      'neither a credential',
      ['--target', `https://a:${canary}@g.example/mcp`, ...handed],
    ],
    ['plain http elsewhere', 'must use https', ['--target', 'http://g.example/mcp', ...handed]],
    [
      'a port that is none',
      '--issuer-port must be a port',
      ['--target', 'https://g.example/mcp', '--issuer-port', canary],
    ],
    [
      'a time that is none',
      '--wait',
      ['--target', 'https://g.example/mcp', ...handed, '--wait', 'x'],
    ],
  ])('refuses %s, and quotes nothing', async (_, words, args) => {
    const { code, told } = await run(...args)
    expect(code).toBe(2)
    expect(told).toContain(words)
    expect(told).not.toContain('canary')
  })
})

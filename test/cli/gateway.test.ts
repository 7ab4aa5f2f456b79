// `onbehalf gateway` as an operator runs it: what is wrong with a file is told with its line, secrets
// are never quoted, changes are taken over, and it ends cleanly.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfiguration } from '../../src/cli/gateway/configuration.ts'
import { SCHEMA } from '../../src/cli/gateway/schema.ts'
import { SETTINGS } from '../../src/cli/gateway/settings.ts'
import { main } from '../../src/cli/main.ts'

const QUIET = { out() {}, note() {}, signal: new AbortController().signal }
const SECRET = 'canary0f-the-secret-of-the-gateway'
const GOOD = `# A gateway.
url: https://gateway.example
issuer:
  preset: oidc
  issuer: https://login.example
  clientId: gateway
  clientSecret: env:GATEWAY_TEST_SECRET
servers:
  Tasks:
    url: https://tasks.example/mcp
    source: { type: exchange, scopes: [tasks:read] }
  My notes:
    url: https://notes.example/mcp
    source: { type: static, of: deployment }
    tools: { deny: [purge] }
subsets:
  team: [My notes]
keys:
  My notes: env:GATEWAY_TEST_SECRET
`

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onbehalf-gateway-'))
  process.env.GATEWAY_TEST_SECRET = SECRET
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
  delete process.env.GATEWAY_TEST_SECRET
})

/** Writes a file, and gives its path. */
function written(text: string): string {
  const path = join(folder, 'onbehalf.yaml')
  writeFileSync(path, text)
  return path
}

/** Runs the command. */
function run(args: readonly string[], signal = new AbortController().signal) {
  const lines: string[] = []
  const notes: string[] = []
  const code = main(['gateway', ...args], {
    out: (line) => void lines.push(line),
    note: (line) => void notes.push(line),
    signal,
  })
  return { code, lines, notes }
}

async function check(text: string): Promise<{ code: number; told: string }> {
  const { code, lines, notes } = run(['--config', written(text), '--check'])
  const exit = await code
  return { code: exit, told: [...lines, ...notes].join('\n').replaceAll(folder, '') }
}

describe('onbehalf gateway --check', () => {
  it('says which routes a good file has', async () => {
    expect(await check(GOOD)).toEqual({
      code: 0,
      told: [
        'https://gateway.example/mcp  Tasks, My notes',
        'https://gateway.example/mcp/Tasks  Tasks',
        'https://gateway.example/mcp/My%20notes  My notes',
        'https://gateway.example/mcp/team  My notes',
      ].join('\n'),
    })
  })

  it.each<[string, string, string, string]>([
    ['a misspelt setting', 'subsets:', 'subset:', ':16:1: subset: did you mean subsets?'],
    ['a setting that there is not', 'subsets:', 'plugins:', ':16:1: plugins: there is no such'],
    ['a misspelt source', 'type: exchange', 'type: exchang', ':11:15: servers.Tasks.source.type'],
    [
      'a misspelt member',
      'scopes:',
      'scope:',
      ':11:31: servers.Tasks.source.scope: did you mean scopes?',
    ],
    [
      'a list that is a text',
      '[purge]',
      'purge',
      ':15:14: servers.My notes.tools.deny must be a list',
    ],
    [
      'a preset that there is not',
      'preset: oidc',
      'preset: saml',
      ':4:3: issuer.preset must be one of',
    ],
    [
      'an option of a preset',
      'clientId:',
      'clientID:',
      ':6:3: issuer.clientID: did you mean clientId?',
    ],
    [
      'plain http to an issuer',
      'https://login',
      'http://login',
      ':5:3: issuer.issuer must be an https URL',
    ],
    [
      'plain http to a server',
      'https://tasks',
      'http://tasks',
      ':10:5: servers.Tasks.url must use https',
    ],
    [
      'a server in a subset',
      'team: [My notes]',
      'team: [Mail]',
      ':17:3: subsets.team names "Mail"',
    ],
    [
      'a key for no server',
      '  My notes: env',
      '  Mail: env',
      ':19:3: keys.Mail: there is no server',
    ],
    ['text that is no YAML', 'servers:', 'servers: [', 'this is no YAML'],
    [
      'code in a file',
      'preset: oidc',
      'preset: oidc\n  fetch: x',
      ':5:3: issuer.fetch cannot be in a file',
    ],
    [
      'an address that others reach',
      'url: https://gateway.example',
      'listen: 0.0.0.0:80',
      ':2:1: listen is an address',
    ],
    [
      'an address that is none',
      'url: https://gateway.example',
      'listen: "80"',
      ':2:1: listen must be HOST:PORT',
    ],
  ])('refuses %s with its place', async (_, from, to, words) => {
    const { code, told } = await check(GOOD.replace(from, to))
    expect(told).toContain(words)
    expect(code).toBe(1)
  })

  it.each([
    ['in the file itself', SECRET, 'must be a reference to a secret'],
    ['after env:', `env:${SECRET}!`, 'must be the name of a variable'],
    ['in a variable that is not set', 'env:GATEWAY_TEST_UNSET', 'which is not set'],
    ['in a file that is not there', 'file:missing', 'cannot be read'],
  ])('refuses a secret %s, and never quotes it', async (_, reference, words) => {
    const { code, told } = await check(GOOD.replace('env:GATEWAY_TEST_SECRET', `'${reference}'`))
    expect(told).toContain(`:7:3: issuer.clientSecret`)
    expect(told).toContain(words)
    expect(told).not.toContain('canary')
    expect(code).toBe(1)
  })

  it('shows what an issuer is, where it is only an address', async () => {
    const { told } = await check(
      GOOD.replace(/^issuer:\n(?: {2}.*\n)+/m, 'issuer: https://login.example\n'),
    )
    expect(told).toContain('issuer must be a map with a preset: { preset: oidc, issuer: https://')
  })

  it.each([
    'changeme',
    'change-me-app',
    'replace_this_key',
    '__REPLACE_ME__',
    '<secret>',
    'password',
    'your-secret-here',
    'xxxx',
  ])('refuses the placeholder %s', async (placeholder) => {
    process.env.GATEWAY_TEST_SECRET = placeholder
    const { told } = await check(GOOD)
    expect(told).toContain('refers to a placeholder')
  })

  it('takes a secret from a file beside it', async () => {
    writeFileSync(join(folder, 'secret'), `${SECRET}\n`)
    const text = GOOD.replaceAll('env:GATEWAY_TEST_SECRET', 'file:secret')
    expect((await check(text)).code).toBe(0)
  })

  it('takes a stdio server, and says what is wrong with its process', async () => {
    const text = `${GOOD}processes: { maxPerPerson: 4 }\n`.replace(
      'https://notes.example/mcp',
      "stdio:notes\n    resource: https://notes.example\n    process: { command: 'notes-mcp' }\n    placement: { type: env, variables: { NOTES_KEY: '{credential}' } }",
    )
    expect(await check(text)).toMatchObject({ code: 0 })
    const wrong: [string, string, string][] = [
      ['{ maxPerPerson: 4 }', '{ maxPerPerson: 0 }', 'processes.maxPerPerson must be'],
      ['{ maxPerPerson: 4 }', '{ perPerson: 4 }', 'processes.perPerson: it has maxProcesses'],
      ["command: 'notes-mcp'", 'comand: x', 'servers.My notes.process.comand: did you mean'],
      ["process: { command: 'notes-mcp' }", 'legacySse: carry', 'without process'],
    ]
    for (const [from, to, words] of wrong) {
      const { code, told } = await check(text.replace(from, to))
      expect(told).toContain(words)
      expect(code).toBe(1)
    }
  })

  it('says in the words of the file what a source needs', async () => {
    const bare = GOOD.replace(/ {2}client(?:Id|Secret): .*\n/g, '')
    const exchange = await check(bare)
    expect(exchange.told).toMatch(
      /servers\.Tasks\.source is "exchange": .*clientId and clientSecret/,
    )
    const own = '{ type: client-credentials, scopes: [tasks:read] }'
    const declared = '{ type: exchange, scopes: [tasks:read] }'
    const ownTokens = await check(bare.replace(declared, own))
    expect(ownTokens.told).toMatch(
      /"client-credentials": give the issuer clientId and clientSecret/,
    )
    for (const { told } of [exchange, ownTokens]) expect(told).not.toMatch(/setting|onbehalf\//)
    expect(await check(GOOD.replace(declared, own))).toMatchObject({ code: 0 })
  })

  it.each([
    ['{ keyring: ring }', 'store must be a map with keyring'],
    ['{ sqlite: a, postgres: env:X, keyring: ring }', 'store must be a map with keyring'],
    ['{ postgres: env:GATEWAY_TEST_SECRET }', 'store.keyring must be'],
    ['{ postgres: env:GATEWAY_TEST_SECRET, keyring: ring }', 'store.postgres must refer to a URL'],
  ])('refuses the store %s', async (store, words) => {
    await main(['keys', 'init', '--keyring', join(folder, 'ring')], QUIET)
    const { code, told } = await check(`${GOOD}store: ${store}\n`)
    expect(told).toContain(':20:')
    expect(told).toContain(words)
    expect(told).not.toContain('canary')
    expect(code).toBe(1)
  })

  it('tells of a key that the file does not have any more, and removes it when told to', async () => {
    const ring = join(folder, 'ring')
    await main(['keys', 'init', '--keyring', ring], QUIET)
    const stored = `${GOOD}store: { sqlite: keys.db, keyring: ring }\n`
    const warnings = async (text: string) => {
      const told: string[] = []
      const configured = await readConfiguration(written(text), {
        env: process.env,
        warn: (message) => void told.push(message),
      })
      await configured.close()
      return told.join()
    }
    expect(await warnings(stored)).toBe('')
    const without = stored.replace(/keys:\n.*\n/, '')
    expect(await warnings(without)).toContain('My notes, but the store has a key')
    const removing = stored.replace('My notes: env:GATEWAY_TEST_SECRET', 'My notes: none')
    // Whoever only checks a file changes nothing.
    expect(await check(removing)).toMatchObject({ code: 0 })
    expect(await warnings(without)).toContain('My notes, but the store has a key')
    expect(await warnings(removing)).toBe('')
    expect(await warnings(without)).toBe('')
  })

  it('says it as JSON', async () => {
    const { code, lines } = run([
      '--config',
      written(GOOD.replace('oidc', 'saml')),
      '--check',
      '--json',
    ])
    expect(await code).toBe(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ ok: false, line: 4, column: 3 })
  })

  it('takes the files of the docs', async () => {
    const names = ['CLIENT_SECRET', 'SESSION_SECRET'].map((name) => `GATEWAY_${name}`)
    for (const name of [...names, 'SEARCH_KEY', 'NOTION_KEY', 'PRINCIPAL_SECRET', 'FILTER_SECRET'])
      process.env[name] = SECRET
    const page = ['gateway.md', 'gateway/policy.md']
      .map((name) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8'))
      .join('\n')
    // One that asks the person needs a keyring: test/docs/gateway-files.test.ts makes it.
    const files = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)]
      .map(([, file = '']) => file)
      .filter((file) => !file.includes('effect: ask'))
    expect(files).toHaveLength(5)
    for (const file of files) expect(await check(file)).toMatchObject({ code: 0 })
  })

  it('refuses aliases that grow', async () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x,x]']
    for (const [name, of] of ['ba', 'cb', 'dc', 'ed'].map((pair) => [...pair]))
      bomb.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${of}`).join(',')}]`)
    expect((await check(bomb.join('\n'))).told).toContain('too many aliases')
  })
})

describe('onbehalf gateway', () => {
  it('needs a file, and says what it takes', async () => {
    for (const args of [[], ['--confg', 'x'], ['--config', 'x', 'more']]) {
      const { code, notes } = run(args)
      expect(await code).toBe(2)
      expect(notes.join('\n')).toContain('onbehalf gateway --help')
    }
    const { code, notes } = run(['--config', join(folder, 'missing.yaml')])
    expect(await code).toBe(1)
    expect(notes.join('\n')).toContain('cannot be read')
  })

  it('serves, takes over a change, keeps the old one when the new one is wrong, and ends', async () => {
    const port = await freePort()
    const serving = GOOD.replace('url: https://gateway.example', `listen: 127.0.0.1:${port}`)
    const stop = new AbortController()
    const path = written(serving)
    const { code, lines, notes } = run(['--config', path, '--json'], stop.signal)
    await until(() => lines.length > 0)
    const url = `http://127.0.0.1:${port}`
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ ok: true, url })
    expect(notes).toEqual([`listening on 127.0.0.1:${port}`])
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    expect((await post(`${url}/mcp/Tasks`)).status).toBe(401)
    expect((await post(`${url}/mcp/other`)).status).toBe(404)

    writeFileSync(path, serving.replace('team:', 'other:'))
    await until(() => notes.some((note) => note.includes('is used now')))
    expect((await post(`${url}/mcp/other`)).status).toBe(401)

    writeFileSync(path, serving.replace('team:', 'team/:'))
    await until(() => notes.some((note) => note.includes('is not used')))
    expect((await post(`${url}/mcp/other`)).status).toBe(401)

    stop.abort()
    expect(await code).toBe(0)
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
  })

  it('says where it cannot listen', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await until(() => taken.listening)
    const { port } = taken.address() as AddressInfo
    const text = GOOD.replace('url: https://gateway.example', `listen: 127.0.0.1:${port}`)
    const { code, notes } = run(['--config', written(text)])
    expect(await code).toBe(1)
    expect(notes.join('\n')).toContain('(EADDRINUSE)')
    taken.close()
  })
})

describe('the schema of the file', () => {
  it('is printed, and has every setting', async () => {
    const { code, lines } = run(['--schema'])
    expect(await code).toBe(0)
    expect(JSON.parse(lines.join('\n'))).toEqual(JSON.parse(JSON.stringify(SCHEMA)))
    expect(Object.keys(SCHEMA.properties as object)).toEqual(Object.keys(SETTINGS))
  })
})

const post = (url: string) => fetch(url, { method: 'POST', body: '{}' })

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await until(() => server.listening)
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Waits until something is so. The test's own limit ends it. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10))
}

// `onbehalf access-keys` as an operator runs it, and the gateway of the same file that takes the key.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readConfiguration } from '../../src/cli/gateway/configuration.ts'
import { main } from '../../src/cli/main.ts'
import { createKeyring } from '../../src/store/index.ts'

const FILE = `url: https://gateway.example
issuer: { preset: oidc, issuer: https://login.example, audience: any }
servers:
  Tasks: { url: https://tasks.example/mcp, source: { type: static, of: person } }
  Own: { url: https://own.example/mcp, source: { type: own } }
`
const KEPT = 'store: { sqlite: store.db, keyring: keyring.json }\n'
const ALICE = ['--issuer', 'https://login.example', '--subject', 'alice']
const LAPTOP = ['--name', 'laptop', '--server', 'Tasks', '--scope', 'read']

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onbehalf-access-keys-'))
  createKeyring(join(folder, 'keyring.json'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function fileWith(text: string): string {
  const file = join(folder, 'onbehalf.yaml')
  writeFileSync(file, text)
  return file
}

async function run(...args: readonly string[]) {
  const lines: string[] = []
  const notes: string[] = []
  const code = await main(['access-keys', ...args], {
    out: (line) => void lines.push(line),
    note: (line) => void notes.push(line),
    signal: new AbortController().signal,
  })
  return { code, out: lines.join('\n'), notes: notes.join('\n') }
}

/** What the gateway of the file answers to a key. */
async function statusOf(file: string, key: string): Promise<number> {
  const configured = await readConfiguration(file, { env: {}, warn() {} })
  try {
    const headers = { authorization: `Bearer ${key}` }
    const url = 'https://gateway.example/mcp/Tasks'
    return (await configured.gateway.fetch(new Request(url, { headers }))).status
  } finally {
    await configured.close()
  }
}

it('makes a key that the gateway takes, until it is revoked', async () => {
  const file = fileWith(`${FILE}accessKeys: true\n${KEPT}`)
  const made = await run('create', '--config', file, ...ALICE, ...LAPTOP, '--json')
  expect(made.code).toBe(0)
  const { key, id } = JSON.parse(made.out) as { key: string; id: string }
  expect(key).toMatch(/^obk_/)
  expect(await statusOf(file, key)).not.toBe(401)
  const listed = await run('list', '--config', file, ...ALICE)
  expect(listed.out).toContain(`${id}  laptop  until `)
  expect(listed.out).not.toContain(key)
  const bob = ['--issuer', 'https://login.example', '--subject', 'bob']
  expect((await run('revoke', '--config', file, ...bob, '--id', id)).code).toBe(1)
  expect((await run('revoke', '--config', file, ...ALICE, '--id', id)).code).toBe(0)
  expect(await statusOf(file, key)).toBe(401)
})

it('shows the key alone, so that it can be piped', async () => {
  const file = fileWith(`${FILE}accessKeys: true\n${KEPT}`)
  const made = await run('create', '--config', file, ...ALICE, ...LAPTOP)
  expect(made.out).toMatch(/^obk_[\w-]{43}$/)
  expect(made.notes).toContain('It is not shown again.')
})

it.each([
  [`${FILE}accessKeys: true\n`, 1, 'names no store'],
  [`${FILE}${KEPT}`, 1, 'does not have accessKeys: true'],
])('says what the file lacks', async (text, code, words) => {
  const told = await run('create', '--config', fileWith(text), ...ALICE, ...LAPTOP)
  expect(told.code).toBe(code)
  expect(told.notes).toContain(words)
})

it.each([
  [['--name', 'laptop'], 'create needs --name and --server'],
  [['--name', 'laptop', '--server', 'Other'], 'Other is no server that keys can be for'],
  [['--name', 'laptop', '--server', 'Own'], 'there are: Tasks. A key comes without'],
  [[...LAPTOP, '--days', '366'], '--days must be from 1 to 365'],
])('says what is wrong with %j', async (args, words) => {
  const file = fileWith(`${FILE}accessKeys: true\n${KEPT}`)
  const told = await run('create', '--config', file, ...ALICE, ...args)
  expect(told.code).toBe(2)
  expect(told.notes).toContain(words)
})

it("makes one for a server with the person's token, too, where sign-ins are kept", async () => {
  const text = `${FILE.replace('audience: any', 'audience: any, clientId: app')}accessKeys: true\nsession: {}\n${KEPT}`
  const own = ['--name', 'laptop', '--server', 'Own']
  expect((await run('create', '--config', fileWith(text), ...ALICE, ...own)).code).toBe(0)
})

it('is refused in a file without a store, with its line', async () => {
  const failure = await readConfiguration(fileWith(`${FILE}accessKeys: true\n`), {
    env: {},
    warn() {},
  }).catch((error: unknown) => error)
  expect(failure).toMatchObject({
    message: expect.stringContaining('accessKeys need the setting store'),
    place: { line: 6 },
  })
})

it('records in the audit of the file that a key is made and revoked', async () => {
  const file = fileWith(`${FILE}accessKeys: true\naudit: { file: audit.jsonl }\n${KEPT}`)
  const made = await run('create', '--config', file, ...ALICE, ...LAPTOP, '--json')
  expect(made.code).toBe(0)
  const { id, key } = JSON.parse(made.out)
  expect((await run('revoke', '--config', file, ...ALICE, '--id', id)).code).toBe(0)
  const audit = readFileSync(join(folder, 'audit.jsonl'), 'utf8')
  const events = audit
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(events).toHaveLength(2)
  for (const { audit: event } of events)
    expect(event).toMatchObject({ subject: 'alice', outcome: 'allowed' })
  expect(audit).not.toContain(key)
})

it('makes no key that its audit cannot record', async () => {
  const file = fileWith(`${FILE}accessKeys: true\naudit: { file: missing/audit.jsonl }\n${KEPT}`)
  expect((await run('create', '--config', file, ...ALICE, ...LAPTOP)).code).toBe(1)
  const listed = await run(
    'list',
    '--config',
    fileWith(`${FILE}accessKeys: true\n${KEPT}`),
    ...ALICE,
    '--json',
  )
  expect(JSON.parse(listed.out)).toMatchObject({ keys: [] })
})

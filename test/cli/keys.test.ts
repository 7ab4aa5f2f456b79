// `onbehalf keys` as a person or a script runs it: the whole rotation, exit codes, and that no key
// is ever printed.

import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Credential } from '../../src/core/credential.ts'
import { fileMasterKeys, openSqlite, sqliteSecretStore } from '../../src/store/index.ts'
import { connection } from '../core/vault/secret-store-contract.ts'
import { runMain, type Told } from './run-main.ts'

let folder: string
let keyring: string
let database: string
/** Everything that was printed in a test. */
let printed: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onbehalf-'))
  keyring = join(folder, 'keyring.json')
  database = join(folder, 'store.db')
  printed = ''
})
afterEach(() => {
  const secrets = existsSync(keyring)
    ? JSON.parse(readFileSync(keyring, 'utf8')).keys.map(({ key }: { key: string }) => key)
    : []
  for (const secret of secrets) expect(printed).not.toContain(secret)
  rmSync(folder, { recursive: true })
})

async function run(...args: string[]): Promise<Told> {
  return runWith(new AbortController().signal, ...args)
}

async function runWith(signal: AbortSignal, ...args: string[]): Promise<Told> {
  const { code, out, note } = await runMain(args, signal)
  printed += out + note
  return { code, out, note }
}

async function keys(name: string, ...rest: string[]) {
  const { code, out, note } = await run('keys', name, '--keyring', keyring, '--json', ...rest)
  return { code, note, json: out === '' ? undefined : JSON.parse(out) }
}

async function stored(count: number): Promise<void> {
  const opened = openSqlite(database)
  const store = sqliteSecretStore(opened, fileMasterKeys(keyring))
  for (let n = 0; n < count; n++) await store.write(connection({ owner: `person-${n}` }))
  opened.close()
}

describe('onbehalf keys', () => {
  it('rotates from one key to the next: init, rotate, rewrap, retire', async () => {
    const first = (await keys('init')).json.key.id
    await stored(40)
    const second = (await keys('rotate')).json.key.id
    expect(await keys('list', '--database', database)).toMatchObject({
      code: 0,
      json: {
        keyring,
        keys: [
          { id: first, current: false, rows: 40 },
          { id: second, current: true, rows: 0 },
        ],
        missing: [],
      },
    })
    expect(await keys('retire', first, '--database', database)).toMatchObject({
      code: 1,
      json: { id: first, retired: false, rows: 40 },
    })
    expect(await keys('rewrap', '--database', database)).toMatchObject({
      code: 0,
      json: { rewrapped: 40, left: 0, stopped: false },
    })
    expect(await keys('retire', first, '--database', database)).toMatchObject({
      code: 0,
      json: { id: first, retired: true },
    })
    expect((await keys('list', '--database', database)).json.keys).toMatchObject([
      { id: second, current: true, rows: 40 },
    ])
    const opened = openSqlite(database)
    const store = sqliteSecretStore(opened, fileMasterKeys(keyring))
    expect(
      (await store.read(connection({ owner: 'person-7' })))?.secrets.accessToken,
    ).toBeInstanceOf(Credential)
    opened.close()
  })

  it('onbehalf keys says the same in words', async () => {
    const said = async (...args: string[]) => (await run('keys', ...args, '--keyring', keyring)).out
    expect(await said('init')).toMatch(
      /^Made .*keyring\.json with the key \S+; only you can read it\./,
    )
    await stored(3)
    const [first] = JSON.parse(readFileSync(keyring, 'utf8')).keys
    expect(await said('rotate')).toMatch(/is now the current one/)
    expect(await said('list', '--database', database)).toMatch(
      new RegExp(`^${first.id} {2}\\S+ {2}3 rows\n\\S+ {2}\\S+ {2}0 rows {2}current\n$`),
    )
    expect(await said('retire', first.id, '--database', database)).toMatch(/still needed: 3 rows/)
    expect(await said('rewrap', '--database', database)).toBe('3 rows re-wrapped\n')
    expect(await said('retire', first.id, '--database', database)).toMatch(/is retired/)
  })

  it('onbehalf keys names keys that the keyring lacks, and the rows that cannot be read without them', async () => {
    await keys('init')
    await stored(2)
    rmSync(keyring)
    await keys('init')
    expect((await keys('list', '--database', database)).json.missing).toMatchObject([{ rows: 2 }])
    expect((await run('keys', 'list', '--keyring', keyring, '--database', database)).out).toMatch(
      /MISSING from the keyring: 2 rows/,
    )
    expect(await keys('rewrap', '--database', database)).toMatchObject({
      code: 1,
      json: { rewrapped: 0, left: 2 },
    })
  })

  it('onbehalf keys stops a re-wrapping when told, and says how to continue', async () => {
    await keys('init')
    await stored(3)
    await keys('rotate')
    const args = ['keys', 'rewrap', '--keyring', keyring, '--database', database]
    expect(await runWith(AbortSignal.abort(), ...args)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/3 left \(stopped; run it again/),
    })
    expect(await run(...args)).toMatchObject({ code: 0 })
  })

  it.each<[string, string[], number, RegExp]>([
    ['nothing', [], 2, /it needs one of init, list/],
    ['an unknown subcommand', ['show'], 2, /it needs one of init, list/],
    ['a name out of the prototype', ['constructor'], 2, /it needs one of init, list/],
    ['an unknown option', ['list', '--verbose'], 2, /it takes --keyring FILE/],
    ['an option without its value', ['list', '--keyring'], 2, /--keyring/],
    ['a word too many', ['list', 'all'], 2, /nothing but options/],
    ['retire without id', ['retire', '--database', 'x'], 2, /id of one key/],
    ['retire without database', ['retire', 'x'], 2, /name every database/],
    ['rewrap without database', ['rewrap'], 2, /name every database/],
    [
      'no keyring',
      ['list', '--keyring', '/nonexistent/keyring.json'],
      1,
      /is missing; `onbehalf keys init/,
    ],
  ])('onbehalf keys refuses %s', async (_, args, code, note) => {
    const done = await run('keys', ...args)
    expect(done).toMatchObject({ code, out: '', note: expect.stringMatching(note) })
  })

  it('onbehalf keys refuses a keyring that others can read, init over an existing keyring, and a database file that is missing or is no database', async () => {
    await keys('init')
    expect(await keys('init')).toMatchObject({
      code: 1,
      note: expect.stringMatching(/exists already/),
    })
    expect(await keys('rewrap', '--database', database)).toMatchObject({
      code: 1,
      note: expect.stringMatching(/there is no database/),
    })
    expect(existsSync(database)).toBe(false)
    writeFileSync(database, 'not a database, but long enough to be looked at as one '.repeat(40))
    expect(await keys('rewrap', '--database', database)).toMatchObject({
      code: 1,
      note: expect.stringMatching(/cannot be opened/),
    })
    chmodSync(keyring, 0o644)
    expect(await keys('rotate')).toMatchObject({
      code: 1,
      note: expect.stringMatching(/chmod 600/),
    })
  })
})

describe('onbehalf', () => {
  it('lists its commands, and has help for each', async () => {
    expect(await run('--help')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/\n {2}keys +\S/),
    })
    expect(await run('keys', '--help')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Usage: onbehalf keys/),
    })
    expect(await run('keys', 'rewrap', '-h')).toMatchObject({ code: 0 })
    expect(await run()).toMatchObject({ code: 2, out: '' })
    expect(await run('nope')).toMatchObject({
      code: 2,
      note: expect.stringMatching(/no such command/),
    })
    expect(await run('toString')).toMatchObject({ code: 2 })
  })

  it('onbehalf runs as a program from any folder, without a build, and ends with the exit code', () => {
    const program = fileURLToPath(new URL('../../bin/onbehalf.mjs', import.meta.url))
    const start = (...args: string[]) =>
      spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8' })
    expect(start('keys', 'init', '--keyring', 'keyring.json', '--json')).toMatchObject({
      status: 0,
      stderr: '',
    })
    expect(existsSync(keyring)).toBe(true)
    const listed = start('keys', 'list', '--keyring', 'keyring.json', '--json')
    expect(JSON.parse(listed.stdout).keys).toHaveLength(1)
    expect(start('keys', 'init', '--keyring', 'keyring.json').status).toBe(1)
    expect(start('nope').status).toBe(2)
  })
})

// Rotation of master keys while the stores are in use: killed at any point, raced by writers, no
// secret is ever lost.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import type { SecretRecord } from '../../../src/core/vault/secret-store.ts'
import type { Handle } from '../../../src/core/vault/vault.ts'
import {
  fileMasterKeys,
  keyUse,
  listKeyring,
  type MasterKeys,
  retireKey,
  rewrap,
  rotateKeyring,
  SealError,
  sqliteSecretStore,
  sqliteVault,
} from '../../../src/store/index.ts'
import { alice, ISSUER, START } from '../../core/parts.ts'
import { connection } from '../../core/vault/secret-store-contract.ts'
import { type Ground, groundForTest } from '../ground.ts'

const now = () => START * 1000
const record = (n: number, version = 1): SecretRecord =>
  connection({
    owner: `person-${n}`,
    version,
    secrets: { accessToken: new Credential(`access-${n}-${version}`) },
  })

/** Stores over a connection of their own, as a server has them. */
function server(made: Ground, masterKeys: MasterKeys = fileMasterKeys(made.keyring)) {
  const database = made.open()
  return {
    secrets: sqliteSecretStore(database, masterKeys),
    vault: sqliteVault(database, masterKeys, { now }),
    database,
  }
}

const deposit = (vault: ReturnType<typeof sqliteVault>, text: string): Promise<Handle> =>
  vault.deposit({
    credential: new Credential(text),
    owner: alice,
    destinations: [ISSUER],
    expiresAt: START + 300,
  })

const idsOf = (made: Ground) => listKeyring(made.keyring).map(({ id }) => id)

/**
 * Runs the re-wrapping in a process of its own, which is killed when it asks for its `killAt`th
 * key. Resolves to what it printed.
 */
async function rewrapElsewhere(made: Ground, killAt = 0): Promise<string> {
  const file = fileURLToPath(new URL('./rewrap-child.ts', import.meta.url))
  const options = ['--conditions=onbehalf-source', '--disable-warning=ExperimentalWarning']
  const child = spawn(
    process.execPath,
    [...options, file, made.path, made.keyring, String(killAt)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let printed = ''
  child.stdout.on('data', (chunk) => {
    printed += chunk
  })
  const [code, signal] = await once(child, 'close')
  expect([code, signal]).toEqual(killAt > 0 ? [null, 'SIGKILL'] : [0, null])
  return printed
}

describe('re-wrapping', () => {
  it('re-wrapping puts every row under the current key, does not change the encrypted bodies, and then has nothing left to do', async () => {
    const made = groundForTest()
    const { secrets, vault, database } = server(made)
    for (let n = 0; n < 40; n++) await secrets.write(record(n))
    const handle = await deposit(vault, 'deposited')
    const bodies = () =>
      made.raw((raw) => raw.prepare('select body from secret order by seq').all())
    const before = bodies()
    const { id } = rotateKeyring(made.keyring)
    expect(await rewrap(database, made.masterKeys)).toEqual({ rewrapped: 41, left: 0 })
    expect(await keyUse(database)).toEqual(new Map([[id, 41]]))
    expect(bodies()).toEqual(before)
    expect(await rewrap(database, made.masterKeys)).toEqual({ rewrapped: 0, left: 0 })
    for (let n = 0; n < 40; n++)
      expect((await secrets.read(record(n)))?.secrets.accessToken?.reveal()).toBe(`access-${n}-1`)
    expect((await vault.withdraw(handle, alice, ISSUER))?.reveal()).toBe('deposited')
  })

  it('skips rows that cannot be opened, and says how many there are', async () => {
    const made = groundForTest()
    const { secrets, database } = server(made)
    for (let n = 0; n < 5; n++) await secrets.write(record(n))
    made.raw((raw) =>
      raw.exec(
        `update secret set key_id = 'lost' where seq = 2; update secret set owner = 'thief' where seq = 4`,
      ),
    )
    rotateKeyring(made.keyring)
    expect(await rewrap(database, made.masterKeys)).toEqual({ rewrapped: 3, left: 2 })
  })

  it('re-wrapping stops when told, and the next call continues where it stopped', async () => {
    const made = groundForTest()
    const { secrets, database } = server(made)
    for (let n = 0; n < 100; n++) await secrets.write(record(n))
    rotateKeyring(made.keyring)
    const controller = new AbortController()
    const stopping: MasterKeys = {
      ...made.masterKeys,
      wrap: (...args) => {
        controller.abort()
        return made.masterKeys.wrap(...args)
      },
    }
    const first = await rewrap(database, stopping, { signal: controller.signal })
    expect(first.rewrapped).toBeGreaterThan(0)
    expect(first.left).toBe(100 - first.rewrapped)
    expect(await rewrap(database, made.masterKeys, { signal: controller.signal })).toEqual({
      rewrapped: 0,
      left: first.left,
    })
    expect(await rewrap(database, made.masterKeys)).toEqual({ rewrapped: first.left, left: 0 })
  })

  it('re-wrapping does not overwrite what another process wrote between its reading and its writing', async () => {
    const made = groundForTest()
    const { secrets, database } = server(made)
    for (let n = 0; n < 3; n++) await secrets.write(record(n))
    rotateKeyring(made.keyring)
    let wrote = false
    const overtaken: MasterKeys = {
      ...made.masterKeys,
      async wrap(dataKey, aad) {
        if (!wrote) {
          wrote = true
          await secrets.write(record(1, 2))
          await secrets.remove(record(2))
        }
        return made.masterKeys.wrap(dataKey, aad)
      },
    }
    expect(await rewrap(database, overtaken)).toEqual({ rewrapped: 1, left: 0 })
    const read = async (n: number) => (await secrets.read(record(n)))?.secrets.accessToken?.reveal()
    expect([await read(0), await read(1), await read(2)]).toEqual([
      'access-0-1',
      'access-1-2',
      undefined,
    ])
  })

  // Eight processes are started: a busy machine needs its time for them.
  it('re-wrapping loses nothing and finishes, even if it is killed again and again while a server reads and writes', {
    timeout: 120_000,
  }, async () => {
    const made = groundForTest()
    const { secrets, vault, database } = server(made)
    const PEOPLE = 300
    const versions = new Map<number, number>()
    for (let n = 0; n < PEOPLE; n++) {
      await secrets.write(record(n))
      versions.set(n, 1)
    }
    const handles = new Map<Handle, string>()
    let running = true
    let reads = 0
    async function load(): Promise<void> {
      for (let n = 0; running; n = (n + 7) % PEOPLE) {
        const version = versions.get(n) ?? 0
        expect((await secrets.read(record(n)))?.secrets.accessToken?.reveal()).toBe(
          `access-${n}-${version}`,
        )
        reads++
        // Two thirds are only read, so that the other process always finds work.
        if (n % 3 === 0) {
          expect(await secrets.write(record(n, version + 1))).toBe(true)
          versions.set(n, version + 1)
        }
        if (n % 10 === 0) {
          const text = `deposit-${handles.size}`
          handles.set(await deposit(vault, text), text)
        }
        await new Promise(setImmediate)
      }
    }
    const loaded = load()
    const before = idsOf(made)
    // Before anything is written, in the first transaction, at its end, in the second and the
    // third, with keys added in between.
    for (const killAt of [1, 2, 32, 33, 34, 65, 1]) {
      rotateKeyring(made.keyring)
      await rewrapElsewhere(made, killAt)
    }
    expect(await rewrapElsewhere(made)).toContain('"left":0')
    running = false
    await loaded
    expect(reads).toBeGreaterThan(PEOPLE / 2)

    for (const id of idsOf(made).slice(0, -1))
      expect(await retireKey(made.keyring, [database], id)).toEqual({ retired: true })
    expect(idsOf(made)).toHaveLength(1)
    expect(idsOf(made)).not.toEqual(before)
    const later = server(made)
    for (const [n, version] of versions)
      expect((await later.secrets.read(record(n)))?.secrets.accessToken?.reveal()).toBe(
        `access-${n}-${version}`,
      )
    for (const [handle, text] of handles)
      expect((await later.vault.withdraw(handle, alice, ISSUER))?.reveal()).toBe(text)
  })
})

describe('retiring a key', () => {
  it('retiring a key is refused while rows are under the key, and counts these rows', async () => {
    const made = groundForTest()
    const [{ secrets, vault, database }, second] = [server(made), groundForTest()]
    for (let n = 0; n < 3; n++) await secrets.write(record(n))
    await deposit(vault, 'x')
    const [old = ''] = idsOf(made)
    rotateKeyring(made.keyring)
    expect(await retireKey(made.keyring, [second.open(), database], old)).toEqual({
      retired: false,
      rows: 4,
    })
    expect(idsOf(made)).toContain(old)
    await rewrap(database, made.masterKeys)
    expect(await retireKey(made.keyring, [second.open(), database], old)).toEqual({ retired: true })
    expect(idsOf(made)).not.toContain(old)
  })

  it('retiring a key is refused for the current key and for a key that the keyring does not have', async () => {
    const made = groundForTest()
    const [current = ''] = idsOf(made)
    await expect(retireKey(made.keyring, [made.open()], current)).rejects.toThrow(
      /cannot lose its current key/,
    )
    await expect(retireKey(made.keyring, [made.open()], 'nope')).rejects.toThrow(
      /no key with that id/,
    )
  })

  it.each(['vault', 'secrets'] as const)(
    'retiring a key between the sealing and the writing of a row of the %s loses nothing',
    async (which) => {
      const made = groundForTest()
      const [old = ''] = idsOf(made)
      const operator = made.open()
      let raced = false
      // The secret is wrapped under the old key; before it is written, the key is rotated out and
      // retired.
      const racing: MasterKeys = {
        ...made.masterKeys,
        async wrap(dataKey, aad) {
          const wrapped = await made.masterKeys.wrap(dataKey, aad)
          if (!raced) {
            raced = true
            rotateKeyring(made.keyring)
            await rewrap(operator, made.masterKeys)
            expect(await retireKey(made.keyring, [operator], old)).toEqual({ retired: true })
          }
          return wrapped
        },
      }
      const { secrets, vault, database } = server(made, racing)
      if (which === 'secrets') {
        expect(await secrets.write(record(1))).toBe(true)
        expect((await secrets.read(record(1)))?.secrets.accessToken?.reveal()).toBe('access-1-1')
      } else {
        const handle = await deposit(vault, 'raced')
        expect((await vault.withdraw(handle, alice, ISSUER))?.reveal()).toBe('raced')
      }
      expect([...(await keyUse(database)).keys()]).toEqual(idsOf(made))
    },
  )

  it('retiring a key between the reading and the opening of a row loses nothing', async () => {
    const made = groundForTest()
    const [old = ''] = idsOf(made)
    const operator = made.open()
    let raced = false
    const racing: MasterKeys = {
      ...made.masterKeys,
      async unwrap(keyId, wrapped, aad) {
        if (!raced) {
          raced = true
          rotateKeyring(made.keyring)
          await rewrap(operator, made.masterKeys)
          await retireKey(made.keyring, [operator], old)
        }
        return made.masterKeys.unwrap(keyId, wrapped, aad)
      },
    }
    await server(made).secrets.write(record(1))
    expect(
      (await server(made, racing).secrets.read(record(1)))?.secrets.accessToken?.reveal(),
    ).toBe('access-1-1')
  })

  it('retiring a key makes a process that still has the old keyring fail to write, and stores nothing', async () => {
    const made = groundForTest()
    const [old = ''] = idsOf(made)
    const database = made.open()
    const before = { ...made.masterKeys }
    const stuck: MasterKeys = {
      ...before,
      wrap: async () => ({ keyId: old, wrapped: new Uint8Array(80) }),
    }
    rotateKeyring(made.keyring)
    await retireKey(made.keyring, [database], old)
    const { secrets, vault } = server(made, stuck)
    await expect(secrets.write(record(1))).rejects.toThrow(SealError)
    await expect(deposit(vault, 'x')).rejects.toThrow(SealError)
    expect(await keyUse(database)).toEqual(new Map())
  })
})

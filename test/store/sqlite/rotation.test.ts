// Rotation of master keys in SQLite while the stores are in use: the contract, and killed at any
// point, raced by writers, no secret is ever lost.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Handle } from '../../../src/core/vault/vault.ts'
import {
  fileMasterKeys,
  listKeyring,
  type MasterKeys,
  retireKey,
  rotateKeyring,
  sqliteSecretStore,
  sqliteVault,
} from '../../../src/store/index.ts'
import { alice, ISSUER } from '../../core/parts.ts'
import { type Ground, groundForTest } from '../ground.ts'
import { deposit, now, record, rotationContract } from '../sealing/rotation-contract.ts'

rotationContract('SQLite', () => {
  const made = groundForTest()
  const database = made.open()
  return {
    keyring: made.keyring,
    masterKeys: made.masterKeys,
    database,
    other: made.open(),
    stores: (masterKeys) => ({
      secrets: sqliteSecretStore(database, masterKeys),
      vault: sqliteVault(database, masterKeys, { now }),
    }),
    bodies: async () =>
      made.raw((raw) => raw.prepare('select body from secret order by seq').all()),
    run: async (statements) => made.raw((raw) => raw.exec(statements)),
  }
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

// The vault in SQLite: the contract, what the file gives away, and what happens to rows that were
// tampered with.

import { readFileSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import type { Handle } from '../../../src/core/vault/vault.ts'
import {
  createKeyring,
  fileMasterKeys,
  openSqlite,
  SealError,
  sqliteVault,
} from '../../../src/store/index.ts'
import type { Statement } from '../../../src/store/statements/statement.ts'
import { alice, bob, handClock, ISSUER, MCP, START } from '../../core/parts.ts'
import { vaultContract } from '../../core/vault/vault-contract.ts'
import { formsOf, type Ground, ground, groundForTest } from '../ground.ts'

// In memory: the contract makes 14,000 deposits, each of which a file would sync.
vaultContract('SQLite', (now) => {
  const made = ground()
  const database = openSqlite(':memory:')
  const count: Statement<Record<string, never>, { readonly n: number }> = {
    text: 'select count(*) as n from vault_entry',
    slots: [],
  }
  return {
    vault: sqliteVault(database, made.masterKeys, { now }),
    size: async () => (await database.first(count, {}))?.n ?? 0,
    close() {
      database.close()
      made.close()
    },
  }
})

const SECRET = 'eyJhbGciOiJFUzI1NiJ9.secret-of-alice.signature'
const now = () => START * 1000

async function withDeposit(
  made: Ground,
): Promise<{ handle: Handle; withdraw(): Promise<Credential | undefined> }> {
  const vault = sqliteVault(made.open(), made.masterKeys, { now })
  const handle = await vault.deposit({
    credential: new Credential(SECRET),
    owner: alice,
    destinations: [ISSUER],
    expiresAt: START + 300,
  })
  return { handle, withdraw: () => vault.withdraw(handle, alice, ISSUER) }
}

describe('what is on the disk', () => {
  it('what is on the disk holds neither the credential, nor the handle, nor a master key, in any form', async () => {
    const made = groundForTest()
    const { handle } = await withDeposit(made)
    const bytes = made.bytes()
    // The search finds what is there.
    expect(bytes.includes(ISSUER)).toBe(true)
    const key: string = JSON.parse(readFileSync(made.keyring, 'utf8')).keys[0].key
    const texts = [SECRET, 'secret-of-alice', handle, key].flatMap(formsOf)
    for (const form of [...texts, Buffer.from(handle, 'base64url'), Buffer.from(key, 'base64url')])
      expect(bytes.includes(form)).toBe(false)
    for (const suffix of ['', '-wal', '-shm'])
      expect(statSync(`${made.path}${suffix}`).mode & 0o777).toBe(0o600)
  })

  it('outlives the process, and opens only with the same keyring', async () => {
    const made = groundForTest()
    const { handle } = await withDeposit(made)
    const again = sqliteVault(made.open(), fileMasterKeys(made.keyring), { now })
    expect((await again.withdraw(handle, alice, ISSUER))?.reveal()).toBe(SECRET)
    expect(await again.withdraw(handle, bob, ISSUER)).toBeUndefined()
    createKeyring(`${made.keyring}2`)
    const foreign = sqliteVault(made.open(), fileMasterKeys(`${made.keyring}2`), { now })
    await expect(foreign.withdraw(handle, alice, ISSUER)).rejects.toThrow(SealError)
  })
})

describe('a row that was tampered with', () => {
  it.each([
    ['owner', `update vault_entry set owner = '["${ISSUER}",null,"bob"]'`, bob, ISSUER],
    ['destinations', `update vault_entry set destinations = '["${MCP}"]'`, alice, MCP],
    ['expiry', 'update vault_entry set expires_at = expires_at + 1', alice, ISSUER],
    ['master key', `update vault_entry set key_id = 'other'`, alice, ISSUER],
    ['body, cut off', 'update vault_entry set body = substr(body, 1, 20)', alice, ISSUER],
    ['body, empty', `update vault_entry set body = x''`, alice, ISSUER],
    ['wrapped key, empty', `update vault_entry set wrapped = x''`, alice, ISSUER],
  ])(
    'a row that was tampered with gives nothing when its %s was changed',
    async (_, sql, owner, destination) => {
      const made = groundForTest()
      const { handle } = await withDeposit(made)
      made.raw((database) => database.exec(sql))
      const vault = sqliteVault(made.open(), made.masterKeys, { now })
      await expect(vault.withdraw(handle, owner, destination)).rejects.toThrow(SealError)
    },
  )

  it('a row that was tampered with does not open when any bit is flipped, and does not say why', async () => {
    const made = groundForTest()
    const { withdraw } = await withDeposit(made)
    const row = made.raw((database) =>
      database.prepare('select wrapped, body from vault_entry').get(),
    )
    const messages = new Set<unknown>()
    for (const column of ['wrapped', 'body']) {
      const original = row?.[column]
      if (!(original instanceof Uint8Array)) throw new Error('no bytes')
      for (let bit = 0; bit < original.length * 8; bit += 7) {
        const changed = Uint8Array.from(original)
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        made.raw((database) =>
          database.prepare(`update vault_entry set ${column} = ?`).run(changed),
        )
        messages.add(await withdraw().then(() => 'opened', String))
      }
      made.raw((database) => database.prepare(`update vault_entry set ${column} = ?`).run(original))
    }
    expect([...messages]).toEqual(['SealError: A stored secret could not be sealed or opened'])
    expect((await withdraw())?.reveal()).toBe(SECRET)
  })

  it("a row that was tampered with does not open another row's secret, even of the same owner", async () => {
    const made = groundForTest()
    const vault = sqliteVault(made.open(), made.masterKeys, { now })
    const deposit = (text: string) =>
      vault.deposit({
        credential: new Credential(text),
        owner: alice,
        destinations: [ISSUER],
        expiresAt: START + 300,
      })
    const [first, second] = [await deposit('first-secret'), await deposit('second-secret')]
    made.raw((database) =>
      database.exec(`update vault_entry set wrapped = (select wrapped from vault_entry where seq = 2),
        body = (select body from vault_entry where seq = 2) where seq = 1`),
    )
    await expect(vault.withdraw(first, alice, ISSUER)).rejects.toThrow(SealError)
    expect((await vault.withdraw(second, alice, ISSUER))?.reveal()).toBe('second-secret')
  })
})

describe('expired entries', () => {
  it('expired entries are removed from the file at the next deposit', async () => {
    const made = groundForTest()
    const clock = handClock()
    const vault = sqliteVault(made.open(), made.masterKeys, { now: clock.now })
    const deposit = (seconds: number) =>
      vault.deposit({
        credential: new Credential(SECRET),
        owner: alice,
        destinations: [ISSUER],
        expiresAt: START + seconds,
      })
    for (let index = 0; index < 20; index++) await deposit(5)
    clock.forward(10)
    await deposit(100)
    expect(
      made.raw((database) => database.prepare('select count(*) as n from vault_entry').get()),
    ).toEqual({ n: 1 })
  })
})

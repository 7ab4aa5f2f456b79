// The secret store in SQLite: the contract over two connections, over several processes, and what
// the file gives away.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import { principalKey } from '../../../src/core/principal.ts'
import { SealError, sqliteSecretStore } from '../../../src/store/index.ts'
import { bob } from '../../core/parts.ts'
import { connection, plain, secretStoreContract } from '../../core/vault/secret-store-contract.ts'
import { formsOf, ground, groundForTest } from '../ground.ts'

secretStoreContract('SQLite', () => {
  const made = ground()
  return {
    stores: [
      sqliteSecretStore(made.open(), made.masterKeys),
      sqliteSecretStore(made.open(), made.masterKeys),
    ],
    close: () => made.close(),
  }
})

it('lets three processes count up one record without losing a step', async () => {
  const made = groundForTest()
  const store = sqliteSecretStore(made.open(), made.masterKeys)
  await store.write(connection({ facts: { count: 0 } }))
  const child = fileURLToPath(new URL('./count-up-child.ts', import.meta.url))
  const options = ['--conditions=onbehalf-source', '--disable-warning=ExperimentalWarning']
  const ends = Array.from({ length: 3 }, async () => {
    const process_ = spawn(process.execPath, [...options, child, made.path, made.keyring, '60'], {
      stdio: 'inherit',
    })
    const [code] = await once(process_, 'exit')
    return code
  })
  expect(await Promise.all(ends)).toEqual([0, 0, 0])
  expect(plain(await store.read(connection()))).toMatchObject({
    version: 181,
    facts: { count: 180 },
  })
})

it('holds no secret on the disk, in any form, before or after a change and a removal', async () => {
  const made = groundForTest()
  const store = sqliteSecretStore(made.open(), made.masterKeys)
  await store.write(connection())
  await store.write(
    connection({ version: 2, secrets: { accessToken: new Credential('second-access-of-alice') } }),
  )
  expect(made.bytes().includes(connection().resource)).toBe(true)
  const check = () => {
    const bytes = made.bytes()
    for (const secret of ['access-of-alice', 'refresh-of-alice', 'second-access-of-alice'])
      for (const form of formsOf(secret)) expect(bytes.includes(form)).toBe(false)
  }
  check()
  await store.remove(connection())
  check()
})

it.each([
  ['another owner', 'owner', principalKey(bob)],
  ['another resource', 'resource', 'https://evil.example/mcp'],
  ['another kind', 'kind', 'static'],
  ['another issuer', 'issuer', 'https://login.evil.example'],
  ['another version', 'version', 7],
])('does not open a record under %s', async (_, column, value) => {
  const made = groundForTest()
  const store = sqliteSecretStore(made.open(), made.masterKeys)
  await store.write(connection())
  made.raw((database) => database.prepare(`update secret set ${column} = ?`).run(value))
  await expect(store.read(Object.assign({ ...connection() }, { [column]: value }))).rejects.toThrow(
    SealError,
  )
})

it("does not open another person's secret that was copied into one's own row", async () => {
  const made = groundForTest()
  const store = sqliteSecretStore(made.open(), made.masterKeys)
  const own = connection({ owner: principalKey(bob) })
  await store.write(connection())
  await store.write(own)
  made.raw((database) =>
    database.exec(`update secret set wrapped = (select wrapped from secret where seq = 1),
      body = (select body from secret where seq = 1) where seq = 2`),
  )
  await expect(store.read(own)).rejects.toThrow(SealError)
  expect(await store.read(connection())).toBeDefined()
})

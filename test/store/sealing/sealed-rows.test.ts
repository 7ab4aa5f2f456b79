// Rows that are written and read while keys rotate: the database is played by functions, so that
// each moment between two steps can be chosen.

import { describe, expect, it } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import { rotateKeyring, SealError } from '../../../src/store/index.ts'
import { associatedData, rewrapDataKey, seal } from '../../../src/store/sealing/seal.ts'
import { readSealed, writeSealed } from '../../../src/store/sealing/sealed-rows.ts'
import type { SealedColumns } from '../../../src/store/sealing/sealed-tables.ts'
import { groundForTest } from '../ground.ts'

const content = { secrets: { key: new Credential('secret-of-alice') }, facts: {} }
const aad = associatedData(['vault', 1, 'row'])

describe('a sealed row that is written', () => {
  it('a sealed row that is written is sealed under the current key', async () => {
    const { masterKeys } = groundForTest()
    const rows: SealedColumns[] = []
    const isWritten = await writeSealed(masterKeys, content, aad, {
      write: async (row) => rows.push(row),
      isRetired: async () => expect.unreachable('nobody asks about a row that was written'),
    })
    expect([isWritten, rows.map((row) => row.key_id)]).toEqual([true, [masterKeys.current().id]])
  })

  it('a sealed row that the database refuses for a reason of its own is not tried again', async () => {
    const { masterKeys } = groundForTest()
    let writes = 0
    const isWritten = await writeSealed(masterKeys, content, aad, {
      write: async () => {
        writes++
        return 0
      },
      isRetired: async () => false,
    })
    expect([isWritten, writes]).toEqual([false, 1])
  })

  it('a sealed row whose key was retired meanwhile is sealed again under the current one', async () => {
    const { masterKeys, keyring } = groundForTest()
    const old = masterKeys.current().id
    const keys: string[] = []
    const isWritten = await writeSealed(masterKeys, content, aad, {
      async write({ key_id }) {
        keys.push(key_id)
        if (key_id !== old) return 1
        rotateKeyring(keyring)
        return 0
      },
      isRetired: async (id) => id === old,
    })
    expect([isWritten, keys]).toEqual([true, [old, masterKeys.current().id]])
  })

  it('a sealed row fails when every key is retired, after three attempts', async () => {
    const { masterKeys } = groundForTest()
    let writes = 0
    const written = writeSealed(masterKeys, content, aad, {
      write: async () => {
        writes++
        return 0
      },
      isRetired: async () => true,
    })
    await expect(written).rejects.toThrow(SealError)
    expect(writes).toBe(3)
  })
})

describe('a sealed row that is read', () => {
  async function sealedRow(ground: ReturnType<typeof groundForTest>): Promise<SealedColumns> {
    const { keyId, wrapped, body } = await seal(ground.masterKeys, content, aad)
    return { key_id: keyId, wrapped, body }
  }

  it('a sealed row that is read opens, and one that is missing is undefined', async () => {
    const ground = groundForTest()
    const row = await sealedRow(ground)
    const read = await readSealed(
      ground.masterKeys,
      () => row,
      () => aad,
    )
    expect([read?.row, read?.content.secrets.key?.reveal()]).toEqual([row, 'secret-of-alice'])
    expect(
      await readSealed(
        ground.masterKeys,
        () => undefined,
        () => aad,
      ),
    ).toBeUndefined()
  })

  it('a sealed row that was wrapped again between the reading and the opening is read again', async () => {
    const ground = groundForTest()
    const stale = await sealedRow(ground)
    rotateKeyring(ground.keyring)
    const { keyId, wrapped } =
      (await rewrapDataKey(
        ground.masterKeys,
        { keyId: stale.key_id, wrapped: stale.wrapped },
        aad,
      )) ?? expect.unreachable('the data key can be unwrapped')
    const rows = [
      { ...stale, key_id: 'retired' },
      { key_id: keyId, wrapped, body: stale.body },
    ]
    const read = await readSealed(
      ground.masterKeys,
      () => rows.shift(),
      () => aad,
    )
    expect(read?.content.secrets.key?.reveal()).toBe('secret-of-alice')
  })

  it('a sealed row that does not open is read once for each key, and then fails', async () => {
    const ground = groundForTest()
    const row = await sealedRow(ground)
    let reads = 0
    const read = readSealed(
      ground.masterKeys,
      () => {
        reads++
        return row
      },
      () => associatedData(['another row']),
    )
    await expect(read).rejects.toThrow(SealError)
    expect(reads).toBe(2)
  })
})

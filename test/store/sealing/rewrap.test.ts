// A data key that is wrapped again, keys that are dropped, and what each secret is bound to.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import {
  fileMasterKeys,
  KeyringError,
  listKeyring,
  type MasterKeys,
  rotateKeyring,
  SealError,
} from '../../../src/store/index.ts'
import { dropKey } from '../../../src/store/sealing/keyring-file.ts'
import { associatedData, open, rewrapDataKey, seal } from '../../../src/store/sealing/seal.ts'
import { secretBinding, vaultBinding } from '../../../src/store/sealing/sealed-tables.ts'
import { groundForTest } from '../ground.ts'

const aad = associatedData(['vault', 1, 'row'])
const content = { secrets: { key: new Credential('secret-of-alice') }, facts: {} }
const oops = () => new Error('quotes the key')

/** Master keys that let the test see and break each use. */
function seen(changes: Partial<MasterKeys> = {}): { keys: MasterKeys; dataKeys: Uint8Array[] } {
  const dataKeys: Uint8Array[] = []
  const keys: MasterKeys = {
    current: () => ({ id: 'k' }),
    wrap: async (dataKey) => ({ keyId: 'k', wrapped: Uint8Array.from(dataKey) }),
    async unwrap(_, wrapped) {
      const dataKey = Uint8Array.from(wrapped)
      dataKeys.push(dataKey)
      return dataKey
    },
    ...changes,
  }
  return { keys, dataKeys }
}

describe('a data key that is wrapped again', () => {
  it('a data key that is wrapped again opens its row under the new key, and is wiped', async () => {
    const { keys, dataKeys } = seen()
    const sealed = await seal(keys, content, aad)
    const again = await rewrapDataKey(keys, sealed, aad)
    expect(dataKeys.map((key) => key.every((byte) => byte === 0))).toEqual([true])
    const opened = await open(keys, { ...sealed, ...again }, aad)
    expect(opened.secrets.key?.reveal()).toBe('secret-of-alice')
  })

  it('a data key that is wrapped again, but cannot be unwrapped, is left as it is', async () => {
    const { keys } = seen({ unwrap: () => Promise.reject(oops()) })
    expect(await rewrapDataKey(keys, { keyId: 'k', wrapped: new Uint8Array() }, aad)).toBe(
      undefined,
    )
  })

  it.each<[string, Error, typeof SealError | typeof KeyringError]>([
    ['anything', oops(), SealError],
    ['the keyring', new KeyringError('/k', 'is missing'), KeyringError],
  ])(
    'a data key that is wrapped again tells of %s only what may be told',
    async (_, error, shown) => {
      const sealed = { keyId: 'k', wrapped: new Uint8Array(32) }
      const failing = rewrapDataKey(seen({ wrap: () => Promise.reject(error) }).keys, sealed, aad)
      await expect(failing).rejects.toThrow(shown)
      await expect(failing).rejects.not.toThrow('quotes the key')
      if (shown === KeyringError)
        await expect(
          rewrapDataKey(seen({ unwrap: () => Promise.reject(error) }).keys, sealed, aad),
        ).rejects.toThrow(KeyringError)
    },
  )
})

it('a failure of sealing has one name and one text', () => {
  expect(`${new SealError()}`).toBe('SealError: A stored secret could not be sealed or opened')
})

it('a key that is dropped is gone from the keyring, and the others stay', () => {
  const { keyring } = groundForTest()
  const [first] = listKeyring(keyring)
  const second = rotateKeyring(keyring)
  dropKey(keyring, first?.id ?? '')
  expect(listKeyring(keyring)).toEqual([second])
  expect(rotateKeyring(keyring).id).not.toBe(second.id)
})

describe('what a secret is bound to', () => {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

  it('what a secret is bound to is every column of its row', () => {
    expect(
      text(vaultBinding({ digest: 'd', owner: 'o', destinations: '["x"]', expires_at: 5 })),
    ).toBe('["vault",1,"d","o","[\\"x\\"]","5"]')
    expect(
      text(secretBinding({ owner: 'o', resource: 'r', kind: 'static', issuer: 'i', version: 2 })),
    ).toBe('["secret",1,"o","r","static","i",2]')
  })
})

it('a secret that an earlier version sealed opens', async () => {
  const { keyring } = groundForTest()
  const key = 'q0nUgmL8gGgM0mCmvXcLd1pYzZkq5sE6W3bT2rVJx4A'
  const created = '2026-01-02T03:04:05.678Z'
  writeFileSync(keyring, JSON.stringify({ version: 1, keys: [{ id: 'a', created, key }] }))
  const bytes = (text: string) => Buffer.from(text, 'base64')
  const sealed = {
    keyId: 'a',
    wrapped: bytes(
      '1an4964EBS7SzsOKebbRBBKrDxr6Tj71TbgMStkG0k1ph77WS4UVm4iVafCpt7Zq' +
        '+d/irtcYHZbjDerOMi7o0ttvoYhucBdr7Zo4meH9DN4=',
    ),
    body: bytes(
      'AWVEVlval2x1Lj/ClnTA8aCes+5mkEt1stD6qqvPAfyloHANgTZ7AxQ0nQuvj33b' +
        'Jh0sQvci15abxj/Bu2lb2M9Uhtxu7rPhS9l19yTOzZeW21RrqgaoQ5LHbw==',
    ),
  }
  const opened = await open(fileMasterKeys(keyring), sealed, aad)
  expect([opened.secrets.key?.reveal(), opened.facts]).toEqual([
    'secret-of-alice',
    { scopes: ['a'] },
  ])
})

it('a keyring that cannot be changed says why, and a failed change does not lock it', () => {
  const { folder, keyring } = groundForTest()
  expect(() => rotateKeyring(join(folder, 'missing.json'))).toThrow(/missing\.json is missing/)
  expect(() => rotateKeyring(keyring, { now: () => Number.NaN })).toThrow(RangeError)
  rotateKeyring(keyring)
  expect(listKeyring(keyring)).toHaveLength(2)
})

// Sealing: bound to its data, never the same twice, and one failure for everything.

import { randomBytes } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import { KeyringError, type MasterKeys, SealError } from '../../../src/store/index.ts'
import { associatedData, open, seal } from '../../../src/store/sealing/seal.ts'
import { groundForTest } from '../ground.ts'

vi.mock('node:crypto', { spy: true })

const content = { secrets: { key: new Credential('secret-of-alice') }, facts: { scopes: ['a'] } }
const aad = associatedData(['vault', 1, 'row'])

/** Mutation testing does it for every change. */
const MANY = process.env.ONBEHALF_MUTATION ? 50 : 5000

describe('a sealed secret', () => {
  it('a sealed secret opens with the same data, and with no other data', async () => {
    const { masterKeys } = groundForTest()
    const sealed = await seal(masterKeys, content, aad)
    const opened = await open(masterKeys, sealed, aad)
    expect([opened.secrets.key?.reveal(), opened.facts]).toEqual([
      'secret-of-alice',
      { scopes: ['a'] },
    ])
    for (const parts of [
      ['vault', 1, 'row '],
      ['vault', 1],
      ['vault', '1', 'row'],
      ['vault', 1, 'row', ''],
      ['vault,1', 'row'],
      [],
    ])
      await expect(open(masterKeys, sealed, associatedData(parts))).rejects.toThrow(SealError)
  })

  it('a sealed secret shares no key, nonce or salt with another one, among 5,000 of the same text', async () => {
    const { masterKeys } = groundForTest()
    const parts = {
      salt: new Set<string>(),
      wrapped: new Set<string>(),
      nonce: new Set<string>(),
      ciphertext: new Set<string>(),
    }
    for (let n = 0; n < MANY; n++) {
      const { wrapped, body } = await seal(masterKeys, content, aad)
      const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
      parts.salt.add(hex(wrapped.subarray(0, 32)))
      parts.wrapped.add(hex(wrapped.subarray(32)))
      parts.nonce.add(hex(body.subarray(1, 13)))
      parts.ciphertext.add(hex(body.subarray(13)))
    }
    expect(Object.values(parts).map(({ size }) => size)).toEqual([MANY, MANY, MANY, MANY])
  })

  it('a sealed secret is not made when the machine gives no random bytes', async () => {
    const { masterKeys } = groundForTest()
    for (const fails of [1, 2, 3]) {
      let calls = 0
      vi.mocked(randomBytes).mockImplementation(((size: number) => {
        if (++calls === fails) throw new Error('no entropy')
        return Buffer.alloc(size, calls)
      }) as unknown as typeof randomBytes)
      await expect(seal(masterKeys, content, aad)).rejects.toThrow(SealError)
      expect(calls).toBe(fails)
    }
    vi.mocked(randomBytes).mockReset()
  })

  it('a sealed secret does not open when its format is unknown', async () => {
    const { masterKeys } = groundForTest()
    const sealed = await seal(masterKeys, content, aad)
    await expect(
      open(
        masterKeys,
        { ...sealed, body: Buffer.concat([Buffer.of(2), sealed.body.subarray(1)]) },
        aad,
      ),
    ).rejects.toThrow(SealError)
  })

  it('a sealed secret does not open with a tag that was cut to four bytes', async () => {
    const { masterKeys } = groundForTest()
    const sealed = await seal(masterKeys, content, aad)
    await expect(
      open(masterKeys, { ...sealed, body: sealed.body.subarray(0, 1 + 12 + 4) }, aad),
    ).rejects.toThrow(SealError)
  })
})

describe('master keys elsewhere', () => {
  /** A KMS that keeps the data keys that it was given, and whose answers can be made to fail. */
  function kms(failure?: Error): { readonly masterKeys: MasterKeys; readonly given: Uint8Array[] } {
    const given: Uint8Array[] = []
    const kept: Uint8Array[] = []
    return {
      given,
      masterKeys: {
        current: () => ({ id: 'kms' }),
        async wrap(dataKey) {
          if (failure) throw failure
          given.push(dataKey)
          return { keyId: 'kms', wrapped: Buffer.of(kept.push(Uint8Array.from(dataKey)) - 1) }
        },
        async unwrap(_, wrapped) {
          if (failure) throw failure
          const dataKey = Uint8Array.from(kept[wrapped[0] ?? 0] ?? [])
          given.push(dataKey)
          return dataKey
        },
      },
    }
  }

  it('see a data key only while it is in use, and it is wiped afterwards', async () => {
    const { masterKeys, given } = kms()
    await open(masterKeys, await seal(masterKeys, content, aad), aad)
    expect(given).toHaveLength(2)
    for (const dataKey of given) expect([...dataKey]).toEqual(new Array(32).fill(0))
  })

  it('master keys elsewhere do not pass their errors on, except that of a keyring file, which says what to do', async () => {
    const broken = kms(new Error('POST https://kms.example with key AKIA…')).masterKeys
    const sealed = await seal(kms().masterKeys, content, aad)
    for (const failed of [seal(broken, content, aad), open(broken, sealed, aad)]) {
      const error: unknown = await failed.catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(SealError)
      expect(error).not.toHaveProperty('cause')
      expect(String(error)).not.toContain('kms.example')
    }
    const file = kms(new KeyringError('/k', 'is missing')).masterKeys
    await expect(seal(file, content, aad)).rejects.toThrow('The keyring /k is missing')
    await expect(open(file, sealed, aad)).rejects.toThrow('The keyring /k is missing')
  })
})

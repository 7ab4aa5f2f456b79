// The AES-GCM vectors of Project Wycheproof, against the cipher that seals stored secrets.

import { describe, expect, it } from 'vitest'
import { decrypt, encrypt, KEY_BYTES, NONCE_BYTES } from '../../src/store/sealing/gcm.ts'
import { type GcmVector, gcmVectors } from './vectors.ts'

const bytes = (hex: string) => Buffer.from(hex, 'hex')

/** The box as we store it: the tag, then the ciphertext. */
function boxOf({ tag, ct }: GcmVector): Buffer {
  return Buffer.concat([bytes(tag), bytes(ct)])
}

/** We take 256-bit keys and 96-bit nonces. Anything else is a mistake, however valid it is. */
function isOurs({ key, iv }: GcmVector): boolean {
  return bytes(key).length === KEY_BYTES && bytes(iv).length === NONCE_BYTES
}

function open(vector: GcmVector, box: Uint8Array = boxOf(vector)): string {
  return decrypt(bytes(vector.key), bytes(vector.iv), box, bytes(vector.aad)).toString('hex')
}

const ours = gcmVectors().filter(isOurs)
const others = gcmVectors().filter((vector) => !isOurs(vector))

describe('the AES-GCM vectors', () => {
  it('open when they are valid, and are made again byte for byte', () => {
    const valid = ours.filter(({ result }) => result === 'valid')
    expect(valid).toHaveLength(39)
    for (const vector of valid) {
      const { key, iv, msg, aad, tcId } = vector
      expect(open(vector), `${tcId}`).toBe(msg)
      expect(encrypt(bytes(key), bytes(iv), bytes(msg), bytes(aad)), `${tcId}`).toEqual(
        boxOf(vector),
      )
    }
  })

  it('do not open when they are invalid', () => {
    const invalid = ours.filter(({ result }) => result === 'invalid')
    expect(invalid).toHaveLength(27)
    for (const vector of invalid) expect(() => open(vector), `${vector.tcId}`).toThrow()
  })

  it('do not open with a bit changed, or with a tag or ciphertext cut', () => {
    for (const vector of ours.filter(({ result }) => result === 'valid')) {
      const box = boxOf(vector)
      for (let at = 0; at < box.length; at++) {
        const changed = Buffer.from(box)
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << (at % 8)), at)
        expect(() => open(vector, changed), `${vector.tcId} at ${at}`).toThrow()
      }
      for (const length of [0, 4, 8, 12, 15, box.length - 1])
        expect(() => open(vector, box.subarray(0, length)), `${vector.tcId}`).toThrow()
    }
  })

  it('are neither opened nor made with a key or a nonce of another size', () => {
    expect(others).toHaveLength(250)
    for (const vector of others) {
      const { key, iv, msg, aad, tcId } = vector
      expect(() => open(vector), `${tcId}`).toThrow()
      expect(() => encrypt(bytes(key), bytes(iv), bytes(msg), bytes(aad)), `${tcId}`).toThrow()
    }
  })
})

// Keys that a chip library made badly (ROCA), told from good ones.

import { describe, expect, it } from 'vitest'
import { isWeakKey } from '../../src/jwt/weak-keys.ts'
import { joseVectors } from '../wycheproof/vectors.ts'

const keys = joseVectors('json_web_key').flatMap(({ group, publicKeys }) =>
  publicKeys.map((key) => ({ group, key })),
)
const weak = keys.find(({ group }) => group === 'jws_rsa_roca_key')?.key
const good = keys.find(({ group }) => group === 'rs256')?.key

describe('a weak key', () => {
  it('a weak key is an RSA key with the mark of that library', () => {
    expect([isWeakKey(weak), isWeakKey(good)]).toEqual([true, false])
  })

  it.each([
    ['null', null],
    ['a text', 'RSA'],
    ['a list', [weak]],
    ['an RSA key without a modulus', { kty: 'RSA' }],
    ['an RSA key whose modulus is a number', { kty: 'RSA', n: 5 }],
    ['a key of another kind with such a modulus', { ...weak, kty: 'EC' }],
    ['an RSA key of 4,096 characters', { kty: 'RSA', n: 'A'.repeat(4095).concat('C') }],
  ])('a weak key is not %s', (_, entry) => {
    expect(isWeakKey(entry)).toBe(false)
  })

  it('a weak key is one whose modulus is too long for any key', () => {
    expect(isWeakKey({ kty: 'RSA', n: 'A'.repeat(4096).concat('C') })).toBe(true)
  })
})

// Finds RSA keys that a widespread chip library made badly: anybody can compute the private key
// from the public one (ROCA, CVE-2017-15361). Pure.

import { isObject } from '../core/json.ts'

/**
 * The primes of such a key are powers of 65,537 modulo each of these, and so is their product. A
 * good key is that modulo all of them once in many millions.
 */
const MARKED_BY: readonly bigint[] = [
  11n,
  13n,
  17n,
  19n,
  37n,
  53n,
  61n,
  71n,
  73n,
  79n,
  97n,
  103n,
  107n,
  109n,
  127n,
  151n,
  157n,
]

const GENERATOR = 65_537n

/** No key is so large. What is, is counted as weak, because its arithmetic would take long. */
const MAX_MODULUS_CHARS = 4096

/** Whether an entry of a key set is an RSA key with that weakness. */
export function isWeakKey(entry: unknown): boolean {
  if (!isObject(entry) || entry.kty !== 'RSA' || typeof entry.n !== 'string') return false
  if (entry.n.length > MAX_MODULUS_CHARS) return true
  const hex = Buffer.from(entry.n, 'base64url').toString('hex')
  const modulus = BigInt(`0x0${hex}`)
  return MARKED_BY.every((prime) => isPower(modulus % prime, prime))
}

/** Whether a number is a power of 65,537 modulo a prime. */
function isPower(number: bigint, prime: bigint): boolean {
  let power = 1n
  do {
    if (power === number) return true
    power = (power * GENERATOR) % prime
  } while (power !== 1n)
  return false
}

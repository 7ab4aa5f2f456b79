// Makes a process that is the same in each run: random values by a seed, and a fixed clock. A leak
// test compares runs byte by byte. Never use it in anything but a test.

import { createHash } from 'node:crypto'

/**
 * Replaces the random values of this process. Call it before anything else.
 *
 * @param seed Without one, nothing is replaced.
 * @param seconds The time that it is for good, since the epoch. Default: the real time.
 * @returns The clock, in milliseconds.
 */
export function makeSteady(seed: string | undefined, seconds: string | undefined): () => number {
  if (seed) replaceRandom(randomFrom(seed))
  return seconds ? () => Number(seconds) * 1000 : Date.now
}

function replaceRandom(fill: (bytes: Uint8Array) => Uint8Array): void {
  crypto.getRandomValues = (array) => {
    if (array) fill(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
    return array
  }
  crypto.randomUUID = () => {
    const hex = Buffer.from(fill(new Uint8Array(16))).toString('hex')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`
  }
}

function randomFrom(seed: string): (bytes: Uint8Array) => Uint8Array {
  let count = 0
  return (bytes) => {
    for (let at = 0; at < bytes.length; at += 32) {
      const block = createHash('sha256').update(`${seed} ${count++}`).digest()
      bytes.set(block.subarray(0, bytes.length - at), at)
    }
    return bytes
  }
}

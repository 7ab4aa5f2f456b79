// Makes a process that is the same in each run: random values by a seed, and a fixed clock. A leak
// test compares two runs byte by byte. Import it first; never use it in anything but a test.

import { createHash } from 'node:crypto'

const { SEED, NOW } = process.env

/** The clock of the process: milliseconds since the epoch. */
export const now: () => number = NOW ? () => Number(NOW) * 1000 : Date.now

if (SEED) {
  const next = randomFrom(SEED)
  crypto.getRandomValues = (array) => {
    if (array) next(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
    return array
  }
  crypto.randomUUID = () => {
    const hex = Buffer.from(next(new Uint8Array(16))).toString('hex')
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

// Dumps with several credentials, each in an encoding of its own. Only the lines of a credential are
// removed from a dump, so that one that was found must not end the search for the others.

import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { random, redactorOf } from './parts.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const hex = (text: string) => Buffer.from(text, 'latin1').toString('hex')

/** How a credential is written before it is dumped. */
const WRITINGS: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  Basic: (secret) => `Basic ${base64(`alice:${secret}`)}`,
  base64,
  hex,
  escapes: (secret) => hex(secret).replace(/../g, '%$&'),
  'base64 twice': (secret) => base64(base64(secret)),
  gzip: (secret) => gzipSync(secret).toString('base64'),
}

/** Lines of 16 bytes: an address, the bytes in groups, and what stands behind them. */
function dumped(text: string, group: RegExp, behind: string, write: (line: string) => string) {
  const lines = text.match(/.{1,16}/gs) ?? []
  return lines.map((line, at) => {
    const address = (at * 16).toString(16).padStart(8, '0')
    return `${address}${behind} ${hex(line).replace(group, '$& ').trim()}${write(line)}`
  })
}

const DUMPS: Readonly<Record<string, (text: string) => string>> = {
  hexdump: (text) => dumped(text, /../g, ' ', (line) => `  |${line}|`).join('\n'),
  xxd: (text) => dumped(text, /..../g, ':', (line) => `  ${line}`).join('\n'),
  'hexdump, bytes alone': (text) => dumped(text, /../g, '', () => '').join('\n'),
  'hexdump in JSON': (text) =>
    JSON.stringify(dumped(text, /../g, ' ', (line) => `  |${line}|`).join('\n')),
}

/** The bytes of all lines of dumps, as characters. */
function bytesIn(text: string): string {
  const lines = text.matchAll(/[0-9a-f]{8}:? {1,2}((?:[0-9a-f]{2,4}(?: |$|(?=\\n|\n|"))){1,16})/gm)
  const digits = [...lines].map(([, bytes = '']) => bytes.replace(/ /g, ''))
  return Buffer.from(digits.join(''), 'hex').toString('latin1')
}

const pairs = Object.keys(WRITINGS).flatMap((first) =>
  Object.keys(WRITINGS).map((second) => [first, second] as const),
)

describe.each(Object.entries(DUMPS))('no line with a credential is left of a %s:', (_, dump) => {
  it.each(pairs)('%s, then %s', (first, second) => {
    for (let seed = 0; seed < 3; seed++) {
      const secret = random(`dump ${first} ${second} ${seed}`, 24 + 19 * seed)
      const written = [first, second].map((name) => WRITINGS[name]?.(secret) ?? '')
      const { json } = redactorOf(secret)
      for (const text of [
        `You sent ${written.map(dump).join(' ')}`,
        dump(`${' '.repeat(5 * seed)}${written.join(` ${'. '.repeat(8 * seed)}; `)}`),
      ]) {
        expect(json(bytesIn(text)).hits).toBeGreaterThan(0)
        const { value, withheld } = json([text])
        expect(withheld).toBe(0)
        expect(json(bytesIn(String(value))).hits).toBe(0)
      }
    }
  })
})

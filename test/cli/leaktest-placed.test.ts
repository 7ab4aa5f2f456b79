// Where leaktest's own servers find a credential that is in no header of its own and in no body.

import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { PLACED, placed } from '../../src/cli/leaktest/house/placed.ts'

const SECRET = 'sk-Zx81kLmQ7wPd of/alice'
const body = Buffer.from('{"a":1}')
const arrival = (target: string, headers: readonly (readonly [string, string])[] = []) => ({
  target,
  headers,
  body,
})
const encoded = encodeURIComponent(SECRET)

describe('a server of leaktest', () => {
  it.each([
    ['query key', arrival(`/mcp?a=b&key=${encoded}`), '/mcp?a=b&key=[own]'],
    ['path', arrival(`/${encoded}/mcp`), '/[own]/mcp'],
    ['cookie session', arrival('/mcp', [['cookie', `a=b; session=${encoded}`]]), '/mcp'],
    ['basic', arrival('/mcp', [['authorization', `Basic ${btoa(`alice:${SECRET}`)}`]]), '/mcp'],
    [
      'signature',
      arrival('/mcp', [['x-signature', createHmac('sha256', SECRET).update(body).digest('hex')]]),
      '/mcp',
    ],
  ])('finds the credential at %s, and takes it out of its place', (place, came, target) => {
    const secrets = [
      { kind: 'key', text: 'another one' },
      { kind: 'key', text: SECRET },
    ].map((one) => ({ ...one, homes: [] }))
    const found = placed(came, place, secrets)
    expect(found.target).toBe(target)
    expect(found.headers.at(-1)).toEqual([PLACED, SECRET])
    const rest = JSON.stringify([found.target, found.headers.slice(0, -1)])
    expect(rest).not.toContain(SECRET)
    expect(rest).not.toContain(encoded)
  })

  it.each(['query key', 'path', 'cookie session', 'basic', 'signature', undefined])(
    'finds nothing at %s where nothing is',
    (place) => {
      const came = arrival('/mcp?a=b', [
        ['x-signature', 'other'],
        ['cookie', 'a=b'],
      ])
      expect(placed(came, place, [])).toEqual({ target: came.target, headers: came.headers })
    },
  )
})

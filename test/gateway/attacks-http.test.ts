// Attacks by the bytes of HTTP on the listener of the gateway: requests inside of requests, bodies that
// are too large or too slow, connections that are left half open. Each is refused or bounded, and the
// next call works.

import { describe, expect, it } from 'vitest'
import { ended, listeningHouse, statusesOf } from './raw.ts'

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'a', version: '1' },
  },
}
type House = Awaited<ReturnType<typeof listeningHouse>>

/** The gateway goes on with everybody else. */
async function expectNextCall({ exchange, requestFor }: House): Promise<void> {
  expect(statusesOf(await exchange(requestFor(INITIALIZE)))).toEqual([200])
}

/** A message that the attacker hides behind another one. */
const HIDDEN = JSON.stringify({ ...INITIALIZE, id: 'hidden', method: 'tools/call' })
const SHOWN = JSON.stringify(INITIALIZE)

describe('a request inside of a request', () => {
  const hidden = ({ head }: House) =>
    [...head(), `Content-Length: ${HIDDEN.length}`, '', HIDDEN].join('\r\n')
  const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`
  const attacks: readonly (readonly [string, (house: House) => string])[] = [
    ['two lengths', ({ head }) => lines(head(['Content-Length: 4', 'Content-Length: 90']), SHOWN)],
    ['a list of lengths', ({ head }) => lines(head(['Content-Length: 4, 4']), SHOWN)],
    [
      'a length with a sign',
      ({ head }) => lines(head([`Content-Length: +${SHOWN.length}`]), SHOWN),
    ],
    ['a length in hex', ({ head }) => lines(head(['Content-Length: 0x10']), SHOWN)],
    [
      'a length and chunks',
      (house) =>
        lines(
          house.head(['Content-Length: 6', 'Transfer-Encoding: chunked']),
          `0\r\n\r\n${hidden(house)}`,
        ),
    ],
    [
      'chunks and a length',
      (house) =>
        lines(
          house.head(['Transfer-Encoding: chunked', `Content-Length: ${SHOWN.length}`]),
          `${SHOWN}${hidden(house)}`,
        ),
    ],
    [
      'an encoding that there is not',
      ({ head }) => lines(head(['Transfer-Encoding: xchunked']), chunk(SHOWN)),
    ],
    [
      'two encodings, chunked first',
      ({ head }) => lines(head(['Transfer-Encoding: chunked, identity']), chunk(SHOWN)),
    ],
    [
      'a length with a space before the colon',
      (house) => lines(house.head(['Content-Length : 4']), `abcd${hidden(house)}`),
    ],
    [
      'an encoding behind a vertical tab',
      (house) => lines(house.head(['Transfer-Encoding:\x0bchunked']), `0\r\n\r\n${hidden(house)}`),
    ],
    [
      'lines that end with LF alone',
      (house) => `${house.head([`Content-Length: 0`]).join('\n')}\n\n${hidden(house)}`,
    ],
    [
      'a header that goes on in the next line',
      (house) => lines(house.head(['X-A: b', ' Transfer-Encoding: chunked']), ''),
    ],
    [
      'a chunk that is longer than it says',
      ({ head }) => lines(head(['Transfer-Encoding: chunked']), `2\r\n${SHOWN}\r\n0\r\n\r\n`),
    ],
    [
      'a size of a chunk that ends with LF',
      (house) =>
        lines(house.head(['Transfer-Encoding: chunked']), `2;\n{}\r\n0\r\n\r\n${hidden(house)}`),
    ],
    [
      'a size of a chunk that is none',
      ({ head }) => lines(head(['Transfer-Encoding: chunked']), `-1\r\n${SHOWN}\r\n0\r\n\r\n`),
    ],
    [
      'an extension of a chunk without end',
      ({ head }) =>
        lines(head(['Transfer-Encoding: chunked']), `2;${'a'.repeat(40_000)}\r\n{}\r\n0\r\n\r\n`),
    ],
    ['a zero byte in a header', ({ head }) => lines(head(['X-A: a\0b', 'Content-Length: 0']), '')],
    ['two hosts', ({ head, host }) => lines(head([`Host: ${host}`, 'Host: rebound.example']), '')],
    [
      'no host',
      ({ head }) =>
        lines(
          head().filter((line) => !line.startsWith('Host')),
          '',
        ),
    ],
    [
      'more headers than there may be',
      ({ head }) => lines(head([`X-A: ${'a'.repeat(40_000)}`, 'Content-Length: 0']), ''),
    ],
  ]
  it.each(attacks)('is not heard, and is refused: %s', async (_, attack) => {
    const house = await listeningHouse()
    const heard = await house.exchange(attack(house))
    for (const status of statusesOf(heard)) expect([400, 413, 421, 431]).toContain(status)
    expect(statusesOf(heard).length).toBeLessThan(2)
    expect(house.tasks.reached).toEqual([])
    await expectNextCall(house)
  })

  function lines(head: readonly string[], body: string): string {
    return [...head, '', body].join('\r\n')
  }
})

describe('another name for the gateway', () => {
  it.each([
    ['in the header', (house: House) => house.requestFor(INITIALIZE, ['Host: rebound.example'])],
    [
      'in the target',
      (house: House) =>
        house.requestFor(INITIALIZE).replace('POST /mcp', 'POST http://rebound.example/mcp'),
    ],
    [
      'of its own with a user',
      (house: House) => house.requestFor(INITIALIZE, [`Host: a@${house.host}`]),
    ],
  ])('is refused: %s', async (_, attack) => {
    const house = await listeningHouse()
    const [status] = statusesOf(await house.exchange(attack(house)))
    expect([400, 404, 421]).toContain(status)
    expect(house.tasks.reached).toEqual([])
    await expectNextCall(house)
  })

  it('is refused: the page of another origin', async () => {
    const house = await listeningHouse()
    for (const origin of [
      'https://rebound.example',
      'null',
      `http://${house.host}.rebound.example`,
    ])
      expect(
        statusesOf(await house.exchange(house.requestFor(INITIALIZE, [`Origin: ${origin}`]))),
      ).toEqual([403])
    expect(house.tasks.reached).toEqual([])
  })
})

describe('a body that is too large', () => {
  it('is refused before it has come, where it says its length', async () => {
    const house = await listeningHouse({ maxBodyBytes: 1000 })
    const head = house.head(['Content-Length: 99999999999', 'Connection: close'])
    const line = await house.dial()
    line.socket.write(`${head.join('\r\n')}\r\n\r\n{`)
    while (!line.heard.includes('\r\n')) await new Promise((resolve) => setImmediate(resolve))
    expect(statusesOf(line.heard)).toEqual([413])
    line.socket.destroy()
    await expectNextCall(house)
  })

  it('is refused when it comes in chunks', async () => {
    const house = await listeningHouse({ maxBodyBytes: 1000 })
    const head = house.head(['Transfer-Encoding: chunked', 'Connection: close'])
    const chunk = `400\r\n${'a'.repeat(1024)}\r\n`
    const line = await house.dial()
    line.socket.write(`${head.join('\r\n')}\r\n\r\n${chunk.repeat(20)}`)
    while (!line.heard.includes('\r\n')) await new Promise((resolve) => setImmediate(resolve))
    expect(statusesOf(line.heard)).toEqual([413])
    line.socket.destroy()
    await expectNextCall(house)
  })

  it.each([
    ['deep', `{"a":${'['.repeat(500_000)}${']'.repeat(500_000)}}`],
    [
      'wide',
      JSON.stringify(Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [at, at]))),
    ],
    ['deep objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['cut off', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{'],
    ['no text', '\xff\xfe\x00\x01'],
  ])('is no failure of the gateway: JSON that is %s', async (_, params) => {
    const house = await listeningHouse()
    for (const path of ['/mcp', '/mcp/Tasks']) {
      const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`
      const head = house.head([`Content-Length: ${body.length}`, 'Connection: close'], path)
      const [status = 0] = statusesOf(await house.exchange([...head, '', body].join('\r\n')))
      expect(status).toBeGreaterThanOrEqual(200)
      expect(status).toBeLessThan(500)
    }
    await expectNextCall(house)
  })
})

describe('a client that is slow', () => {
  const SOON = { headersMs: 50, requestMs: 100, checkMs: 20 }
  it('with its headers is refused', async () => {
    const house = await listeningHouse({}, SOON)
    const heard = await house.exchange('POST /mcp HTTP/1.1\r\nHost: a')
    expect(statusesOf(heard)).toEqual([408])
    await expectNextCall(house)
  })

  it('with its body is refused', async () => {
    const house = await listeningHouse({}, SOON)
    const heard = await house.exchange(
      `${house.head(['Content-Length: 100']).join('\r\n')}\r\n\r\n{`,
    )
    expect(statusesOf(heard)).toEqual([408])
    expect(house.tasks.reached).toEqual([])
    await expectNextCall(house)
  })
})

describe('a connection', () => {
  // Node closes such a connection at once, as many servers do. What matters is that it is over.
  it('that is closed half, after its request, is over', async () => {
    const house = await listeningHouse()
    const line = await house.dial()
    line.socket.end(house.requestFor(INITIALIZE))
    await ended(line.socket)
    expect(statusesOf(line.heard).every((status) => status === 200)).toBe(true)
    await expectNextCall(house)
  })

  it('that is closed in the middle of a request leaves nothing behind', async () => {
    const house = await listeningHouse()
    const line = await house.dial()
    line.socket.end(`${house.head(['Content-Length: 100']).join('\r\n')}\r\n\r\n{`)
    await ended(line.socket)
    expect(statusesOf(line.heard).every((status) => status === 400)).toBe(true)
    expect(house.tasks.reached).toEqual([])
    await expectNextCall(house)
  })

  it('is one of hundreds that say nothing, and the next call works', async () => {
    const house = await listeningHouse()
    const idle = await Promise.all(Array.from({ length: 300 }, () => house.dial()))
    for (const { socket } of idle) socket.write('POST /mcp HTTP/1.1\r\nHost: ')
    await expectNextCall(house)
    for (const { socket } of idle) socket.destroy()
    await expectNextCall(house)
  })

  it('may carry many requests, one behind the other, each answered in its order', async () => {
    const house = await listeningHouse()
    const many = Array.from({ length: 20 }, (_, id) => {
      const body = JSON.stringify({ ...INITIALIZE, id })
      const last = id === 19 ? ['Connection: close'] : []
      return [...house.head([...last, `Content-Length: ${body.length}`]), '', body].join('\r\n')
    })
    const heard = await house.exchange(many.join(''))
    const ids = [...heard.matchAll(/"id":(\d+)/g)].map(([, id]) => Number(id))
    expect(ids).toEqual(Array.from({ length: 20 }, (_, id) => id))
  })
})

describe('text of a client that could become a header', () => {
  const evil = 'x\r\nX-Evil: 1\r\nAuthorization: Bearer evil'
  it.each<[string, object]>([
    ['the name of a tool', { method: 'tools/call', params: { name: evil, arguments: {} } }],
    ['an argument', { method: 'tools/call', params: { name: 'echo', arguments: { title: evil } } }],
    [
      'the name of an argument',
      { method: 'tools/call', params: { name: 'echo', arguments: { [evil]: 1 } } },
    ],
    ['a method', { method: evil }],
    ['the address of a resource', { method: 'resources/read', params: { uri: evil } }],
    ['an id', { method: 'tools/list', id: evil }],
  ])('becomes none: %s', async (_, message) => {
    const house = await listeningHouse()
    for (const revision of ['2025-11-25', '2026-07-28']) {
      const headers = [`MCP-Protocol-Version: ${revision}`]
      const heard = await house.exchange(
        house.requestFor({ jsonrpc: '2.0', id: 1, params: {}, ...message }, headers),
      )
      expect(statusesOf(heard)).toHaveLength(1)
      expect(statusesOf(heard)[0]).toBeLessThan(500)
      expect(heard.split('\r\n\r\n')[0]).not.toMatch(/x-evil/i)
    }
    for (const { headers } of house.tasks.reached) {
      expect(headers.has('x-evil')).toBe(false)
      expect(headers.get('authorization')).not.toContain('evil')
    }
  })
})

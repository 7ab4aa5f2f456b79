// The guard: which URLs it reaches, however they are spelled and resolved; and its bounds.

import type { LookupAddress } from 'node:dns'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { discoverAuthorizationServer } from '../../src/core/http/authorization-server.ts'
import { guardedFetch } from '../../src/egress/guarded-fetch.ts'
import { guardedLookup } from '../../src/egress/guarded-lookup.ts'
import { type Listener, listen } from './listener.ts'

let listener: Listener
beforeAll(async () => {
  listener = await listen((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://x')
    if (pathname === '/big') return void response.end('x'.repeat(1001))
    if (pathname === '/exact') return void response.end('x'.repeat(1000))
    if (pathname === '/drip') {
      response.write('x')
      return
    }
    if (pathname === '/never') return
    if (pathname === '/redirect')
      return void response.writeHead(307, { location: `${listener.origin}/secret` }).end()
    if (pathname === '/gzip')
      return void response.writeHead(200, { 'content-encoding': 'gzip' }).end('xxxx')
    response
      .writeHead(200, { 'content-type': 'application/json', 'set-cookie': 'a=b' })
      .end('{"ok":true}')
  })
})
afterAll(() => listener.stop())
beforeEach(() => {
  listener.connections = 0
  listener.requests.length = 0
})

/** Names as an attacker's DNS answers them. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'evil.example': ['127.0.0.1'],
  'evil6.example': ['::1'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'mixed.example': ['8.8.8.8', '127.0.0.1'],
  'mixed-last.example': ['127.0.0.1', '8.8.8.8'],
  'metadata.google.internal': ['169.254.169.254'],
  'private.example': ['10.1.2.3'],
  'nat64.example': ['64:ff9b::7f00:1'],
  localhost: ['127.0.0.1', '::1'],
  'localhost.': ['127.0.0.1'],
  'a.localhost': ['127.0.0.1'],
  '127.0.0.1.nip.example': ['127.0.0.1'],
  'nobody.example': [],
  'nonsense.example': ['not an address'],
}
const resolve = async (hostname: string): Promise<LookupAddress[]> => {
  const addresses = NAMES[hostname]
  if (!addresses) throw new Error(`queryA ENOTFOUND ${hostname} secret-of-the-resolver`)
  return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
}

/** Spellings of what only this machine, or its network, can reach; PORT is that of the listener. */
const SPELLINGS = [
  'https://127.0.0.1:PORT/',
  'https://127.0.0.1.:PORT/',
  'https://127.1:PORT/',
  'https://127.0.1:PORT/',
  'https://0177.0.0.1:PORT/',
  'https://0177.0.0.01:PORT/',
  'https://00000177.0.0.1:PORT/',
  'https://0x7f.0.0.1:PORT/',
  'https://0x7f.0x0.0x0.0x1:PORT/',
  'https://0x7F000001:PORT/',
  'https://2130706433:PORT/',
  'https://017700000001:PORT/',
  'https://127.0.0.0x1:PORT/',
  'https://127.255.255.254:PORT/',
  'https://１２７.０.０.１:PORT/',
  'https://127。0。0。1:PORT/',
  'https://%31%32%37.0.0.1:PORT/',
  'https://①②⑦.0.0.1:PORT/',
  'https://0:PORT/',
  'https://0.0.0.0:PORT/',
  'https://0.0.0.0.:PORT/',
  'https://0x0:PORT/',
  'https://[::]:PORT/',
  'https://[::1]:PORT/',
  'https://[0:0:0:0:0:0:0:1]:PORT/',
  'https://[0000:0000:0000:0000:0000:0000:0000:0001]:PORT/',
  'https://[::ffff:127.0.0.1]:PORT/',
  'https://[::ffff:7f00:1]:PORT/',
  'https://[0:0:0:0:0:ffff:7f00:0001]:PORT/',
  'https://[::FFFF:7F00:1]:PORT/',
  'https://[::127.0.0.1]:PORT/',
  'https://[::ffff:0:7f00:1]:PORT/',
  'https://[64:ff9b::127.0.0.1]:PORT/',
  'https://[64:ff9b::7f00:1]:PORT/',
  'https://[64:ff9b:1::7f00:1]:PORT/',
  'https://[2002:7f00:1::]:PORT/',
  'https://[2001:0:7f00:1::]:PORT/',
  'https://[fe80::1]:PORT/',
  'https://[fc00::1]/',
  'https://[fd00:ec2::254]/latest/meta-data/',
  'https://[ff02::1]/',
  'https://[::ffff:a9fe:a9fe]/latest/meta-data/',
  'https://[::ffff:169.254.169.254]/latest/meta-data/',
  'https://169.254.169.254/latest/meta-data/',
  'https://169.254.43518/',
  'https://0xa9fea9fe/',
  'https://2852039166/',
  'https://0251.0376.0251.0376/',
  'https://100.100.100.200/',
  'https://168.63.129.16/',
  'https://192.0.0.192/',
  'https://10.0.0.1/',
  'https://10.1/',
  'https://012.0.0.1/',
  'https://172.16.0.1/',
  'https://172.31.255.255/',
  'https://192.168.1.1/',
  'https://192.168.257/',
  'https://100.64.0.1/',
  'https://192.0.2.1/',
  'https://198.18.0.1/',
  'https://198.51.100.1/',
  'https://203.0.113.1/',
  'https://224.0.0.1/',
  'https://255.255.255.255/',
  'https://[2001:db8::1]/',
  'https://localhost:PORT/',
  'https://LOCALHOST:PORT/',
  'https://localhost.:PORT/',
  'https://a.localhost:PORT/',
  'https://ⓛocalhost:PORT/',
  'https://evil.example:PORT/',
  'https://EVIL.example:PORT/',
  'https://evil6.example:PORT/',
  'https://mapped.example:PORT/',
  'https://mixed.example:PORT/',
  'https://mixed-last.example:PORT/',
  'https://nat64.example:PORT/',
  'https://private.example/',
  'https://metadata.google.internal/',
  'https://127.0.0.1.nip.example:PORT/',
  'https://nobody.example/',
  'https://nonsense.example/',
  'https://unknown.example/',
  'https://user@127.0.0.1:PORT/',
  'https://8.8.8.8:x@127.0.0.1:PORT/',
  'https://example.com@127.0.0.1:PORT/',
  'https:\\\\127.0.0.1:PORT/',
  'http://127.0.0.1:PORT/',
  'http://localhost:PORT/',
  'http://8.8.8.8/',
  'http://example.com/',
  'ftp://127.0.0.1:PORT/',
  'file:///etc/passwd',
  'data:application/json,{}',
  'blob:https://127.0.0.1/x',
  'javascript:alert(1)',
  'gopher://127.0.0.1:PORT/',
  '//127.0.0.1:PORT/',
  'not a url',
]

describe('the guard', () => {
  it('the guard is tried with sixty spellings and more', () => {
    expect(new Set(SPELLINGS).size).toBeGreaterThanOrEqual(60)
  })

  it.each(SPELLINGS)('the guard opens no connection for %s', async (spelling) => {
    const url = spelling.replace('PORT', String(listener.port))
    const fetch = guardedFetch({ resolve, deadline: 2000 })
    const error = await fetch(url).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).not.toMatch(/127|169|example|secret|passwd/)
    expect(listener.connections).toBe(0)
  })

  it('the guard reads the URL of a Request, too', async () => {
    await expect(guardedFetch()(new Request(listener.origin))).rejects.toThrow('Only https')
    await expect(guardedFetch()(new Request(`https://127.0.0.1:${listener.port}`))).rejects.toThrow(
      'not public',
    )
    expect(listener.connections).toBe(0)
  })

  it('the guard takes no proxy from the environment', async () => {
    const names = [
      'HTTP_PROXY',
      'HTTPS_PROXY',
      'http_proxy',
      'https_proxy',
      'ALL_PROXY',
      'NODE_USE_ENV_PROXY',
    ]
    for (const name of names)
      process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : listener.origin
    try {
      await expect(guardedFetch({ resolve })('https://private.example/')).rejects.toThrow(TypeError)
      expect(listener.connections).toBe(0)
    } finally {
      for (const name of names) delete process.env[name]
    }
  })

  it.each(['maxBytes', 'deadline'])('the guard refuses a wrong bound: %s', (setting) => {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])
      expect(() => guardedFetch({ [setting]: value })).toThrow(`${setting} must be`)
  })
})

describe('a name', () => {
  const publicOnly = (_: string, address: string) => address === '8.8.8.8' || address === '8.8.4.4'
  const ask = (lookup: ReturnType<typeof guardedLookup>, all: boolean) =>
    new Promise<unknown>((settle) => {
      lookup('rebind.example', { all }, (error, address, family) =>
        settle(error ? error.code : [address, family]),
      )
    })

  it('a name is resolved once for a connection, which gets the checked addresses and nothing else', async () => {
    let asked = 0
    const answers = [['8.8.8.8', '8.8.4.4'], ['127.0.0.1']]
    const rebinding = guardedLookup(async () => {
      return (answers[asked++] ?? []).map((address) => ({ address, family: 4 }))
    }, publicOnly)
    expect(await ask(rebinding, true)).toEqual([
      [
        { address: '8.8.8.8', family: 4 },
        { address: '8.8.4.4', family: 4 },
      ],
      undefined,
    ])
    expect(asked).toBe(1)
    expect(await ask(rebinding, true)).toBe('ERR_ADDRESS_CLOSED')
    expect(asked).toBe(2)
  })

  it('a name gives a socket that wants one address the first', async () => {
    const lookup = guardedLookup(async () => [{ address: '8.8.8.8', family: 4 }], publicOnly)
    expect(await ask(lookup, false)).toEqual(['8.8.8.8', 4])
  })

  it.each([
    ['one closed address among open ones', ['8.8.8.8', '10.0.0.1']],
    ['no address', []],
  ])('a name is refused with %s', async (_, addresses) => {
    const lookup = guardedLookup(
      async () => addresses.map((address) => ({ address, family: 4 })),
      publicOnly,
    )
    expect(await ask(lookup, true)).toBe('ERR_ADDRESS_CLOSED')
    expect(await ask(lookup, false)).toBe('ERR_ADDRESS_CLOSED')
  })

  it('a name that rebinds between two requests is refused the second time: nothing is kept from the first', async () => {
    const answers = [['127.0.0.1'], ['10.0.0.1']]
    let asked = 0
    const fetch = guardedFetch({
      allowLoopbackForDevelopment: true,
      resolve: async () => (answers[asked++] ?? []).map((address) => ({ address, family: 4 })),
    })
    const url = `http://localhost:${listener.port}/`
    expect(await (await fetch(url)).json()).toEqual({ ok: true })
    expect([asked, listener.connections]).toEqual([1, 1])
    await expect(fetch(url)).rejects.toThrow('ERR_ADDRESS_CLOSED')
    expect([asked, listener.connections]).toEqual([2, 1])
  })
})

describe('loopback for development', () => {
  const fetch = guardedFetch({
    allowLoopbackForDevelopment: true,
    resolve,
    maxBytes: 1000,
    deadline: 300,
  })

  it.each(['http://127.0.0.1:PORT/', 'http://localhost:PORT/', 'http://127.1:PORT/'])(
    'loopback for development reaches %s',
    async (spelling) => {
      const response = await fetch(spelling.replace('PORT', String(listener.port)))
      expect([response.status, await response.json()]).toEqual([200, { ok: true }])
    },
  )

  it.each([
    'http://evil.example:PORT/',
    'https://evil.example:PORT/',
    'https://a.localhost:PORT/',
    'https://mixed.example:PORT/',
    'http://0.0.0.0:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://10.0.0.1/',
    'https://169.254.169.254/',
    'http://example.com/',
  ])('loopback for development does not reach %s', async (spelling) => {
    await expect(fetch(spelling.replace('PORT', String(listener.port)))).rejects.toThrow(TypeError)
    expect(listener.connections).toBe(0)
  })

  it('loopback for development does not take the word of a resolver that localhost is elsewhere', async () => {
    const lying = guardedFetch({
      allowLoopbackForDevelopment: true,
      resolve: async () => [{ address: '10.0.0.1', family: 4 }],
    })
    await expect(lying(`http://localhost:${listener.port}/`)).rejects.toThrow('ERR_ADDRESS_CLOSED')
  })

  it('loopback for development gives a redirect back unfollowed', async () => {
    const response = await fetch(`${listener.origin}/redirect`, { redirect: 'follow' })
    expect([response.status, response.headers.get('location')]).toEqual([
      307,
      `${listener.origin}/secret`,
    ])
    expect(listener.requests.map(({ url }) => url)).toEqual(['/redirect'])
  })

  it('loopback for development takes an answer up to the bound, and none beyond', async () => {
    expect(await (await fetch(`${listener.origin}/exact`)).text()).toHaveLength(1000)
    await expect(fetch(`${listener.origin}/big`)).rejects.toThrow(TypeError)
  })

  it.each(['/never', '/drip'])(
    'loopback for development ends an answer that does not end: %s',
    async (path) => {
      await expect(fetch(`${listener.origin}${path}`)).rejects.toThrow(
        expect.objectContaining({ name: 'TimeoutError' }),
      )
    },
  )

  it('loopback for development ends with the caller', async () => {
    const controller = new AbortController()
    const asked = guardedFetch({ allowLoopbackForDevelopment: true })(`${listener.origin}/never`, {
      signal: controller.signal,
    })
    setTimeout(() => controller.abort(), 20)
    await expect(asked).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
  })

  it('loopback for development ends while a resolver does not answer', async () => {
    const stuck = guardedFetch({ deadline: 100, resolve: () => new Promise(() => {}) })
    await expect(stuck('https://slow.example/')).rejects.toThrow()
  })

  it('loopback for development takes nothing compressed, keeps no cookie and no connection', async () => {
    await expect(fetch(`${listener.origin}/gzip`)).rejects.toThrow(TypeError)
    await fetch(listener.origin)
    await fetch(listener.origin)
    expect(listener.connections).toBe(3)
    expect(
      listener.requests.map(({ headers }) => [headers.cookie, headers['accept-encoding']]),
    ).toEqual([
      [undefined, 'identity'],
      [undefined, 'identity'],
      [undefined, 'identity'],
    ])
  })
})

describe('discovery through the guard', () => {
  it('discovery through the guard does not come to what a document names: the first hop is open, the second is not', async () => {
    const evil = await listen((request, response) => {
      if (!request.url?.includes('/.well-known/')) return void response.end('secret')
      response.end(
        JSON.stringify({ issuer: evil.origin, token_endpoint: `${listener.origin}/token` }),
      )
    })
    const fetch = guardedFetch({ allowLoopbackForDevelopment: true })
    const found = await discoverAuthorizationServer({ issuer: evil.origin, fetch }).current()
    // Another port is another origin: the endpoint is not believed, and nobody goes there.
    expect(found).toEqual({
      ok: true,
      value: {
        issuer: evil.origin,
        elsewhere: { token_endpoint: `${listener.origin}/token` },
      },
    })
    expect(listener.connections).toBe(0)
    const closed = await discoverAuthorizationServer({
      issuer: evil.origin,
      fetch: guardedFetch(),
    }).current()
    expect(closed.ok).toBe(false)
    expect(evil.requests).toHaveLength(1)
    await evil.stop()
  })
})

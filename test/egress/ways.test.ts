// Destinations with an authority of their own, a client certificate or a proxy: real TLS, real tunnels.

import { createPrivateKey } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createProxy, type Server } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Credential } from '../../src/core/credential.ts'
import { type EgressWay, egressFetch } from '../../src/egress/index.ts'
import { type Authority, makeAuthority, type Pair } from './certificates.ts'
import { type Listener, listen } from './listener.ts'

let authority: Authority
let client: Pair
let origin: string
let tls: Server | ReturnType<typeof createServer>
let plain: Listener
let proxy: Server
let proxyUrl: string
const tunnels: { readonly to: string; readonly authorization: string }[] = []
const PASSWORD = 'pass%40of-the-proxy'

beforeAll(async () => {
  authority = await makeAuthority()
  const server = await authority.issue('server')
  client = await authority.issue('the gateway')
  tls = createServer(
    { ...server, ca: authority.ca, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const socket = request.socket as TLSSocket
      response.end(socket.authorized ? socket.getPeerCertificate().subject.CN : 'nobody')
    },
  )
  origin = `https://localhost:${await portOf(tls)}`
  plain = await listen((_, response) => void response.end('plain'))
  proxy = createProxy().on('connect', (request, socket, head) => {
    const to = request.url ?? ''
    tunnels.push({ to, authorization: request.headers['proxy-authorization'] ?? '' })
    if (to.startsWith('refused.example')) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    const upstream = connect(Number(to.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.write(head)
      upstream.pipe(socket).pipe(upstream)
    })
    for (const end of [socket, upstream]) end.on('error', () => {})
  })
  proxyUrl = `http://127.0.0.1:${await portOf(proxy)}`
})
afterAll(async () => {
  for (const server of [tls, proxy]) {
    server.close()
    server.closeAllConnections()
  }
  await plain.stop()
})
beforeEach(() => {
  tunnels.length = 0
})

async function portOf(server: Server | ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Asks the destination by this way. */
async function ask(way: EgressWay | undefined, at = origin): Promise<string> {
  const fetch = egressFetch(way ? { ways: { [at]: way } } : {})
  try {
    return await (await fetch(`${at}/`)).text()
  } finally {
    await fetch.close()
  }
}

describe('a destination with a way of its own', () => {
  it('is trusted by its own authority, and not without', async () => {
    expect(await ask({ ca: authority.ca })).toBe('nobody')
    await expect(ask(undefined)).rejects.toThrow(/The request failed \((?!.*authority)/)
    const { ca } = await makeAuthority()
    await expect(ask({ ca })).rejects.toThrow('The request failed')
  })

  it('leaves the other destinations as they were', async () => {
    const fetch = egressFetch({ ways: { 'https://other.example': { ca: authority.ca } } })
    await expect(fetch(origin)).rejects.toThrow('The request failed')
    await fetch.close()
  })

  it('is shown the certificate of this client', async () => {
    const way = { ca: authority.ca, cert: client.cert, key: createPrivateKey(client.key) }
    expect(await ask(way)).toBe('the gateway')
  })

  it('is reached through a tunnel of the proxy, with the certificate of this client', async () => {
    const proxy = new Credential(proxyUrl.replace('//', `//app:${PASSWORD}@`))
    const way = { ca: authority.ca, cert: client.cert, key: createPrivateKey(client.key), proxy }
    expect(await ask(way)).toBe('the gateway')
    const basic = Buffer.from('app:pass@of-the-proxy').toString('base64')
    expect(tunnels).toEqual([{ to: origin.slice(8), authorization: `Basic ${basic}` }])
  })

  it('is judged by the same authorities behind a proxy', async () => {
    await expect(ask({ proxy: proxyUrl })).rejects.toThrow('The request failed')
    expect(tunnels).toHaveLength(1)
  })

  it('is tunnelled to over plain http too, so that the proxy sees no request', async () => {
    expect(await ask({ proxy: proxyUrl }, plain.origin)).toBe('plain')
    expect(tunnels).toHaveLength(1)
    expect(plain.requests.at(-1)?.headers['proxy-authorization']).toBeUndefined()
  })

  it('fails without words of the proxy when that refuses', async () => {
    const refused = ask({ proxy: proxyUrl }, 'https://refused.example')
    await expect(refused).rejects.toThrow(/^The request failed/)
  })
})

describe('a way that cannot work', () => {
  it.each<[string, () => EgressWay, RegExp]>([
    ['a certificate without its key', () => ({ cert: client.cert }), /both cert and key/],
    [
      'a key of another certificate',
      () => ({ cert: authority.ca, key: createPrivateKey(client.key) }),
      /certificates cannot be used/,
    ],
    ['a password in a text', () => ({ proxy: 'http://a:b@p.example' }), /give it as a Credential/],
  ])('is told at creation: %s', (_, way, said) => {
    expect(() => egressFetch({ ways: { [origin]: way() } })).toThrow(said)
  })

  it('is told for certificates over plain http', () => {
    expect(() => egressFetch({ ways: { 'http://a.example': { ca: authority.ca } } })).toThrow(
      'must be an https address',
    )
  })
})

// The edges of `onbehalf gateway`: TLS in front, renewed while it runs, and servers behind it that want a
// certificate of the gateway's and have an authority of their own.

import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { createServer as createTlsServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Issuer, startIssuer } from '../../src/cli/conformance/world/issuer.ts'
import { freePort } from '../../src/cli/leaktest/house/listen.ts'
import { main } from '../../src/cli/main.ts'
import { type Authority, makeAuthority, type Pair } from '../egress/certificates.ts'
import { runMain } from './run-main.ts'

let authority: Authority
let issuer: Issuer
let folder: string
let first: Pair
let second: Pair
const behind: { readonly client: string; readonly authorization: string }[] = []
let upstream: ReturnType<typeof createTlsServer>

beforeAll(async () => {
  authority = await makeAuthority()
  first = await authority.issue('first')
  second = await authority.issue('second')
  issuer = await startIssuer(0)
  const pair = await authority.issue('tasks')
  upstream = createTlsServer(
    { ...pair, ca: authority.ca, requestCert: true },
    (request, answer) => {
      const { CN } = (request.socket as TLSSocket).getPeerCertificate().subject
      behind.push({ client: String(CN), authorization: request.headers.authorization ?? '' })
      answer.setHeader('content-type', 'application/json')
      answer.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: {} }))
    },
  ).listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  vi.stubEnv('GATEWAY_TLS_SECRET', 'the-secret-of-a-gateway-with-tls')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  upstream.close()
  upstream.closeAllConnections()
  await issuer.close()
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onbehalf-tls-'))
  write('server.pem', first.cert)
  write('server.key', first.key)
  write('client.pem', second.cert)
  write('client.key', second.key)
  write('ca.pem', authority.ca)
  return () => rmSync(folder, { recursive: true, force: true })
})

function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

function fileWith(
  port: number,
  more: string,
  way = '{ ca: file:ca.pem, cert: file:client.pem, key: file:client.key }',
) {
  return write(
    'onbehalf.yaml',
    `listen: 127.0.0.1:${port}
audience: gateway
issuer: { preset: oidc, issuer: '${issuer.origin}', clientId: gateway, clientSecret: env:GATEWAY_TLS_SECRET }
audit: { file: audit.jsonl }
servers:
  Tasks:
    url: https://127.0.0.1:${(upstream.address() as AddressInfo).port}/mcp
    upstream: ${way}
${more}`,
  )
}

const TLS = 'tls: { cert: file:server.pem, key: file:server.key }'

/** Runs the gateway while the work is done. */
async function during(file: string, work: (notes: readonly string[]) => Promise<void>) {
  const ends = new AbortController()
  const notes: string[] = []
  const note = (line: string) => void notes.push(line)
  const code = main(['gateway', '--config', file], { out() {}, note, signal: ends.signal })
  try {
    await vi.waitFor(() => expect(notes.join()).toContain('listening'), { timeout: 10_000 })
    await work(notes)
  } finally {
    ends.abort()
    await code
  }
}

/** A request over TLS: who answered, and what. */
async function ask(port: number, path: string, more: object = {}, body = '') {
  const asked = request({ host: '127.0.0.1', port, path, ca: authority.ca, agent: false, ...more })
  asked.end(body)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  const who = (answer.socket as TLSSocket).getPeerCertificate().subject.CN
  const text = Buffer.concat(await answer.toArray()).toString()
  return { status: answer.statusCode, who, text }
}

describe('the edges of onbehalf gateway', () => {
  it('serves over TLS, and shows a server behind it the certificate of the gateway', async () => {
    const port = await freePort()
    await during(fileWith(port, TLS), async () => {
      expect(await ask(port, '/healthz')).toMatchObject({ status: 200, who: 'first' })
      const token = issuer.token({ subject: 'alice', audience: 'gateway', scope: 'mcp' })
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      }
      const ping = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
      const answer = await ask(port, '/mcp/Tasks', { method: 'POST', headers }, ping)
      expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('"result":{}') })
      expect(behind.at(-1)).toEqual({ client: 'second', authorization: expect.any(String) })
      expect(behind.at(-1)?.authorization).not.toContain(token)
      const metadata = await ask(port, '/.well-known/oauth-protected-resource/mcp/Tasks')
      expect(JSON.parse(metadata.text).resource).toBe(`https://127.0.0.1:${port}/mcp/Tasks`)
    })
  })

  it('takes over a renewed certificate, and none that does not go with its key', async () => {
    const port = await freePort()
    await during(fileWith(port, TLS), async (notes) => {
      write('server.pem', second.cert)
      await vi.waitFor(() => expect(notes.join()).toContain('do not go together'), {
        timeout: 5_000,
      })
      expect((await ask(port, '/healthz')).who).toBe('first')
      write('server.key', second.key)
      await vi.waitFor(() => expect(notes.join()).toContain('certificate has changed'), {
        timeout: 5_000,
      })
      expect((await ask(port, '/healthz')).who).toBe('second')
    })
  })

  it('answers nothing to plain http where it has a certificate', async () => {
    const port = await freePort()
    await during(fileWith(port, TLS), async () => {
      await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow()
    })
  })

  it.each<[string, string, string]>([
    ['a member that there is not', `${TLS.slice(0, -2)}, ca: file:ca.pem }`, 'tls.ca: it has'],
    ['a key of another certificate', TLS.replace('server.key', 'client.key'), 'tls.cert must'],
    ['a key that is none', TLS.replace('server.key', 'ca.pem'), 'tls.key must be a private key'],
    ['a key in the file itself', TLS.replace('file:server.key', 'secret'), 'tls.key must be a ref'],
  ])('tells at the start: %s', async (_, tls, said) => {
    const { code, note } = await runMain(['gateway', '--config', fileWith(1, tls), '--check'])
    expect([code, note]).toEqual([1, expect.stringContaining(said)])
    expect(note).not.toContain('PRIVATE')
  })

  it.each<[string, string, string]>([
    [
      'a certificate alone',
      '{ cert: file:client.pem }',
      'servers.Tasks.upstream must have both cert and key',
    ],
    ['a misspelt member', '{ cacert: file:ca.pem }', 'servers.Tasks.upstream.cacert: it has'],
    [
      'a password in the file',
      '{ proxy: "http://a:b@p.example" }',
      'upstream.proxy has a password in it',
    ],
    ['what is no map', 'direct', 'servers.Tasks.upstream must be a map'],
  ])('tells of a server: %s', async (_, way, said) => {
    const { code, note } = await runMain(['gateway', '--config', fileWith(1, '', way), '--check'])
    expect([code, note]).toEqual([1, expect.stringContaining(said)])
  })

  it('tells of two servers at one address with two ways', async () => {
    const file = fileWith(
      1,
      '  Other: { url: https://127.0.0.1:1/mcp }\n  Third: { url: https://127.0.0.1:1/a, upstream: { ca: file:ca.pem } }',
    )
    const { note } = await runMain(['gateway', '--config', file, '--check'])
    expect(note).toContain('servers.Third.upstream must have the same upstream as servers.Other')
  })
})

// Placement `sign`: what the function gets, what it may add, and a signature that a stand-in verifies.

import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { servers, sigV4 } from '../../../docs/placements/sigv4.ts'
import type { BindingInput } from '../../../src/core/binding.ts'
import { Credential } from '../../../src/core/credential.ts'
import { granted } from '../../../src/core/errors.ts'
import { parseBinding } from '../../../src/core/parse-binding.ts'
import type { Sign } from '../../../src/core/placement/placement.ts'
import { alice, issuedToken } from '../../core/parts.ts'
import { json, loopback, type Received } from '../loopback.ts'
import {
  callOf,
  carrier,
  LIST,
  messagesOf,
  OLD,
  post,
  request,
  rpcServer,
  SECRET,
  tool,
} from '../parts.ts'

const KEY = {
  accessKeyId: 'AKIDEXAMPLE-OF-ALICE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const stored = { type: 'static', of: 'person' } as const
const REGION = 'eu-central-1'
const NOW = Date.UTC(2026, 10, 30, 12)

/** Verifies a request as AWS describes it, step by step from the other side. */
function isSignedBy({ method, url, raw, body }: Received, keys: Readonly<Record<string, string>>) {
  const header = (name: string) => raw.find(([one]) => one === name)?.[1] ?? ''
  const [, id = '', day, region, service, names = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=([\w-]+)\/(\d{8})\/([\w-]+)\/([\w-]+)\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/.exec(
      header('authorization'),
    ) ?? []
  const [path = '', query = ''] = url.split('?')
  const sha = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')
  const mac = (key: string | Buffer, text = '') => createHmac('sha256', key).update(text).digest()
  const lines = names.split(';').map((name) => `${name}:${header(name)}\n`)
  const asked = `${method}\n${path}\n${query.split('&').sort().join('&')}\n${lines.join('')}\n${names}\n${sha(body)}`
  const key = mac(mac(mac(mac(`AWS4${keys[id]}`, day), region), service), 'aws4_request')
  const text = `AWS4-HMAC-SHA256\n${header('x-amz-date')}\n${day}/${region}/${service}/aws4_request\n${sha(asked)}`
  return header('x-amz-date').startsWith(`${day}T`) && mac(key, text).toString('hex') === signature
}

describe('placement sign', () => {
  it('gives the function the final request, the principal, the credential and the claims', async () => {
    await using server = await rpcServer([OLD])
    const seen: Parameters<Sign>[] = []
    const { fetch, events } = carrier(
      server.url,
      {
        source: stored,
        sources: { second: stored },
        placement: [
          {
            type: 'sign',
            async sign(...given) {
              seen.push(given)
              return new Headers({ 'x-signature': `${given[0].body.length}` })
            },
          },
          { type: 'query', name: 'key', from: 'second' },
          {
            type: 'argument',
            parameters: [
              { pointer: '/user_id', value: 'subject' },
              { pointer: '/access_token', value: 'credential' },
            ],
          },
        ],
      },
      {
        claims: { email: 'a@example.com' },
        sources: { second: async () => granted(issuedToken('canary-second-0123')) },
      },
    )
    await fetch(server.url, post(LIST))
    await fetch(server.url, post(callOf('add_task', { title: 'Zoë' })))
    const [asked, parts] = seen.at(-1) ?? []
    const sent = server.received.at(-1)
    expect([asked?.method, asked?.url, new TextDecoder().decode(asked?.body)]).toEqual([
      'POST',
      `${server.url}?key=canary-second-0123`,
      sent?.body,
    ])
    expect(sent?.body).toContain(SECRET)
    expect(asked?.headers.get('content-type')).toBe('application/json')
    expect(parts).toEqual({
      principal: alice,
      credential: expect.any(Credential),
      claims: { email: 'a@example.com' },
    })
    expect(parts?.credential.reveal()).toBe(SECRET)
    const signature = sent?.raw.find(([name]) => name === 'x-signature')?.[1]
    expect(signature).toBe(`${new TextEncoder().encode(sent?.body).length}`)
    expect(events.flatMap(({ placement }) => placement ?? [])).toContain(
      'argument /user_id, /access_token, sign',
    )
  })

  it('leaves the request as it is, whatever the function does with its copy', async () => {
    await using server = await rpcServer([])
    const { fetch } = carrier(server.url, {
      placement: {
        type: 'sign',
        sign(copy) {
          copy.headers.set('content-type', 'text/plain')
          copy.headers.set('x-extra', '1')
          copy.body.fill(32)
          Object.assign(copy, { method: 'DELETE', url: 'https://evil.example' })
          return { 'x-signature': 'a b' }
        },
      },
    })
    await fetch(server.url, post(LIST))
    const [sent] = server.received
    expect([sent?.method, sent?.url, JSON.parse(sent?.body ?? '')]).toEqual(['POST', '/mcp', LIST])
    expect(server.values(0, 'content-type')).toEqual(['application/json'])
    expect(server.values(0, 'x-extra')).toEqual([])
    expect(server.values(0, 'x-signature')).toEqual(['a b'])
  })

  it.each<[string, Sign]>([
    ['the host', () => ({ Host: 'evil.example' })],
    ['the type of the body', () => ({ 'content-type': 'text/plain' })],
    ['the length of the body', () => ({ 'content-length': '1' })],
    ['a session', () => ({ 'mcp-session-id': 'of-bob' })],
    ['a cookie', () => ({ cookie: 'a=b' })],
    ['another part', () => ({ 'X-Key': 'other' })],
    ['the trace', () => ({ traceparent: 'x' })],
    ['another line', () => ({ 'x-a': 'b\r\nx-c: d' })],
    ['a name that is none', () => ({ 'x a': 'b' })],
    ['a value that is no text', () => ({ 'x-a': 7 }) as never],
    ['nothing', () => undefined as never],
    [
      'an error that quotes the credential',
      (_, { credential }) => {
        throw new Error(credential.reveal())
      },
    ],
    ['a rejection', async (_, { credential }) => Promise.reject(new Error(credential.reveal()))],
  ])('sends nothing when the function gives %s', async (_, sign) => {
    await using server = await rpcServer([])
    const { fetch, events } = carrier(server.url, {
      placement: [
        { type: 'header', name: 'X-Key' },
        { type: 'sign', sign },
      ],
    })
    const failure = await fetch(server.url, post(LIST)).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'credential_malformed' })
    expect(events).toMatchObject([{ expected: expect.stringMatching(/function sign/) }])
    expect(JSON.stringify([failure, String(failure), events])).not.toContain('canary')
    expect(server.received).toEqual([])
  })

  it('waits for the function no longer than for anything else', async () => {
    const { fetch } = carrier(
      'https://tasks.example/mcp',
      { placement: { type: 'sign', sign: () => new Promise(() => {}) } },
      { deadline: 20, fetch: () => expect.unreachable('a request left') },
    )
    await expect(fetch('https://tasks.example/mcp', post(LIST))).rejects.toMatchObject({
      code: 'issuer_unavailable',
    })
  })

  it('knows a signature when it comes back, and leaves dates and names', async () => {
    await using server = await rpcServer([tool('hello', {})], ({ request: { raw } }) => ({
      content: [{ type: 'text', text: JSON.stringify(raw) }],
    }))
    const signature = createHash('sha256').update('one request').digest('hex')
    const { fetch } = carrier(server.url, {
      placement: {
        type: 'sign',
        sign: () => ({
          authorization: `HMAC Key=alice, SignedHeaders=host;x-date, Signature=${signature}`,
          'x-date': '20261130T120000Z',
        }),
      },
    })
    const [answer] = await messagesOf(await fetch(server.url, post(callOf('hello'))))
    const said = JSON.stringify(answer)
    expect(said).not.toContain(signature)
    for (const kept of ['20261130T120000Z', 'SignedHeaders=host;x-date', 'Key=alice'])
      expect(said).toContain(kept)
  })

  it('knows a header that holds the credential, in whatever form, when it comes back', async () => {
    await using server = await rpcServer([tool('hello', {})], ({ request: { raw } }) => ({
      content: [{ type: 'text', text: JSON.stringify(raw) }],
    }))
    const halves: Sign = (_, { credential }) => {
      const text = credential.reveal()
      return { 'x-half': `${text.slice(0, 20)} of alice`, 'x-plain': 'nothing-of-it-at-all' }
    }
    const { fetch } = carrier(server.url, { placement: { type: 'sign', sign: halves } })
    const text = JSON.stringify(await messagesOf(await fetch(server.url, post(callOf('hello')))))
    expect(text).not.toContain(SECRET.slice(7, 20))
    expect(text).toContain('nothing-of-it-at-all')
  })
})

describe('AWS Signature Version 4', () => {
  const credential = (key: object) => issuedToken(JSON.stringify(key))
  const binding = (url: string): Omit<BindingInput, 'url'> => ({
    resource: url,
    source: stored,
    placement: { type: 'sign', sign: sigV4('mcp', REGION, () => NOW) },
  })

  it('is in the docs as it is tested, with a binding that is taken', () => {
    const { Gateway } = servers
    expect(Gateway && parseBinding('Gateway', Gateway).placements).toMatchObject([{ type: 'sign' }])
    const read = (path: string) =>
      readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
    const code = read('docs/placements/sigv4.ts').replace(/^\/\/.*\n\n/, '')
    expect(read('docs/placements/sign.md')).toContain(code)
  })

  // The vectors of AWS's own test suite: get-vanilla, post-vanilla, get-vanilla-query-order-key-case.
  it.each([
    ['GET', '/', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    ['POST', '/', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    [
      'GET',
      '/?Param2=value2&Param1=value1',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
  ])('gives the published signature of %s %s', async (method, path, signature) => {
    const sign = sigV4('service', 'us-east-1', () => Date.UTC(2015, 7, 30, 12, 36))
    const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: KEY.secretAccessKey }
    const headers = await sign(
      {
        method,
        url: `https://example.amazonaws.com${path}`,
        headers: new Headers(),
        body: new Uint8Array(),
      },
      { principal: alice, credential: credential(key).credential, claims: {} },
    )
    expect(new Headers(headers).get('authorization')).toContain(`Signature=${signature}`)
  })

  it('is taken by a stand-in that verifies it, for each person’s own key, and never for another body', async () => {
    const keys = {
      [KEY.accessKeyId]: KEY.secretAccessKey,
      'AKID-OF-BOB-01234567': 'another-secret-of-bob-0123',
    }
    await using server = await loopback((received, response) =>
      isSignedBy(received, keys)
        ? json(response, 200, { jsonrpc: '2.0', id: 'call-1', result: { headers: received.raw } })
        : json(response, 403, {}),
    )
    const answers = []
    for (const [accessKeyId = '', secretAccessKey] of Object.entries(keys)) {
      const source = async () => granted(credential({ accessKeyId, secretAccessKey }))
      const { fetch } = carrier(server.url, binding(server.url), { source })
      const answer = await fetch(server.url, post(request('ping', { text: 'Zoë' })))
      answers.push([answer.status, await answer.text()])
    }
    expect(answers.map(([status]) => status)).toEqual([200, 200])
    expect(JSON.stringify(answers)).not.toMatch(/AKID|secret/)
    const [first] = server.received
    expect(first && isSignedBy({ ...first, body: `${first.body} ` }, keys)).toBe(false)
    expect(server.received.map(({ body }) => body).join()).not.toMatch(/secret/)
  })

  it('is made anew after a 401, with the credential that is then given', async () => {
    const fresh = {
      accessKeyId: 'AKID-OF-ALICE-FRESH',
      secretAccessKey: 'fresh-secret-of-alice-0123',
    }
    await using server = await loopback((received, response) =>
      json(
        response,
        isSignedBy(received, { [fresh.accessKeyId]: fresh.secretAccessKey }) ? 200 : 401,
        {},
      ),
    )
    const { fetch } = carrier(server.url, binding(server.url), {
      source: async ({ refused: rejected } = {}) => granted(credential(rejected ? fresh : KEY)),
    })
    expect((await fetch(server.url, post(request('ping')))).status).toBe(200)
    expect(server.received).toHaveLength(2)
  })
})

// The placements outside the messages: templates in headers, query, path, cookie, and several parts.

import { describe, expect, it } from 'vitest'
import type { BindingInput, Placement } from '../../../src/core/binding.ts'
import { granted, refused } from '../../../src/core/errors.ts'
import { toSentence } from '../../../src/core/sentences.ts'
import type { CredentialSource } from '../../../src/core/source/parts.ts'
import type { McpFetchOptions } from '../../../src/mcp/fetch-options.ts'
import { issuedToken } from '../../core/parts.ts'
import { json, loopback } from '../loopback.ts'
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

const SECOND = 'canary-of-the-second-source-42'
const stored = { type: 'static', of: 'person' } as const
const giving =
  (text: string): CredentialSource =>
  async () =>
    granted(issuedToken(text))
const malformed = toSentence({ reason: 'credential_malformed', server: 'tasks' })

/** What one call sends, with a credential and claims. */
async function sent(
  placement: BindingInput['placement'] & {},
  secret = SECRET,
  changes: Partial<McpFetchOptions> = {},
  binding: Omit<BindingInput, 'url' | 'placement'> = {},
) {
  await using server = await rpcServer([tool('hello', {})])
  const made = carrier(
    server.url,
    { placement, ...binding },
    { source: giving(secret), ...changes },
  )
  const answer = await made.fetch(server.url, post(callOf('hello')))
  const [received] = server.received
  return {
    ...made,
    answer,
    told: JSON.stringify(await messagesOf(answer.clone())),
    url: received?.url,
    headers: Object.fromEntries(received?.raw ?? []),
    names: received?.raw.map(([name]) => name) ?? [],
    requests: server.received.length,
  }
}

describe('a template in a header', () => {
  const claims = { email: 'alice@example.com', tenant: 'acme' }

  it.each([
    ['Token {credential}', 'authorization', `Token ${SECRET}`],
    [
      'Basic {base64:{claim:email}:{credential}}',
      'authorization',
      `Basic ${btoa(`alice@example.com:${SECRET}`)}`,
    ],
    ['{{"key": "{credential}"}}', 'x-config', `{"key": "${SECRET}"}`],
    ['{claim:tenant}/{subject}', 'x-user-id', 'acme/alice'],
  ])('a template %s in a header is filled', async (value, header, expected) => {
    const name = header === 'authorization' ? {} : { name: header }
    const { headers, events, requests } = await sent({ type: 'header', value, ...name }, SECRET, {
      claims,
    })
    expect([requests, headers[header]]).toEqual([1, expected])
    expect(events[0]?.placement).toBe(
      value.includes('credential') ? `header ${name.name ?? 'Authorization'}` : 'none',
    )
  })

  it.each([
    ['a claim that ends the line', { email: 'a\r\nX-Evil: 1' }],
    ['a claim that ends the line by LF alone', { email: 'a\nX-Evil: 1' }],
    ['a claim with a zero', { email: 'a\0b' }],
    ['a claim outside ASCII', { email: 'zoë@example.com' }],
    ['a claim that begins with a blank', { email: ' a' }],
    ['a claim with a tab', { email: 'a\tb' }],
  ])('a template in a header is not sent with %s', async (_, values) => {
    const { told, requests, names, reasons, events } = await sent(
      { type: 'header', name: 'X-Who', value: '{claim:email}' },
      SECRET,
      { claims: values },
    )
    expect(told).toContain(malformed)
    expect([requests, names]).toEqual([0, []])
    expect(reasons()).toEqual(['credential_malformed'])
    expect(events[0]?.expected).toMatch(/visible ASCII.*\{base64:/)
  })

  it('a template in a header names the claim that is missing', async () => {
    const { events, requests } = await sent({ type: 'header', value: 'X {claim:none}' })
    expect(requests).toBe(0)
    expect(events).toMatchObject([{ reason: 'claim_missing', claim: 'none' }])
  })
})

describe('placement query', () => {
  it('puts the credential into the URL, and nobody else learns of that URL', async () => {
    const made = await sent({ type: 'query', name: 'api key' }, 'canary+key&with=all of/it?#')
    expect(made.url).toBe('/mcp?api%20key=canary%2Bkey%26with%3Dall%20of%2Fit%3F%23')
    expect(made.names).not.toContain('referer')
    expect(made.names).not.toContain('authorization')
    expect(made.answer.url).not.toContain('canary')
    expect(JSON.stringify(made.events)).not.toContain('canary')
    expect(made.events).toMatchObject([{ placement: 'query api key', outcome: 'allowed' }])
  })

  it('keeps the query that the binding has, and takes no other URL than the binding’s', async () => {
    await using server = await loopback((_, response) => json(response, 200, {}))
    const url = `${server.url}?tenant=a`
    const { fetch, reasons } = carrier(url, { placement: { type: 'query', name: 'key' } })
    await fetch(url, post(LIST))
    for (const other of [`${url}&key=mine`, server.url, `${url}&key=${SECRET}`, `${url}/..`])
      await expect(fetch(other, post(LIST))).rejects.toMatchObject({ code: 'destination_refused' })
    expect(server.received.map((one) => one.url)).toEqual([`/mcp?tenant=a&key=${SECRET}`])
    expect(reasons()).toHaveLength(4)
  })

  it('is known to the redactor in the form that it has in the URL', async () => {
    const key = 'canary key/with&signs=0123'
    await using server = await rpcServer([tool('hello', {})], ({ request: { url } }) => ({
      content: [{ type: 'text', text: `You asked for ${url}` }],
    }))
    const { fetch, reasons } = carrier(
      server.url,
      { placement: { type: 'query', name: 'key' } },
      { source: giving(key) },
    )
    const text = JSON.stringify(await messagesOf(await fetch(server.url, post(callOf('hello')))))
    expect(text).toContain('You asked for /mcp?key=')
    expect(text).not.toContain('canary')
    expect(reasons()).toEqual(['credential_reflected'])
  })

  it.each([301, 302, 307, 308])(
    'follows no redirect %i, and says nothing of it',
    async (status) => {
      await using server = await loopback((received, response) =>
        json(response, status, {}, { location: `https://evil.example${received.url}` }),
      )
      const { fetch, events } = carrier(server.url, { placement: { type: 'query', name: 'key' } })
      const failure = await fetch(server.url, post(LIST)).catch((error: unknown) => error)
      expect(failure).toMatchObject({ code: 'redirect_refused' })
      expect(JSON.stringify([failure, String(failure), events])).not.toContain('canary')
      expect(server.received).toHaveLength(1)
    },
  )

  it('tells nothing of the URL when the connection breaks', async () => {
    const { fetch, events } = carrier(
      'https://tasks.example/mcp',
      { placement: { type: 'query', name: 'key' } },
      {
        fetch: async (input) => {
          throw new TypeError(`fetch failed: ${input}`)
        },
      },
    )
    const failure = await fetch('https://tasks.example/mcp', post(LIST)).catch((e: unknown) => e)
    expect(JSON.stringify([failure, String(failure), events])).not.toContain('canary')
    expect(failure).toMatchObject({ code: 'server_unavailable' })
  })
})

describe('placement path', () => {
  async function pathed(secret: string) {
    await using server = await rpcServer([tool('hello', {})])
    const url = new URL('/{credential}/mcp', server.url).href
    const { fetch, events } = carrier(
      url,
      { placement: { type: 'path' } },
      { source: giving(secret) },
    )
    const answer = await fetch(url, post(callOf('hello')))
    return { url: server.received[0]?.url, events, answer, approved: url }
  }

  it('fills the template, whose own form is the one that is approved', async () => {
    const made = await pathed('canary:key=0123 456')
    expect(made.url).toBe('/canary%3Akey%3D0123%20456/mcp')
    expect(made.answer.url).toBe(made.approved)
    expect(made.events).toMatchObject([{ placement: 'path', outcome: 'allowed' }])
    expect(JSON.stringify(made.events)).not.toContain('canary')
  })

  it.each(['..', '.', '...', 'a/b', '/', 'a\\b', '../..'])(
    'sends no credential that would be another path: %j',
    async (secret) => {
      const { url, events } = await pathed(secret)
      expect(url).toBeUndefined()
      expect(events).toMatchObject([{ reason: 'credential_malformed' }])
    },
  )

  it('writes no pattern of the replacing function', async () => {
    expect((await pathed('canary-$&-$1-0123')).url).toBe('/canary-%24%26-%241-0123/mcp')
  })

  it('refuses the filled URL, which only the wire has', async () => {
    const url = 'https://tasks.example/{credential}/mcp'
    const { fetch } = carrier(url, { placement: { type: 'path' } })
    await expect(fetch(`https://tasks.example/${SECRET}/mcp`, post(LIST))).rejects.toMatchObject({
      code: 'destination_refused',
    })
  })
})

describe('placement cookie', () => {
  it('sends the cookie alone, without those of the framework', async () => {
    await using server = await rpcServer([])
    const { fetch, events } = carrier(server.url, {
      placement: [
        { type: 'cookie', name: 'session' },
        { type: 'cookie', name: 'who', value: '{subject}' },
      ],
    })
    await fetch(server.url, post(LIST, { cookie: 'mine=1' }))
    expect(server.values(0, 'cookie')).toEqual([`session=${SECRET}; who=alice`])
    expect(events[0]?.placement).toBe('cookie session')
  })

  it.each(['canary; b=c', 'canary, b=c', 'canary "x"', 'canary\\x', 'canary x', 'can\u00e9ry'])(
    'sends no value that would be more than one cookie: %j',
    async (secret) => {
      const made = await sent({ type: 'cookie', name: 'session' }, secret)
      expect([made.requests, made.reasons()]).toEqual([0, ['credential_malformed']])
      expect(made.events[0]?.expected).toMatch(/a value that a cookie may have/)
    },
  )
})

describe('a token that is bound to a key', () => {
  it.each<Placement>([
    { type: 'header', value: 'DPoP {credential}' },
    { type: 'header', name: 'X-Key' },
    { type: 'query', name: 'key' },
    { type: 'cookie', name: 'key' },
    { type: 'sign', sign: () => ({ 'x-signed': '1' }) },
  ])('goes nowhere but into Authorization: %j', async (placement) => {
    const bound = async () => granted(issuedToken(SECRET, { proof: async () => 'proof' }))
    const made = await sent(placement, SECRET, { source: bound })
    expect([made.requests, made.reasons()]).toEqual([0, ['credential_malformed']])
    expect(made.events[0]?.expected).toMatch(/DPoP/)
  })

  it('goes with its proof beside other parts', async () => {
    const bound = async () => granted(issuedToken(SECRET, { proof: async () => 'the-proof' }))
    const made = await sent(
      [{ type: 'header' }, { type: 'header', name: 'X-Who', value: '{subject}' }],
      SECRET,
      { source: bound },
    )
    expect(made.headers).toMatchObject({
      authorization: `DPoP ${SECRET}`,
      dpop: 'the-proof',
      'x-who': 'alice',
    })
  })
})

describe('several parts', () => {
  it('fill a header, and an argument with a claim, and write the body once', async () => {
    await using server = await rpcServer([OLD])
    const { fetch, events } = carrier(
      server.url,
      {
        placement: [
          { type: 'meta', key: 'com.example/token' },
          { type: 'header' },
          {
            type: 'argument',
            parameters: [
              { pointer: '/user_id', value: { claim: 'email' } },
              { pointer: '/access_token', value: 'credential' },
            ],
          },
        ],
      },
      { claims: { email: 'alice@example.com' } },
    )
    await fetch(server.url, post(LIST))
    await fetch(server.url, post(callOf('add_task', { title: 'milk', user_id: 'bob' })))
    const call = server.reached.at(-1)
    expect(call?.message.params).toEqual({
      name: 'add_task',
      arguments: { title: 'milk', user_id: 'alice@example.com', access_token: SECRET },
      _meta: { 'com.example/token': SECRET },
    })
    expect(server.values(1, 'authorization')).toEqual([`Bearer ${SECRET}`])
    expect(events.filter(({ outcome }) => outcome === 'allowed').at(-1)?.placement).toBe(
      'argument /user_id, /access_token, _meta com.example/token, header Authorization',
    )
  })

  it('open a session, and send the other credential with every request', async () => {
    await using server = await rpcServer([], (_, response) => {
      response.setHeader('mcp-session-id', 'session-of-alice')
      return {}
    })
    const { fetch } = carrier(
      server.url,
      {
        source: stored,
        sources: { second: stored },
        placement: [{ type: 'session' }, { type: 'header', name: 'X-Second', from: 'second' }],
      },
      { sources: { second: giving(SECOND) } },
    )
    await fetch(server.url, post(request('initialize')))
    await fetch(server.url, post(LIST, { 'mcp-session-id': 'session-of-alice' }))
    expect([0, 1].map((at) => server.values(at, 'authorization'))).toEqual([
      [`Bearer ${SECRET}`],
      [],
    ])
    expect([0, 1].map((at) => server.values(at, 'x-second'))).toEqual([[SECOND], [SECOND]])
  })
})

describe('several sources', () => {
  const binding: Omit<BindingInput, 'url'> = {
    source: stored,
    sources: { second: stored },
    placement: [
      { type: 'header', name: 'X-One' },
      { type: 'header', name: 'X-Two', from: 'second' },
      { type: 'query', name: 'both', value: '{credential:main}.{credential:second}' },
    ],
  }

  it('are asked side by side, each is a hop of its own, and both are redacted', async () => {
    await using server = await rpcServer([tool('hello', {})], ({ request: { url, raw } }) => ({
      content: [{ type: 'text', text: JSON.stringify([url, raw]) }],
    }))
    const asked: string[] = []
    let release = () => {}
    const both = new Promise<void>((resolve) => {
      release = resolve
    })
    const waiting =
      (name: string, text: string): CredentialSource =>
      async () => {
        asked.push(name)
        if (asked.length === 2) release()
        await both
        return granted(issuedToken(text))
      }
    const { fetch, events } = carrier(server.url, binding, {
      source: waiting('main', SECRET),
      sources: { second: waiting('second', SECOND) },
    })
    const answer = await fetch(server.url, post(callOf('hello')))
    expect(JSON.stringify(await messagesOf(answer))).not.toContain('canary')
    expect(asked).toEqual(['main', 'second'])
    expect(server.values(0, 'x-one')).toEqual([SECRET])
    expect(server.values(0, 'x-two')).toEqual([SECOND])
    expect(server.received[0]?.url).toBe(`/mcp?both=${SECRET}.${SECOND}`)
    const hops = events.filter(({ outcome }) => outcome === 'allowed')
    expect(
      hops.map(({ source, placement, fingerprint }) => [source, placement, fingerprint]),
    ).toEqual([
      [undefined, 'header X-One, query both', expect.stringMatching(/^[0-9a-f]{32}$/)],
      ['second', 'header X-Two, query both', expect.stringMatching(/^[0-9a-f]{32}$/)],
    ])
    expect(new Set(hops.map(({ fingerprint }) => fingerprint)).size).toBe(2)
  })

  it('refuse by name, and nothing leaves', async () => {
    await using server = await rpcServer([])
    const { fetch, events } = carrier(server.url, binding, {
      sources: { second: async () => refused('connection_needed', { server: 'tasks' }) },
    })
    const failure = await fetch(server.url, post(LIST)).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'connection_needed',
      refusal: { source: 'second' },
      message: 'This was not done. Connect your tasks account (second) to continue.',
    })
    expect(events).toMatchObject([{ reason: 'connection_needed', source: 'second' }])
    expect(events).toHaveLength(1)
    expect(server.received).toEqual([])
  })

  it('refuse a source that was not given', async () => {
    await using server = await rpcServer([])
    const { fetch } = carrier(server.url, binding)
    await expect(fetch(server.url, post(LIST))).rejects.toMatchObject({
      code: 'server_unbound',
      refusal: { source: 'second' },
    })
  })

  it('after a 401, what can be refreshed is, and the rest is sent again', async () => {
    await using server = await loopback((received, response) =>
      json(response, received.raw.some(([, value]) => value === `${SECRET}-2`) ? 200 : 401, {}),
    )
    const keys: CredentialSource = async ({ refused: rejected } = {}) =>
      rejected ? refused('server_refused') : granted(issuedToken(SECOND))
    const tokens: CredentialSource = async ({ refused: rejected } = {}) =>
      granted(issuedToken(rejected ? `${SECRET}-2` : SECRET))
    for (const [main, second, header] of [
      [tokens, keys, 'x-one'],
      [keys, tokens, 'x-two'],
    ] as const) {
      server.received.length = 0
      const { fetch, events } = carrier(server.url, binding, { source: main, sources: { second } })
      expect((await fetch(server.url, post(request('ping')))).status).toBe(200)
      expect([0, 1].map((at) => server.values(at, header))).toEqual([[SECRET], [`${SECRET}-2`]])
      const other = header === 'x-one' ? 'x-two' : 'x-one'
      expect([0, 1].map((at) => server.values(at, other))).toEqual([[SECOND], [SECOND]])
      expect(events.map(({ outcome }) => outcome)).toEqual([
        'allowed',
        'allowed',
        'refused',
        'refused',
        'allowed',
        'allowed',
      ])
    }
    server.received.length = 0
    const { fetch } = carrier(server.url, binding, { source: keys, sources: { second: keys } })
    await expect(fetch(server.url, post(request('ping')))).rejects.toMatchObject({
      code: 'server_refused',
    })
    expect(server.received).toHaveLength(1)
  })

  it('step up the one that can, when the server asks for more scopes', async () => {
    await using server = await loopback((received, response) =>
      json(
        response,
        received.raw.some(([, value]) => value === `${SECOND}-wide`) ? 200 : 403,
        {},
        { 'www-authenticate': 'Bearer error="insufficient_scope", scope="tasks:write"' },
      ),
    )
    const wide = { scopes: ['tasks:read', 'tasks:write'] }
    let isWide = false
    const { fetch } = carrier(server.url, binding, {
      sources: {
        async second({ wider } = {}) {
          isWide ||= wider !== undefined
          return granted(isWide ? issuedToken(`${SECOND}-wide`, wide) : issuedToken(SECOND))
        },
      },
    })
    expect((await fetch(server.url, post(request('ping')))).status).toBe(200)
  })

  it('fill a parameter each', async () => {
    await using server = await rpcServer([OLD])
    const { fetch, events } = carrier(
      server.url,
      {
        source: stored,
        sources: { second: stored },
        placement: {
          type: 'argument',
          parameters: [
            { pointer: '/user_id', value: { credential: 'second' } },
            { pointer: '/access_token', value: 'credential' },
          ],
        },
      },
      { sources: { second: giving(SECOND) } },
    )
    await fetch(server.url, post(LIST))
    await fetch(server.url, post(callOf('add_task', { title: 'x' })))
    expect(server.calls()).toEqual([{ title: 'x', user_id: SECOND, access_token: SECRET }])
    expect(events.map(({ source }) => source)).toContain('second')
  })
})

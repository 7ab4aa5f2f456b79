import { inspect } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { type AuditEvent, createAuditor } from '../../src/core/audit.ts'
import { carryingFetch } from '../../src/core/carry/carry.ts'
import type { CarryOptions } from '../../src/core/carry/options.ts'
import { headerPlacing } from '../../src/core/carry/placing.ts'
import { Credential } from '../../src/core/credential.ts'
import { AuthError, granted, refused } from '../../src/core/errors.ts'
import type { IssueOptions } from '../../src/core/source/issued-cache.ts'
import { egressFetch } from '../../src/egress/index.ts'
import { json, loopback } from '../mcp/loopback.ts'
import { alice, issuedToken } from './parts.ts'

const SECRET = 'canary-of-carrying'

interface Setup extends Partial<CarryOptions> {
  readonly tokens?: readonly string[]
  readonly sink?: (event: AuditEvent) => void | Promise<void>
}

/** An error as Node has them. */
const coded = (code: string) => Object.assign(new Error('canary'), { code })

/**
 * A carrying fetch to one URL, whose source hands out the tokens in turn and whose audit can be
 * read.
 */
function carrying(
  url: string,
  { tokens = [SECRET, `${SECRET}-2`, `${SECRET}-3`], sink, ...changes }: Setup = {},
) {
  const bound = new URL(url)
  const events: AuditEvent[] = []
  const asked: IssueOptions[] = []
  const fetch = carryingFetch({
    name: 'tasks',
    approves: (one) => one.href === bound.href,
    resource: url,
    async source(options = {}) {
      asked.push(options)
      return granted(issuedToken(tokens[asked.length - 1] ?? 'no more'))
    },
    placing: headerPlacing(),
    principal: alice,
    auditor: createAuditor({
      record(event) {
        events.push(event)
        return sink?.(event)
      },
    }),
    trace: '4bf92f3577b34da6a3ce929d0e0e4736',
    hop: 'carry',
    fetch: globalThis.fetch,
    deadlineMs: 10_000,
    ...changes,
  })
  const outcomes = () => events.map(({ outcome, reason }) => reason ?? outcome)
  return { fetch, events, asked, outcomes }
}

/**
 * The code of the AuthError that a call throws. Anything else that it throws, or a secret anywhere
 * in the error, fails the test.
 */
async function codeOf(call: Promise<Response>): Promise<string> {
  try {
    const response = await call
    return `answered ${response.status}`
  } catch (error) {
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('canary')
    if (!(error instanceof AuthError)) throw error
    expect(error.cause).toBeUndefined()
    return error.code
  }
}

const answering =
  (response: () => Response): typeof globalThis.fetch =>
  async () =>
    response()

describe('what is carried', () => {
  it('what is carried is one credential in Authorization with the trace, recorded before it is used', async () => {
    await using server = await loopback((_, response) => json(response, 200, { ok: true }))
    const { fetch, events } = carrying(server.url, {
      sink: () => expect(server.received).toHaveLength(0),
    })
    expect(await (await fetch(server.url, { method: 'POST', body: '{}' })).json()).toEqual({
      ok: true,
    })
    expect(server.values(0, 'authorization')).toEqual([`Bearer ${SECRET}`])
    expect(server.values(0, 'traceparent')).toEqual([
      expect.stringMatching(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/),
    ])
    expect(events).toEqual([
      {
        time: expect.any(Number),
        hop: 'carry',
        outcome: 'allowed',
        trace: '4bf92f3577b34da6a3ce929d0e0e4736',
        issuer: alice.issuer,
        subject: 'alice',
        client: 'page',
        audience: [server.url],
        scopes: ['tasks:read'],
        expiresAt: expect.any(Number),
        destination: server.url,
        placement: 'header Authorization',
        operation: 'POST',
        fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    ])
    expect(JSON.stringify(events)).not.toContain('canary')
  })

  it('carry replaces the credentials, claims of identity and host name that a framework sends', async () => {
    await using server = await loopback((_, response) => json(response, 200, {}))
    const { fetch } = carrying(server.url)
    await fetch(server.url, {
      method: 'POST',
      body: '{}',
      credentials: 'include',
      headers: [
        ['Authorization', 'Bearer of-the-framework'],
        ['authorization', 'Basic YTpi'],
        ['Proxy-Authorization', 'Basic YTpi'],
        ['Cookie', 'session=1'],
        ['X-User-ID', 'bob'],
        ['Host', 'other.example'],
        ['traceparent', '00-11111111111111111111111111111111-1111111111111111-01'],
        ['tracestate', 'a=b'],
        ['baggage', 'user=bob'],
        ['Mcp-Session-Id', 's1'],
        ['X-Other', 'stays'],
      ],
    })
    expect(server.values(0, 'authorization')).toEqual([`Bearer ${SECRET}`])
    for (const name of ['proxy-authorization', 'cookie', 'x-user-id', 'tracestate', 'baggage'])
      expect(server.values(0, name)).toEqual([])
    expect(server.values(0, 'host')).toEqual([`127.0.0.1:${server.port}`])
    expect(server.values(0, 'traceparent')).toEqual([
      expect.stringContaining('4bf92f3577b34da6a3ce929d0e0e4736'),
    ])
    expect([server.values(0, 'mcp-session-id'), server.values(0, 'x-other')]).toEqual([
      ['s1'],
      ['stays'],
    ])
  })

  it('carry asks any fetch for no redirects, no cookies and no other host, whatever the caller set', async () => {
    let seen: RequestInit | undefined
    const { fetch } = carrying('https://a.example/mcp', {
      async fetch(_, init) {
        seen = init
        return new Response()
      },
    })
    const headers = { host: 'other.example', cookie: 'a=b', authorization: 'Bearer x' }
    await fetch('https://a.example/mcp', { redirect: 'follow', credentials: 'include', headers })
    expect(seen).toMatchObject({ redirect: 'manual', credentials: 'omit' })
    expect([...new Headers(seen?.headers).keys()]).toEqual(['authorization', 'traceparent'])
  })

  it('a credential goes bare into another header where the binding says so, without Authorization', async () => {
    await using server = await loopback((_, response) => json(response, 200, {}))
    const { fetch, events } = carrying(server.url, { placing: headerPlacing('X-API-Key') })
    await fetch(server.url, {
      headers: { authorization: 'Bearer of-the-framework', 'x-api-key': 'of-the-framework' },
    })
    expect([server.values(0, 'x-api-key'), server.values(0, 'authorization')]).toEqual([
      [SECRET],
      [],
    ])
    expect(events[0]?.placement).toBe('header X-API-Key')
  })

  it.each([
    ['authorization', 'tok\u00e9n'],
    ['authorization', 'a blank at the end '],
    ['x-api-key', 'k\u00e9y'],
    ['x-api-key', 'a blank at the end '],
  ])('a credential is not sent when the header %s cannot hold it: %j', async (name, token) => {
    const { fetch, events, outcomes } = carrying('https://a.example/mcp', {
      tokens: [`canary ${token}`],
      placing: headerPlacing(name),
      fetch: () => expect.unreachable('a request left'),
    })
    expect(await codeOf(fetch('https://a.example/mcp'))).toBe('credential_malformed')
    expect(outcomes()).toEqual(['credential_malformed'])
    expect(events[0]?.expected).toMatch(/^visible ASCII characters, .*Store the key without/)
  })

  it.each([
    'https://evil.example/mcp',
    'http://a.example/mcp',
    'https://a.example:444/',
    'nowhere',
  ])('a placing cannot send the request elsewhere: %s', async (url) => {
    const { fetch, outcomes } = carrying('https://a.example/mcp', {
      placing: ({ headers, body }) =>
        granted({ uses: [], fill: () => granted({ headers, body, url }) }),
      fetch: () => expect.unreachable('a request left'),
    })
    expect(await codeOf(fetch('https://a.example/mcp'))).toBe('destination_refused')
    expect(outcomes()).toEqual(['destination_refused'])
  })

  it.each([true, false])(
    'an answer does not name the URL that held a credential, whoever made it (%s)',
    async (configurable) => {
      const { fetch } = carrying('https://a.example/mcp', {
        placing: ({ headers, body }) =>
          granted({
            uses: [],
            fill: () => granted({ headers, body, url: 'https://a.example/mcp?key=canary' }),
          }),
        async fetch(input, init) {
          expect([String(input), init?.referrerPolicy]).toEqual([
            'https://a.example/mcp?key=canary',
            'no-referrer',
          ])
          return Object.defineProperty(new Response('{}'), 'url', {
            value: String(input),
            configurable,
          })
        },
      })
      const answer = await fetch('https://a.example/mcp')
      expect(answer.url).not.toContain('canary')
      expect(await answer.text()).toBe('{}')
    },
  )

  // Keys of real servers, which RFC 6750 would not have (RFC 9110 section 5.5 does).
  it.each(['12|n3vQx0canary', 'botname:AAE-canary', '{"key":"canary", "of":1}', 'canary a,b'])(
    'a key that is no b64token goes as it is: %j',
    async (key) => {
      await using server = await loopback((_, response) => json(response, 200, {}))
      for (const [name, value] of [
        ['authorization', `Bearer ${key}`],
        ['x-api-key', key],
      ] as const) {
        server.received.length = 0
        const { fetch } = carrying(server.url, { tokens: [key], placing: headerPlacing(name) })
        expect((await fetch(server.url)).status).toBe(200)
        expect(server.values(0, name)).toEqual([value])
      }
    },
  )

  it('carry takes a Request, whose body can be sent again', async () => {
    await using server = await loopback((request, response) => {
      json(response, request.raw.some(([, value]) => value.endsWith('-2')) ? 200 : 401, {})
    })
    const { fetch } = carrying(server.url)
    const request = new Request(server.url, {
      method: 'PUT',
      body: '{"a":1}',
      headers: { authorization: 'Bearer x', 'x-a': '1' },
    })
    expect((await fetch(request, { headers: { 'x-b': '2' } })).status).toBe(200)
    expect(server.received.map(({ method, body }) => [method, body])).toEqual([
      ['PUT', '{"a":1}'],
      ['PUT', '{"a":1}'],
    ])
    expect([
      server.values(1, 'x-a'),
      server.values(1, 'x-b'),
      server.values(1, 'authorization'),
    ]).toEqual([[], ['2'], [`Bearer ${SECRET}-2`]])
  })

  it('carry takes a Request without a body, and a URL object', async () => {
    await using server = await loopback((_, response) => json(response, 200, {}))
    const { fetch, events } = carrying(server.url)
    expect((await fetch(new Request(server.url))).status).toBe(200)
    expect((await fetch(new URL(server.url), { method: 'delete' })).status).toBe(200)
    expect(server.received.map(({ method }) => method)).toEqual(['GET', 'DELETE'])
    expect(events.map(({ operation }) => operation)).toEqual(['GET', 'DELETE'])
  })

  it('carry refuses a Request whose body was used or breaks', async () => {
    const { fetch } = carrying('https://a.example/mcp', {
      fetch: () => expect.unreachable('a request left'),
    })
    const used = new Request('https://a.example/mcp', { method: 'POST', body: 'x' })
    await used.text()
    expect(await codeOf(fetch(used))).toBe('destination_refused')
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('canary')) })
    const broken = new Request('https://a.example/mcp', {
      method: 'POST',
      body,
      duplex: 'half',
    } as RequestInit)
    expect(await codeOf(fetch(broken))).toBe('cancelled')
  })
})

describe('where it is carried', () => {
  const BOUND = 'https://tasks.example/mcp?tenant=a'
  it('carry goes to no place that is not approved: it asks for no credential, and records the refusal', async () => {
    const { fetch, asked, outcomes } = carrying(BOUND, {
      approves: () => false,
      fetch: () => expect.unreachable('a request left'),
    })
    expect(await codeOf(fetch(BOUND, { method: 'POST', body: '{}' }))).toBe('destination_refused')
    expect(asked).toEqual([])
    expect(outcomes()).toEqual(['destination_refused'])
  })

  it.each(['', 'mcp', '/mcp', '//tasks.example/mcp', 'https://', 'https://a b/'])(
    'carry refuses %j, which is no URL',
    async (url) => {
      const { fetch, outcomes } = carrying(BOUND, {
        approves: () => true,
        fetch: () => expect.unreachable('a request left'),
      })
      expect(await codeOf(fetch(url))).toBe('destination_refused')
      expect(outcomes()).toEqual(['destination_refused'])
    },
  )

  it('carry goes to the URL that it checked, even if the URL object changes afterwards', async () => {
    const url = new URL(BOUND)
    const { fetch } = carrying(BOUND, {
      fetch: async (input) => {
        expect(String(input)).toBe(BOUND)
        return new Response()
      },
      async source() {
        url.host = 'evil.example'
        return granted(issuedToken(SECRET))
      },
    })
    expect(await codeOf(fetch(url))).toBe('answered 200')
  })

  it('carry goes there again, even if the app’s fetch changes what it was given', async () => {
    const { fetch, asked } = carrying(BOUND, {
      fetch: async (input) => {
        expect(String(input)).toBe(BOUND)
        if (input instanceof URL) input.host = 'evil.example'
        return new Response()
      },
    })
    for (const _ of [1, 2]) expect(await codeOf(fetch(new URL(BOUND)))).toBe('answered 200')
    expect(asked).toHaveLength(2)
  })

  it('carry refuses headers that are not valid, and the error does not quote them', async () => {
    const { fetch, asked } = carrying(BOUND, { fetch: () => expect.unreachable('a request left') })
    expect(await codeOf(fetch(BOUND, { headers: { 'x-a': 'canary\r\nx' } }))).toBe(
      'destination_refused',
    )
    expect(asked).toEqual([])
  })

  it.each([301, 302, 303, 307, 308])(
    'carry does not follow a redirect %d, to the same host, another port or another origin',
    async (status) => {
      await using other = await loopback((_, response) => json(response, 200, {}))
      for (const target of [
        '/elsewhere',
        '/mcp',
        `http://127.0.0.1:${other.port}/mcp`,
        `http://localhost:${other.port}/`,
        '//127.0.0.2/',
      ]) {
        await using server = await loopback((_, response) =>
          json(response, status, {}, { location: target }),
        )
        const { fetch, outcomes } = carrying(server.url)
        expect(
          await codeOf(
            fetch(server.url, { method: 'POST', body: '{"secret":1}', redirect: 'follow' }),
          ),
        ).toBe('redirect_refused')
        expect([server.received.length, other.received.length]).toEqual([1, 0])
        expect(outcomes()).toEqual(['allowed', 'redirect_refused'])
      }
    },
  )

  it('carry takes the opaque answer of a browser for a redirect, and 304 for none', async () => {
    const opaque = new Response()
    Object.defineProperty(opaque, 'status', { value: 0 })
    expect(await codeOf(carrying(BOUND, { fetch: answering(() => opaque) }).fetch(BOUND))).toBe(
      'redirect_refused',
    )
    const notModified = answering(() => new Response(null, { status: 304 }))
    expect(await codeOf(carrying(BOUND, { fetch: notModified }).fetch(BOUND))).toBe('answered 304')
  })
})

describe('when the server refuses', () => {
  it('when the server refuses, carry repeats a 401 once, with a fresh credential', async () => {
    await using server = await loopback((request, response) => {
      json(
        response,
        request.raw.some(([, value]) => value === `Bearer ${SECRET}-2`) ? 200 : 401,
        {},
      )
    })
    const { fetch, asked, outcomes } = carrying(server.url)
    expect((await fetch(server.url, { method: 'POST', body: '{"a":1}' })).status).toBe(200)
    expect(server.received.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}'])
    expect(asked[1]?.refused?.credential.reveal()).toBe(SECRET)
    expect(outcomes()).toEqual(['allowed', 'server_refused', 'allowed'])
  })

  it('when the server refuses, carry does not repeat a second 401', async () => {
    await using server = await loopback((_, response) => json(response, 401, { echo: SECRET }))
    const { fetch, outcomes } = carrying(server.url)
    expect(await codeOf(fetch(server.url, { method: 'POST', body: '{}' }))).toBe('server_refused')
    expect(server.received).toHaveLength(2)
    expect(outcomes()).toEqual(['allowed', 'server_refused', 'allowed', 'server_refused'])
  })

  it('when the server refuses, carry does not repeat a body that is a stream', async () => {
    await using server = await loopback((_, response) => json(response, 401, {}))
    const { fetch } = carrying(server.url)
    const body = new Blob(['{}']).stream()
    expect(
      await codeOf(fetch(server.url, { method: 'POST', body, duplex: 'half' } as RequestInit)),
    ).toBe('server_refused')
    expect(server.received).toHaveLength(1)
  })

  it.each([400, 403, 404, 405, 409, 429, 500, 502, 503, 504])(
    'when the server refuses, carry does not repeat a %d, and gives the answer to its caller',
    async (status) => {
      await using server = await loopback((_, response) => json(response, status, {}))
      const { fetch } = carrying(server.url)
      expect((await fetch(server.url, { method: 'POST', body: '{}' })).status).toBe(status)
      expect(server.received).toHaveLength(1)
    },
  )

  it.each<[number, string | undefined, string[]]>([
    [403, 'Bearer error="insufficient_scope", scope="a"', ['allowed', 'scope_missing']],
    [403, 'Bearer error="invalid_token"', ['allowed', 'server_refused']],
    [403, undefined, ['allowed', 'server_refused']],
    [500, undefined, ['allowed', 'server_unavailable']],
    [503, undefined, ['allowed', 'server_unavailable']],
    [404, undefined, ['allowed']],
  ])('records a %d with the challenge %s as %j', async (status, challenge, expected) => {
    const headers = challenge ? { 'www-authenticate': challenge } : {}
    const { fetch, outcomes } = carrying('https://a.example/mcp', {
      fetch: answering(() => new Response(null, { status, headers })),
    })
    await fetch('https://a.example/mcp')
    expect(outcomes()).toEqual(expected)
  })

  it.each<[number, string | undefined, string, readonly string[] | undefined]>([
    [403, 'Bearer error="insufficient_scope", scope="b a"', 'scope_missing', ['a']],
    [403, 'Bearer error="insufficient_scope"', 'scope_missing', []],
    [403, 'DPoP error="insufficient_scope", scope="a"', 'server_refused', undefined],
    [403, undefined, 'server_refused', undefined],
    [500, undefined, 'server_unavailable', undefined],
  ])(
    'when the server refuses, carry throws for a %d with the challenge %s, where its caller wants that',
    async (...row) => {
      const [status, challenge, reason, scopes] = row
      const headers = challenge ? { 'www-authenticate': challenge } : {}
      let cancelled = 0
      const body = () => new ReadableStream({ cancel: () => void cancelled++ })
      const { fetch, outcomes } = carrying('https://a.example/mcp', {
        fetch: answering(() => new Response(body(), { status, headers })),
        throwProblems: { scopes: ['a'] },
      })
      const error = await fetch('https://a.example/mcp').catch((thrown) => thrown)
      expect(error).toBeInstanceOf(AuthError)
      expect(error.refusal).toEqual({ reason, server: 'tasks', ...(scopes ? { scopes } : {}) })
      expect(outcomes()).toEqual(['allowed', reason])
      expect(cancelled).toBe(1)
    },
  )

  it('when the server refuses, carry gives other errors to its caller also where a 403 and a 5xx are thrown', async () => {
    const { fetch } = carrying('https://a.example/mcp', {
      fetch: answering(() => new Response(null, { status: 404 })),
      throwProblems: { scopes: [] },
    })
    expect(await codeOf(fetch('https://a.example/mcp'))).toBe('answered 404')
  })

  it('when the server refuses, carry frees the connection of an answer that it does not pass on, even when that fails', async () => {
    let cancelled = 0
    const body = () =>
      new ReadableStream({
        cancel() {
          cancelled++
          throw new Error('canary')
        },
      })
    const { fetch } = carrying('https://a.example/mcp', {
      fetch: answering(() => new Response(body(), { status: 401 })),
    })
    expect(await codeOf(fetch('https://a.example/mcp'))).toBe('server_refused')
    expect(cancelled).toBe(2)
  })
})

describe('when there is no credential', () => {
  it('when there is no credential, carry sends nothing and gives the source’s refusal with the server’s name', async () => {
    const { fetch, outcomes } = carrying('https://a.example/mcp', {
      source: async () => refused('scope_missing', { scopes: ['a'] }),
      fetch: () => expect.unreachable('a request left'),
    })
    const error = await fetch('https://a.example/mcp').catch((thrown) => thrown)
    expect(error.refusal).toEqual({ reason: 'scope_missing', scopes: ['a'], server: 'tasks' })
    expect(outcomes()).toEqual(['scope_missing'])
  })

  it('when there is no credential, carry makes a refusal of whatever a source throws', async () => {
    const { fetch } = carrying('https://a.example/mcp', {
      source: () => Promise.reject(new Error('SELECT canary')),
    })
    expect(await codeOf(fetch('https://a.example/mcp'))).toBe('issuer_unavailable')
  })
})

describe('when the audit fails', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('canary: disk full')
      },
    ],
    ['rejects', () => Promise.reject(new Error('canary: disk full'))],
  ])('when the audit fails, no request leaves: the sink %s', async (_, sink) => {
    await using server = await loopback((_request, response) => json(response, 200, {}))
    const { fetch } = carrying(server.url, { sink })
    expect(await codeOf(fetch(server.url, { method: 'POST', body: '{}' }))).toBe(
      'audit_unavailable',
    )
    expect(server.received).toEqual([])
  })

  it('when the audit fails, no request leaves while the sink does not answer, and the wait ends', async () => {
    const { fetch } = carrying('https://a.example/mcp', {
      deadlineMs: 5,
      sink: () => new Promise(() => {}),
      fetch: () => expect.unreachable('a request left'),
    })
    expect(await codeOf(fetch('https://a.example/mcp', { method: 'POST', body: '{}' }))).toBe(
      'audit_unavailable',
    )
  })

  it('a refusal stays what it was', async () => {
    const { fetch } = carrying('https://a.example/mcp', {
      sink(event) {
        if (event.reason) throw new Error('canary: disk full')
      },
      fetch: () => Promise.reject(new Error('canary: connection reset')),
    })
    expect(await codeOf(fetch('https://a.example/mcp'))).toBe('server_unavailable')
  })
})

it('listens to no signal any more when a call is over, however it went: the run’s own signal outlives thousands of them', async () => {
  const added = vi.spyOn(EventTarget.prototype, 'addEventListener')
  const removed = vi.spyOn(EventTarget.prototype, 'removeEventListener')
  try {
    const { signal } = new AbortController()
    for (const fetch of [async () => new Response('{}'), () => Promise.reject(new Error('canary'))])
      await carrying('https://a.example/mcp', { fetch, signal })
        .fetch('https://a.example/mcp')
        .catch(() => {})
    expect(added.mock.calls.length).toBeGreaterThan(0)
    expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
      added.mock.calls.map(([, listener]) => listener),
    )
  } finally {
    added.mockRestore()
    removed.mockRestore()
  }
})

describe('when the server does not answer', () => {
  it('a server that is down gives one fixed error that quotes nothing', async () => {
    const server = await loopback(() => {})
    await server[Symbol.asyncDispose]()
    const { fetch, outcomes } = carrying(server.url)
    expect(await codeOf(fetch(server.url))).toBe('server_unreachable')
    expect(outcomes()).toEqual(['allowed', 'server_unreachable'])
    const other = carrying(server.url, { fetch: egressFetch() })
    expect(await codeOf(other.fetch(server.url, { method: 'POST', body: '{}' }))).toBe(
      'server_unreachable',
    )
  })

  it.each<[string, unknown, string]>([
    [
      'a name that nobody knows',
      new TypeError('fetch failed', { cause: coded('ENOTFOUND') }),
      'server_unreachable',
    ],
    ['a connection that takes too long', coded('UND_ERR_CONNECT_TIMEOUT'), 'server_unreachable'],
    [
      'a connection that ends',
      new TypeError('fetch failed', { cause: coded('ECONNRESET') }),
      'server_unavailable',
    ],
    ['a host that is lost, maybe in the middle', coded('EHOSTUNREACH'), 'server_unavailable'],
    ['an error that says nothing', new TypeError('fetch failed'), 'server_unavailable'],
    ['an error of the server’s own words', { code: 'ECONNREFUSED' }, 'server_unavailable'],
  ])(
    'the error says that nothing was sent only where that is certain: %s',
    async (_, error, code) => {
      const { fetch } = carrying('https://a.example/mcp', { fetch: () => Promise.reject(error) })
      expect(await codeOf(fetch('https://a.example/mcp', { method: 'POST', body: '{}' }))).toBe(
        code,
      )
    },
  )

  it('the error says that nobody knows whether a call was done when it reached the server', async () => {
    await using server = await loopback((_, response) => void response.destroy())
    const { fetch } = carrying(server.url)
    expect(await codeOf(fetch(server.url, { method: 'POST', body: '{}' }))).toBe(
      'server_unavailable',
    )
    expect(server.received.length).toBe(1)
  })

  it.each(['GET', 'POST'])('the deadline ends a %s', async (method) => {
    await using server = await loopback(() => {})
    const { fetch } = carrying(server.url, { deadlineMs: 300 })
    expect(
      await codeOf(fetch(server.url, { method, ...(method === 'POST' ? { body: '{}' } : {}) })),
    ).toBe('server_unavailable')
  })

  it('the deadline ends the wait for a fetch that ignores its signal, and for a source that never comes', async () => {
    const never = () => new Promise<never>(() => {})
    const deaf = carrying('https://a.example/mcp', { deadlineMs: 500, fetch: never })
    expect(await codeOf(deaf.fetch('https://a.example/mcp'))).toBe('server_unavailable')
    const sourceless = carrying('https://a.example/mcp', { deadlineMs: 500, source: never })
    expect(await codeOf(sourceless.fetch('https://a.example/mcp'))).toBe('issuer_unavailable')
  })

  it('the deadline covers the body of a POST, and not the stream of a GET', async () => {
    let finish = () => {}
    await using server = await loopback((request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
      if (request.method === 'GET') finish = () => response.end('data: 2\n\n')
    })
    const { fetch } = carrying(server.url, { deadlineMs: 300 })
    const stream = await fetch(server.url)
    const posted = await fetch(server.url, { method: 'POST', body: '{}' })
    // The POST began later, so when its deadline has passed, that of the GET would have, too.
    await expect(posted.text()).rejects.toThrow()
    finish()
    expect(await stream.text()).toBe('data: 1\n\ndata: 2\n\n')
  })

  it('the caller’s abort ends it: before, while the source is asked, and while the server is', async () => {
    await using server = await loopback(() => {})
    const before = carrying(server.url)
    expect(await codeOf(before.fetch(server.url, { signal: AbortSignal.abort() }))).toBe(
      'cancelled',
    )
    expect(before.outcomes()).toEqual(['cancelled'])

    const asking = new AbortController()
    const waiting = carrying(server.url, {
      source: () => {
        asking.abort()
        return new Promise(() => {})
      },
    })
    expect(await codeOf(waiting.fetch(server.url, { signal: asking.signal }))).toBe('cancelled')
    expect(server.received).toEqual([])

    const sending = new AbortController()
    const sent = carrying(server.url, {
      fetch: (input, init) => {
        const answer = globalThis.fetch(input, init)
        sending.abort(new Error('canary'))
        return answer
      },
    })
    expect(await codeOf(sent.fetch(server.url, { signal: sending.signal }))).toBe('cancelled')
  })

  it('the caller’s abort ends the body of an answer', async () => {
    await using server = await loopback((_, response) => void response.writeHead(200).write('x'))
    const { fetch } = carrying(server.url)
    const controller = new AbortController()
    const response = await fetch(server.url, { signal: controller.signal })
    controller.abort()
    await expect(response.text()).rejects.toThrow()
  })
})

it('hides the credential of whatever a foreign fetch throws', async () => {
  const { fetch } = carrying('https://a.example/mcp', {
    fetch: (_, init) =>
      Promise.reject(
        new TypeError(`bad header: ${new Headers(init?.headers).get('authorization')}`),
      ),
  })
  expect(await codeOf(fetch('https://a.example/mcp'))).toBe('server_unavailable')
  expect(new Credential(SECRET).reveal()).toContain('canary')
})

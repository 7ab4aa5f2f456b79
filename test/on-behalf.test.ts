import { inspect } from 'node:util'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Caller } from '../src/caller.ts'
import type { AuditEvent } from '../src/core/audit.ts'
import type { BindingInput } from '../src/core/binding.ts'
import { AuthError, granted, refused } from '../src/core/errors.ts'
import { memoryVault } from '../src/core/vault/memory-vault.ts'
import type { Deposit, Handle, Vault } from '../src/core/vault/vault.ts'
import type { MessageTransport } from '../src/mcp/transport.ts'
import { createOnBehalf, type OnBehalf } from '../src/on-behalf.ts'
import type { OnBehalfOptions } from '../src/on-behalf-options.ts'
import {
  CHAT,
  deferred,
  handClock,
  ISSUER,
  issuedToken,
  MCP,
  START,
  verifiedToken,
} from './core/parts.ts'
import { json, loopback } from './mcp/loopback.ts'

const OWN = 'https://own.example/mcp'
const BOUND: Readonly<Record<string, BindingInput>> = {
  tasks: { url: MCP, source: { type: 'exchange', scopes: ['read', 'write'] } },
  own: { url: OWN, source: { type: 'own' } },
}

/**
 * Everything around one `createOnBehalf`, in memory: tokens are `canary.<subject>.<scopes, joined
 * by +>.<anything>`.
 */
function house(
  changes: Partial<OnBehalfOptions> = {},
  pause: () => Promise<void> = async () => {},
) {
  const clock = handClock()
  const events: AuditEvent[] = []
  const exchanged: string[] = []
  const served: {
    readonly url: string
    readonly authorization: string | null
    readonly asked: string | null
  }[] = []
  const onbehalf = createOnBehalf({
    resource: CHAT,
    authorizationServers: [ISSUER],
    servers: BOUND,
    verifier: {
      async verify(credential) {
        await pause()
        const [, subject = '', scopes = '', , audience] = credential.reveal().split('.')
        if (subject === 'nobody') return refused('signature_invalid')
        return granted(
          verifiedToken({
            principal: { issuer: ISSUER, subject, client: 'page' },
            scopes: scopes.split('+'),
            audience: [CHAT, ...(audience === 'own' ? [OWN] : [])],
            expiresAt: START + 3600,
          }),
        )
      },
    },
    exchanger: {
      issuer: ISSUER,
      async exchange(subjectToken, target) {
        await pause()
        const [, subject] = subjectToken.reveal().split('.')
        exchanged.push(subjectToken.reveal())
        const name = `issued.${subject}.${target.scopes.join('+')}.${exchanged.length}`
        return granted(
          issuedToken(name, { expiresAt: clock.now() / 1000 + 300, scopes: target.scopes }),
        )
      },
    },
    audit: {
      async record(event) {
        await pause()
        events.push(event)
      },
    },
    async fetch(input, init) {
      await pause()
      const headers = new Headers(init?.headers)
      served.push({
        url: String(input),
        authorization: headers.get('authorization'),
        asked: headers.get('x-asked-for'),
      })
      return Response.json({ authorization: mirrored(headers.get('authorization')) })
    },
    now: clock.now,
    ...changes,
  })
  return { onbehalf, clock, events, exchanged, served }
}

const request = (token: string, headers: Record<string, string> = {}) =>
  new Request(CHAT, { method: 'POST', headers: { authorization: `Bearer ${token}`, ...headers } })

async function admitted(onbehalf: OnBehalf, token = 'canary.alice.read+write.1'): Promise<Caller> {
  const admission = await onbehalf.admit(request(token))
  if (!admission.ok) throw new Error(admission.refusal.reason)
  return admission.value
}

/**
 * With the lowest bit of each character turned, so that the echo gets past the redactor: what it
 * cannot see is what these tests look at. Turned again, it is as it was.
 */
function mirrored(text: string | null): string {
  return [...(text ?? '')].map((one) => String.fromCharCode(one.charCodeAt(0) ^ 1)).join('')
}

async function authorizationIn(response: Response): Promise<string> {
  return mirrored(((await response.json()) as { readonly authorization: string }).authorization)
}

async function carriedBy(caller: Caller, server = 'tasks', url = MCP): Promise<string> {
  try {
    const response = await caller.fetch(server)(url, { method: 'POST', body: '{}' })
    return authorizationIn(response)
  } catch (error) {
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toMatch(/canary|issued\./)
    if (error instanceof AuthError) return error.code
    throw error
  }
}

let made: ReturnType<typeof house>
beforeEach(() => {
  made = house()
})

describe('an admitted caller', () => {
  it('an admitted caller reaches a server with a token that was issued for it, and every hop is in the audit with one trace', async () => {
    const caller = await admitted(made.onbehalf)
    expect(await carriedBy(caller)).toBe('Bearer issued.alice.read+write.1')
    expect(made.events.map(({ hop, outcome }) => [hop, outcome])).toEqual([
      ['door', 'allowed'],
      ['exchange', 'allowed'],
      ['carry', 'allowed'],
    ])
    expect(new Set(made.events.map(({ trace }) => trace))).toEqual(new Set([caller.trace]))
    expect(new Set(made.events.map(({ subject }) => subject))).toEqual(new Set(['alice']))
    // The issued token is seen at two hops, with one fingerprint; the subject token at another.
    const [door, exchange, carry] = made.events.map(({ fingerprint }) => fingerprint)
    expect(exchange).toBe(carry)
    expect(exchange).not.toBe(door)
    expect(JSON.stringify(made.events)).not.toMatch(/canary|issued\.|jti/)
  })

  it('an admitted caller holds no secret, in whatever way it is printed', async () => {
    const caller = await admitted(made.onbehalf)
    await carriedBy(caller)
    const printed =
      inspect([caller, made.onbehalf, caller.fetch('tasks')], { showHidden: true, depth: 20 }) +
      JSON.stringify(caller)
    expect(printed).not.toMatch(/canary|issued\./)
  })

  it('an admitted caller shares one exchange among 20 calls at once', async () => {
    const caller = await admitted(made.onbehalf)
    const fetch = caller.fetch('tasks')
    await Promise.all(Array.from({ length: 20 }, () => fetch(MCP, { method: 'POST', body: '{}' })))
    expect([made.exchanged.length, made.served.length]).toEqual([1, 20])
  })

  it('an admitted caller shares one exchange among 20 requests of one person at once', async () => {
    const callers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        admitted(made.onbehalf, `canary.alice.read.${index}`),
      ),
    )
    await Promise.all(callers.map((caller) => carriedBy(caller)))
    expect(made.exchanged).toHaveLength(1)
  })

  it('an admitted caller with fewer scopes never gets the token of a wider sign-in of the same person', async () => {
    expect(await carriedBy(await admitted(made.onbehalf))).toBe('Bearer issued.alice.read+write.1')
    const narrow = await admitted(made.onbehalf, 'canary.alice.read.2')
    expect(await carriedBy(narrow)).toBe('Bearer issued.alice.read.2')
  })

  it('an admitted caller uses the own token where its audience allows it, and nowhere else', async () => {
    const both = await admitted(made.onbehalf, 'canary.alice.read.1.own')
    expect(await carriedBy(both, 'own', OWN)).toBe('Bearer canary.alice.read.1.own')
    const chatOnly = await admitted(made.onbehalf)
    expect(await carriedBy(chatOnly, 'own', OWN)).toBe('own_audience_mismatch')
    expect(await carriedBy(both, 'tasks', OWN)).toBe('destination_refused')
    expect(await carriedBy(both, 'own', MCP)).toBe('destination_refused')
  })

  it('an admitted caller has no fetch for a server that is not bound', async () => {
    const caller = await admitted(made.onbehalf)
    for (const name of ['other', 'Tasks', '__proto__', 'constructor', ''])
      expect(() => caller.fetch(name)).toThrow(expect.objectContaining({ code: 'server_unbound' }))
  })

  it('an admitted caller gets a fresh token when the cached one is about to expire', async () => {
    const caller = await admitted(made.onbehalf)
    await carriedBy(caller)
    made.clock.forward(271)
    expect(await carriedBy(caller)).toBe('Bearer issued.alice.read+write.2')
  })
})

describe('after end()', () => {
  it('every call is refused, also by a fetch that was taken before, and with a token in the cache', async () => {
    const caller = await admitted(made.onbehalf)
    const fetch = caller.fetch('tasks')
    await fetch(MCP, { method: 'POST', body: '{}' })
    await caller.end()
    await caller.end()
    expect(await carriedBy(caller)).toBe('caller_ended')
    await expect(fetch(MCP, { method: 'POST', body: '{}' })).rejects.toMatchObject({
      code: 'caller_ended',
    })
    expect(made.served).toHaveLength(1)
    expect(made.events.at(-1)).toMatchObject({
      hop: 'carry',
      outcome: 'refused',
      reason: 'caller_ended',
      subject: 'alice',
    })
  })

  it('a call that still waits for its exchange is refused, and sends nothing', async () => {
    const [entered, gate] = [deferred<void>(), deferred<void>()]
    const slow = house({
      exchanger: {
        issuer: ISSUER,
        async exchange() {
          entered.resolve()
          await gate.promise
          return granted(issuedToken('issued.late'))
        },
      },
    })
    const caller = await admitted(slow.onbehalf)
    const call = carriedBy(caller)
    await entered.promise
    await caller.end()
    gate.resolve()
    expect(await call).toBe('caller_ended')
    expect(slow.served).toEqual([])
  })

  it('other requests of the same person go on, also those that shared its exchange', async () => {
    const vault = memoryVault()
    const gate = deferred<void>()
    let withdrawals = 0
    const shared = house({
      now: Date.now,
      vault: {
        ...vault,
        async withdraw(...asked) {
          if (++withdrawals === 1) await gate.promise
          return vault.withdraw(...asked)
        },
      },
    })
    const future = { expiresAt: Date.now() / 1000 + 300 }
    const deposit = vault.deposit
    vault.deposit = (given) => deposit({ ...given, ...future })
    const [first, second] = [await admitted(shared.onbehalf), await admitted(shared.onbehalf)]
    const [one, two] = [carriedBy(first), carriedBy(second)]
    await first.end()
    gate.resolve()
    expect(await one).toBe('caller_ended')
    expect(await two).toMatch(/^Bearer issued\.alice/)
  })
})

describe('the vault', () => {
  /** A vault that can be looked into: what was deposited, under which handle. */
  function watchedVault(now: () => number) {
    const vault = memoryVault({ now })
    const deposits: { readonly deposit: Deposit; readonly handle: Handle }[] = []
    const deposit: Vault['deposit'] = async (given) => {
      const handle = await vault.deposit(given)
      deposits.push({ deposit: given, handle })
      return handle
    }
    return { vault: { ...vault, deposit }, deposits }
  }

  it.each([
    ['canary.alice.read.1', [ISSUER]],
    ['canary.alice.read.1.own', [ISSUER, OWN]],
  ])(
    'the vault keeps %s for its owner, until it expires, for %j alone',
    async (token, destinations) => {
      const { vault, deposits } = watchedVault(made.clock.now)
      await admitted(house({ vault }).onbehalf, token)
      expect(deposits.map(({ deposit }) => deposit)).toMatchObject([
        { owner: { issuer: ISSUER, subject: 'alice' }, destinations, expiresAt: START + 3600 },
      ])
    },
  )

  it('the vault has forgotten the credential after end()', async () => {
    const { vault, deposits } = watchedVault(made.clock.now)
    const caller = await admitted(house({ vault }).onbehalf)
    const handle = deposits[0]?.handle
    if (handle === undefined) throw new Error('no deposit')
    expect(await vault.withdraw(handle, caller.principal, ISSUER)).toBeDefined()
    await caller.end()
    expect(await vault.withdraw(handle, caller.principal, ISSUER)).toBeUndefined()
  })
})

describe('revoke()', () => {
  it('revoke() ends what is under way for one person, drops their tokens, and leaves everybody else’s alone', async () => {
    const [alice, bob] = [
      await admitted(made.onbehalf),
      await admitted(made.onbehalf, 'canary.bob.read.1'),
    ]
    expect([await carriedBy(alice), await carriedBy(bob)]).toEqual([
      'Bearer issued.alice.read+write.1',
      'Bearer issued.bob.read.2',
    ])
    made.onbehalf.revoke({ issuer: ISSUER, subject: 'alice' })
    expect([await carriedBy(alice), await carriedBy(bob)]).toEqual([
      'handle_refused',
      'Bearer issued.bob.read.2',
    ])
    // What comes with a valid token afterwards begins anew.
    expect(await carriedBy(await admitted(made.onbehalf))).toBe('Bearer issued.alice.read+write.3')
  })
})

describe('a request that is not admitted', () => {
  it('a request that is not admitted gets the answer to send, and leaves nothing behind', async () => {
    const deposits: unknown[] = []
    const vault = memoryVault()
    const deposit: typeof vault.deposit = (given) => {
      deposits.push(given)
      return vault.deposit(given)
    }
    const watched = house({ vault: { ...vault, deposit } })
    const admission = await watched.onbehalf.admit(request('canary.nobody.x.1'))
    if (admission.ok) throw new Error('admitted')
    expect(admission.response.status).toBe(401)
    expect(deposits).toEqual([])
  })

  it('a request that is not admitted is refused for a subject header that names another, when that is asked for', async () => {
    const strict = house({ subjectHeader: 'X-User-ID' })
    const admission = await strict.onbehalf.admit(
      request('canary.alice.read.1', { 'x-user-id': 'bob' }),
    )
    expect(admission.ok ? 'admitted' : admission.refusal.reason).toBe('subject_header_mismatch')
  })

  it('a request that is not admitted is refused for lack of the app’s scopes', async () => {
    const strict = house({ scopes: ['chat'] })
    const admission = await strict.onbehalf.admit(request('canary.alice.read.1'))
    expect(admission.ok ? 200 : admission.response.status).toBe(403)
  })

  it('a request that is not admitted gets 503 when the vault does not take its credential', async () => {
    const broken = house({
      vault: { ...memoryVault(), deposit: () => Promise.reject(new Error('INSERT canary')) },
    })
    const admission = await broken.onbehalf.admit(request('canary.alice.read.1'))
    if (admission.ok) throw new Error('admitted')
    expect(admission.response.status).toBe(503)
    expect(await admission.response.text()).not.toContain('canary')
  })

  it('a request that is not admitted gets 503 when the audit fails, and no request leaves', async () => {
    const broken = house({ audit: { record: () => Promise.reject(new Error('canary')) } })
    const admission = await broken.onbehalf.admit(request('canary.alice.read.1'))
    expect(admission.ok ? 200 : admission.response.status).toBe(503)
    expect([broken.served, broken.exchanged]).toEqual([[], []])
  })
})

describe('when the audit fails after the door', () => {
  it('when the audit fails after the door, no request leaves to the server', async () => {
    let full = false
    const broken = house({
      audit: {
        record() {
          if (full) throw new Error('canary')
        },
      },
    })
    const caller = await admitted(broken.onbehalf)
    full = true
    expect(await carriedBy(caller)).toBe('audit_unavailable')
    expect(broken.served).toEqual([])
  })
})

describe('the metadata', () => {
  it('the metadata of the resource names the resource, the issuers and the scopes', async () => {
    const response = made.onbehalf.metadata(
      new Request('https://app.example/.well-known/oauth-protected-resource/chat'),
    )
    expect(await response?.json()).toEqual({
      resource: CHAT,
      authorization_servers: [ISSUER],
      scopes_supported: ['read', 'write'],
      bearer_methods_supported: ['header'],
    })
    expect(made.onbehalf.metadata(request('canary.alice.x.1'))).toBeUndefined()
  })

  it('the metadata of the resource names the scopes that it is told to, or none', async () => {
    const url = 'https://app.example/.well-known/oauth-protected-resource/chat'
    const told = house({ scopes: ['chat'], scopesSupported: ['chat', 'openid'] }).onbehalf.metadata(
      new Request(url),
    )
    expect(await told?.json()).toMatchObject({ scopes_supported: ['chat', 'openid'] })
    const none = house({ servers: {} }).onbehalf.metadata(new Request(url))
    expect(await none?.json()).not.toHaveProperty('scopes_supported')
  })
})

describe('a configuration that cannot work', () => {
  it.each<[string, Partial<OnBehalfOptions>, string]>([
    ['a resource that is none', { resource: 'chat' }, 'resource'],
    ['a resource in plain http', { resource: 'http://app.example' }, 'resource'],
    ['no issuer', { authorizationServers: [] }, 'authorizationServers'],
    ['a server without a URL', { servers: { tasks: { url: '' } } }, 'servers.tasks.url'],
    [
      'a server in plain http',
      { servers: { tasks: { url: 'http://tasks.example' } } },
      'servers.tasks.url',
    ],
    ['a key that could be guessed', { fingerprintKey: new Uint8Array(8) }, 'fingerprintKey'],
    ['no time at all', { deadline: 0 }, 'deadline'],
    ['more time than timers know', { deadline: 2 ** 31 }, 'deadline'],
    ['a time that is no number', { deadline: Number.NaN }, 'deadline'],
    ['a scope that is two', { scopes: ['a b'] }, 'scopes'],
    ['a supported scope that is none', { scopesSupported: [''] }, 'scopes'],
  ])('a configuration that cannot work is refused when it is made: %s', (_, changes, setting) => {
    const making = () => house(changes)
    expect(making).toThrow(TypeError)
    expect(making).toThrow(setting)
  })

  it('a configuration that cannot work is refused without an exchanger, by the name of the server that needs one', () => {
    const { exchanger: _, ...rest }: Partial<OnBehalfOptions> = {
      exchanger: { issuer: ISSUER, exchange: async () => refused('cancelled') },
    }
    const making = () =>
      createOnBehalf({
        ...rest,
        resource: CHAT,
        authorizationServers: [ISSUER],
        servers: { tasks: { url: MCP } },
        verifier: { verify: async () => refused('cancelled') },
        audit: { record() {} },
      })
    expect(making).toThrow('servers.tasks.source')
  })

  it('a configuration that cannot work needs no exchanger when every server takes the own token', async () => {
    const own = createOnBehalf({
      resource: CHAT,
      authorizationServers: [ISSUER],
      servers: { own: { url: OWN, source: { type: 'own' } } },
      verifier: {
        verify: async () =>
          granted(verifiedToken({ audience: [CHAT, OWN], expiresAt: Date.now() / 1000 + 60 })),
      },
      audit: { record() {} },
      fetch: async (_, init) =>
        Response.json({ authorization: mirrored(new Headers(init?.headers).get('authorization')) }),
      fingerprintKey: new Uint8Array(32),
    })
    expect(await carriedBy(await admitted(own), 'own', OWN)).toBe(
      'Bearer canary.alice.read+write.1',
    )
  })
})

it('over real HTTP: one Authorization, a fresh token after a 401, nothing of the caller’s', async () => {
  await using server = await loopback((received, response) => {
    const fresh = received.raw.some(
      ([name, value]) => name === 'authorization' && value.endsWith('.2'),
    )
    json(response, fresh ? 200 : 401, {})
  })
  const real = house({ servers: { tasks: { url: server.url } }, fetch: globalThis.fetch })
  const caller = await admitted(real.onbehalf)
  const response = await caller.fetch('tasks')(server.url, {
    method: 'POST',
    body: '{}',
    headers: { authorization: 'Bearer of-the-framework', cookie: 'a=b', 'x-user-id': 'bob' },
  })
  expect(response.status).toBe(200)
  expect(server.received).toHaveLength(2)
  expect(server.values(1, 'authorization')).toEqual(['Bearer issued.alice.read+write.2'])
  expect([...server.values(1, 'cookie'), ...server.values(1, 'x-user-id')]).toEqual([])
})

describe('two people at once', () => {
  it.each([1, 20_261_122])(
    'two people at once never see anything of each other’s over 2,000 interleaved turns (seed %d)',
    async (seed) => {
      const random = generator(seed)
      // Gives way a random number of times at every step, so that turns overlap in every order.
      const pause = async () => {
        for (let turns = Math.floor(random() * 4); turns > 0; turns--) await Promise.resolve()
        if (random() < 0.02) await new Promise((resolve) => setImmediate(resolve))
      }
      const shared = house({}, pause)
      let right = 0

      async function turn(index: number): Promise<void> {
        const subject = random() < 0.5 ? 'alice' : 'bob'
        const caller = await admitted(shared.onbehalf, `canary.${subject}.read.${index}`)
        expect(caller.principal.subject).toBe(subject)
        const fetch = caller.fetch('tasks')
        await pause()
        for (let call = 0; call < 2; call++) {
          const response = await fetch(MCP, {
            method: 'POST',
            body: '{}',
            headers: { 'x-asked-for': subject },
          })
          expect(await authorizationIn(response)).toMatch(
            new RegExp(`^Bearer issued\\.${subject}\\.`),
          )
        }
        if (random() < 0.3) {
          await caller.end()
          expect(await carriedBy(caller)).toBe('caller_ended')
        }
        right++
      }

      let next = 0
      const worker = async () => {
        while (next < 2000) await turn(next++)
      }
      await Promise.all(Array.from({ length: 16 }, worker))
      expect(right).toBe(2000)
      expect(shared.served).toHaveLength(4000)
      for (const { authorization, asked } of shared.served)
        expect(authorization).toContain(`issued.${asked}.`)
      for (const event of shared.events) expect(['alice', 'bob']).toContain(event.subject)
      // By trace, no event names another than the one who was admitted under it.
      const subjects = new Map<string, string | undefined>()
      for (const { trace, subject } of shared.events) {
        expect(subjects.get(trace) ?? subject).toBe(subject)
        subjects.set(trace, subject)
      }
      expect(subjects.size).toBe(2000)
    },
  )
})

/**
 * A small seeded generator of numbers from 0 to 1 (mulberry32), so that a failure can be repeated.
 */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

describe('a caller says to the developer', () => {
  it('a caller says to the developer which servers there are, when none is named', async () => {
    const caller = await admitted(house({ servers: BOUND }).onbehalf)
    const call = caller.fetch as (server?: string) => unknown
    expect(() => call()).toThrow(/^the name of one of the servers must be given: there are tasks/)
  })

  it('a caller says to the developer that it has ended', async () => {
    const caller = await admitted(house({ servers: BOUND }).onbehalf)
    await caller.end()
    expect(() => caller.fetch('tasks')).toThrow(/this caller has ended, because end\(\) was called/)
    expect(() => caller.fetch('tasks')).toThrow(
      expect.objectContaining({ name: 'AuthError', code: 'caller_ended' }),
    )
  })
})

describe('a stdio server', () => {
  const files: BindingInput = {
    url: 'stdio:files',
    resource: 'https://files.example',
    placement: { type: 'argument', parameters: 'everywhere' },
  }
  const inner = () => ({ start: async () => {}, send: async () => {}, close: async () => {} })

  it('a stdio server has a transport and no fetch; any other server the other way round', async () => {
    const caller = await admitted(house({ servers: { ...BOUND, files } }).onbehalf)
    expect(() => caller.fetch('files')).toThrow(
      new TypeError('servers.files is a stdio server: use transport()'),
    )
    expect(() => caller.transport('tasks', inner())).toThrow(
      new TypeError('servers.tasks.url is not a stdio server: use fetch()'),
    )
    expect(() => caller.transport('other', inner())).toThrow(AuthError)
    await caller.transport('files', inner()).start()
  })

  it('a stdio server is given no call when the caller has ended', async () => {
    const caller = await admitted(house({ servers: { files } }).onbehalf)
    const sent: object[] = []
    const messages: object[] = []
    const tools = [
      {
        name: 'read',
        inputSchema: { type: 'object', properties: { access_token: { type: 'string' } } },
      },
    ]
    const under: MessageTransport = {
      ...inner(),
      async send(message: { readonly id?: unknown }) {
        sent.push(message)
        under.onmessage?.({ jsonrpc: '2.0', id: message.id, result: { tools } })
      },
    }
    const transport = caller.transport('files', under)
    transport.onmessage = (message) => void messages.push(message)
    await caller.end()
    await transport.send({
      jsonrpc: '2.0',
      id: 2,
      method: 'tools/call',
      params: { name: 'read', arguments: {} },
    })
    expect(messages).toMatchObject([{ id: 2, result: { isError: true } }])
    expect(JSON.stringify(sent)).not.toContain('tools/call')
  })
})

describe('an app with several protected resources', () => {
  const OTHER = 'https://app.example/mcp/tasks'

  it('takes for each the tokens that name it, and describes it', async () => {
    const asked: (string | readonly string[])[] = []
    const { onbehalf } = house({
      verifier: {
        async verify(_, audience) {
          asked.push(audience)
          return audience === OTHER
            ? granted(verifiedToken({ audience: [OTHER] }))
            : refused('audience_mismatch')
        },
      },
    })
    const admission = await onbehalf.admit(request('canary.alice'), { resource: OTHER })
    expect(admission.ok).toBe(true)
    const elsewhere = await onbehalf.admit(request('canary.alice'))
    expect(elsewhere.ok).toBe(false)
    expect(asked).toEqual([OTHER, CHAT])
    const metadata = onbehalf.metadata(
      new Request('https://app.example/.well-known/oauth-protected-resource/mcp/tasks'),
      { resource: OTHER },
    )
    expect(await metadata?.json()).toMatchObject({ resource: OTHER })
  })
})

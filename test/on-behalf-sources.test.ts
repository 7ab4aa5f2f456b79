// Every source wired through createOnBehalf, and two people at once over every placement: real
// servers, never mixed.

import { describe, expect, it } from 'vitest'
import type { AuditEvent } from '../src/core/audit.ts'
import type { Placement, Source } from '../src/core/binding.ts'
import { Credential } from '../src/core/credential.ts'
import { granted, refused } from '../src/core/errors.ts'
import type { Principal } from '../src/core/principal.ts'
import type { TokenExchanger } from '../src/core/source/exchange.ts'
import { memorySecretStore } from '../src/core/vault/memory-secret-store.ts'
import { staticKeys } from '../src/core/vault/static-keys.ts'
import { createOnBehalf } from '../src/on-behalf.ts'
import type { OnBehalfOptions } from '../src/on-behalf-options.ts'
import { alice, CHAT, ISSUER, issuedToken, START, verifiedToken } from './core/parts.ts'
import { callOf, listed, messagesOf, OLD, post, request, rpcServer } from './mcp/parts.ts'

const OTHER_ISSUER = 'https://idp.example'
const TOKEN = (of: string) => `canary-${of}-0123456789`

function exchanger(issuer: string, name: string): TokenExchanger {
  return {
    issuer,
    exchange: async (subjectToken, { scopes }) =>
      granted(issuedToken(TOKEN(`${name}-${subjectToken.reveal().split('.')[1]}`), { scopes })),
  }
}

function house(
  url: string,
  source: Source | undefined,
  placement: Placement = { type: 'header' },
  changes: Partial<OnBehalfOptions> = {},
) {
  const events: AuditEvent[] = []
  const onbehalf = createOnBehalf({
    resource: CHAT,
    authorizationServers: [ISSUER],
    servers: { tasks: { url, placement, ...(source ? { source } : {}) } },
    verifier: {
      async verify(credential) {
        const subject = credential.reveal().split('.')[1] ?? ''
        const principal: Principal = { issuer: ISSUER, subject, client: 'page' }
        return granted(verifiedToken({ principal, expiresAt: START + 3600, audience: [CHAT, url] }))
      },
    },
    exchanger: exchanger(ISSUER, 'exchanged'),
    identityAssertions: exchanger(OTHER_ISSUER, 'asserted'),
    clientCredentials: {
      issuer: ISSUER,
      issue: async () => granted(issuedToken(TOKEN('of-the-app'))),
    },
    connections: {
      credential: async ({ subject }, server) =>
        subject === 'alice'
          ? granted(issuedToken(TOKEN(`connected-${server}-${subject}`)))
          : refused('connection_needed', { server }),
    },
    secrets: memorySecretStore(),
    audit: { record: (event) => void events.push(event) },
    now: () => START * 1000,
    warn: (message) => expect.unreachable(message),
    ...changes,
  })
  async function admitted(subject = 'alice') {
    const headers = { authorization: `Bearer canary-subject-token.${subject}.x` }
    const admission = await onbehalf.admit(new Request(CHAT, { method: 'POST', headers }))
    if (!admission.ok) throw new Error(admission.refusal.reason)
    return admission.value
  }
  return { onbehalf, admitted, events }
}

const text = async (response: Promise<Response>) =>
  (await messagesOf(await response))[0]?.result.content[0]?.text

describe('a source', () => {
  it.each<[Source | undefined, string]>([
    [undefined, TOKEN('exchanged-alice')],
    [{ type: 'exchange', scopes: ['tasks:read'] }, TOKEN('exchanged-alice')],
    [{ type: 'own' }, 'canary-subject-token.alice.x'],
    [{ type: 'identity-assertion', scopes: [] }, TOKEN('asserted-alice')],
    [{ type: 'client-credentials', scopes: ['app'] }, TOKEN('of-the-app')],
    [{ type: 'connection' }, TOKEN('connected-tasks-alice')],
  ])(
    'a source of %j goes with header, argument and meta, and comes back nowhere',
    async (source, expected) => {
      await using server = await rpcServer([OLD], ({ message, request: { raw } }) => ({
        content: [{ type: 'text', text: JSON.stringify([message.params, raw]) }],
      }))
      for (const placement of [
        { type: 'header' },
        { type: 'argument', parameters: 'everywhere' },
        { type: 'meta', key: 'com.example/t' },
      ] as const) {
        server.reached.length = 0
        server.received.length = 0
        const made = house(server.url, source, placement)
        const fetch = (await made.admitted()).fetch('tasks')
        const answer = await fetch(
          server.url,
          post(callOf(placement.type === 'argument' ? 'add_task' : 'hello')),
        )
        expect(await answer.text()).not.toContain('canary')
        const last = server.reached.at(-1)
        const at = {
          header: server.values(server.received.length - 1, 'authorization')[0],
          argument: (last?.message.params?.arguments as { access_token?: string } | undefined)
            ?.access_token,
          meta: (last?.message.params?._meta as Record<string, string> | undefined)?.[
            'com.example/t'
          ],
        }
        const none = { header: undefined, argument: undefined, meta: undefined }
        expect(at).toEqual({
          ...none,
          [placement.type]: placement.type === 'header' ? `Bearer ${expected}` : expected,
        })
        expect(JSON.stringify(made.events)).not.toContain('canary')
      }
    },
  )

  it('a source of static keys is each person’s own, or the deployment’s, and is gone when it is taken away', async () => {
    await using server = await rpcServer([], () => ({ content: [{ type: 'text', text: 'done' }] }))
    const secrets = memorySecretStore()
    const keys = staticKeys(secrets)
    await keys.put(alice, server.url, new Credential(TOKEN('key-of-alice')))
    const made = house(
      server.url,
      { type: 'static', of: 'person' },
      { type: 'header', name: 'X-Api-Key' },
      { secrets },
    )
    const [one, two] = [await made.admitted(), await made.admitted('bob')]
    expect(await text(one.fetch('tasks')(server.url, post(callOf('hello'))))).toBe('done')
    expect(server.values(0, 'x-api-key')).toEqual([TOKEN('key-of-alice')])
    expect(await text(two.fetch('tasks')(server.url, post(callOf('hello'))))).toMatch(
      /Connect your tasks account/,
    )
    expect(server.received).toHaveLength(1)
    await keys.remove(alice, server.url)
    expect(await text(one.fetch('tasks')(server.url, post(callOf('hello'))))).toMatch(
      /Connect your tasks account/,
    )
    await keys.put('deployment', server.url, new Credential(TOKEN('key-of-the-deployment')))
    const shared = house(
      server.url,
      { type: 'static', of: 'deployment' },
      { type: 'header', name: 'X-Api-Key' },
      { secrets },
    )
    expect(
      await text((await shared.admitted('bob')).fetch('tasks')(server.url, post(callOf('hello')))),
    ).toBe('done')
    expect([server.received.length, server.values(1, 'x-api-key')]).toEqual([
      2,
      [TOKEN('key-of-the-deployment')],
    ])
  })

  it('a source of a connection that is missing asks the person to connect', async () => {
    await using server = await rpcServer([])
    const heard: unknown[] = []
    const caller = await house(server.url, { type: 'connection' }).admitted('bob')
    const fetch = caller.fetch('tasks', { onRefused: (refusal) => heard.push(refusal) })
    expect(await text(fetch(server.url, post(callOf('hello'))))).toBe(
      'This was not done. Connect your tasks account to continue.',
    )
    expect(heard).toEqual([{ reason: 'connection_needed', server: 'tasks' }])
    expect(server.received).toEqual([])
  })

  it.each<[Source, string]>([
    [{ type: 'exchange', scopes: [] }, 'exchanger'],
    [{ type: 'identity-assertion', scopes: [] }, 'identityAssertions'],
    [{ type: 'client-credentials', scopes: [] }, 'clientCredentials'],
    [{ type: 'connection' }, 'connections'],
    [{ type: 'static', of: 'person' }, 'secrets'],
    [{ type: 'static', of: 'deployment' }, 'secrets'],
  ])(
    'a source of %j without its part is refused when it is made, by the name of the setting: %s',
    (source, setting) => {
      const parts = {
        exchanger: undefined,
        identityAssertions: undefined,
        clientCredentials: undefined,
        connections: undefined,
        secrets: undefined,
      }
      const making = () =>
        house(
          'https://tasks.example/mcp',
          source,
          undefined,
          parts as unknown as Partial<OnBehalfOptions>,
        )
      expect(making).toThrow(TypeError)
      expect(making).toThrow(new RegExp(`servers\\.tasks\\.source.*"${source.type}".*${setting}`))
    },
  )
})

describe('prompt values', () => {
  it('prompt values are references, which work in their own run and server alone', async () => {
    await using server = await rpcServer([OLD])
    const made = house(server.url, undefined, { type: 'prompt' })
    const [one, two] = [await made.admitted(), await made.admitted()]
    const [values, others] = [await one.promptValues('tasks'), await two.promptValues('tasks')]
    expect(JSON.stringify([values, others])).not.toContain('canary')
    expect(await one.promptValues('tasks')).toEqual(values)
    const fetch = one.fetch('tasks')
    await fetch(server.url, post(callOf('add_task', { ...values })))
    expect(server.calls()).toEqual([{ user_id: 'alice', access_token: TOKEN('exchanged-alice') }])
    expect(await text(fetch(server.url, post(callOf('add_task', { ...others }))))).toMatch(
      /reference was used where it does not belong/,
    )
    expect(server.calls()).toHaveLength(1)
    expect(made.events.at(-1)).toMatchObject({ reason: 'reference_refused', subject: 'alice' })
    await expect(
      house(server.url, undefined)
        .admitted()
        .then((caller) => caller.promptValues('tasks')),
    ).rejects.toMatchObject({ code: 'server_unbound' })
  })

  it('prompt values are the token itself where the operator insists: warned of at start, 5 minutes at most, never longer, never bound to a key', async () => {
    const placement: Placement = { type: 'prompt', insecurelyShowLiteralTokens: true }
    const url = 'https://tasks.example/mcp'
    const warnings: string[] = []
    const warn = (message: string) => void warnings.push(message)
    const giving = (life: number, more = {}) =>
      house(url, undefined, placement, {
        warn,
        exchanger: {
          issuer: ISSUER,
          exchange: async () =>
            granted(issuedToken(TOKEN('literal'), { expiresAt: START + life, ...more })),
        },
      })
    const good = giving(300)
    expect(warnings).toEqual([
      expect.stringMatching(/^onbehalf: servers\.tasks\.placement .*insecurelyShowLiteralTokens/),
    ])
    const caller = await good.admitted()
    expect(await caller.promptValues('tasks')).toEqual({
      user_id: 'alice',
      access_token: TOKEN('literal'),
    })
    expect(JSON.stringify([good.events, warnings])).not.toContain('canary')
    good.onbehalf.revoke(alice)
    await expect(caller.promptValues('tasks')).rejects.toMatchObject({ code: 'handle_refused' })
    for (const bad of [
      giving(301),
      giving(Number.POSITIVE_INFINITY),
      giving(300, { proof: async () => 'x' }),
    ])
      await expect(bad.admitted().then((one) => one.promptValues('tasks'))).rejects.toMatchObject({
        code: 'exchange_failed',
      })
  })
})

describe('a token that is bound to a key', () => {
  it('a token that is bound to a key goes with a proof for each request, and once more with the nonce that the server wants: the same token', async () => {
    let exchanges = 0
    const proofs: unknown[] = []
    await using server = await rpcServer([], ({ request: { raw } }, response) => {
      if (raw.some(([name, value]) => name === 'dpop' && value === 'proof-n1'))
        return { content: [{ type: 'text', text: 'done' }] }
      response
        .writeHead(401, { 'dpop-nonce': 'n1', 'www-authenticate': 'DPoP error="use_dpop_nonce"' })
        .end()
      return undefined
    })
    const made = house(server.url, undefined, undefined, {
      exchanger: {
        issuer: ISSUER,
        async exchange() {
          exchanges++
          return granted(
            issuedToken(TOKEN('bound'), {
              async proof(asked) {
                proofs.push(asked)
                return `proof-${asked.nonce ?? 'bare'}`
              },
            }),
          )
        },
      },
    })
    const fetch = (await made.admitted()).fetch('tasks')
    expect(await text(fetch(server.url, post(callOf('hello'))))).toBe('done')
    const target = { method: 'POST', url: server.url }
    expect([exchanges, proofs]).toEqual([1, [target, { ...target, nonce: 'n1' }]])
    for (const index of [0, 1])
      expect(server.values(index, 'authorization')).toEqual([`DPoP ${TOKEN('bound')}`])
  })

  it('a token that is bound to a key is replaced when the server says that it is not valid, whatever nonce comes along', async () => {
    let exchanges = 0
    await using server = await rpcServer([], ({ request: { raw } }, response) => {
      if (raw.some(([name, value]) => name === 'authorization' && value.includes('bound-2')))
        return { content: [{ type: 'text', text: 'done' }] }
      response
        .writeHead(401, { 'dpop-nonce': 'n1', 'www-authenticate': 'DPoP error="invalid_token"' })
        .end()
      return undefined
    })
    const made = house(server.url, undefined, undefined, {
      exchanger: {
        issuer: ISSUER,
        exchange: async () =>
          granted(issuedToken(TOKEN(`bound-${++exchanges}`), { proof: async () => 'p' })),
      },
    })
    expect(
      await text((await made.admitted()).fetch('tasks')(server.url, post(callOf('hello')))),
    ).toBe('done')
  })
})

describe('several sources of one binding', () => {
  const stored = { type: 'static', of: 'person' } as const
  const parts: readonly Placement[] = [
    { type: 'header' },
    { type: 'header', name: 'X-Second', from: 'second' },
    { type: 'header', name: 'X-Account', from: 'calendar' },
  ]

  it('several sources of one binding give each person a token, a key of their own by its name, and an account', async () => {
    await using server = await rpcServer([], () => ({ content: [{ type: 'text', text: 'done' }] }))
    const secrets = memorySecretStore()
    const keys = staticKeys(secrets)
    const made = house(server.url, undefined, undefined, {
      secrets,
      servers: {
        tasks: {
          url: server.url,
          sources: { second: stored, calendar: { type: 'connection' } },
          placement: parts,
        },
      },
    })
    await keys.put(alice, server.url, new Credential(TOKEN('main-key-nobody-asks-for')))
    const call = async () =>
      text((await made.admitted()).fetch('tasks')(server.url, post(callOf('hello'))))
    // A key without the name of its source is another key.
    expect(await call()).toBe('This was not done. Connect your tasks account (second) to continue.')
    const choice = { source: 'second' }
    await keys.put(alice, server.url, new Credential(TOKEN('second-key')), choice)
    expect(await call()).toBe('done')
    const at = server.received.length - 1
    expect(
      ['authorization', 'x-second', 'x-account'].map((name) => server.values(at, name)[0]),
    ).toEqual([
      `Bearer ${TOKEN('exchanged-alice')}`,
      TOKEN('second-key'),
      TOKEN('connected-calendar-alice'),
    ])
    const carried = made.events.filter(
      ({ hop, outcome }) => hop === 'carry' && outcome === 'allowed',
    )
    expect(new Map(carried.map(({ source, placement }) => [source, placement]))).toEqual(
      new Map([
        [undefined, 'header Authorization'],
        ['second', 'header X-Second'],
        ['calendar', 'header X-Account'],
      ]),
    )
    expect(carried).toHaveLength(3)
    expect([
      await keys.has(alice, server.url, choice),
      await keys.remove(alice, server.url, choice),
      await keys.has(alice, server.url, choice),
      await keys.has(alice, server.url),
    ]).toEqual([true, undefined, false, true])
    expect(await call()).toMatch(/\(second\)/)
    await expect(keys.put(alice, server.url, new Credential('x'), { source: '#' })).rejects.toThrow(
      TypeError,
    )
  })

  it('several sources of one binding each need their part, and the error names the one without', () => {
    const servers = {
      tasks: {
        url: 'https://a.example',
        sources: { second: stored },
        placement: parts.slice(0, 2),
      },
    }
    expect(() => house('', undefined, undefined, { servers, secrets: undefined as never })).toThrow(
      'servers.tasks.sources.second is "static": it needs the setting secrets',
    )
  })

  it('several sources of one binding give the own token where one of them is the person’s own', async () => {
    await using server = await rpcServer([], () => ({ content: [{ type: 'text', text: 'done' }] }))
    const made = house(server.url, undefined, undefined, {
      servers: {
        tasks: {
          url: server.url,
          sources: { second: { type: 'own' } },
          placement: parts.slice(0, 2),
        },
      },
    })
    await (await made.admitted()).fetch('tasks')(server.url, post(callOf('hello')))
    expect(server.values(0, 'x-second')).toEqual(['canary-subject-token.alice.x'])
  })
})

describe('two people, 40 runs each at once', () => {
  it.each<Placement>([
    { type: 'header' },
    { type: 'header', name: 'X-Api-Key' },
    { type: 'argument', parameters: 'everywhere' },
    { type: 'meta', key: 'com.example/t' },
    { type: 'session' },
    { type: 'prompt' },
    { type: 'header', value: 'Basic {base64:{subject}:{credential}}' },
    { type: 'query', name: 'key' },
    { type: 'cookie', name: 'key' },
    {
      type: 'sign',
      sign: (_, { principal, credential }) => ({
        'x-api-key': `${principal.subject} ${credential.reveal()}`,
      }),
    },
  ])('two people, 40 runs each at once are never mixed at placement %j', async (placement) => {
    const handles = new Map<string, string>()
    await using server = await rpcServer([OLD], ({ message, request: { raw, url } }, response) => {
      const header = (name: string) => raw.find(([key]) => key === name)?.[1]
      const args = (message.params?.arguments ?? {}) as Record<string, string>
      const meta = (message.params?._meta ?? {}) as Record<string, string>
      const handle = header('onbehalf-session')
      const basic = /^Basic (\S+)$/.exec(header('authorization') ?? '')?.[1]
      const token =
        (basic === undefined ? header('authorization')?.slice(7) : atob(basic)) ??
        new URL(url, 'http://a').searchParams.get('key') ??
        header('cookie') ??
        header('x-api-key') ??
        args.access_token ??
        meta['com.example/t']
      const whose =
        (handle ? handles.get(handle) : undefined) ??
        (token?.endsWith('-alice-0123456789')
          ? 'alice'
          : token?.endsWith('-bob-0123456789')
            ? 'bob'
            : '?')
      if (placement.type === 'session' && !handle) {
        const minted = `handle-${handles.size}-0123456789`
        handles.set(minted, whose)
        response.setHeader('onbehalf-session', minted)
      }
      const claimed = args.user_id ?? whose
      return {
        content: [
          { type: 'text', text: `${whose}/${claimed}/${String(args.title ?? meta['a/run'])}` },
        ],
      }
    })
    const made = house(server.url, undefined, placement)
    const usesTool = placement.type === 'argument' || placement.type === 'prompt'
    async function run(subject: string, number: number): Promise<void> {
      const caller = await made.admitted(subject)
      const fetch = caller.fetch('tasks')
      if (number % 2 === 0) await listed(fetch, server.url)
      const values = placement.type === 'prompt' ? await caller.promptValues('tasks') : {}
      for (let turn = 0; turn < 3; turn++) {
        const mark = `${subject}-${number}-${turn}`
        const params = usesTool
          ? { name: 'add_task', arguments: { title: mark, ...values } }
          : { name: 'hello', arguments: {}, _meta: { 'a/run': mark } }
        expect(await text(fetch(server.url, post(request('tools/call', params))))).toBe(
          `${subject}/${subject}/${mark}`,
        )
      }
      await caller.end()
    }
    await Promise.all(
      Array.from({ length: 80 }, (_, index) => run(index % 2 === 0 ? 'alice' : 'bob', index >> 1)),
    )
    expect(server.reached.filter(({ message }) => message.method === 'tools/call')).toHaveLength(
      240,
    )
    expect(JSON.stringify(made.events)).not.toMatch(/canary|onbehalf_ref_|handle-/)
    const subjects = new Map<string, string | undefined>()
    for (const { trace, subject } of made.events) {
      expect(subjects.get(trace) ?? subject).toBe(subject)
      subjects.set(trace, subject)
    }
    expect(subjects.size).toBe(80)
  })
})

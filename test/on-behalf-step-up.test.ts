// Step-up: a 403 `insufficient_scope` leads to one wider exchange, as far as the binding and the
// person allow, and then stops.

import { describe, expect, it } from 'vitest'
import type { AuditEvent } from '../src/core/audit.ts'
import type { Source } from '../src/core/binding.ts'
import { granted, type RefusalReason, refused } from '../src/core/errors.ts'
import { memorySecretStore } from '../src/core/vault/memory-secret-store.ts'
import { createOnBehalf } from '../src/on-behalf.ts'
import type { OnBehalfOptions } from '../src/on-behalf-options.ts'
import { CHAT, ISSUER, issuedToken, START, verifiedToken } from './core/parts.ts'
import { callOf, messagesOf, post, rpcServer, tool } from './mcp/parts.ts'

/**
 * A server whose tools need the scope of their own name; tokens are `canary.<scopes, joined by
 * +>.<number>`.
 */
async function setUp({
  source = { type: 'exchange', scopes: ['read'], stepUp: ['write', 'admin'] } as Source,
  person = ['read', 'write', 'admin', 'other'],
  gives = (scopes: readonly string[]): readonly string[] | RefusalReason => scopes,
  challenge = (scope: string) => `Bearer error="insufficient_scope", scope="${scope}"`,
  options = {} as Partial<OnBehalfOptions>,
} = {}) {
  const asked: string[] = []
  const events: AuditEvent[] = []
  const server = await rpcServer(
    [tool('read', {}), tool('write', {}), tool('admin', {})],
    ({ message, request }, response) => {
      const token = request.raw.find(([name]) => name === 'authorization')?.[1] ?? ''
      const scopes = token.split('.')[1]?.split('+') ?? []
      const needed = String(message.params?.name)
      if (needed.split(' ').every((scope) => scopes.includes(scope)))
        return { content: [{ type: 'text', text: 'done' }] }
      response.writeHead(403, { 'www-authenticate': challenge(needed) }).end()
      return undefined
    },
  )
  const onbehalf = createOnBehalf({
    resource: CHAT,
    authorizationServers: [ISSUER],
    servers: { tasks: { url: server.url, source } },
    verifier: {
      verify: async () => granted(verifiedToken({ scopes: person, expiresAt: START + 3600 })),
    },
    exchanger: {
      issuer: ISSUER,
      async exchange(_, { scopes }) {
        asked.push(scopes.join('+'))
        const given = gives(scopes)
        if (typeof given === 'string') return refused(given)
        return granted(issuedToken(`canary.${given.join('+')}.${asked.length}`, { scopes: given }))
      },
    },
    audit: { record: (event) => void events.push(event) },
    now: () => START * 1000,
    ...options,
  })
  const admission = await onbehalf.admit(
    new Request(CHAT, { method: 'POST', headers: { authorization: 'Bearer canary.of.alice' } }),
  )
  if (!admission.ok) throw new Error(admission.refusal.reason)
  const fetch = admission.value.fetch('tasks')
  const call = async (name: string) => {
    const [message] = await messagesOf(await fetch(server.url, post(callOf(name))))
    return message?.result.content[0]?.text
  }
  const caller = admission.value
  return {
    server,
    caller,
    asked,
    events,
    call,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

const LACKING = 'This was not done: tasks needs a permission that the person has not granted'

describe('a server that asks for more', () => {
  it('a server that asks for more gets one wider token, once for all later calls, with the union of the scopes', async () => {
    await using made = await setUp()
    expect([
      await made.call('read'),
      await made.call('write'),
      await made.call('write'),
      await made.call('read'),
    ]).toEqual(Array(4).fill('done'))
    expect(made.asked).toEqual(['read', 'read+write'])
    expect(await made.call('admin')).toBe('done')
    expect(await made.call('read write admin')).toBe('done')
    expect(made.asked).toEqual(['read', 'read+write', 'read+write+admin'])
    expect(made.server.received).toHaveLength(8)
    expect(made.events.filter(({ reason }) => reason === 'scope_missing')).toHaveLength(2)
    expect(
      made.events.filter(({ hop }) => hop === 'exchange').map(({ scopes }) => scopes?.join('+')),
    ).toEqual(made.asked)
  })

  it('a server that asks for more stops after one: what asks on and on gets two requests, and the model the sentence', async () => {
    await using made = await setUp({
      challenge: () => 'Bearer error="insufficient_scope", scope="admin"',
    })
    expect(await made.call('never')).toMatch(LACKING)
    expect([made.asked, made.server.received.length]).toEqual([['read', 'read+admin'], 2])
    // It has what it asked for, so there is nothing more to exchange for.
    expect(await made.call('never')).toMatch(LACKING)
    expect([made.asked.length, made.server.received.length]).toEqual([2, 3])
  })

  it.each<[string, Parameters<typeof setUp>[0], string]>([
    [
      'beyond what the binding allows',
      { source: { type: 'exchange', scopes: ['read'], stepUp: ['admin'] } },
      'write',
    ],
    [
      'where the binding allows nothing',
      { source: { type: 'exchange', scopes: ['read'] } },
      'write',
    ],
    ['beyond what the person granted', { person: ['read', 'admin'] }, 'write'],
    [
      'for a part that is allowed and one that is not',
      { source: { type: 'exchange', scopes: ['read'], stepUp: ['write'] } },
      'write admin',
    ],
    ['for nothing', { challenge: () => 'Bearer error="insufficient_scope"' }, 'write'],
    [
      'with another error',
      { challenge: (scope) => `Bearer error="invalid_token", scope="${scope}"` },
      'write',
    ],
    [
      'in a challenge of another scheme',
      { challenge: (scope) => `DPoP error="insufficient_scope", scope="${scope}"` },
      'write',
    ],
    [
      'of a static key',
      { source: { type: 'static', of: 'deployment' }, options: { secrets: memorySecretStore() } },
      'write',
    ],
  ])('a server that asks for more gets no wider token %s', async (_, changes, scope) => {
    await using made = await setUp(changes)
    expect(await made.call(scope)).not.toBe('done')
    expect(made.asked.filter((asked) => asked !== 'read')).toEqual([])
    expect(made.server.received.length).toBeLessThanOrEqual(1)
  })

  it.each<[string, (scopes: readonly string[]) => readonly string[] | RefusalReason]>([
    ['refuses it', (scopes) => (scopes.length > 1 ? 'exchange_scope_refused' : scopes)],
    ['gives less than was asked for', (scopes) => scopes.slice(0, 1)],
    ['is down just then', (scopes) => (scopes.length > 1 ? 'issuer_unavailable' : scopes)],
  ])(
    'a server that asks for more leaves the narrower token good when the authorization server %s',
    async (_, gives) => {
      await using made = await setUp({ gives })
      expect(await made.call('write')).toMatch(LACKING)
      expect(await made.call('read')).toBe('done')
      expect(made.server.received).toHaveLength(2)
    },
  )

  it('a server that asks for more gives two scopes that are asked for at once the union, and keeps neither from the other', async () => {
    await using made = await setUp()
    expect(await Promise.all([made.call('write'), made.call('admin')])).toEqual(['done', 'done'])
    expect(await made.call('read write admin')).toBe('done')
  })

  it('a server that asks for more gets nothing wider of the app’s own identity', async () => {
    const issued: string[] = []
    const clientCredentials = {
      issuer: ISSUER,
      issue: async ({ scopes }: { readonly scopes: readonly string[] }) => {
        issued.push(scopes.join('+'))
        return granted(issuedToken(`canary.${scopes.join('+')}.0`, { scopes }))
      },
    }
    await using made = await setUp({
      source: { type: 'client-credentials', scopes: ['read'] },
      options: { clientCredentials },
    })
    expect([await made.call('read'), await made.call('write')]).toEqual([
      'done',
      expect.stringMatching(LACKING),
    ])
    expect([issued, made.asked, made.server.received.length]).toEqual([['read'], [], 2])
  })

  it('a server that asks for more is answered in a DPoP challenge as well, where the token is bound to a key', async () => {
    const challenge = (scope: string) =>
      `DPoP error="insufficient_scope", scope="${scope}", algs="ES256"`
    const exchanger = {
      issuer: ISSUER,
      exchange: async (_: unknown, { scopes }: { readonly scopes: readonly string[] }) =>
        granted(
          issuedToken(`canary.${scopes.join('+')}.0`, { scopes, proof: async () => 'proof' }),
        ),
    }
    await using made = await setUp({ challenge, options: { exchanger } })
    expect(await made.call('write')).toBe('done')
    expect(made.server.values(1, 'authorization')).toEqual(['DPoP canary.read+write.0'])
    expect(made.server.values(1, 'dpop')).toEqual(['proof'])
  })
})

describe('a server whose account the person connected', () => {
  const connectionsWith = (stepUpScopes?: readonly string[] | 'any') => ({
    credential: async () => granted(issuedToken('canary.read.1', { scopes: ['read'] })),
    ...(stepUpScopes ? { stepUpScopes: () => stepUpScopes } : {}),
  })
  const refusedScopes = async (
    connections: NonNullable<OnBehalfOptions['connections']>,
    tool = 'write',
  ) => {
    await using made = await setUp({ source: { type: 'connection' }, options: { connections } })
    const refusals: unknown[] = []
    const fetch = made.caller.fetch('tasks', { onRefused: (refusal) => refusals.push(refusal) })
    await fetch(made.server.url, post(callOf(tool)))
    return refusals
  }

  it('is refused with the scopes that it asks for, so that the app can ask the person for them', async () => {
    expect(await refusedScopes(connectionsWith('any'))).toEqual([
      { reason: 'scope_missing', scopes: ['write'], server: 'tasks' },
    ])
  })

  it('is refused with those of the operator’s list only, and with none where nobody knows any', async () => {
    const [listed] = await refusedScopes(connectionsWith(['write']), 'write admin')
    expect(listed).toMatchObject({ scopes: ['write'] })
    const [none] = await refusedScopes(connectionsWith())
    expect(none).toMatchObject({ scopes: [] })
  })

  it('cannot make a refusal long', async () => {
    const many = Array.from({ length: 100 }, (_, at) => `s${at}`)
    const [refusal] = await refusedScopes(
      connectionsWith('any'),
      ['x'.repeat(500), ...many].join(' '),
    )
    expect(refusal).toMatchObject({ scopes: many.slice(0, 16) })
  })
})

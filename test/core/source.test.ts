import { describe, expect, it } from 'vitest'
import { type AuditEvent, createAuditor } from '../../src/core/audit.ts'
import type { BindingInput } from '../../src/core/binding.ts'
import { Credential } from '../../src/core/credential.ts'
import { granted, type Result, refused } from '../../src/core/errors.ts'
import { parseBinding } from '../../src/core/parse-binding.ts'
import type { ExchangeTarget, IssuedToken, TokenExchanger } from '../../src/core/source/exchange.ts'
import { issuedCache } from '../../src/core/source/issued-cache.ts'
import type { CredentialSource } from '../../src/core/source/parts.ts'
import { credentialSource } from '../../src/core/source/source.ts'
import { memoryVault } from '../../src/core/vault/memory-vault.ts'
import type { VerifiedToken } from '../../src/core/verify/verify.ts'
import {
  alice,
  CHAT,
  handClock,
  ISSUER,
  issuedToken,
  MCP,
  reasonOf,
  verifiedToken,
} from './parts.ts'

type Answer = (
  subjectToken: string,
  target: ExchangeTarget,
) => Result<IssuedToken> | Promise<Result<IssuedToken>>

/** Vault, cache and a recording exchanger; `sourceFor` signs somebody in and gives their source. */
function house(
  answer: Answer = (text, target) => granted(issuedToken(`for-${text}`, { scopes: target.scopes })),
  sink?: () => void,
) {
  const clock = handClock()
  const vault = memoryVault({ now: clock.now })
  const cache = issuedCache({ now: clock.now })
  const events: AuditEvent[] = []
  const asked: [subjectToken: string, target: ExchangeTarget][] = []
  const auditor = createAuditor({
    record(event) {
      sink?.()
      events.push(event)
    },
  })
  const exchanger: TokenExchanger = {
    issuer: ISSUER,
    async exchange(subjectToken, target) {
      asked.push([subjectToken.reveal(), target])
      return answer(subjectToken.reveal(), target)
    },
  }
  async function sourceFor(
    input: Partial<BindingInput> = {},
    token: VerifiedToken = verifiedToken(),
    text = 'subject-token',
    withExchanger = true,
  ): Promise<CredentialSource> {
    const handle = await vault.deposit({
      credential: new Credential(text),
      owner: token.principal,
      destinations: [ISSUER, ...token.audience],
      expiresAt: token.expiresAt,
    })
    const binding = parseBinding('tasks', { url: MCP, ...input })
    return credentialSource(
      binding,
      { token, handle, trace: 'trace' },
      { vault, auditor, cache, ...(withExchanger ? { exchanger } : {}) },
    )
  }
  return { clock, sourceFor, events, asked }
}

const text = (result: Result<IssuedToken>) =>
  result.ok ? result.value.credential.reveal() : reasonOf(result)

describe('the source "exchange"', () => {
  it('the source "exchange" exchanges the user’s token for one whose audience is the server, and records it', async () => {
    const { sourceFor, asked, events } = house()
    const source = await sourceFor({
      source: { type: 'exchange', scopes: ['tasks:read'], audience: 'tasks' },
    })
    expect(text(await source())).toBe('for-subject-token')
    expect(asked).toEqual([
      ['subject-token', { resource: MCP, scopes: ['tasks:read'], audience: 'tasks' }],
    ])
    expect(events).toMatchObject([
      {
        hop: 'exchange',
        outcome: 'allowed',
        trace: 'trace',
        subject: 'alice',
        audience: [MCP],
        destination: ISSUER,
        scopes: ['tasks:read'],
      },
    ])
    expect(JSON.stringify(events)).not.toMatch(/subject-token|jti-/)
  })

  it('the source "exchange" asks for all of the user’s scopes when the binding names none', async () => {
    const { sourceFor, asked } = house()
    await (await sourceFor())()
    expect(asked[0]?.[1]).toEqual({ resource: MCP, scopes: ['tasks:read', 'tasks:write'] })
  })

  it('the source "exchange" asks for no scope that the person has not granted', async () => {
    const { sourceFor, asked } = house()
    await (await sourceFor({ source: { type: 'exchange', scopes: ['tasks:read', 'admin'] } }))()
    expect(asked[0]?.[1].scopes).toEqual(['tasks:read'])
  })

  it('the source "exchange" asks for nothing when the person granted none of the binding’s scopes: no scope would mean the issuer’s default', async () => {
    const { sourceFor, asked } = house()
    const source = await sourceFor({ source: { type: 'exchange', scopes: ['admin'] } })
    expect(await source()).toEqual({
      ok: false,
      refusal: { reason: 'scope_missing', server: 'tasks', scopes: ['admin'] },
    })
    expect(asked).toEqual([])
  })

  it('the source "exchange" exchanges once for many calls, and again after the destination refused the token', async () => {
    let count = 0
    const { sourceFor, asked } = house(() => granted(issuedToken(`token-${++count}`)))
    const source = await sourceFor()
    const results = await Promise.all(Array.from({ length: 20 }, () => source()))
    expect(asked).toHaveLength(1)
    const first = results[0]
    if (!first?.ok) throw new Error('no token')
    expect(text(await source({ refused: first.value }))).toBe('token-2')
  })

  it.each<[string, Partial<VerifiedToken>]>([
    ['fewer scopes', { scopes: ['tasks:read'] }],
    ['a weaker way of signing in', { claims: { acr: 'silver' } }],
    ['another time of signing in', { claims: { auth_time: 1 } }],
    ['another rule of who may act', { claims: { may_act: { sub: 'other' } } }],
    ['another client', { principal: { ...alice, client: 'cli' } }],
    ['an actor', { principal: { ...alice, actor: { subject: 'agent' } } }],
    [
      'another actor in the chain',
      { principal: { ...alice, actor: { subject: 'agent', actor: { subject: 'other' } } } },
    ],
    ['a tenant', { principal: { ...alice, tenant: 'acme' } }],
    ['another issuer', { principal: { ...alice, issuer: 'https://other.example' } }],
  ])(
    'the source "exchange" does not serve a token to a sign-in of the same person with %s',
    async (_, changes) => {
      const { sourceFor } = house()
      expect(text(await (await sourceFor({}, verifiedToken(), 'wide'))())).toBe('for-wide')
      expect(text(await (await sourceFor({}, verifiedToken(changes), 'narrow'))())).toBe(
        'for-narrow',
      )
    },
  )

  it('the source "exchange" does not serve a token to a sign-in with fewer scopes, even when it would ask for the same', async () => {
    const { sourceFor } = house()
    const input: Partial<BindingInput> = { source: { type: 'exchange', scopes: ['tasks:read'] } }
    expect(text(await (await sourceFor(input, verifiedToken(), 'wide'))())).toBe('for-wide')
    expect(
      text(await (await sourceFor(input, verifiedToken({ scopes: ['tasks:read'] }), 'narrow'))()),
    ).toBe('for-narrow')
  })

  it('the source "exchange" does not serve the token of one binding to another that asks for something else of the same resource', async () => {
    const { sourceFor, asked } = house()
    await (await sourceFor())()
    await (await sourceFor({ source: { type: 'exchange', scopes: ['tasks:read'] } }))()
    await (await sourceFor({ source: { type: 'exchange', scopes: [], audience: 'elsewhere' } }))()
    await (await sourceFor({ resource: 'https://tasks.example/other' }))()
    expect(asked).toHaveLength(4)
  })

  it('the source "exchange" serves an equal sign-in of the same person from memory, whatever the order of scopes', async () => {
    const { sourceFor, asked } = house()
    await (await sourceFor({}, verifiedToken(), 'first'))()
    const again = await sourceFor(
      {},
      verifiedToken({ scopes: ['tasks:write', 'tasks:read'] }),
      'second',
    )
    expect(text(await again())).toBe('for-first')
    expect(asked).toHaveLength(1)
  })

  it('the source "exchange" refuses when the vault no longer has the subject token', async () => {
    const { sourceFor, clock, asked } = house()
    const source = await sourceFor()
    clock.forward(301)
    expect(await source()).toEqual({
      ok: false,
      refusal: { reason: 'handle_refused', server: 'tasks' },
    })
    expect(asked).toEqual([])
  })

  it.each([
    ['issuer_unavailable', 'failed'],
    ['exchange_scope_refused', 'refused'],
  ] as const)(
    'passes the refusal %s on with the server’s name, and records it',
    async (reason, outcome) => {
      const { sourceFor, events } = house(() => refused(reason))
      expect(await (await sourceFor())()).toEqual({
        ok: false,
        refusal: { reason, server: 'tasks' },
      })
      expect(events).toMatchObject([
        { hop: 'exchange', outcome, reason, scopes: ['tasks:read', 'tasks:write'] },
      ])
      expect(events[0]).not.toHaveProperty('expiresAt')
    },
  )

  it('the source "exchange" makes a refusal of whatever an exchanger throws', async () => {
    const { sourceFor, events } = house(() =>
      Promise.reject(new Error('POST /token subject_token=canary')),
    )
    expect(await (await sourceFor())()).toEqual({
      ok: false,
      refusal: { reason: 'exchange_failed', server: 'tasks' },
    })
    expect(events).toMatchObject([{ outcome: 'failed', reason: 'exchange_failed' }])
  })

  it('the source "exchange" drops a token whose issue could not be recorded', async () => {
    let full = true
    const { sourceFor } = house(undefined, () => {
      if (full) throw new Error('disk full')
    })
    const source = await sourceFor()
    expect(text(await source())).toBe('audit_unavailable')
    full = false
    expect(text(await source())).toBe('for-subject-token')
  })

  it('the source "exchange" refuses without an exchanger', async () => {
    const { sourceFor } = house()
    await expect(sourceFor({}, verifiedToken(), 'x', false)).rejects.toThrow(
      /source is "exchange", which needs the setting exchanger/,
    )
  })

  it('the source "exchange" records a token without an id as one', async () => {
    const { sourceFor, events } = house(() => {
      const { tokenId: _, ...token } = issuedToken('opaque')
      return granted(token)
    })
    await (await sourceFor())()
    expect(events[0]).not.toHaveProperty('fingerprint')
  })
})

describe('the source "own"', () => {
  const own = { source: { type: 'own' } } as const
  const forMcp = verifiedToken({ audience: [CHAT, MCP] })

  it('the source "own" gives the user’s own token when its audience includes the server', async () => {
    const { sourceFor, asked } = house()
    const result = await (await sourceFor(own, forMcp))()
    expect(text(result)).toBe('subject-token')
    expect(
      result.ok && [result.value.scopes, result.value.expiresAt, result.value.tokenId],
    ).toEqual([forMcp.scopes, forMcp.expiresAt, forMcp.tokenId])
    expect(asked).toEqual([])
  })

  it.each([
    ['has another audience', [CHAT]],
    ['has an audience that differs in a slash', [CHAT, `${MCP}/`]],
    ['has none', []],
  ])('passes no token on that %s (MCP forbids it)', async (_, audience) => {
    const { sourceFor } = house()
    expect(text(await (await sourceFor(own, verifiedToken({ audience })))())).toBe(
      'own_audience_mismatch',
    )
  })

  it('the source "own" has no second token to try', async () => {
    const { sourceFor } = house()
    const source = await sourceFor(own, forMcp)
    const first = await source()
    if (!first.ok) throw new Error('no token')
    expect(text(await source({ refused: first.value }))).toBe('server_refused')
  })

  it('the source "own" refuses when the vault no longer has the token', async () => {
    const { sourceFor, clock } = house()
    const source = await sourceFor(own, forMcp)
    clock.forward(301)
    expect(text(await source())).toBe('handle_refused')
  })

  it('the source "own" says nothing of an id that the token does not have', async () => {
    const { sourceFor } = house()
    const { tokenId: _, ...token } = forMcp
    const result = await (await sourceFor(own, token))()
    expect(result.ok && result.value).not.toHaveProperty('tokenId')
  })
})

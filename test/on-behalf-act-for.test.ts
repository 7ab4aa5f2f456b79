// Work while a person is away: only with their consent, within it, until it ends or is revoked, and
// all of it in the audit.

import { describe, expect, it } from 'vitest'
import type { AuditEvent } from '../src/core/audit.ts'
import type { BindingInput } from '../src/core/binding.ts'
import { Credential } from '../src/core/credential.ts'
import type { KeptSignIn } from '../src/core/door/kept-sign-in.ts'
import { granted, refused } from '../src/core/errors.ts'
import { principalKey } from '../src/core/principal.ts'
import { toSentence } from '../src/core/sentences.ts'
import { memoryConsentStore } from '../src/core/vault/memory-consent-store.ts'
import { memorySecretStore } from '../src/core/vault/memory-secret-store.ts'
import { staticKeys } from '../src/core/vault/static-keys.ts'
import { createOnBehalf } from '../src/on-behalf.ts'
import type { OnBehalfOptions } from '../src/on-behalf-options.ts'
import {
  alice,
  bob,
  CHAT,
  handClock,
  ISSUER,
  issuedToken,
  START,
  verifiedToken,
} from './core/parts.ts'
import { json, loopback } from './mcp/loopback.ts'
import { callOf, messagesOf, post } from './mcp/parts.ts'

const DAY_S = 24 * 3600
const WORK = { job: 'weekly-report' }
const MISSING = toSentence({ reason: 'consent_missing', server: 'tasks' })

/** An app with three servers, whose people have a kept sign-in each until it ends. */
async function house(more: Partial<OnBehalfOptions> = {}) {
  const clock = handClock()
  const events: AuditEvent[] = []
  const asked: { readonly token: string; readonly scopes: readonly string[] }[] = []
  const served: string[] = []
  const server = await loopback(({ raw, body }, response) => {
    served.push(String(raw.find(([name]) => name === 'authorization')?.[1]))
    const result = { content: [{ type: 'text', text: 'done' }] }
    json(response, 200, { jsonrpc: '2.0', id: JSON.parse(body).id, result })
  })
  const { url } = server
  const scopes = ['tasks:read', 'tasks:write']
  const servers: Record<string, BindingInput> = {
    tasks: { url, resource: 'https://tasks.example/mcp', source: { type: 'exchange', scopes } },
    mail: { url, resource: 'https://mail.example/mcp', source: { type: 'exchange', scopes } },
    own: { url, resource: 'https://own.example/mcp', source: { type: 'own' } },
    keyed: {
      url,
      resource: 'https://keyed.example/mcp',
      source: { type: 'static', of: 'person' },
    },
  }
  const secrets = memorySecretStore()
  const ended = new Set<string>()
  let count = 0
  const signInOf = (subject: string): KeptSignIn => ({
    owner: principalKey({ issuer: ISSUER, subject }),
    freshen: async () =>
      ended.has(subject)
        ? refused('sign_in_ended')
        : granted(issuedToken(`canary.${subject}.${++count}`)),
    whenEnded: () => () => {},
  })
  const onbehalf = createOnBehalf({
    resource: CHAT,
    authorizationServers: [ISSUER],
    servers,
    secrets,
    consents: memoryConsentStore(),
    session: {
      present: async () => undefined,
      signInOf: async ({ subject }) => signInOf(subject),
    },
    verifier: {
      async verify(credential) {
        const [, subject = ''] = credential.reveal().split('.')
        return granted(
          verifiedToken({
            principal: { issuer: ISSUER, subject, client: 'page' },
            scopes: [...scopes, 'admin'],
            audience: [CHAT, 'https://own.example/mcp'],
            expiresAt: clock.now() / 1000 + 300,
          }),
        )
      },
    },
    exchanger: {
      issuer: ISSUER,
      async exchange(subjectToken, target) {
        asked.push({ token: subjectToken.reveal(), scopes: target.scopes })
        return granted(
          issuedToken(`issued-${asked.length}`, {
            expiresAt: clock.now() / 1000 + 60,
            scopes: target.scopes,
          }),
        )
      },
    },
    audit: { record: (event) => void events.push(event) },
    now: clock.now,
    ...more,
  })
  async function present(subject: string) {
    const headers = { authorization: `Bearer canary.${subject}.page` }
    const admission = await onbehalf.admit(new Request(CHAT, { method: 'POST', headers }))
    if (!admission.ok) throw new Error(admission.refusal.reason)
    return admission.value
  }
  async function agree(subject: string, changes: object = {}) {
    await using caller = await present(subject)
    return onbehalf.consents.give(caller, {
      ...WORK,
      servers: ['tasks'],
      scopes: ['tasks:read'],
      until: new Date(clock.now() + 7 * DAY_S * 1000),
      ...changes,
    })
  }
  async function act(principal = alice) {
    const acting = await onbehalf.actFor(principal, WORK)
    if (!acting.ok) throw new Error(acting.refusal.reason)
    return acting.value
  }
  async function call(caller: Awaited<ReturnType<typeof act>>, name = 'tasks') {
    const response = await caller.fetch(name)(url, post(callOf('hello')))
    const answer = (await messagesOf(response)).at(-1) as {
      readonly result: { readonly content: readonly { readonly text: string }[] }
    }
    return answer.result.content[0]?.text ?? ''
  }
  return {
    onbehalf,
    clock,
    events,
    asked,
    served,
    ended,
    secrets,
    present,
    agree,
    act,
    call,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

describe('work while a person is away', () => {
  it('is done days later, with the scopes that they agreed to and no others', async () => {
    await using made = await house()
    await made.agree('alice')
    made.clock.forward(2 * DAY_S)
    await using caller = await made.act()
    expect(await made.call(caller)).toBe('done')
    expect(made.asked).toEqual([{ token: 'canary.alice.1', scopes: ['tasks:read'] }])
    expect(caller.token.scopes).toEqual(['tasks:read'])
    expect(() => caller.fetch('mail')).toThrow(/servers has no "mail"/)
  })

  it('goes on when its token runs out', async () => {
    await using made = await house()
    await made.agree('alice')
    await using caller = await made.act()
    expect(await made.call(caller)).toBe('done')
    made.clock.forward(301)
    expect(await made.call(caller)).toBe('done')
    expect(made.asked.map(({ token }) => token)).toEqual(['canary.alice.1', 'canary.alice.2'])
    expect(made.asked.at(-1)?.scopes).toEqual(['tasks:read'])
  })

  it.each<[string, (made: Awaited<ReturnType<typeof house>>) => Promise<unknown>]>([
    ['nobody agreed', async () => {}],
    ['somebody else agreed', (made) => made.agree('bob')],
    ['it was another job', (made) => made.agree('alice', { job: 'other' })],
    [
      'the time is over',
      async (made) => {
        await made.agree('alice')
        made.clock.forward(7 * DAY_S)
      },
    ],
    [
      'it was revoked',
      async (made) => {
        const { id } = await made.agree('alice')
        expect(await made.onbehalf.consents.revoke(alice, id)).toBe(true)
      },
    ],
  ])('is refused when %s', async (_, before) => {
    await using made = await house()
    await before(made)
    expect(await made.onbehalf.actFor(alice, WORK)).toEqual(refused('consent_missing'))
    expect(made.events.at(-1)).toMatchObject({
      hop: 'consent',
      outcome: 'refused',
      reason: 'consent_missing',
      subject: 'alice',
      operation: 'weekly-report',
    })
    expect(made.asked).toEqual([])
  })

  it('ends at the next call when it is revoked or its time is over, and sends nothing more', async () => {
    await using made = await house()
    const { id } = await made.agree('alice')
    await using caller = await made.act()
    expect(await made.call(caller)).toBe('done')
    await made.onbehalf.consents.revoke(alice, id)
    expect(await made.call(caller)).toBe(MISSING)
    await made.agree('alice')
    // The new consent is another one.
    expect(await made.call(caller)).toBe(MISSING)
    await using other = await made.act()
    expect(await made.call(other)).toBe('done')
    made.clock.forward(7 * DAY_S)
    expect(await made.call(other)).toBe(MISSING)
    expect(made.served).toHaveLength(2)
  })

  it('is nobody else’s: a consent of bob does not act for alice, nor his sign-in', async () => {
    await using made = await house({
      session: {
        present: async () => undefined,
        signInOf: async () => ({
          owner: principalKey(bob),
          freshen: () => expect.unreachable(),
          whenEnded: () => () => {},
        }),
      },
    })
    await made.agree('alice', { servers: ['tasks', 'keyed'] })
    await using caller = await made.act()
    expect(await made.call(caller)).toBe(toSentence({ reason: 'handle_refused', server: 'tasks' }))
    expect(await made.onbehalf.consents.revoke(bob, 'x')).toBe(false)
  })

  it('without a sign-in still has the accounts and keys that need none', async () => {
    await using made = await house()
    await made.agree('alice', { servers: ['tasks', 'keyed'] })
    await staticKeys(made.secrets).put(
      alice,
      'https://keyed.example/mcp',
      new Credential('key-of-alice-at-keyed'),
    )
    made.ended.add('alice')
    await using caller = await made.act()
    expect(await made.call(caller, 'keyed')).toBe('done')
    expect(made.served).toEqual(['Bearer key-of-alice-at-keyed'])
    expect(await made.call(caller)).toBe(toSentence({ reason: 'handle_refused', server: 'tasks' }))
    expect(made.asked).toEqual([])
  })

  it.each([{ subject: 'alice' }, { subject: 'alice', sessionId: 's1' }, { sessionId: 's1' }])(
    'goes on where it needs no sign-in after one has ended at its issuer: %j',
    async (which) => {
      await using made = await house()
      await made.agree('alice', { servers: ['keyed'] })
      await staticKeys(made.secrets).put(
        alice,
        'https://keyed.example/mcp',
        new Credential('key-of-alice-at-keyed'),
      )
      made.ended.add('alice')
      made.onbehalf.endSignIn({ issuer: ISSUER, ...which })
      await using caller = await made.act()
      expect(await made.call(caller, 'keyed')).toBe('done')
    },
  )

  it('does not get the person’s own token where that can do more than they agreed to', async () => {
    await using made = await house()
    await made.agree('alice', { servers: ['own', 'tasks'] })
    await using caller = await made.act()
    expect(() => caller.fetch('own')).toThrow(/servers has no "own"/)
    await made.agree('alice', { servers: ['own'], scopes: ['tasks:read', 'tasks:write', 'admin'] })
    await using other = await made.act()
    expect(await made.call(other, 'own')).toBe('done')
    expect(made.served).toEqual(['Bearer canary.alice.2'])
  })

  it('is left undone when it cannot be recorded', async () => {
    let fails = false
    await using made = await house({
      audit: {
        record() {
          if (fails) throw new Error('full')
        },
      },
    })
    await made.agree('alice')
    fails = true
    expect(await made.onbehalf.actFor(alice, WORK)).toEqual(refused('audit_unavailable'))
  })
})

describe('a consent', () => {
  it('is listed with all that the person agreed to, and recorded when given and revoked', async () => {
    await using made = await house()
    const given = await made.agree('alice')
    expect(await made.onbehalf.consents.list(alice)).toEqual([given])
    expect(given).toMatchObject({
      ...WORK,
      servers: ['tasks'],
      scopes: ['tasks:read'],
      givenAt: START,
      endsAt: START + 7 * DAY_S,
    })
    await made.onbehalf.consents.revoke(alice, given.id)
    expect(await made.onbehalf.consents.list(alice)).toEqual([{ ...given, revokedAt: START }])
    const consents = made.events.filter(({ hop }) => hop === 'consent')
    expect(consents.map(({ detail, subject }) => [detail, subject])).toEqual([
      ['given', 'alice'],
      ['revoked', 'alice'],
    ])
    expect(await made.onbehalf.consents.list(bob)).toEqual([])
  })

  it.each([
    [{ job: '' }, /job must be/],
    [{ servers: [] }, /servers must name/],
    [{ servers: ['nope'] }, /servers has no "nope"/],
    [{ scopes: ['two words'] }, /is no scope token/],
    [{ until: new Date(START * 1000) }, /until must be a Date in the future/],
    [{ until: new Date((START + 400 * DAY_S) * 1000) }, /within a year/],
    [{ until: 'tomorrow' }, /until must be a Date/],
  ])('is refused with %j', async (changes, message) => {
    await using made = await house()
    await expect(made.agree('alice', changes)).rejects.toThrow(message)
    expect(await made.onbehalf.consents.list(alice)).toEqual([])
  })

  it('needs a place to be kept', async () => {
    const onbehalf = createOnBehalf({
      resource: CHAT,
      authorizationServers: [ISSUER],
      servers: {},
      verifier: { verify: async () => granted(verifiedToken()) },
      audit: { record() {} },
    })
    await expect(onbehalf.consents.list(alice)).rejects.toThrow(/setting consents/)
    await expect(onbehalf.actFor(alice, WORK)).rejects.toThrow(/setting consents/)
  })
})

// A caller whose token runs out while it is at work: it waits for a fresh sign-in of the same
// person, and goes on. Nothing is called twice, and nobody else's sign-in is taken.

import { describe, expect, it } from 'vitest'
import type { Caller } from '../src/caller.ts'
import { Credential } from '../src/core/credential.ts'
import type { KeptSignIn, KeptSignIns } from '../src/core/door/kept-sign-in.ts'
import { granted, refused } from '../src/core/errors.ts'
import { principalKey } from '../src/core/principal.ts'
import { toSentence } from '../src/core/sentences.ts'
import { memoryVault } from '../src/core/vault/memory-vault.ts'
import { createOnBehalf } from '../src/on-behalf.ts'
import { callPolicy } from '../src/policy/index.ts'
import {
  keyUse,
  listKeyring,
  retireKey,
  rewrap,
  rotateKeyring,
  sqliteVault,
} from '../src/store/index.ts'
import {
  alice,
  CHAT,
  deferred,
  handClock,
  ISSUER,
  issuedToken,
  verifiedToken,
} from './core/parts.ts'
import { json, loopback } from './mcp/loopback.ts'
import { callOf, post } from './mcp/parts.ts'
import { LIFE, shortLived } from './short-lived.ts'
import { groundForTest } from './store/ground.ts'

const SIGNED_OUT = toSentence({ reason: 'handle_refused', server: 'tasks' })

describe('a token that runs out in the middle of a run', () => {
  it('is replaced by a fresh one of the same person, asked for once by two calls', async () => {
    await using made = await shortLived()
    const { admitted, call, clock, served, exchanged } = made
    const caller = await admitted('alice.1')
    let asked = 0
    caller.renewWith(async () => {
      asked += 1
      return admitted('alice.2')
    })
    expect(await call(caller)).toBe('done')
    clock.forward(LIFE + 1)
    expect(await Promise.all([call(caller), call(caller)])).toEqual(['done', 'done'])
    expect(asked).toBe(1)
    expect(exchanged).toEqual(['canary.alice.1', 'canary.alice.2'])
    expect(served).toEqual(['Bearer issued-1', 'Bearer issued-2', 'Bearer issued-2'])
  })

  it('is judged by the policy with the claims of the fresh one from then on', async () => {
    const rules = [{ tools: '*', unless: { number: '1' }, effect: 'deny' }] as const
    await using made = await shortLived(undefined, { policy: callPolicy({ rules }) })
    const { admitted, call, clock } = made
    const caller = await admitted('alice.1')
    caller.renewWith(() => admitted('alice.2'))
    expect(await call(caller)).toBe('done')
    clock.forward(LIFE + 1)
    await call(caller)
    expect(await call(caller)).toContain('the rules of the operator do not allow it')
  })

  it('is replaced as often as it runs out', async () => {
    await using made = await shortLived()
    const { admitted, call, clock, exchanged } = made
    const caller = await admitted('alice.0')
    let count = 0
    caller.renewWith(() => admitted(`alice.${++count}`))
    for (let round = 0; round < 3; round += 1) {
      expect(await call(caller)).toBe('done')
      clock.forward(LIFE + 1)
    }
    expect(exchanged).toEqual(['canary.alice.0', 'canary.alice.1', 'canary.alice.2'])
  })

  it('stays good after the caller that brought the fresh one has ended, and until this one ends', async () => {
    await using made = await shortLived()
    const { admitted, call, clock } = made
    const caller = await admitted('alice.1')
    const fresh = await admitted('alice.2')
    clock.forward(LIFE - 10)
    const later = await admitted('alice.3')
    caller.renewWith(async () => later)
    clock.forward(20)
    expect(await call(caller)).toBe('done')
    await later.end()
    await fresh.end()
    clock.forward(61)
    expect(await call(caller)).toBe('done')
    expect(caller.token.expiresAt).toBe(later.token.expiresAt)
    await caller.end()
    await expect(async () => caller.fetch('tasks')).rejects.toMatchObject({ code: 'caller_ended' })
  })

  it.each(['bob.1', 'alice-2.1', 'ALICE.1'])(
    'is not replaced by the one of %s, whose credential goes nowhere',
    async (other) => {
      await using made = await shortLived()
      const { admitted, call, clock, served, exchanged } = made
      const caller = await admitted('alice.1')
      let asked = 0
      caller.renewWith(() => {
        asked += 1
        return admitted(other)
      })
      clock.forward(LIFE + 1)
      expect(await call(caller)).toBe(SIGNED_OUT)
      expect(await call(caller)).toBe(SIGNED_OUT)
      expect([asked, served, exchanged]).toEqual([1, [], []])
      expect(caller.principal).toEqual(alice)
    },
  )

  it.each<[string, () => Promise<Caller | undefined>]>([
    ['nobody answers', async () => undefined],
    ['something else answers', async () => ({ principal: alice }) as Caller],
  ])('is told as the end of the sign-in when %s', async (_, ask) => {
    await using made = await shortLived()
    const caller = await made.admitted('alice.1')
    caller.renewWith(ask)
    made.clock.forward(LIFE + 1)
    expect(await made.call(caller)).toBe(SIGNED_OUT)
    expect(made.served).toEqual([])
  })

  it('is asked for again when it could not be asked for, and the call says so', async () => {
    await using made = await shortLived()
    const { admitted, call, clock, served } = made
    const caller = await admitted('alice.1')
    let tries = 0
    caller.renewWith(async () => {
      if (tries++ === 0) throw new Error('quotes canary.alice.1')
      return admitted('alice.2')
    })
    clock.forward(LIFE + 1)
    expect(await call(caller)).toBe(toSentence({ reason: 'issuer_unavailable', server: 'tasks' }))
    expect(served).toEqual([])
    expect(await call(caller)).toBe('done')
  })

  it.each(['end', 'revoke'] as const)('%s while it waits ends the wait', async (how) => {
    await using made = await shortLived()
    const { admitted, call, clock, onbehalf, served } = made
    const caller = await admitted('alice.1')
    const asked = deferred<void>()
    let told: AbortSignal | undefined
    caller.renewWith((signal) => {
      told = signal
      asked.resolve()
      return new Promise(() => {})
    })
    clock.forward(LIFE + 1)
    const answer = call(caller)
    await asked.promise
    if (how === 'end') await caller.end()
    else onbehalf.revoke(alice)
    const reason = how === 'end' ? 'caller_ended' : 'handle_refused'
    expect(await answer).toBe(toSentence({ reason, server: 'tasks' }))
    expect([told?.aborted, served]).toEqual([true, []])
  })

  it('a sign-in that comes after the end is forgotten', async () => {
    await using made = await shortLived()
    const { admitted, call, clock, exchanged } = made
    const caller = await admitted('alice.1')
    const asked = deferred<void>()
    const answer = deferred<Caller>()
    caller.renewWith(() => {
      asked.resolve()
      return answer.promise
    })
    clock.forward(LIFE + 1)
    const late = call(caller)
    await asked.promise
    await caller.end()
    answer.resolve(await admitted('alice.2'))
    await late
    expect(exchanged).toEqual([])
  })
})

describe("the person's own token", () => {
  it('is replaced when it runs out', async () => {
    await using made = await shortLived({ type: 'own' })
    const { admitted, call, clock, served } = made
    const caller = await admitted('alice.1')
    caller.renewWith(() => admitted('alice.2'))
    expect(await call(caller)).toBe('done')
    clock.forward(LIFE + 1)
    expect(await call(caller)).toBe('done')
    expect(served).toEqual(['Bearer canary.alice.1', 'Bearer canary.alice.2'])
  })

  it('is replaced when a server whose clock is ahead refuses it, and not when it is refused in its life', async () => {
    await using made = await shortLived({ type: 'own' })
    const { admitted, call, clock, served, answer } = made
    const caller = await admitted('alice.1')
    let asked = 0
    caller.renewWith(() => {
      asked += 1
      return admitted('alice.2')
    })
    answer(401)
    expect(await call(caller)).toBe(toSentence({ reason: 'server_refused', server: 'tasks' }))
    expect(asked).toBe(0)
    clock.forward(LIFE - 5)
    await call(caller)
    expect(asked).toBe(1)
    expect(served.slice(1)).toEqual(['Bearer canary.alice.1', 'Bearer canary.alice.2'])
  })
})

it('an issuer that takes the token no more has it replaced', async () => {
  const taken: string[] = []
  const server = await loopback(({ body }, response) => {
    json(response, 200, { jsonrpc: '2.0', id: JSON.parse(body).id, result: { content: [] } })
  })
  await using _ = server
  const onbehalf = createOnBehalf({
    resource: CHAT,
    authorizationServers: [ISSUER],
    servers: { tasks: { url: server.url, source: { type: 'exchange', scopes: ['tasks:read'] } } },
    verifier: {
      verify: async () => granted(verifiedToken({ expiresAt: Date.now() / 1000 + 300 })),
    },
    exchanger: {
      issuer: ISSUER,
      async exchange(subjectToken) {
        taken.push(subjectToken.reveal())
        return taken.length === 1
          ? refused('exchange_grant_refused')
          : granted(issuedToken('issued', { expiresAt: Date.now() / 1000 + 60 }))
      },
    },
    vault: memoryVault(),
    audit: { record() {} },
  })
  const admitted = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` }
    const admission = await onbehalf.admit(new Request(CHAT, { method: 'POST', headers }))
    if (!admission.ok) throw new Error(admission.refusal.reason)
    return admission.value
  }
  const caller = await admitted('first')
  caller.renewWith(() => admitted('second'))
  const response = await caller.fetch('tasks')(server.url, post(callOf('hello')))
  expect(response.status).toBe(200)
  expect(taken).toEqual(['first', 'second'])
})

describe('a caller of a kept sign-in', () => {
  /** A kept sign-in whose tokens are given one after the other; the last one again and again. */
  function kept(...tokens: readonly string[]) {
    const asked: (string | undefined)[] = []
    let index = 0
    const issuedNow = () => issuedToken(`canary.${tokens[Math.min(index, tokens.length - 1)]}`)
    const signIn: KeptSignIn = {
      owner: principalKey(alice),
      async freshen({ refused: rejected } = {}) {
        asked.push(rejected?.credential.reveal())
        if (index === tokens.length) return refused('sign_in_ended')
        if (rejected) index += 1
        return granted(issuedNow())
      },
      whenEnded: () => () => {},
    }
    const credential = granted(new Credential('canary.alice.1'))
    const session: KeptSignIns = {
      present: async () => ({ presented: { credential, placement: 'cookie' }, signIn }),
      signInOf: async () => undefined,
    }
    return { session, asked }
  }
  const EXCHANGE = { type: 'exchange', scopes: ['tasks:read'] } as const
  async function admittedBy({ onbehalf }: Awaited<ReturnType<typeof shortLived>>) {
    const admission = await onbehalf.admit(new Request(CHAT, { method: 'POST' }))
    if (!admission.ok) throw new Error(admission.refusal.reason)
    return admission.value
  }

  it('goes on with a fresh token of the sign-in, without anybody being asked', async () => {
    const { session, asked } = kept('alice.2')
    await using made = await shortLived(EXCHANGE, { session })
    const caller = await admittedBy(made)
    caller.renewWith(() => expect.unreachable())
    expect(await made.call(caller)).toBe('done')
    made.clock.forward(LIFE + 1)
    expect(await Promise.all([made.call(caller), made.call(caller)])).toEqual(['done', 'done'])
    expect(made.exchanged).toEqual(['canary.alice.1', 'canary.alice.2'])
    expect(asked).toEqual([undefined])
    await caller.end()
    expect(made.inVault.size).toBe(0)
  })

  it('goes on when its issuer is there again', async () => {
    const { session } = kept('alice.2')
    let isDown = true
    const present = session.present
    await using made = await shortLived(EXCHANGE, {
      session: {
        ...session,
        async present(request) {
          const found = await present(request)
          const signIn = found?.signIn
          if (!found || !signIn) return found
          const freshen: KeptSignIn['freshen'] = async (options) =>
            isDown ? refused('issuer_unavailable') : signIn.freshen(options)
          return { ...found, signIn: { ...signIn, freshen } }
        },
      },
    })
    const caller = await admittedBy(made)
    made.clock.forward(LIFE + 1)
    expect(await made.call(caller)).toBe(
      toSentence({ reason: 'issuer_unavailable', server: 'tasks' }),
    )
    isDown = false
    expect(await made.call(caller)).toBe('done')
    await caller.end()
  })

  it('goes on with nobody else’s, whatever the issuer gave', async () => {
    const { session } = kept('bob.2')
    await using made = await shortLived(EXCHANGE, { session })
    const caller = await admittedBy(made)
    made.clock.forward(LIFE + 1)
    expect(await made.call(caller)).toBe(SIGNED_OUT)
    expect([made.served, made.exchanged]).toEqual([[], []])
    await caller.end()
    expect(made.inVault.size).toBe(0)
  })
})

it('keys are rotated and retired while a caller waits for a fresh sign-in, and nothing is lost', async () => {
  const stored = groundForTest()
  const database = stored.open()
  const server = await loopback(({ body }, response) => {
    json(response, 200, { jsonrpc: '2.0', id: JSON.parse(body).id, result: { content: [] } })
  })
  await using _ = server
  const clock = handClock()
  const exchanged: string[] = []
  const onbehalf = createOnBehalf({
    resource: CHAT,
    authorizationServers: [ISSUER],
    servers: { tasks: { url: server.url, source: { type: 'exchange', scopes: ['tasks:read'] } } },
    verifier: {
      verify: async () => granted(verifiedToken({ expiresAt: clock.now() / 1000 + LIFE })),
    },
    exchanger: {
      issuer: ISSUER,
      async exchange(subjectToken) {
        exchanged.push(subjectToken.reveal())
        const expiresAt = clock.now() / 1000 + 60
        return granted(issuedToken(`issued-${exchanged.length}`, { expiresAt }))
      },
    },
    vault: sqliteVault(database, stored.masterKeys, { now: clock.now }),
    audit: { record() {} },
    now: clock.now,
  })
  const admitted = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` }
    const admission = await onbehalf.admit(new Request(CHAT, { method: 'POST', headers }))
    if (!admission.ok) throw new Error(admission.refusal.reason)
    return admission.value
  }
  const caller = await admitted('first')
  caller.renewWith(async () => {
    const fresh = await admitted('second')
    const [old = ''] = listKeyring(stored.keyring).map(({ id }) => id)
    rotateKeyring(stored.keyring)
    expect(await rewrap(database, stored.masterKeys)).toMatchObject({ left: 0 })
    expect(await retireKey(stored.keyring, [database], old)).toEqual({ retired: true })
    return fresh
  })
  clock.forward(LIFE + 1)
  const response = await caller.fetch('tasks')(server.url, post(callOf('hello')))
  expect(response.status).toBe(200)
  expect(exchanged).toEqual(['second'])
  await caller.end()
  expect(await keyUse(database)).toEqual(new Map())
})

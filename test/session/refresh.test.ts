// Fresh tokens of a kept sign-in: one refresh for all, on all instances, whatever dies in between.

import { describe, expect, it } from 'vitest'
import { principalKey } from '../../src/index.ts'
import {
  fileMasterKeys,
  keyUse,
  listKeyring,
  retireKey,
  rewrap,
  rotateKeyring,
  sqliteSecretStore,
  sqliteSignInStore,
} from '../../src/store/index.ts'
import { groundForTest } from '../store/ground.ts'
import { type House, type HouseOptions, house, whoIs } from './house.ts'
import { ISSUER } from './issuer.ts'

/** A house whose instances each have a connection of their own to one SQLite file. */
async function houseOverSqlite(options: HouseOptions = {}) {
  const made = groundForTest()
  const storesOf = () => {
    const database = made.open()
    return {
      store: sqliteSignInStore(database),
      secrets: sqliteSecretStore(database, made.masterKeys),
    }
  }
  return { ...(await house({ ...options, storesOf })), made }
}

/** Many chat requests at once, half of them on another instance. */
async function many({ browser, instance, clock }: House, count: number) {
  const one = browser()
  await one.signIn()
  const other = instance()
  clock.forward(299)
  const asked = Array.from({ length: count }, (_, number) =>
    whoIs(number % 2 ? one.admit() : one.admit(undefined, other)),
  )
  return new Set(await Promise.all(asked))
}

describe('a token that runs out', () => {
  it('is refreshed once for 50 requests on two instances', async () => {
    const made = await houseOverSqlite()
    expect(await many(made, 50)).toEqual(new Set(['alice']))
    expect(made.issuer.refreshes()).toBe(1)
  })

  it('is refreshed again and again: each refresh token is used once', async () => {
    const { browser, issuer, clock } = await house()
    const one = browser()
    await one.signIn()
    for (let round = 1; round <= 5; round++) {
      clock.forward(290)
      expect(await whoIs(one.admit())).toBe('alice')
      expect(issuer.refreshes()).toBe(round)
    }
  })

  it('of each sign-in is its own', async () => {
    const { browser, issuer, clock } = await house()
    const [desk, phone] = [browser(), browser()]
    await desk.signIn()
    await phone.signIn()
    clock.forward(290)
    await Promise.all([whoIs(desk.admit()), whoIs(phone.admit())])
    expect(issuer.refreshes()).toBe(2)
  })

  it('serves on while the issuer is down, until it has run out', async () => {
    const { browser, issuer, clock } = await house()
    const one = browser()
    await one.signIn()
    issuer.before = async () => new Response(null, { status: 500 })
    clock.forward(280)
    expect(await whoIs(one.admit())).toBe('alice')
    clock.forward(30)
    expect(await whoIs(one.admit())).toBe('issuer_unavailable')
    issuer.before = async () => undefined
    clock.forward(60)
    expect(await whoIs(one.admit())).toBe('alice')
  })

  it.each([
    ['access token', (made: House) => (made.issuer.accessSubject = 'mallory')],
    ['ID token', (made: House) => (made.issuer.idClaims = { sub: 'mallory' })],
  ])('is not replaced by an %s of somebody else', async (_, change) => {
    const made = await house()
    const one = made.browser()
    await one.signIn()
    change(made)
    made.clock.forward(290)
    expect(await whoIs(one.admit())).toBe('sign_in_ended')
  })

  it('is given to work that goes on, for as long as the sign-in stands', async () => {
    const { browser, app, issuer, clock } = await house()
    const one = browser()
    await one.signIn()
    const signIn = await app.session.signInOf({ issuer: ISSUER, subject: 'alice' })
    expect(signIn?.owner).toBe(principalKey({ issuer: ISSUER, subject: 'alice' }))
    clock.forward(299)
    const [first, second] = await Promise.all([signIn?.freshen(), signIn?.freshen()])
    expect([first?.ok, second?.ok, issuer.refreshes()]).toEqual([true, true, 1])
    if (!first?.ok) throw new Error('refused')
    // A server refused it, a minute later: then there is another one.
    clock.forward(60)
    const third = await signIn?.freshen({ refused: first.value })
    expect([third?.ok, issuer.refreshes()]).toEqual([true, 2])
    await one.ask('POST', '/auth/sign-out')
    expect(await signIn?.freshen()).toMatchObject({ refusal: { reason: 'sign_in_ended' } })
    expect(await app.session.signInOf({ issuer: ISSUER, subject: 'alice' })).toBeUndefined()
  })
})

describe('work while the person is away', () => {
  const alice = { issuer: ISSUER, subject: 'alice' }

  it('goes by the sign-in that was used last', async () => {
    const { browser, app, clock, store } = await house()
    const [desk, phone] = [browser(), browser()]
    await desk.signIn()
    await phone.signIn()
    clock.forward(61)
    await whoIs(desk.admit())
    const freshen = async () => (await app.session.signInOf(alice))?.freshen()
    expect((await freshen())?.ok).toBe(true)
    const [latest] = (await store.list('all')).toSorted((a, b) => b.usedAt - a.usedAt)
    await store.end({ ids: [latest?.id ?? ''] }, 0)
    expect((await freshen())?.ok).toBe(true)
    expect(await app.session.list(alice)).toHaveLength(1)
  })

  it('goes on when its cookie has been idle for too long, and ends with the sign-in', async () => {
    const { browser, app, clock } = await house({ idleSeconds: 1000 })
    const one = browser()
    await one.signIn()
    const kept = await app.session.signInOf(alice)
    clock.forward(1000)
    expect((await kept?.freshen())?.ok).toBe(true)
    // A use by a job is none by the person.
    clock.forward(603_800)
    expect(await app.session.signInOf(alice)).toBeUndefined()
    expect(await app.session.list(alice)).toEqual([])
    expect(await whoIs(one.admit())).toBe('sign_in_ended')
    expect(await kept?.freshen()).toMatchObject({ refusal: { reason: 'sign_in_ended' } })
  })
})

describe('an instance that dies', () => {
  /** Kills an instance at a moment of its refresh: nothing that it does after it reaches the store. */
  async function killed(moment: 'before the request' | 'after the answer') {
    const made = await houseOverSqlite()
    const one = made.browser()
    await one.signIn()
    made.clock.forward(290)
    let reached = () => {}
    const atMoment = new Promise<void>((resolve) => {
      reached = resolve
    })
    const hang = new Promise<never>(() => {})
    const { fetch } = made.issuer
    const dying = made.instance({
      async fetch(input, init) {
        const isRefresh =
          init?.body instanceof URLSearchParams && init.body.get('grant_type') === 'refresh_token'
        if (!isRefresh) return fetch(input, init)
        if (moment === 'after the answer') await fetch(input, init)
        reached()
        return hang
      },
    })
    void one.admit(undefined, dying)
    await atMoment
    made.clock.forward(31)
    return { ...made, one }
  }

  it('before it asked the issuer costs nobody anything', async () => {
    const { one, issuer } = await killed('before the request')
    expect(await whoIs(one.admit())).toBe('alice')
    expect(issuer.refreshes()).toBe(1)
  })

  it('between the issuer’s answer and the store: the person signs in again, and is told so', async () => {
    const { one, browser } = await killed('after the answer')
    const admission = await one.admit()
    const response = admission.ok ? undefined : admission.response
    expect([response?.status, await response?.json()]).toEqual([
      401,
      { code: 'invalid_token', message: 'The sign-in has ended. Sign in again.' },
    ])
    const again = browser()
    await again.signIn()
    expect(await whoIs(again.admit())).toBe('alice')
  })
})

describe('the tokens in the store', () => {
  it('are sealed: neither they nor the cookie are on the disk', async () => {
    const { browser, issuer, made } = await houseOverSqlite()
    const one = browser()
    await one.signIn()
    const bytes = made.bytes().toString('latin1')
    for (const secret of ['eyJ', 'refresh-of-alice', ...one.cookies.values()])
      expect(bytes.includes(secret)).toBe(false)
    expect(issuer.asked.length).toBeGreaterThan(0)
  })

  it('live through a rotation of the master key, and the old key can go', async () => {
    const { browser, clock, made } = await houseOverSqlite()
    const one = browser()
    await one.signIn()
    const old = listKeyring(made.keyring).at(-1)?.id ?? ''
    rotateKeyring(made.keyring, { now: () => Date.now() + 1000 })
    expect(await whoIs(one.admit())).toBe('alice')
    const database = made.open()
    expect(await rewrap(database, fileMasterKeys(made.keyring))).toMatchObject({ left: 0 })
    expect((await keyUse(database)).has(old)).toBe(false)
    expect(await retireKey(made.keyring, [database], old)).toEqual({ retired: true })
    clock.forward(290)
    expect(await whoIs(one.admit())).toBe('alice')
  })
})

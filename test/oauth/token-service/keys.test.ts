// The signing keys of the token service: sealed in a store, shared by instances, and rotated without
// anybody noticing.

import { describe, expect, it } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import { memorySecretStore } from '../../../src/core/vault/memory-secret-store.ts'
import { DEPLOYMENT, type SecretStore } from '../../../src/core/vault/secret-store.ts'
import { jwtVerifier } from '../../../src/jwt/index.ts'
import { tokenService } from '../../../src/oauth/index.ts'
import { reasonOf } from '../../core/parts.ts'
import { API, basic, type House, house, SECRET, SERVICE, TASKS } from './house.ts'

const kidOf = (token: Credential): string => {
  const [header = ''] = token.reveal().split('.')
  return JSON.parse(Buffer.from(header, 'base64url').toString()).kid
}

async function published(made: House): Promise<readonly Record<string, string>[]> {
  const response = await made.service.fetch(new Request(`${SERVICE}/jwks`))
  return ((await response.json()) as { keys: Record<string, string>[] }).keys
}

/** Another instance over the same store and clock. */
function instance(made: House): House {
  const service = tokenService(made.options)
  return {
    ...made,
    service,
    inProcess: async (token, resource = TASKS, scopes = ['tasks:read'], client = 'chat') =>
      service.exchanger(client).exchange(token, { resource, scopes }),
  }
}

async function issue(made: House): Promise<Credential> {
  const result = await made.inProcess(await made.signedIn())
  if (!result.ok) throw new Error(JSON.stringify(result.refusal))
  return result.value.credential
}

describe('the signing keys', () => {
  it('the signing keys are public in what is published, and private in the store alone', async () => {
    const made = await house()
    await issue(made)
    const keys = await published(made)
    expect(keys).toHaveLength(2)
    for (const key of keys)
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
    const record = await made.store.read({
      owner: DEPLOYMENT,
      resource: SERVICE,
      kind: 'signing-keys',
    })
    expect(record?.secrets.current).toBeInstanceOf(Credential)
    expect(JSON.stringify([record, made.events])).not.toContain('"d"')
    expect(JSON.stringify(record?.facts)).not.toContain('\\"d\\"')
  })

  it('the signing keys are the same after a restart, and in every instance that starts at the same moment', async () => {
    const made = await house()
    const instances = Array.from({ length: 20 }, () => instance(made))
    const tokens = await Promise.all(instances.map(issue))
    expect(new Set(tokens.map(kidOf)).size).toBe(1)
    expect(kidOf(await issue(instance(made)))).toBe(kidOf(tokens[0] as Credential))
  })

  it('the signing keys are no key of a binding', async () => {
    const made = await house()
    await issue(made)
    expect(
      await made.store.read({ owner: DEPLOYMENT, resource: SERVICE, kind: 'static' }),
    ).toBeUndefined()
  })
})

describe('a rotation', () => {
  it('a rotation waits until the next key has been published for 15 minutes', async () => {
    const made = await house()
    const before = kidOf(await issue(made))
    expect(await made.service.rotateKeys()).toBe(false)
    made.time.advance(899)
    expect([await made.service.rotateKeys(), kidOf(await issue(made))]).toEqual([false, before])
    made.time.advance(1)
    const next = (await published(made)).map(({ kid }) => kid).filter((kid) => kid !== before)
    expect(await made.service.rotateKeys()).toBe(true)
    expect(next).toContain(kidOf(await issue(made)))
  })

  it('a rotation under load refuses nobody: not those who sign, not those who verify with old keys', async () => {
    const made = await house()
    const second = instance(made)
    const verifier = jwtVerifier({
      issuer: SERVICE,
      fetch: made.fetch,
      now: made.time.now,
      cache: false,
    })
    const admit = async (token: Credential) => reasonOf(await verifier.verify(token, TASKS))
    expect(await admit(await issue(made))).toBe('granted')
    const kids = new Set<string>()
    for (let round = 0; round < 6; round++) {
      made.time.advance(950)
      const before = await Promise.all([issue(made), issue(second)])
      const [, , ...tokens] = await Promise.all([
        made.service.rotateKeys(),
        second.service.rotateKeys(),
        ...Array.from({ length: 50 }, (_, at) => issue(at % 2 === 0 ? made : second)),
      ])
      const all = [...before, ...tokens, await issue(made), await issue(second)]
      for (const token of all) kids.add(kidOf(token))
      expect(new Set(await Promise.all(all.map(admit)))).toEqual(new Set(['granted']))
      const exchanged = await Promise.all(
        all.map((token) =>
          made.kitExchanger().exchange(token, { resource: API, scopes: ['api:read'] }),
        ),
      )
      expect(new Set(exchanged.map(reasonOf))).toEqual(new Set(['granted']))
    }
    expect(kids.size).toBeGreaterThanOrEqual(6)
    expect((await published(made)).length).toBeLessThanOrEqual(4)
  })

  it('a rotation happens once, however many instances see that it is due', async () => {
    const made = await house({ rotateAfter: 3600 })
    const before = kidOf(await issue(made))
    made.time.advance(3601)
    const instances = Array.from({ length: 20 }, () => instance(made))
    const kids = new Set((await Promise.all(instances.map(issue))).map(kidOf))
    expect([kids.size, kids.has(before)]).toEqual([1, false])
    const record = await made.store.read({
      owner: DEPLOYMENT,
      resource: SERVICE,
      kind: 'signing-keys',
    })
    expect(record?.version).toBe(2)
  })

  it('a rotation is heard of by the other instances within 30 seconds, and verified by them at once', async () => {
    const made = await house()
    const other = instance(made)
    const old = kidOf(await issue(other))
    made.time.advance(900)
    await issue(other)
    await made.service.rotateKeys()
    made.time.advance(1)
    const fresh = await issue(made)
    expect(kidOf(await issue(other))).toBe(old)
    const response = await other.service.fetch(
      new Request(`${SERVICE}/token`, {
        method: 'POST',
        headers: { authorization: basic('tasks-mcp', SECRET) },
        body: new URLSearchParams(made.form(fresh)),
      }),
    )
    expect(response.status).toBe(200)
    made.time.advance(30)
    expect(kidOf(await issue(other))).toBe(kidOf(fresh))
  })

  it('a rotation of stolen keys is immediate, and ends what they signed', async () => {
    const made = await house()
    const stolen = await issue(made)
    expect(await made.service.rotateKeys({ compromised: true })).toBe(true)
    expect(reasonOf(await made.receive(stolen, TASKS))).toBe('key_unknown')
    expect(await made.kitExchanger().exchange(stolen, { resource: API, scopes: [] })).toMatchObject(
      {
        refusal: { reason: 'exchange_grant_refused' },
      },
    )
    expect(reasonOf(await made.receive(await issue(made), TASKS))).toBe('granted')
  })
})

describe('a store that fails', () => {
  /** A store that fails while `down`. */
  function failing() {
    const inner = memorySecretStore()
    const state = { down: false }
    const check = () => {
      if (state.down) throw new Error('the key {"d":"canary-private"} cannot be read')
    }
    const store: SecretStore = {
      async read(key) {
        check()
        return inner.read(key)
      },
      async write(record) {
        check()
        return inner.write(record)
      },
      remove: async (key) => inner.remove(key),
    }
    return { store, state }
  }

  it('a store that fails later stops nobody: the keys in memory are as good as before', async () => {
    const { store, state } = failing()
    const made = await house({}, { store })
    const before = kidOf(await issue(made))
    state.down = true
    made.time.advance(100)
    expect(kidOf(await issue(made))).toBe(before)
    expect(await published(made)).toHaveLength(2)
  })

  it('a store that fails at the start issues nothing, quotes nothing, and is asked again', async () => {
    const { store, state } = failing()
    const made = await house({}, { store })
    state.down = true
    const result = await made.inProcess(await made.signedIn())
    expect(result).toMatchObject({ refusal: { reason: 'issuer_unavailable' } })
    const response = await made.service.fetch(new Request(`${SERVICE}/jwks`))
    expect([response.status, await response.text()]).toEqual([503, ''])
    expect(JSON.stringify([result, made.events])).not.toContain('canary')
    state.down = false
    expect(reasonOf(await made.inProcess(await made.signedIn()))).toBe('granted')
  })
})

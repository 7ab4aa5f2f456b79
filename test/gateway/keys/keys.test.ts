// Personal access keys: a client without a browser acts as a person, within what the key is for.

import { describe, expect, it } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import type { KeptSignIns } from '../../../src/core/door/kept-sign-in.ts'
import { granted, refused } from '../../../src/core/errors.ts'
import { principalKey } from '../../../src/core/principal.ts'
import { memoryConsentStore } from '../../../src/core/vault/memory-consent-store.ts'
import { memorySecretStore } from '../../../src/core/vault/memory-secret-store.ts'
import { staticKeys } from '../../../src/core/vault/static-keys.ts'
import { accessKeys } from '../../../src/gateway/index.ts'
import { ISSUER, issuedToken, START } from '../../core/parts.ts'
import { gatewayHouse, tokenFor } from '../house.ts'

const alice = { issuer: ISSUER, subject: 'alice' }
const bob = { issuer: ISSUER, subject: 'bob' }
const NOTES = 'https://notes.example/mcp'
const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
const until = (days = 30) => new Date((START + days * 86_400) * 1000)

async function house() {
  const secrets = memorySecretStore()
  const consents = memoryConsentStore()
  await staticKeys(secrets).put('deployment', NOTES, new Credential('key-of-the-deployment'))
  let now = () => START * 1000
  const keys = accessKeys({ secrets, consents, audit: { record() {} }, now: () => now() })
  const plain = gatewayHouse()
  const made = gatewayHouse({
    consents,
    secrets,
    accessKeys: keys,
    servers: {
      ...plain.options.servers,
      Notes: { url: NOTES, source: { type: 'static', of: 'deployment' } },
    },
  })
  now = made.clock.now
  const create = async (servers = ['Notes'], scopes: string[] = [], person = alice) => {
    const { key, record } = await keys.create(person, {
      name: 'laptop',
      servers,
      scopes,
      until: until(),
    })
    return { key: key.reveal(), id: record.id }
  }
  return { ...made, keys, secrets, create }
}

const own = (token: string, method: string, path: string, body?: unknown) =>
  new Request(`https://gateway.example/access-keys${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

describe('an access key', () => {
  it('acts as its person at the servers that it is for', async () => {
    const { ask, create, notes, events } = await house()
    const { key } = await create()
    const answer = await ask('/mcp/Notes', key, LIST)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('search')
    expect(notes.reached[0]?.authorization).toBe('Bearer key-of-the-deployment')
    expect(events.map(({ hop, subject }) => [hop, subject])).toContainEqual(['consent', 'alice'])
    expect(JSON.stringify(events)).not.toContain('obk_')
  })

  it('is not for other servers', async () => {
    const { ask, create, tasks } = await house()
    const { key } = await create()
    expect((await ask('/mcp/Tasks', key, LIST)).status).toBe(403)
    expect(tasks.reached).toEqual([])
    const joint = await (await ask('/mcp', key, LIST)).text()
    expect(joint).toContain('Notes__search')
    expect(joint).not.toContain('Tasks__')
  })

  it.each(['obk_', `obk_${'A'.repeat(43)}`, 'obk_%00', `obk_${'x'.repeat(9000)}`])(
    'that was never made (%s) is 401 with a challenge',
    async (key) => {
      const { ask } = await house()
      const answer = await ask('/mcp/Notes', key, LIST)
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toContain('invalid_token')
    },
  )

  it('ends when it is revoked, by its person alone', async () => {
    const { ask, create, keys } = await house()
    const { key, id } = await create()
    expect(await keys.revoke(bob, id)).toBe(false)
    expect((await ask('/mcp/Notes', key, LIST)).status).toBe(200)
    expect(await keys.revoke(alice, id)).toBe(true)
    expect((await ask('/mcp/Notes', key, LIST)).status).toBe(401)
    expect(await keys.list(alice)).toMatchObject([{ id, name: 'laptop', revokedAt: START }])
  })

  it('ends when its consent is revoked elsewhere', async () => {
    const { ask, create, options } = await house()
    const { key, id } = await create()
    await options.consents?.revoke(JSON.stringify([ISSUER, 'alice']), id, START)
    const [consent] = (await options.consents?.list(JSON.stringify([ISSUER, 'alice']))) ?? []
    if (consent) expect((await ask('/mcp/Notes', key, LIST)).status).toBe(401)
  })

  it('ends with its time', async () => {
    const { ask, create, clock } = await house()
    const { key } = await create()
    clock.forward(30 * 86_400 + 1)
    expect((await ask('/mcp/Notes', key, LIST)).status).toBe(401)
  })

  it('of a person is not ended by another key of the same name', async () => {
    const { ask, create } = await house()
    const [one, other] = [await create(), await create()]
    for (const { key } of [one, other])
      expect((await ask('/mcp/Notes', key, LIST)).status).toBe(200)
  })

  it('is not stored', async () => {
    const secrets = memorySecretStore()
    const written: unknown[] = []
    const watched = {
      ...secrets,
      async write(record: Parameters<typeof secrets.write>[0]) {
        written.push(record)
        return secrets.write(record)
      },
    }
    const keys = accessKeys({
      secrets: watched,
      consents: memoryConsentStore(),
      audit: { record() {} },
      now: () => START * 1000,
    })
    const { key } = await keys.create(alice, { name: 'a', servers: ['Notes'], until: until() })
    expect(key.reveal()).toMatch(/^obk_[\w-]{43}$/)
    expect(JSON.stringify(written)).not.toContain(key.reveal().slice(4))
    expect(written).toHaveLength(2)
  })

  it('says what it needs, where a server wants a token of the person and no sign-in is kept', async () => {
    const { ask, create, tasks } = await house()
    const { key } = await create(['Tasks'], ['read'])
    const answer = await ask('/mcp/Tasks', key, LIST)
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain('cannot be used for servers with the source exchange')
    expect(tasks.reached).toEqual([])
  })

  it('gets a fresh token of the sign-in that is kept, for a server that wants one', async () => {
    const { create, keys, options, tasks } = await house()
    let given = 0
    const session: KeptSignIns = {
      present: async () => undefined,
      async signInOf(principal) {
        if (principal.subject !== 'alice') return undefined
        return {
          owner: principalKey(principal),
          freshen: async () =>
            granted(issuedToken(tokenFor('alice', 'read+write', 300, String(given++)))),
          whenEnded: () => () => {},
        }
      },
    }
    const made = gatewayHouse({ ...options, session, accessKeys: keys })
    const initialize = {
      ...LIST,
      method: 'initialize',
      params: {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'job', version: '1' },
      },
    }
    const { key } = await create(['Tasks'], ['read'])
    const answer = await made.ask('/mcp/Tasks', key, initialize)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('serverInfo')
    // The server gets a token of alice's own for it, by the token of her sign-in.
    expect(tasks.reached.map(({ authorization }) => authorization)).toEqual([
      expect.stringMatching(/^Bearer issued\.alice\.tasks\.example\./),
    ])
    expect(given).toBe(1)
    expect((await made.ask('/mcp/Notes', key, LIST)).status).toBe(403)

    // Nobody else's sign-in counts for a key.
    const bobs = await create(['Tasks'], ['read'], bob)
    const refused = await made.ask('/mcp/Tasks', bobs.key, initialize)
    expect(await refused.json()).toMatchObject({ error: {} })
    expect(tasks.reached).toHaveLength(1)
  })

  it('does not pass where every request needs a scope that it has not', async () => {
    const { create, keys, options, secrets } = await house()
    const { key } = await create()
    const made = gatewayHouse({ ...options, scopes: ['read'], accessKeys: keys, secrets })
    const answer = await made.ask('/mcp/Notes', key, LIST)
    expect(answer.status).toBe(403)
    expect(answer.headers.get('www-authenticate')).toContain('insufficient_scope')
  })

  it('is 503 while keys cannot be looked up, and quotes nothing', async () => {
    const { keys, options } = await house()
    const find = async () => Promise.reject(new Error('secret words of a database'))
    const made = gatewayHouse({ ...options, accessKeys: { ...keys, find } })
    const answer = await made.ask('/mcp/Notes', 'obk_x', LIST)
    expect(answer.status).toBe(503)
    expect(await answer.text()).not.toContain('words')
  })
})

describe('a signed-in person', () => {
  it('makes a key, sees it once, lists and revokes it', async () => {
    const { gateway, ask } = await house()
    const token = tokenFor('alice')
    const wanted = { name: 'laptop', servers: ['Notes'], scopes: ['read'], days: 7 }
    const made = await gateway.fetch(own(token, 'POST', '', wanted))
    expect(made.status).toBe(201)
    const { key, id } = (await made.json()) as { key: string; id: string }
    expect((await ask('/mcp/Notes', key, LIST)).status).toBe(200)
    const listed = await (await gateway.fetch(own(token, 'GET', ''))).text()
    expect(listed).toContain(id)
    expect(listed).not.toContain(key)
    expect((await gateway.fetch(own(tokenFor('bob'), 'DELETE', `/${id}`))).status).toBe(404)
    expect((await gateway.fetch(own(token, 'DELETE', `/${id}`))).status).toBe(204)
    expect((await ask('/mcp/Notes', key, LIST)).status).toBe(401)
  })

  it('gets no more by a key than by the token that they make it with', async () => {
    const { gateway } = await house()
    const wanted = { name: 'a', servers: ['Notes'], scopes: ['admin'] }
    expect((await gateway.fetch(own(tokenFor('alice'), 'POST', '', wanted))).status).toBe(403)
  })

  it.each([
    [{ name: '', servers: ['Notes'] }, 'name'],
    [{ name: 'a', servers: [] }, 'servers'],
    [{ name: 'a', servers: ['Other'] }, 'servers'],
    [{ name: 'a', servers: ['Tasks'] }, 'comes without a token of the person'],
    [{ name: 'a', servers: ['Notes'], scopes: [1] }, 'scopes'],
    [{ name: 'a', servers: ['Notes'], days: 366 }, 'days'],
    [[], 'JSON object'],
  ])('is told what is wrong with %j', async (wanted, words) => {
    const { gateway } = await house()
    const answer = await gateway.fetch(own(tokenFor('alice'), 'POST', '', wanted))
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain(words)
  })

  it('is not given a key through an agent that acts for them for a while', async () => {
    const { options, keys } = await house()
    const { verifier } = options
    const made = gatewayHouse({
      ...options,
      accessKeys: keys,
      verifier: {
        async verify(...given) {
          const token = await verifier?.verify(...given)
          if (!token?.ok) return token ?? refused('issuer_unavailable')
          const principal = { ...token.value.principal, actor: { subject: 'chat' } }
          return granted({ ...token.value, principal })
        },
      },
    })
    const wanted = { name: 'a', servers: ['Notes'] }
    const answer = await made.gateway.fetch(own(tokenFor('alice'), 'POST', '', wanted))
    expect(answer.status).toBe(403)
    expect(await answer.text()).not.toContain('obk_')
    expect(await keys.list(alice)).toEqual([])
  })

  it('cannot make a key with a key, nor without a token', async () => {
    const { gateway, create } = await house()
    const { key } = await create()
    const wanted = { name: 'a', servers: ['Notes'] }
    for (const token of [key, 'x'])
      expect((await gateway.fetch(own(token, 'POST', '', wanted))).status).toBe(401)
  })
})

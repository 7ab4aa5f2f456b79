// Static keys: kept, never given back, read by the sources alone; and nobody's key stands in for
// another's.

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createAuditor } from '../../../src/core/audit.ts'
import { Credential } from '../../../src/core/credential.ts'
import { principalKey } from '../../../src/core/principal.ts'
import { staticCredential } from '../../../src/core/source/static-credential.ts'
import { memorySecretStore } from '../../../src/core/vault/memory-secret-store.ts'
import type { SecretStore } from '../../../src/core/vault/secret-store.ts'
import {
  type KeyOwner,
  type StaticKeyWarning,
  staticKeys,
} from '../../../src/core/vault/static-keys.ts'
import { alice, bob, MCP } from '../parts.ts'

const key = (text: string) => new Credential(text)

function house() {
  const store = memorySecretStore()
  const warnings: StaticKeyWarning[] = []
  const keys = staticKeys(store, { onWarning: (warning) => warnings.push(warning) })
  const read = async (owner: KeyOwner, resource = MCP) => {
    const result = await staticCredential(
      store,
      owner === 'deployment' ? alice : owner,
      resource,
      ofWhom(owner),
    )
    return result.ok ? result.value.credential.reveal() : result.refusal.reason
  }
  return { store, warnings, keys, read }
}

const ofWhom = (owner: KeyOwner) => (owner === 'deployment' ? 'deployment' : 'person')

describe('a static key', () => {
  it('a static key is its owner’s, for one resource', async () => {
    const { keys, read } = house()
    await keys.put(alice, MCP, key('key-of-alice-1'))
    await keys.put(bob, MCP, key('key-of-bob-1'))
    await keys.put('deployment', MCP, key('key-of-all-1'))
    expect(await Promise.all([read(alice), read(bob), read('deployment')])).toEqual([
      'key-of-alice-1',
      'key-of-bob-1',
      'key-of-all-1',
    ])
    expect(await read(alice, 'https://other.example/mcp')).toBe('connection_needed')
  })

  it('a static key of a person that is missing is a refusal, never the deployment’s and never another person’s', async () => {
    const { keys, read } = house()
    await keys.put('deployment', MCP, key('key-of-all-1'))
    await keys.put(bob, MCP, key('key-of-bob-1'))
    expect(await read(alice)).toBe('connection_needed')
  })

  it('a static key of the deployment that is missing is a refusal, never a person’s', async () => {
    const { keys, read } = house()
    await keys.put(alice, MCP, key('key-of-alice-1'))
    expect(await read('deployment')).toBe('server_unbound')
  })

  it.each([
    ['another issuer', { ...alice, issuer: 'https://evil.example' }],
    ['another tenant', { ...alice, tenant: 'elsewhere' }],
    ['the subject "deployment"', { ...alice, subject: 'deployment' }],
  ])('a static key is not that of the same subject of %s', async (_, other) => {
    const { keys, read } = house()
    await keys.put(alice, MCP, key('key-of-alice-1'))
    await keys.put('deployment', MCP, key('key-of-all-1'))
    expect(await read(other)).toBe('connection_needed')
    expect(await keys.has(other, MCP)).toBe(false)
  })

  it('a static key is the person’s through whichever client they come', async () => {
    const { keys, read } = house()
    await keys.put(alice, MCP, key('key-of-alice-1'))
    expect(await read({ ...alice, client: 'cli', actor: { subject: 'agent' } })).toBe(
      'key-of-alice-1',
    )
  })

  it('a static key is replaced by a newer one, and gone once it was removed', async () => {
    const { keys, read } = house()
    await keys.put(alice, MCP, key('key-of-alice-1'))
    await keys.put(alice, MCP, key('key-of-alice-2'))
    expect(await read(alice)).toBe('key-of-alice-2')
    expect(await keys.has(alice, MCP)).toBe(true)
    await keys.remove(alice, MCP)
    expect([await read(alice), await keys.has(alice, MCP)]).toEqual(['connection_needed', false])
    await keys.put(alice, MCP, key('key-of-alice-3'))
    expect(await read(alice)).toBe('key-of-alice-3')
  })

  it('a static key put by several at the same time is one of theirs', async () => {
    const { keys, read } = house()
    await Promise.all(
      Array.from({ length: 8 }, (_, index) => keys.put(alice, MCP, key(`key-of-alice-${index}`))),
    )
    expect(await read(alice)).toMatch(/^key-of-alice-\d$/)
  })

  it.each([
    ['null', null],
    ['a text', 'alice'],
    ['nothing', undefined],
    ['a principal without an issuer', { subject: 'alice' }],
    ['a principal with an empty subject', { issuer: 'https://a.example', subject: '' }],
  ])('a static key is not kept for %s', async (_, owner) => {
    const { keys } = house()
    await expect(keys.put(owner as KeyOwner, MCP, key('key-of-alice-1'))).rejects.toThrow(
      "The owner of a key must be a principal or 'deployment'",
    )
  })

  it('a static key is a Credential, and a short one is kept where nobody listens to warnings', async () => {
    const { store, keys, read } = house()
    await expect(keys.put(alice, MCP, 'key-of-alice-1' as never)).rejects.toThrow(
      'A key must be a Credential',
    )
    await staticKeys(store).put(alice, MCP, key('short'))
    expect(await read(alice)).toBe('short')
  })

  it('a static key is stored under names that stay the same, so that later versions find it', async () => {
    const { store, keys } = house()
    await keys.put(alice, MCP, key('key-of-alice-1'))
    const record = await store.read({ owner: principalKey(alice), resource: MCP, kind: 'static' })
    expect(record?.secrets.key?.reveal()).toBe('key-of-alice-1')
  })

  it('a static key is found under every spelling of its resource', async () => {
    const { keys, read } = house()
    await keys.put(alice, 'HTTPS://Tasks.Example/mcp', key('key-of-alice-1'))
    expect(await read(alice, MCP)).toBe('key-of-alice-1')
  })

  it('a static key does not expire, names no scopes, and its audit has no expiry', async () => {
    const { store, keys } = house()
    await keys.put(alice, MCP, key('key-of-alice-1'))
    const result = await staticCredential(store, alice, MCP, 'person')
    expect(result).toMatchObject({
      ok: true,
      value: { expiresAt: Number.POSITIVE_INFINITY, scopes: [] },
    })
    const events: unknown[] = []
    const record = createAuditor({ record: (event) => void events.push(event) })
    await record({
      hop: 'carry',
      trace: '0',
      outcome: 'allowed',
      expiresAt: Number.POSITIVE_INFINITY,
    })
    await record({ hop: 'carry', trace: '0', outcome: 'allowed', expiresAt: 7 })
    expect(JSON.parse(JSON.stringify(events))).toEqual([
      expect.not.objectContaining({ expiresAt: expect.anything() }),
      expect.objectContaining({ expiresAt: 7 }),
    ])
    expect(JSON.stringify(events)).not.toContain('null')
  })

  it('a static key is shown by nothing', async () => {
    const { store, keys, warnings } = house()
    await keys.put(alice, MCP, key('key-of-al'))
    const seen = JSON.stringify([
      keys,
      warnings,
      await keys.has(alice, MCP),
      await staticCredential(store, alice, MCP, 'person'),
      await store.read({
        owner: '["https://login.example",null,"alice"]',
        resource: MCP,
        kind: 'static',
      }),
    ])
    expect(seen).not.toContain('key-of-al')
  })

  it('shorter than 12 bytes is kept with a warning that says nothing of it', async () => {
    const { keys, warnings, read } = house()
    await keys.put(alice, MCP, key('elevenbytes'))
    await keys.put('deployment', MCP, key('short'))
    await keys.put(bob, MCP, key('twelve-bytes'))
    await keys.put(bob, MCP, key('zwölfbytes!'))
    expect(warnings).toEqual([
      { code: 'key_short', of: 'person', resource: MCP },
      { code: 'key_short', of: 'deployment', resource: MCP },
    ])
    expect(await read(alice)).toBe('elevenbytes')
  })

  it.each<[string, unknown]>([
    ['no issuer', { subject: 'alice' }],
    ['no subject', { issuer: 'https://login.example' }],
    ['an empty subject', { issuer: 'https://login.example', subject: '' }],
    ['a subject alone', 'alice'],
    ['nothing', undefined],
    ['null', null],
  ])(
    'a static key is not taken for an owner with %s, whose keys others would share',
    async (_, owner) => {
      const { store, keys } = house()
      const wrong = owner as KeyOwner
      await expect(keys.put(wrong, MCP, key('key-of-nobody'))).rejects.toThrow(TypeError)
      await expect(keys.has(wrong, MCP)).rejects.toThrow(TypeError)
      await expect(keys.remove(wrong, MCP)).rejects.toThrow(TypeError)
      if (typeof owner === 'object' && owner !== null)
        await expect(staticCredential(store, owner as typeof alice, MCP, 'person')).rejects.toThrow(
          TypeError,
        )
    },
  )

  it.each<[string, string, unknown]>([
    ['a text for a key', MCP, 'key-of-alice-1'],
    ['a resource that is no http URL', 'ftp://tasks.example/mcp', key('key-of-alice-1')],
    ['a resource with a credential', 'https://a:b@tasks.example/mcp', key('key-of-alice-1')],
  ])('a static key is not taken: %s', async (_, resource, value) => {
    const { keys } = house()
    const error = await keys
      .put(alice, resource, value as Credential)
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).not.toMatch(/key-of-alice|a:b/)
  })
})

describe('a secret store in trouble', () => {
  const failing: SecretStore = {
    read: () => Promise.reject(new Error('key-of-alice-1')),
    write: () => Promise.reject(new Error('key-of-alice-1')),
    remove: () => Promise.reject(new Error('key-of-alice-1')),
  }

  it('a secret store in trouble is a refusal, without its words', async () => {
    expect(await staticCredential(failing, alice, MCP, 'person')).toEqual({
      ok: false,
      refusal: { reason: 'exchange_failed' },
    })
  })

  it('a secret store in trouble that never takes a key does not hold the caller for ever', async () => {
    const keys = staticKeys({ ...memorySecretStore(), write: async () => false })
    await expect(keys.put(alice, MCP, key('key-of-alice-1'))).rejects.toThrow(
      'The key was not stored',
    )
  })
})

describe('the reading half', () => {
  it('the reading half is imported by the sources alone, and is not exported', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    )
    const importers = files.filter((name) =>
      readFileSync(`src/${name}`, 'utf8').includes('/static-credential.ts'),
    )
    expect(importers.filter((name) => name !== 'core/source/source.ts')).toEqual([])
  })
})

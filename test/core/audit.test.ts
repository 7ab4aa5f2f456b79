import { describe, expect, it } from 'vitest'
import { type AuditEvent, createAuditor } from '../../src/core/audit.ts'
import { alice } from './parts.ts'

const KEY = new Uint8Array(32).fill(7)

async function eventsOf(
  key: Uint8Array<ArrayBuffer> | undefined,
  tokenIds: readonly string[],
): Promise<AuditEvent[]> {
  const events: AuditEvent[] = []
  const auditor = createAuditor(
    { record: (event) => void events.push(event) },
    key ? { fingerprintKey: key, now: () => 5 } : {},
  )
  for (const tokenId of tokenIds)
    await auditor({ hop: 'carry', outcome: 'allowed', trace: 't', tokenId })
  return events
}

describe('an audit event', () => {
  it('an audit event names the principal, the tenant, the client and the actors', async () => {
    const events: AuditEvent[] = []
    const auditor = createAuditor({ record: (event) => void events.push(event) }, { now: () => 5 })
    const principal = {
      ...alice,
      tenant: 'acme',
      actor: { subject: 'mcp', actor: { subject: 'chat' } },
    }
    await auditor({
      hop: 'api',
      outcome: 'refused',
      reason: 'server_refused',
      trace: 't',
      principal,
    })
    expect(events).toEqual([
      {
        time: 5,
        hop: 'api',
        outcome: 'refused',
        reason: 'server_refused',
        trace: 't',
        issuer: alice.issuer,
        subject: 'alice',
        tenant: 'acme',
        client: 'page',
        actors: ['mcp', 'chat'],
      },
    ])
  })

  it('an audit event has no field for what is not known', async () => {
    const events: AuditEvent[] = []
    await createAuditor(
      { record: (event) => void events.push(event) },
      { now: () => 5 },
    )({
      hop: 'door',
      outcome: 'refused',
      trace: 't',
    })
    expect(events).toEqual([{ time: 5, hop: 'door', outcome: 'refused', trace: 't' }])
  })

  it('an audit event holds a token id as HMAC-SHA256 of it, 128 bits', async () => {
    const [event] = await eventsOf(KEY, ['jti-1'])
    const { createHmac } = await import('node:crypto')
    expect(event?.fingerprint).toBe(
      createHmac('sha256', KEY).update('jti-1').digest('hex').slice(0, 32),
    )
    expect(JSON.stringify(event)).not.toContain('jti-1')
  })

  it('an audit event has the same fingerprint for the same token at every hop and every time, and another for any other', async () => {
    const [first, second, third] = await eventsOf(KEY, ['a', 'a', 'b'])
    const [again] = await eventsOf(KEY, ['a'])
    expect(first?.fingerprint).toBe(second?.fingerprint)
    expect(first?.fingerprint).toBe(again?.fingerprint)
    expect(first?.fingerprint).not.toBe(third?.fingerprint)
  })

  it('an audit event has a fingerprint that depends on the key, which is random unless given', async () => {
    const [[a], [b], [c]] = await Promise.all([
      eventsOf(KEY, ['a']),
      eventsOf(undefined, ['a']),
      eventsOf(undefined, ['a']),
    ])
    expect(new Set([a?.fingerprint, b?.fingerprint, c?.fingerprint]).size).toBe(3)
  })

  it('an audit event keeps its fingerprints over more tokens than are remembered', async () => {
    const ids = Array.from({ length: 1500 }, (_, index) => `jti-${index}`)
    const events = await eventsOf(KEY, [...ids, ...ids.slice(0, 3)])
    expect(new Set(events.map((event) => event.fingerprint)).size).toBe(1500)
    expect(events.slice(-3).map((event) => event.fingerprint)).toEqual(
      events.slice(0, 3).map((event) => event.fingerprint),
    )
  })
})

describe('the auditor', () => {
  it('the auditor does not take a key that could be guessed', () => {
    const sink = { record: () => {} }
    expect(() => createAuditor(sink, { fingerprintKey: new Uint8Array(31) })).toThrow(TypeError)
    expect(() => createAuditor(sink, { fingerprintKey: new Uint8Array(0) })).toThrow(TypeError)
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('disk full')
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk full'))],
  ])('the auditor fails when the sink %s', async (_, record) => {
    await expect(
      createAuditor({ record })({ hop: 'door', outcome: 'allowed', trace: 't' }),
    ).rejects.toThrow('disk full')
  })

  it('the auditor waits for the sink', async () => {
    let written = false
    const auditor = createAuditor({
      async record() {
        await Promise.resolve()
        written = true
      },
    })
    await auditor({ hop: 'door', outcome: 'allowed', trace: 't' })
    expect(written).toBe(true)
  })
})

// The audit in PostgreSQL: in order, before the hop, and nothing is done that is not written.

import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AuditEvent } from '../../../src/core/audit.ts'
import { type PostgresDatabase, postgresAuditSink } from '../../../src/store/postgres/index.ts'
import { gatewayHouse, textOf, tokenFor } from '../../gateway/house.ts'
import { opened, session } from './ground.ts'
import { type SharedPostgres, sharedPostgres } from './shared.ts'

let server: SharedPostgres
let name: string
let database: PostgresDatabase
beforeAll(async () => {
  server = await sharedPostgres()
})
beforeEach(async () => {
  name = await server.database()
  database = await opened(server, name, { timeouts: { statement: 400 } })
})

const event = (number: number, more: Partial<AuditEvent> = {}): AuditEvent => ({
  time: 1_800_000_000_000 + number,
  hop: 'carry',
  outcome: 'allowed',
  trace: 'a'.repeat(32),
  operation: `tool-${number}`,
  ...more,
})

/** What another program reads. */
async function rows(): Promise<readonly { readonly time: number; readonly event: AuditEvent }[]> {
  const client = await session(server, name)
  const found = await client.query('select time, event from audit_event order by seq')
  return found.rows.map(({ time, event }) => ({ time, event: JSON.parse(event) }))
}

describe('postgresAuditSink', () => {
  it('keeps events in their order, many at a time', async () => {
    const sink = postgresAuditSink(database)
    const events = Array.from({ length: 1_500 }, (_, number) => event(number))
    await Promise.all(events.map((one) => sink.record(one)))
    expect(await rows()).toEqual(events.map((one) => ({ time: one.time, event: one })))
  })

  it('keeps texts that a database could take for something else', async () => {
    const odd = event(1, { operation: '\u0000\ud800"\\\'; drop table audit_event; --', detail: '' })
    await postgresAuditSink(database).record(odd)
    expect((await rows()).map((row) => row.event)).toEqual([odd])
  })

  it('rejects what is not written, and goes on when the table can be written again', async () => {
    const sink = postgresAuditSink(database)
    const other = await session(server, name)
    await other.query('begin; lock table audit_event in access exclusive mode')
    await expect(sink.record(event(1))).rejects.toThrow('the audit could not be written')
    await other.query('rollback')
    await sink.record(event(2))
    expect((await rows()).map((row) => row.event.operation)).toEqual(['tool-2'])
  })

  it('bounds what waits', async () => {
    const sink = postgresAuditSink(database)
    const waiting = Array.from({ length: 10_001 }, (_, number) => sink.record(event(number)))
    const settled = await Promise.allSettled(waiting)
    expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(1)
  })

  it('calls no server where the row is not written', async () => {
    const house = gatewayHouse({ audit: postgresAuditSink(database) })
    const client = await house.connect('/mcp/Tasks', { token: tokenFor('alice') })
    const call = { name: 'add_task', arguments: { title: 'oats' } }
    expect(textOf(await client.callTool(call))).toContain('oats of alice')
    const before = house.tasks.reached.length
    const other = await session(server, name)
    await other.query('begin; lock table audit_event in access exclusive mode')
    await expect(client.callTool(call)).rejects.toThrow()
    expect(house.tasks.reached.length).toBe(before)
    await other.query('rollback')
    expect(textOf(await client.callTool(call))).toContain('oats of alice')
    const hops = (await rows()).filter((row) => row.event.subject === 'alice')
    expect(hops.map((row) => row.event.hop)).toContain('carry')
  })
})

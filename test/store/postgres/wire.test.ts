// What openPostgres says to the server, message by message: what a pooler would refuse or lose is not
// among it.

import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import {
  type PostgresOptions,
  postgresRunStore,
  postgresThreadStore,
} from '../../../src/store/postgres/index.ts'
import { said, thread } from '../../chatkit/threads/thread-store-contract.ts'
import { listenTo, opened, RUN, TERMS, withoutLooks } from './ground.ts'
import { type HeardLine, heardLine } from './heard-line.ts'
import { type SharedPostgres, sharedPostgres } from './shared.ts'

let server: SharedPostgres

beforeAll(async () => {
  server = await sharedPostgres()
})

const timeouts = { connect: 25_000, statement: 25_000 }

async function line(): Promise<HeardLine> {
  const made = await heardLine(server.port)
  onTestFinished(() => made.close())
  return made
}

/** Works with threads and runs over a line that is listened to. */
async function worked(more: PostgresOptions = {}) {
  const { port, heard } = await line()
  const { database, schema } = await server.schema()
  const open = () => opened({ ...server, port }, database, { schema, timeouts, ...more })
  const one = await open()
  const store = postgresThreadStore(one)
  await store.createThread(thread('t1'), { save: [said('i1', 'hello')] })
  await store.changeItems('owner-a', 't1', { save: [said('i2', 'hello again')] })
  expect((await store.thread('owner-a', 't1'))?.id).toBe('t1')
  const runs = postgresRunStore(one)
  await runs.begin(RUN, TERMS)
  return { heard, database, schema, runs, one }
}

const parameters = (texts: readonly string[]) => texts.filter((_, index) => index % 2 === 0)

describe('a connection', () => {
  it.each<[string, PostgresOptions]>([
    ['by itself', {}],
    ['behind a pooler that keeps no session', { pooler: 'transaction' }],
  ])('%s begins with nothing that a pooler refuses', async (_, more) => {
    const { heard } = await worked(more)
    const startups = heard.filter(({ type }) => type === 'startup')
    expect(startups.length).toBeGreaterThan(1)
    for (const { texts } of startups)
      expect(parameters(texts).sort()).toEqual([
        'application_name',
        'client_encoding',
        'database',
        'user',
      ])
  })

  it('by itself has the timeouts of the server, and keeps statements prepared', async () => {
    const { heard } = await worked()
    const settings =
      'set statement_timeout = 25000; set idle_in_transaction_session_timeout = 26000'
    const said = heard.filter(({ type }) => type === 'Q').map(({ texts: [text] }) => text)
    expect(said).toContain(settings)
    const names = heard.filter(({ type }) => type === 'P').map(({ texts: [name] }) => name)
    expect(names.some((name) => /^s\d+$/.test(name ?? ''))).toBe(true)
  })

  it('behind a pooler leaves nothing in a session', async () => {
    const { heard } = await worked({ pooler: 'transaction' })
    const queries = heard.filter(({ type }) => type === 'Q').map(({ texts: [text = ''] }) => text)
    const parsed = heard.filter(({ type }) => type === 'P')
    expect(parsed.length).toBeGreaterThan(3)
    expect(new Set(parsed.map(({ texts: [name] }) => name))).toEqual(new Set(['']))
    for (const text of [...queries, ...parsed.map(({ texts }) => texts[1] ?? '')]) {
      expect(text).not.toMatch(/\blisten\b|pg_advisory_lock|\bprepare\b/i)
      // What is set is set in a transaction that has just begun.
      if (/\bset\b(?! ")/i.test(text) && !/^(insert|update)/i.test(text))
        expect(text).toMatch(/^begin; (set local [a-z_]+ = "?\w+"?(; )?)+$/)
    }
    expect(queries).toContain(
      'begin; set local statement_timeout = 25000; set local idle_in_transaction_session_timeout = 26000',
    )
  })

  it('in a schema of its own names it in each statement, and no other schema', async () => {
    const { heard, schema } = await worked()
    const texts = heard.filter(({ type }) => type === 'P').map(({ texts: [, text = ''] }) => text)
    const ours = texts.filter((text) => text.includes('"thread"'))
    expect(ours.length).toBeGreaterThan(2)
    for (const text of ours) expect(text).toContain(`"${schema}"."thread"`)
    for (const text of texts) expect(text).not.toContain('"onbehalf".')
  })
})

describe('instances behind a pooler', () => {
  it('hear of each other by looking', async () => {
    const { database, schema, runs } = await worked({ pooler: 'transaction' })
    const other = await opened(server, database, { schema, timeouts, pooler: 'transaction' })
    const heard = listenTo(postgresRunStore(other), RUN.id)()
    await runs.append(RUN.id, 1, ['"one"'])
    await heard
    expect(await postgresRunStore(other).events(RUN.id, 0, 10)).toEqual(['"one"'])
  })

  it('hear of each other at once over a connection of their own, which goes to the server', async () => {
    withoutLooks()
    const own = await line()
    const direct = { host: server.host, port: own.port }
    const { database, schema, runs } = await worked({ pooler: 'transaction', direct })
    const other = await opened(server, database, {
      schema,
      timeouts,
      pooler: 'transaction',
      direct,
    })
    const heard = listenTo(postgresRunStore(other), RUN.id)()
    await runs.append(RUN.id, 1, ['"one"'])
    await heard
    const said = own.heard.filter(({ type }) => type === 'Q').map(({ texts: [text] }) => text)
    expect(said.filter((text) => /^listen /.test(text ?? ''))).toHaveLength(2)
  })
})

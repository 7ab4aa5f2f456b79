// The canary credential taint test: with every token, code, cookie and key of a run known, none of them is anywhere but where it belongs. Whole
// TaskFlow, two people, every tool, everything that can go wrong, the log at debug level.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { PLACEMENTS } from '../../examples/taskflow/placements.ts'
import { classicUrl } from '../../examples/taskflow/urls.ts'
import { encodings } from '../../src/cli/leaktest/search/encodings.ts'
import { LONG } from '../long.ts'
import { leaksIn, planted } from './leaks.ts'
import { allSinks, CONVERSATION, ordinaryRun, type Run, type WorstRun, worstRun } from './run.ts'
import { bytesOf, type Sink, sinksOf } from './sinks.ts'

/** Milliseconds that the search through megabytes may take on a busy machine. */
const SEARCH = 120_000
/** Every encoding in every sink takes minutes on two busy cores. */
const PLANTING = { timeout: LONG ? 1_200_000 : SEARCH }

/** What arrived at the listeners of this process is what was recorded, so there is no other way by which anything was sent. */
function unseen({ house }: Pick<Run, 'house'>): readonly string[] {
  const seen = [...house.exchanges.filter(({ injected }) => !injected), ...house.visits].map(
    ({ method, url }) => `${method} ${url}`,
  )
  // The stdio server is a program of its own, and this is the address that it calls.
  const ofProcess = `${classicUrl(house.urls)}/bearer`
  for (const { method, url } of house.arrivals) {
    if (url === ofProcess) continue
    const at = seen.indexOf(`${method} ${url}`)
    if (at < 0) return [`${method} ${url}`]
    seen.splice(at, 1)
  }
  return seen
}

describe('a run in which people talk, credentials are misplaced, and servers echo what they were sent', () => {
  let run: Run
  let sinks: readonly Sink[]
  beforeAll(async () => {
    run = await ordinaryRun()
    sinks = await allSinks(run)
  }, 120_000)
  afterAll(() => run?.house.close())

  it('used every tool for both people, and every answer is right', () => {
    const expected = [...CONVERSATION, ...CONVERSATION].map(([, answer]) => answer)
    expect(run.answers).toHaveLength(expected.length + 2)
    for (const [index, answer] of expected.entries()) expect(run.answers[index]).toMatch(answer)
    expect(run.answers.at(-2)).toContain(
      'needs a permission that the person has not granted (tasks:write)',
    )
    expect(run.answers.at(-1)).toContain('2. Call the other bank')
    const called = run.house.exchanges.flatMap(
      ({ body }) => /"method":"tools\/call".*?"name":"(\w+)"/.exec(body)?.[1] ?? [],
    )
    expect([...new Set(called)]).toHaveLength(10)
    expect(run.travelled).toHaveLength(2 * PLACEMENTS.length)
    for (const [placement, answer] of run.travelled)
      expect(answer).toContain(`Travel by ${placement}`)
    expect(sinks.filter(({ name }) => name.includes('TaskFlow classic'))).toHaveLength(2)
    expect(sinks.filter(({ name }) => name.includes('TaskFlow parts'))).toHaveLength(2)
  })

  it('recorded secrets of every kind that exists', () => {
    const kinds = new Set(run.secrets.map(({ owner = 'nobody', kind }) => `${owner}: ${kind}`))
    for (const name of ['alice', 'bob'])
      for (const part of ['chatkit', 'mcp', 'classic', 'parts', 'api'])
        expect(kinds).toContain(`${name}: access token for ${part}`)
    expect(kinds).toContain('alice: ID token')
    for (const kind of [
      'refresh token',
      'authorization code',
      'PKCE verifier',
      'state',
      'client assertion',
      'client secret',
      'private key',
    ])
      expect(kinds).toContain(`nobody: ${kind}`)
    for (const kind of [
      'cookie key',
      'fingerprint key',
      'session cookie',
      'sign-in cookie',
      'session handle',
    ])
      expect(kinds).toContain(`nobody: ${kind}`)
  })

  it('was seen whole: nothing arrived anywhere that was not recorded', () => {
    expect(unseen(run)).toEqual([])
  })

  it('accepted no misplaced and no invalid token', () => {
    expect(run.accepted).toEqual([])
  })

  it('met every server that echoes, and said a plain sentence each time', () => {
    expect(run.faultAnswers.size).toBe(60)
    for (const answer of run.faultAnswers.values())
      expect(answer).toMatch(
        /^(?:This was not done|TaskFlow (?:classic )?cannot be|The task list cannot|The tool call failed)/,
      )
  })

  it(
    'left no secret in any place that is not entitled to it',
    () => {
      expect(leaksIn(sinks, run.secrets)).toEqual([])
    },
    SEARCH,
  )

  it('would have been caught if it had leaked in any place and any encoding', PLANTING, () => {
    const token = run.secrets.find(
      ({ owner, kind }) => owner === 'alice' && kind === 'access token for api',
    )
    const refresh = run.secrets.find(({ kind }) => kind === 'refresh token')
    if (!token || !refresh) throw new Error('there is nothing to plant')
    for (const [at, sink] of sinks.entries()) {
      if (/^K1 |console|-owner/.test(sink.name)) continue
      expect(sink.bytes, sink.name).not.toBe('')
      for (const [index, [name, encode]] of Object.entries(encodings).entries()) {
        // The sinks share the encodings, unless there is time for all.
        if (!LONG && (at + index) % 3 !== 0) continue
        expect(
          leaksIn([planted(sink, encode(token.text))], [token]),
          `${sink.name}, ${name}`,
        ).not.toEqual([])
        expect(
          leaksIn([planted(sink, encode(refresh.text))], [refresh]),
          `${sink.name}, ${name}`,
        ).not.toEqual([])
      }
    }
  })
})

describe('a run with a model that does everything to get a credential out', () => {
  let run: WorstRun
  beforeAll(async () => {
    // The house listens to the console in front of this.
    vi.spyOn(console, 'debug').mockImplementation(() => undefined)
    run = await worstRun()
  }, 60_000)
  afterAll(() => run?.close())

  it('called every tool of both servers for both people, and every call that it saw was answered', () => {
    const { house, model, otherServer, secrets, told } = run
    expect(model.requests).toHaveLength(8)
    for (const { body } of model.requests) expect(body).toContain('taskflow_delete_task')
    const called = house.exchanges.flatMap(
      ({ body }) => /"method":"tools\/call".*?"name":"(\w+)"/.exec(body)?.[1] ?? [],
    )
    expect(new Set(called).size).toBe(12)
    const own = secrets
      .filter(({ kind }) => kind === 'access token for another server')
      .map(({ text }) => text)
    expect([...new Set(otherServer.notes)].sort()).toEqual([...own].sort())
    expect(told).toContain('https://evil.example/?q=')
    expect(
      house.visits.filter(({ body }) => body.includes('https://evil.example/?q=')),
    ).not.toHaveLength(0)
  })

  it('was seen whole: nothing arrived anywhere that was not recorded', () => {
    expect(unseen(run)).toEqual([])
  })

  it('each MCP server got its own tokens, of the right person, and no other', () => {
    const { house, secrets, otherServer } = run
    const kindsAt = (url: string) => {
      const sent = house.exchanges
        .filter((exchange) => exchange.url === url)
        .map(({ headers }) => headers.get('authorization') ?? 'none')
      return new Set(
        sent
          .map((value) => secrets.find(({ text }) => value === `Bearer ${text}`))
          .map((secret) => `${secret?.owner} ${secret?.kind}`),
      )
    }
    expect(kindsAt(otherServer.url)).toEqual(
      new Set(['alice access token for another server', 'bob access token for another server']),
    )
    expect(kindsAt(house.urls.mcp)).toEqual(
      new Set(['alice access token for mcp', 'bob access token for mcp']),
    )
  })

  it(
    'left no secret in any place that is not entitled to it',
    async () => {
      const sinks = [
        ...(await sinksOf(run)),
        { name: 'what another app was told', bytes: bytesOf(run.told) },
      ]
      for (const sink of sinks)
        if (!/console|K8|from the API|-owner/.test(sink.name))
          expect(sink.bytes, sink.name).not.toBe('')
      expect(leaksIn(sinks, run.secrets)).toEqual([])
    },
    SEARCH,
  )

  it(
    'a secret that really goes through is found in every place that it comes to',
    async () => {
      const { alice, house, secrets } = run
      const secret = secrets.find(
        ({ owner, kind }) => owner === 'bob' && kind === 'access token for api',
      )
      if (!secret) throw new Error('there is nothing to plant')
      const signature = secret.text.split('.')[2] ?? ''
      const turn = await alice.say(`Add a task to ${signature}`)
      await alice.look(`/trail/${turn.trace}`)
      await alice.look(`/model-requests/${turn.trace}`)
      await alice.chatkit('threads.get_by_id', { thread_id: turn.thread })
      house.log.info('A line of the program', { operation: signature })
      console.debug(signature)
      // In the database or still in its log: SQLite moves it when it likes.
      const found = leaksIn(await sinksOf(run), [secret]).map((leak) =>
        leak.split(': ')[0]?.replace('-wal', ''),
      )
      expect([...new Set(found)]).toEqual([
        'K1 requests to the model',
        'K2 what the page shows of them',
        'K3 what the browser got from the web server, byte by byte',
        'K6 log',
        'K6 console and standard streams',
        'requests to the MCP server, without their own token',
        'requests to the API, without their own token',
        'answers of the API',
        'K15 the conversations as they are read again',
        'K4 file chat.db',
        'K4 file taskflow.log',
        'K4 file tasks.db',
      ])
    },
    SEARCH,
  )
})

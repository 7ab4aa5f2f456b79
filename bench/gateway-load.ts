// Makes calls through each contender of `bench/gateway.ts`, and measures them in turns.

import { Pool } from 'undici'
import type { Child } from './child.ts'
import { median, percentile } from './median.ts'

const CALLS = 1_000
const WARM_UP = 1_000
const ROUNDS = 5

/** One contender: where its calls go, and whose CPU they cost. */
export interface Contender {
  readonly pool: Pool
  readonly path: string
  readonly child: Pick<Child, 'cpu'>
  /** The headers of one call. Each call may be of somebody else. */
  readonly headers: () => Readonly<Record<string, string>>
}

/** What the calls of one contender cost, medians of five rounds. */
export interface Figures {
  readonly cpuMicros: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly perSecond: number
}

/** The figures of each contender, by its name. */
export type Measured = Readonly<Record<string, Figures>>

const PARAMS = JSON.stringify({ name: 'echo', arguments: { text: 'x'.repeat(100) } })
/** Of one session, no two requests may have the same id (JSON-RPC). */
let lastId = 0

function nextBody(): string {
  lastId += 1
  return `{"jsonrpc":"2.0","id":${lastId},"method":"tools/call","params":${PARAMS}}`
}

/** Makes a contender of a server of this machine. */
export function contenderAt(
  child: Pick<Child, 'cpu' | 'port'>,
  path: string,
  headers: Contender['headers'],
): Contender {
  return {
    pool: new Pool(`http://127.0.0.1:${child.port}`, { connections: 16 }),
    path,
    child,
    headers,
  }
}

/** Medians of rounds, in each of which every contender has its turn. */
export async function measure(
  contenders: Readonly<Record<string, Contender>>,
  atOnce: number,
): Promise<Measured> {
  const rounds = new Map<string, Figures[]>()
  for (const contender of Object.values(contenders)) await calls(contender, WARM_UP, atOnce)
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, contender] of Object.entries(contenders))
      rounds.set(name, [...(rounds.get(name) ?? []), await figuresOf(contender, atOnce)])
  const middle = (list: readonly Figures[], name: keyof Figures) =>
    median(list.map((figures) => figures[name]))
  return Object.fromEntries(
    [...rounds].map(([name, list]) => [
      name,
      {
        cpuMicros: middle(list, 'cpuMicros'),
        p50Ms: middle(list, 'p50Ms'),
        p99Ms: middle(list, 'p99Ms'),
        perSecond: middle(list, 'perSecond'),
      },
    ]),
  )
}

async function figuresOf(contender: Contender, atOnce: number): Promise<Figures> {
  const before = await contender.child.cpu()
  const startedAt = performance.now()
  const waits = await calls(contender, CALLS, atOnce)
  const seconds = (performance.now() - startedAt) / 1000
  return {
    cpuMicros: ((await contender.child.cpu()) - before) / CALLS,
    p50Ms: percentile(waits, 0.5),
    p99Ms: percentile(waits, 0.99),
    perSecond: CALLS / seconds,
  }
}

/** Makes calls. Gives the milliseconds of each. */
export async function calls(
  contender: Contender,
  count: number,
  atOnce: number,
): Promise<number[]> {
  const waits: number[] = []
  let left = count
  const lane = async () => {
    while (left-- > 0) {
      const startedAt = performance.now()
      await call(contender)
      waits.push(performance.now() - startedAt)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return waits
}

/** Makes one call. It throws when that was not done. */
export async function call({ pool, path, headers }: Contender): Promise<void> {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers(),
    },
    body: nextBody(),
  })
  const answer = await body.text()
  if (statusCode !== 200 || !answer.includes('xxxx'))
    throw new Error(`A call of the bench failed: ${statusCode} ${answer.slice(0, 200)}`)
}

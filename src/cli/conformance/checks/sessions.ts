// Whose a session is: its id is worth nothing to anybody else, nowhere else, and nothing when it was
// never given out (MCP 2025-11-25, transports and security best practices).

import { randomUUID } from 'node:crypto'
import { type Bench, isPerson, open, type Person, request } from '../bench.ts'
import type { Check } from '../check.ts'
import { failed, must, none, type Outcome, PASSED, unknown } from '../outcome.ts'

const NO_SESSIONS = 'the target gives no ids of sessions'

/** Two people with a session each. */
async function withTwo(
  bench: Bench,
  check: (alice: Person, bob: Person, id: string) => Promise<Outcome>,
): Promise<Outcome> {
  const alice = await open(bench, 'alice')
  if (!isPerson(alice)) return alice
  const bob = await open(bench, 'bob')
  if (!isPerson(bob)) return bob
  return alice.session === undefined ? none(NO_SESSIONS) : check(alice, bob, alice.session)
}

/** Bob does something with alice's session, and she goes on. */
async function foreign(bench: Bench, method: 'POST' | 'GET' | 'DELETE'): Promise<Outcome> {
  return withTwo(bench, async (alice, bob) => {
    const taken = { token: bob.token, headers: alice.headers }
    const answer =
      method === 'POST'
        ? await request(bench, taken, 'tools/list')
        : await bench.ask({ url: bench.target, method, ...taken })
    const after = await request(bench, alice, 'tools/list')
    if (after.status !== 200)
      return failed(`after it (HTTP ${answer.status}), the owner is answered HTTP ${after.status}`)
    // A target without streams says so to everybody.
    if (answer.status === 405) return none(`the target has no ${method}`)
    return must(answer.status === 404, `the answer is HTTP ${answer.status}, not 404`)
  })
}

async function neverIssued(bench: Bench): Promise<Outcome> {
  const alice = await open(bench, 'alice')
  if (!isPerson(alice)) return alice
  if (alice.session === undefined) return none(NO_SESSIONS)
  for (const id of [randomUUID(), '1', `${alice.session}x`]) {
    const headers = { ...alice.headers, 'mcp-session-id': id }
    const { status } = await request(bench, { ...alice, headers }, 'tools/list')
    if (status !== 404) return failed(`the answer is HTTP ${status}, not 404`)
  }
  return PASSED
}

async function elsewhere(bench: Bench): Promise<Outcome> {
  const alice = await open(bench, 'alice')
  if (!isPerson(alice)) return alice
  if (alice.session === undefined) return none(NO_SESSIONS)
  const { other } = bench
  if (other === undefined) return unknown('it needs another address of the target: --other URL')
  const token = bench.tokens.at(other)
  const { headers } = alice
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} })
  const { status } = await bench.ask({ url: other, token, headers, body })
  if (status === 401) return unknown(`the token is not taken at ${other} (HTTP 401)`)
  return must(status === 404, `the answer there is HTTP ${status}, not 404`)
}

/** The checks. */
export const SESSION_CHECKS: readonly Check[] = [
  {
    id: 'sessions.never-given',
    says: 'The id of a session that was never given out is answered with 404.',
    run: neverIssued,
  },
  ...(['POST', 'GET', 'DELETE'] as const).map(
    (method): Check => ({
      id: `sessions.another-person-${method.toLowerCase()}`,
      says: `Another person’s session is answered with 404 to a ${method}, and its owner goes on.`,
      run: (bench) => foreign(bench, method),
    }),
  ),
  {
    id: 'sessions.another-address',
    says: 'A session of one address is answered with 404 at another one.',
    run: elsewhere,
  },
]

// What the target does when the server behind it refuses, fails or hangs up; and what it writes down.

import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Answer } from '../ask.ts'
import { type Bench, callTool, GREETING, isDone, isPerson, open, withUpstream } from '../bench.ts'
import type { Check } from '../check.ts'
import { failed, must, none, type Outcome, PASSED, unknown } from '../outcome.ts'
import { type Recorded, STACK, type Upstream } from '../world/upstream.ts'

/** A call of a tool that goes wrong, with what reached the server. */
async function afterCall(
  bench: Bench,
  tool: string,
  check: (answer: Answer, calls: readonly Recorded[], upstream: Upstream) => Outcome,
): Promise<Outcome> {
  return withUpstream(bench, async (upstream, alice) => {
    const before = upstream.calls.length
    const answer = await callTool(bench, alice, tool, { text: randomUUID() })
    const calls = upstream.calls.slice(before)
    if (!answer || calls.length === 0) return failed(`the tool ${tool} was not called`)
    return check(answer, calls, upstream)
  })
}

/** A fresh credential is worth one more try; the same one is worth none. */
function judgeTries(calls: readonly Recorded[]): Outcome {
  const credentials = new Set(calls.map(({ credential }) => credential))
  if (calls.length > 2) return failed(`it was tried ${calls.length} times`)
  return must(
    credentials.size === calls.length,
    'it was tried again with the credential that was refused',
  )
}

const refusedOnce = (bench: Bench) =>
  afterCall(bench, 'refuse_once', (answer, calls) => {
    const tries = judgeTries(calls)
    if (tries.kind === 'failed') return tries
    if (calls.length === 2) return must(isDone(answer), 'the second try was taken, and not told')
    return isDone(answer) ? failed('a call that was refused is told as done') : PASSED
  })

const refusedAlways = (bench: Bench) =>
  afterCall(bench, 'refuse', (answer, calls) => {
    if (isDone(answer)) return failed('a call that was refused is told as done')
    if (answer.status >= 500) return failed(`the answer is HTTP ${answer.status}`)
    return judgeTries(calls)
  })

const notRepeated = (bench: Bench) =>
  afterCall(bench, 'drop', (answer, calls) => {
    if (isDone(answer)) return failed('a call whose answer never came is told as done')
    return must(calls.length === 1, `a call that may have run was made ${calls.length} times`)
  })

const errorsHidden = (bench: Bench) =>
  afterCall(bench, 'fail', (answer, _, { origin }) => {
    if (isDone(answer)) return failed('a call that failed is told as done')
    const shown = [STACK, 'database.internal', new URL(origin).host].filter((text) =>
      answer.text.includes(text),
    )
    return must(
      shown.length === 0,
      'the client is told addresses or the stack of the server behind',
    )
  })

async function foreignOrigin(bench: Bench): Promise<Outcome> {
  return refusesHeader(bench, { origin: 'https://rebound.example' })
}

async function foreignHost(bench: Bench): Promise<Outcome> {
  return refusesHeader(bench, { host: 'rebound.example' })
}

async function refusesHeader(
  bench: Bench,
  headers: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const alice = await open(bench, 'alice')
  if (!isPerson(alice)) return alice
  const answer = await bench.ask({ url: bench.target, token: alice.token, headers, body: GREETING })
  return must(answer.status >= 400 && answer.status < 500, `the answer is HTTP ${answer.status}`)
}

async function deepMessage(bench: Bench): Promise<Outcome> {
  const alice = await open(bench, 'alice')
  if (!isPerson(alice)) return alice
  const body = `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`
  const { status } = await bench.ask({ url: bench.target, ...alice, body })
  if (status >= 500) return failed(`the answer is HTTP ${status}`)
  const next = await open(bench, 'alice')
  return must(isPerson(next), 'the target does not answer after it')
}

async function logsAreClean(bench: Bench): Promise<Outcome> {
  if (bench.logs.length === 0)
    return unknown('it needs the files that the target logs to: --log FILE')
  const alice = await open(bench, 'alice')
  if (!isPerson(alice)) return alice
  await callTool(bench, alice, 'echo')
  const { credentials = [], sessions = [] } = bench.upstream?.secrets() ?? {}
  const tokens = [...bench.sent.tokens].map((token) => token.reveal()).concat(credentials)
  const ids = [...bench.sent.sessions, ...sessions].filter((id) => id.length >= 8)
  let chars = 0
  for (const log of bench.logs) {
    const text = await readFile(log, 'utf8').catch(() => undefined)
    if (text === undefined) return unknown(`${log} cannot be read`)
    chars += text.length
    if (tokens.some((token) => partsOf(token).some((part) => text.includes(part))))
      return failed(`${log} has a token in it, or the end of one`)
    if (ids.some((id) => text.includes(id))) return failed(`${log} has the id of a session in it`)
  }
  return chars === 0 ? none('nothing was written to the logs') : PASSED
}

/** A token, and its signature alone: some logs take the beginning off. */
function partsOf(token: string): readonly string[] {
  const signature = token.split('.')[2] ?? ''
  return signature.length >= 24 ? [token, signature] : [token]
}

/** The checks. Logs come last: everything else has been written down by then. */
export const FAILURE_CHECKS: readonly Check[] = [
  {
    id: 'upstream.refuses-once',
    says: 'A credential that a server refuses is not sent to it again; a fresh one is, once.',
    run: refusedOnce,
  },
  {
    id: 'upstream.refuses-always',
    says: 'A server that refuses every credential is asked twice at most, and the call is told as failed.',
    run: refusedAlways,
  },
  {
    id: 'upstream.hangs-up',
    says: 'A call that may have run is not made again.',
    run: notRepeated,
  },
  {
    id: 'upstream.fails',
    says: 'Neither an address nor the stack of a server comes to the client.',
    run: errorsHidden,
  },
  {
    id: 'front.origin',
    says: 'A page of another origin is refused (DNS rebinding).',
    run: foreignOrigin,
  },
  { id: 'front.host', says: 'A request for another host is refused.', run: foreignHost },
  {
    id: 'front.deep-message',
    says: 'A message of 100,000 levels is no failure of the target.',
    run: deepMessage,
  },
  {
    id: 'logs.clean',
    says: 'No token and no id of a session is in a log.',
    run: logsAreClean,
  },
]

// What the checks work with: the target, people who talk with it, and what stands around it.

import { randomUUID } from 'node:crypto'
import type { Credential } from 'onbehalf'
import { isObject, stringOf, type UnknownObject } from '../inspect/ask.ts'
import { type Answer, type Asked, ask } from './ask.ts'
import { type Outcome, unknown } from './outcome.ts'
import type { Role, Tokens } from './tokens.ts'
import type { Upstream } from './world/upstream.ts'

/** What the checks work with. */
export interface Bench {
  readonly target: string
  /** Another address of the same target, where there is one. */
  readonly other: string | undefined
  readonly tokens: Tokens
  /** The server that conformance brings, where it stands behind the target. */
  readonly upstream: Upstream | undefined
  /** Files that the target and what is around it log to. */
  readonly logs: readonly string[]
  /** Sends a request; what it was sent with is kept for the search of the logs. */
  ask(asked: Asked): Promise<Answer>
  /** The same, to what the target names: never a private address, unless the target is one. */
  askNamed(asked: Asked): Promise<Answer>
  /** The tokens and the ids of sessions that were sent to the target or came from it. */
  readonly sent: { readonly tokens: Set<Credential>; readonly sessions: Set<string> }
}

/** What a bench is made of. */
export interface BenchParts
  extends Pick<Bench, 'target' | 'other' | 'tokens' | 'upstream' | 'logs'> {
  readonly direct: typeof globalThis.fetch
  readonly guarded: typeof globalThis.fetch
  readonly signal: AbortSignal
}

/** Makes a bench. */
export function createBench({ direct, guarded, signal, ...parts }: BenchParts): Bench {
  const sent = { tokens: new Set<Credential>(), sessions: new Set<string>() }
  return {
    ...parts,
    sent,
    async ask(asked) {
      if (asked.token) sent.tokens.add(asked.token)
      const answer = await ask(asked, direct, signal)
      const session = answer.headers.get(SESSION)
      if (session !== null) sent.sessions.add(session)
      return answer
    },
    askNamed: (asked) => ask(asked, guarded, signal),
  }
}

const SESSION = 'mcp-session-id'
const REVISION = '2025-11-25'

/** A person who talks with the target. */
export interface Person {
  readonly token: Credential
  /** The id of the session; undefined where the target gives none. */
  readonly session: string | undefined
  /** What further requests carry. */
  readonly headers: Readonly<Record<string, string>>
}

/** Each id is another one: of two requests of a session with the same id, one gets no answer. */
const message = (method: string, params: object) =>
  JSON.stringify({ jsonrpc: '2.0', id: randomUUID(), method, params })

/** The first message of a client. */
export const GREETING: string = message('initialize', {
  protocolVersion: REVISION,
  capabilities: {},
  clientInfo: { name: 'onbehalf-conformance', version: '1' },
})

/** Opens a session. The outcome says why there is none. */
export async function open(bench: Bench, role: Role): Promise<Person | Outcome> {
  const token = bench.tokens.of(role)
  if (!token) return unknown(`it needs a token for ${role}: --token ${role}=env:NAME`)
  const answer = await bench.ask({ url: bench.target, token, body: GREETING })
  const { protocolVersion } = resultOf(answer) ?? {}
  if (protocolVersion === undefined)
    return unknown(`the target does not open a session for ${role} (HTTP ${answer.status})`)
  const session = answer.headers.get(SESSION) ?? undefined
  const person = { token, session, headers: headersOf(session, stringOf(protocolVersion)) }
  await bench.ask({
    url: bench.target,
    token,
    headers: person.headers,
    body: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }),
  })
  return person
}

function headersOf(session: string | undefined, revision = REVISION): Record<string, string> {
  return {
    'mcp-protocol-version': revision,
    ...(session === undefined ? {} : { [SESSION]: session }),
  }
}

/** Whether `open` gave a person. */
export function isPerson(given: Person | Outcome): given is Person {
  return 'token' in given
}

/** Asks for something as a person. */
export function request(
  bench: Bench,
  { token, headers }: Pick<Person, 'token' | 'headers'>,
  method: string,
  params: object = {},
): Promise<Answer> {
  return bench.ask({ url: bench.target, token, headers, body: message(method, params) })
}

/** The tools that a person sees. */
export async function toolsOf(bench: Bench, person: Person): Promise<readonly UnknownObject[]> {
  const { tools } = resultOf(await request(bench, person, 'tools/list')) ?? {}
  return Array.isArray(tools) ? tools.filter(isObject) : []
}

/** Calls a tool of the upstream by its own name; the target may have put something before it. */
export async function callTool(
  bench: Bench,
  person: Person,
  tool: string,
  args: object = {},
): Promise<Answer | undefined> {
  const name = nameOf(await toolsOf(bench, person), tool)
  if (name === undefined) return undefined
  return request(bench, person, 'tools/call', { name, arguments: args })
}

/** What the target calls a tool of the upstream: gateways put a name before it, and change `_` to `-`. */
export function nameOf(tools: readonly UnknownObject[], tool: string): string | undefined {
  const plain = (name: string) => name.replaceAll('-', '_')
  return tools
    .flatMap(({ name }) => (typeof name === 'string' ? [name] : []))
    .find((name) => plain(name) === tool || plain(name).endsWith(`_${tool}`))
}

/** The result of an answer. */
export function resultOf({ status, message }: Answer): UnknownObject | undefined {
  return status >= 200 && status < 300 && isObject(message?.result) ? message.result : undefined
}

/** Whether an answer is the result of a tool that did what it was asked. */
export function isDone(answer: Answer): boolean {
  const result = resultOf(answer)
  return result !== undefined && result.isError !== true
}

/** The upstream, and one or two people in front. The outcome says what is missing. */
export async function withUpstream(
  bench: Bench,
  check: (upstream: Upstream, alice: Person) => Promise<Outcome>,
): Promise<Outcome> {
  const { upstream } = bench
  if (!upstream)
    return unknown('it needs the server that conformance brings behind the target: --upstream-port')
  const alice = await open(bench, 'alice')
  if (!isPerson(alice)) return alice
  if (nameOf(await toolsOf(bench, alice), 'echo') === undefined)
    return unknown(`the target does not list the tools of ${upstream.url}: put that behind it`)
  return check(upstream, alice)
}

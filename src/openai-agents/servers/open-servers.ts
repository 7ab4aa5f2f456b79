// Opens the servers of one run side by side. One that cannot be used is left out; the others stay.

import type { AgentEvent } from '../../agent/events.ts'
import type { AskPerson } from '../../agent/question.ts'
import { AuthError, type Refusal } from '../../core/errors.ts'
import { toError } from '../../core/sentences.ts'
import { type GivenYes, givenYes } from '../given-yes.ts'
import type { AgentCaller, AgentServer, RunAgentOptions } from '../options.ts'
import { type Asker, asker } from '../questions/asker.ts'
import { NOWHERE, transportFetch } from '../transport-fetch.ts'
import { questionEvent, serverEvent } from './missing.ts'
import {
  type ClosedServer,
  type OpenServer,
  type OpenServerOptions,
  openServer,
} from './open-server.ts'
import type { UnusableTool } from './usable-tools.ts'

/** A server of the run that is open. */
export interface ServerOfRun {
  readonly settings: AgentServer
  readonly open: OpenServer
  /** Tools that the caller's `fetch` took out of the list. */
  readonly takenOut: readonly UnusableTool[]
}

/** What became of the servers. */
export interface OpenedServers {
  readonly open: readonly ServerOfRun[]
  /** Servers for which the person has connected no account. */
  readonly unconnected: readonly string[]
  /** The calls that the person has approved in this run. */
  readonly yes: GivenYes
  /** The other ones that cannot be used now. */
  readonly closed: readonly ClosedServer[]
}

const OPENING_MS = 5_000
const DEADLINE_MS = 30_000
const TOTAL_MS = 300_000

/**
 * Opens all servers. Each has its own time.
 *
 * @param onRefused Called with refusals that count for the run: all once a server is open, and those
 *   that end the sign-in.
 * @param onEvent Called with what the person is told later in the run.
 */
export async function openServers(
  options: RunAgentOptions,
  signal: AbortSignal,
  onRefused: (refusal: Refusal) => void,
  onEvent: (event: AgentEvent) => void,
): Promise<OpenedServers> {
  const yes = givenYes()
  const results = await Promise.all(
    options.servers.map((settings) => openOne(settings, options, signal, onRefused, onEvent, yes)),
  )
  const closed = results.flatMap((result) => ('open' in result ? [] : [result]))
  const isUnconnected = ({ refusal }: ClosedServer) => refusal.reason === 'connection_needed'
  return {
    yes,
    open: results.flatMap((result) => ('open' in result ? [result] : [])),
    unconnected: closed.filter(isUnconnected).map(({ name }) => name),
    closed: closed.filter((server) => !isUnconnected(server)),
  }
}

async function openOne(
  settings: AgentServer,
  { caller, ask, approvals, timeouts = {} }: RunAgentOptions,
  signal: AbortSignal,
  onRefused: (refusal: Refusal) => void,
  onEvent: (event: AgentEvent) => void,
  yes: GivenYes,
): Promise<ServerOfRun | ClosedServer> {
  const { name } = settings
  const takenOut: UnusableTool[] = []
  const { opening = OPENING_MS, server: deadlineMs = DEADLINE_MS, total = TOTAL_MS } = timeouts
  try {
    const open = await openServer({
      name,
      ...wayTo(settings, caller, {
        onRefused,
        onToolLeftOut: (tool, why) => takenOut.push({ name: tool, why, detail: '' }),
        ...(approvals === undefined ? {} : { approved: yes.approved(name) }),
      }),
      onRefused: (refusal, isOpen) => {
        if (isOpen || refusal.reason !== 'connection_needed') onRefused(refusal)
      },
      signal,
      openingMs: opening,
      deadlineMs,
      totalMs: Math.max(total, deadlineMs),
      asker: ask && askerOf(name, ask, caller, signal, onEvent),
    })
    return 'refusal' in open ? open : { settings, open, takenOut: [...takenOut] }
  } catch (error) {
    // The caller gives no `fetch` for this server.
    if (!(error instanceof AuthError)) throw error
    onRefused(error.refusal)
    return { name, refusal: { ...error.refusal, server: name }, detail: error.code }
  }
}

/** Asks for one server. The operator and the person are told once of each kind that is not shown. */
function askerOf(
  server: string,
  ask: AskPerson,
  caller: AgentCaller,
  signal: AbortSignal,
  onEvent: (event: AgentEvent) => void,
): Asker {
  const told = new Set<string>()
  return asker({
    server,
    ask,
    signal,
    onNotShown(why) {
      if (told.has(why)) return
      told.add(why)
      caller.noteLeftOut?.({ server, reason: 'arguments_refused', detail: `question_${why}` })
      onEvent(questionEvent(server, why))
    },
  })
}

/** How messages get to a server: its URL, or the process that is started for the principal. */
function wayTo(
  { name, url }: AgentServer,
  caller: AgentCaller,
  heard: NonNullable<Parameters<AgentCaller['fetch']>[1]>,
): Pick<OpenServerOptions, 'url' | 'fetch' | 'end'> {
  if (url !== undefined) return { url, fetch: caller.fetch(name, heard) }
  const transport = caller.transport?.(name, undefined, heard)
  if (!transport)
    throw new TypeError(`servers: ${name} has no url, and the caller has no transport for it`)
  return { url: NOWHERE, fetch: transportFetch(transport), end: () => transport.close() }
}

/**
 * Tells the operator and the person about the servers that are left out.
 *
 * @throws AuthError for a server without which there is no point.
 */
export function leaveOut(
  { closed, unconnected }: OpenedServers,
  { caller, servers }: Pick<RunAgentOptions, 'caller' | 'servers'>,
): readonly AgentEvent[] {
  const required = new Set(servers.flatMap(({ name, required }) => (required ? [name] : [])))
  for (const { name, refusal, detail } of closed)
    caller.noteLeftOut?.({ server: name, reason: refusal.reason, detail })
  const missed = closed.find(({ name }) => required.has(name))
  if (missed) throw toError(missed.refusal)
  const unasked = unconnected.find((name) => required.has(name))
  if (unasked !== undefined) throw toError({ reason: 'connection_needed', server: unasked })
  return closed.map(({ name, refusal }) => serverEvent({ ...refusal, server: name }))
}

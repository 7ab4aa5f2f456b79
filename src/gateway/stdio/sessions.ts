// The sessions with stdio servers behind a gateway, as a `fetch`: so the rest of the gateway need not
// know that such a server has no HTTP. A session is in this process alone: another instance answers
// 404, and its client opens a new one.

import type { Caller } from '../../caller.ts'
import { AuthError, type RefusalReason } from '../../core/errors.ts'
import { isObject, parseJson } from '../../core/json.ts'
import { toError } from '../../core/sentences.ts'
import type { ServerMemory } from '../../mcp/server-memory.ts'
import { INVALID_REQUEST, problem, sessionNotFound } from '../../mcp-server/problem.ts'
import { MCP_SESSION_HEADER, sessionIdOf } from '../../mcp-server/session-owners.ts'
import type { CredentialEnds } from '../credential-ends.ts'
import { sessionOwner } from '../session-owner.ts'
import type { KeptCallers } from './kept-callers.ts'
import { StdioSession } from './session.ts'

/** Sessions of all people. One more ends the one that was unused longest. */
const MAX_SESSIONS = 2_000
/** Milliseconds after which a session that nobody uses is ended. */
const IDLE_MS = 30 * 60_000

/** One server, for one request of one person. */
export interface StdioUse {
  readonly server: string
  readonly caller: Caller
  readonly memory: ServerMemory
}

/** A session, and whose it is. */
interface Entry {
  readonly session: StdioSession
  readonly owner: string
  /** A request's caller that may take over the sign-in of the session. */
  fresh: Caller | undefined
  idle: ReturnType<typeof setTimeout> | undefined
  end(): Promise<void>
}

/** The sessions of one gateway. */
export class StdioSessions {
  readonly #kept: KeptCallers
  readonly #ends: CredentialEnds | undefined
  /** By their ids, the one that was unused longest first. */
  readonly #sessions = new Map<string, Entry>()

  /** @param ends Tells when people take back the credential that a process works with. */
  constructor(kept: KeptCallers, ends?: CredentialEnds) {
    this.#kept = kept
    this.#ends = ends
  }

  /** How many are open. */
  get size(): number {
    return this.#sessions.size
  }

  /** The `fetch` of one person for one server. */
  fetchOf(use: StdioUse): typeof globalThis.fetch {
    return async (_, init = {}) => {
      const headers = new Headers(init.headers)
      const id = sessionIdOf(headers)
      const entry = id === undefined ? undefined : this.#find(id, use)
      if (id !== undefined && !entry) return sessionNotFound()
      const signal = init.signal ?? new AbortController().signal
      switch (init.method) {
        case 'POST':
          return this.#post(parseJson(String(init.body)), entry, use, signal)
        case 'DELETE':
          await entry?.end()
          return new Response(null, { status: entry ? 204 : 405 })
        default:
          return entry?.session.listen() ?? new Response(null, { status: 405 })
      }
    }
  }

  async #post(
    message: unknown,
    entry: Entry | undefined,
    use: StdioUse,
    signal: AbortSignal,
  ): Promise<Response> {
    if (!isObject(message))
      return problem(400, INVALID_REQUEST, 'Send one JSON-RPC message, and no batch.')
    if (entry) return postIn(entry, message, use, signal)
    if (message.method !== 'initialize') return postAlone(message, use, signal)
    const { id, entry: opened } = this.#open(use)
    try {
      const response = await opened.session.post(message, signal)
      response.headers.set(MCP_SESSION_HEADER, id)
      return response
    } catch (error) {
      await opened.end()
      throw error
    }
  }

  #open(use: StdioUse): { readonly id: string; readonly entry: Entry } {
    const { caller } = use
    const letGo = this.#kept.keep(caller)
    const id = crypto.randomUUID()
    const session = newSession(use)
    const entry: Entry = {
      session,
      owner: ownerOf(use),
      fresh: undefined,
      idle: undefined,
      end: async () => {
        if (!this.#sessions.delete(id)) return
        clearTimeout(entry.idle)
        stopListening?.()
        await session.end()
        await letGo()
      },
    }
    const stopListening = this.#ends?.listen(caller.principal, use.server, () => {
      void entry.end().catch(() => {})
    })
    if (this.#kept.isOwn(caller))
      caller.renewWith(async () => {
        const { fresh } = entry
        entry.fresh = undefined
        // Nobody is there now. The next request has a sign-in of its own.
        if (!fresh || fresh === caller) throw toError({ reason: 'token_expired' })
        return fresh
      })
    this.#makeRoom()
    this.#sessions.set(id, entry)
    this.#touch(id, entry)
    return { id, entry }
  }

  /** A session of this person, with the same rights. */
  #find(id: string, use: StdioUse): Entry | undefined {
    const entry = this.#sessions.get(id)
    if (!entry || entry.owner !== ownerOf(use)) return undefined
    this.#touch(id, entry)
    return entry
  }

  #touch(id: string, entry: Entry): void {
    this.#sessions.delete(id)
    this.#sessions.set(id, entry)
    clearTimeout(entry.idle)
    const end = () => {
      if (entry.session.isUsed) this.#touch(id, entry)
      else void entry.end().catch(() => {})
    }
    entry.idle = setTimeout(end, IDLE_MS).unref()
  }

  #makeRoom(): void {
    if (this.#sessions.size < MAX_SESSIONS) return
    const all = [...this.#sessions.values()]
    const unused = all.find(({ session }) => !session.isUsed) ?? all[0]
    void unused?.end().catch(() => {})
  }
}

/** The sign-in that a session works with is over, and nothing takes its place. */
const OVER: readonly RefusalReason[] = ['caller_ended', 'handle_refused', 'sign_in_ended']

/**
 * Sends in a session that is open. The sign-in of the session may have run out; that of the request has
 * not. A session whose sign-in was revoked is over, and the client opens another one.
 */
async function postIn(
  entry: Entry,
  message: Record<string, unknown>,
  { caller }: StdioUse,
  signal: AbortSignal,
): Promise<Response> {
  entry.fresh = caller
  try {
    return await entry.session.post(message, signal)
  } catch (error) {
    if (!(error instanceof AuthError && OVER.includes(error.code))) throw error
    await entry.end()
    return sessionNotFound()
  }
}

/** One message without a session: the revisions from 2026-07-28 on have none. */
function postAlone(
  message: Record<string, unknown>,
  use: StdioUse,
  signal: AbortSignal,
): Promise<Response> {
  return newSession(use).post(message, signal)
}

function ownerOf({ server, caller }: Pick<StdioUse, 'server' | 'caller'>): string {
  return JSON.stringify([sessionOwner(caller), server])
}

function newSession({ server, caller, memory }: StdioUse): StdioSession {
  return new StdioSession({ server, open: () => caller.transport(server, undefined, { memory }) })
}

// One session with an MCP server, in whichever protocol revision it speaks. What the server lists
// and answers is given as it is.

import { Client, ProtocolError, SdkHttpError } from '@modelcontextprotocol/client'
import { AuthError } from '../../core/errors.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { HANDSHAKE_REVISIONS } from '../../mcp/revisions.ts'
import type { Asker } from '../questions/asker.ts'
import { callWithPages } from '../questions/pages.ts'
import { answerQuestions } from '../questions/server-questions.ts'
import { type CallTime, startCallTime } from './call-time.ts'
import { type LenientTransport, lenientTransport } from './lenient-transport.ts'

/** How far a call has come, as its server says. */
export interface CallProgress {
  readonly progress: number
  readonly total?: number
  /** The server's words. */
  readonly message?: string
}

/** What one call needs. */
export interface SessionCall {
  /** The tool as the server listed it. */
  readonly tool: { readonly name: string; readonly inputSchema: UnknownObject }
  readonly args: UnknownObject
  readonly signal: AbortSignal
  /** Milliseconds without an answer or progress. */
  readonly deadlineMs: number
  /** Milliseconds in all. */
  readonly totalMs: number
  readonly onProgress: (progress: CallProgress) => void
}

/** A session that is open. */
export interface McpSession {
  /** Whether the server has given it an id, by which the server may lose it. */
  readonly hasId: boolean
  /**
   * Lists the tools, as many pages as there are. A page that fails after the first ends the list.
   *
   * @returns The entries as the server gave them, and whether these are all.
   */
  list(): Promise<{ readonly entries: readonly unknown[]; readonly isWhole: boolean }>
  /** Calls a tool, and gives the result as the server gave it. */
  call(call: SessionCall): Promise<unknown>
  /** Ends the session at the server, and the connection. It never throws. */
  close(): Promise<void>
}

/** What {@link openSession} needs. */
export interface SessionOptions {
  readonly url: string
  readonly fetch: typeof globalThis.fetch
  /** Ends the opening and the list. */
  readonly signal: AbortSignal
  /** Milliseconds that the opening may take. */
  readonly deadlineMs: number
  /** Asks the person what the server asks. Default: the server learns that nobody can be asked. */
  readonly asker?: Asker | undefined
}

const MAX_PAGES = 64
const CLOSING_DEADLINE_MS = 2_000

/**
 * Opens a session: in the newest revision that the server knows, or in an older one where it answers
 * to a newer one with an error.
 *
 * @throws What the last attempt threw.
 */
export async function openSession(options: SessionOptions): Promise<McpSession> {
  let failure: unknown
  for (let older = -1; older < HANDSHAKE_REVISIONS.length; older++) {
    try {
      return await openAs(older, options)
    } catch (error) {
      failure = error
      if (options.signal.aborted || !mayKnowOlder(error, older)) break
    }
  }
  throw failure
}

/** Whether an older revision is worth a try. */
function mayKnowOlder(error: unknown, older: number): boolean {
  // Some servers do not answer the first question of the newest revision, or with an error.
  if (older < 0) return !(error instanceof AuthError) || error.code === 'server_unavailable'
  if (error instanceof SdkHttpError) return error.status === 400
  return error instanceof ProtocolError
}

async function openAs(older: number, options: SessionOptions): Promise<McpSession> {
  const { url, signal, deadlineMs, asker } = options
  const heard = firstRefusal(options.fetch)
  const transport = lenientTransport(url, { fetch: heard.fetch })
  const client = new Client(
    { name: 'onbehalf', version: '1.0.0' },
    {
      ...(older < 0
        ? { versionNegotiation: { mode: 'auto', probe: { timeoutMs: deadlineMs / 2 } } }
        : // Some servers refuse a revision that they do not know.
          { supportedProtocolVersions: HANDSHAKE_REVISIONS.slice(older) }),
      ...(asker ? { capabilities: { elicitation: { form: {}, url: {} } } } : {}),
    },
  )
  const calls = new Set<CallTime>()
  const held = asker && answerQuestions(client, asker, calls)
  try {
    await client.connect(transport, { signal, timeout: deadlineMs })
  } catch (error) {
    await client.close().catch(() => undefined)
    throw heard.refusal() ?? error
  }
  return sessionOver(client, transport, { ...options, calls, asker: held })
}

/** Remembers why `fetch` refused: the SDK hides that while it connects. */
function firstRefusal(fetch: typeof globalThis.fetch): {
  readonly fetch: typeof globalThis.fetch
  refusal(): AuthError | undefined
} {
  let refusal: AuthError | undefined
  return {
    refusal: () => refusal,
    async fetch(input, init) {
      try {
        return await fetch(input, init)
      } catch (error) {
        if (error instanceof AuthError) refusal ??= error
        throw error
      }
    },
  }
}

/** The SDK ends no request by itself: the time of a call does. */
const NEVER_MS = 2 ** 31 - 1

function sessionOver(
  client: Client,
  transport: LenientTransport,
  { signal, deadlineMs, asker, calls }: SessionOptions & { readonly calls: Set<CallTime> },
): McpSession {
  async function page(cursor: string | undefined): Promise<UnknownObject> {
    const params = cursor === undefined ? {} : { params: { cursor } }
    const result = await client.request(
      { method: 'tools/list', ...params },
      { signal, timeout: deadlineMs },
    )
    const raw = transport.takeRaw(result)
    return isObject(raw) ? raw : {}
  }

  return {
    hasId: transport.sessionId !== undefined,
    async list() {
      const entries: unknown[] = []
      const cursors = new Set<string>()
      let cursor: string | undefined
      for (let pages = 0; pages < MAX_PAGES; pages++) {
        const { tools, nextCursor } = await page(cursor).catch((error: unknown) => {
          if (cursor === undefined) throw error
          return { tools: undefined, nextCursor: undefined }
        })
        if (!Array.isArray(tools)) {
          if (cursor === undefined) throw new TypeError('The server gave no list of tools')
          return { entries, isWhole: false }
        }
        entries.push(...tools)
        if (typeof nextCursor !== 'string' || nextCursor === '') return { entries, isWhole: true }
        if (cursors.has(nextCursor)) return { entries, isWhole: false }
        cursors.add(nextCursor)
        cursor = nextCursor
      }
      return { entries, isWhole: false }
    },
    async call({ tool, args, signal: callSignal, deadlineMs: patience, totalMs, onProgress }) {
      const { name, inputSchema } = tool
      const time = startCallTime(patience, totalMs)
      const ends = AbortSignal.any([callSignal, time.signal])
      calls.add(time)
      const call = () =>
        client.callTool(
          { name, arguments: { ...args } },
          {
            signal: ends,
            timeout: NEVER_MS,
            onprogress({ progress, total, message }) {
              time.progressed()
              // The SDK counts the rounds in which it asks. A person sees the question itself.
              if (message?.startsWith('Fulfilling input required')) return
              onProgress({
                progress,
                ...(total === undefined ? {} : { total }),
                ...(message === undefined ? {} : { message }),
              })
            },
            // For the headers that repeat parameters. Without an output schema the SDK judges
            // nothing.
            toolDefinition: { name, inputSchema: { ...inputSchema, type: 'object' } },
          },
        )
      try {
        return transport.takeRaw(await callWithPages(call, asker, ends))
      } finally {
        calls.delete(time)
        time.end()
      }
    },
    async close() {
      let timer: ReturnType<typeof setTimeout> | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, CLOSING_DEADLINE_MS)
      })
      await Promise.race([transport.terminateSession().catch(() => undefined), late])
      clearTimeout(timer)
      await client.close().catch(() => undefined)
    },
  }
}

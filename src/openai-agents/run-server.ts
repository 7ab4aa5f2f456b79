// One MCP server of one run: connected for one principal, listed once, closed with the run. Nothing of it is shared or outlives the run.

import { type MCPServer, MCPServerStreamableHttp } from '@openai/agents'
import { AuthError, type Refusal } from '../core/errors.ts'
import { toError, toSentence } from '../core/sentences.ts'

/** Tools as the server listed them. */
export type ListedTools = Awaited<ReturnType<MCPServer['listTools']>>

/** A server that is connected and listed. */
export interface OpenServer {
  /** As the operator configured it. */
  readonly name: string
  readonly tools: ListedTools
  /** What the framework gets. */
  readonly forAgent: MCPServer
  close(): Promise<void>
}

/** How a server is opened. */
export interface OpenServerOptions {
  readonly name: string
  readonly url: string
  /** Carries the principal's credential; the framework never holds it. */
  readonly fetch: typeof globalThis.fetch
  /** Hears every refusal that `fetch` throws. */
  readonly onRefused: (refusal: Refusal) => void
  /** Aborts everything but the closing DELETE. */
  readonly signal: AbortSignal
  /** Milliseconds that a tool call may take. */
  readonly deadline: number
}

/** Milliseconds for each request of connecting and listing; nobody has read a word yet, so it is short. */
const OPENING = 10_000

/** What the model is told of a failure that carries no reason of ours. Foreign error texts quote what they were sent. */
const FAILED =
  'The tool call failed, and it is not known whether it was done. Look before trying again.'

/**
 * Connects to a server, in whichever protocol revision it speaks, and lists its tools.
 *
 * @throws AuthError with the reason that `fetch` gave, or `server_unavailable`.
 */
export async function openServer(options: OpenServerOptions): Promise<OpenServer> {
  const { name, url, deadline } = options
  const carried = fetchOfRun(options)
  // Lists are kept by name in a map of the whole process (`cacheToolsList`), so the name is one that nobody else has.
  const unique = `${name} ${crypto.randomUUID()}`
  const client = new MCPServerStreamableHttp({
    url,
    name: unique,
    fetch: carried.fetch,
    cacheToolsList: false,
    clientSessionTimeoutSeconds: Math.min(deadline, OPENING) / 1000,
    timeout: deadline,
    logger: SILENT,
  })
  try {
    await client.connect()
    const tools = await client.listTools()
    return {
      name,
      tools,
      forAgent: serverForAgent(client, unique, tools),
      close: () => client.close(),
    }
  } catch {
    await client.close().catch(() => undefined)
    throw carried.refusal() ?? toError({ reason: 'server_unavailable', server: name })
  }
}

/** Remembers why our `fetch` refused: negotiation swallows it, and what the framework throws instead is foreign text. */
function fetchOfRun({ name, fetch, signal, onRefused }: OpenServerOptions): {
  readonly fetch: typeof globalThis.fetch
  refusal(): AuthError | undefined
} {
  let refusal: AuthError | undefined
  return {
    refusal: () => refusal,
    async fetch(input, init) {
      try {
        // The closing DELETE is sent when the run is over, with the same credential as all else.
        const signals = [init?.signal, init?.method === 'DELETE' ? undefined : signal].filter(
          (one) => one instanceof AbortSignal,
        )
        const response = await fetch(input, { ...init, signal: AbortSignal.any(signals) })
        if (response.status !== 401 && response.status !== 403) return response
        await response.body?.cancel()
        throw toError({ reason: 'server_refused', server: name })
      } catch (error) {
        if (error instanceof AuthError) {
          refusal ??= error
          onRefused(error.refusal)
        }
        throw error
      }
    },
  }
}

/** The tools are those of the start of the run, asked for once: a list that changes while the model works is not the one it was shown. */
function serverForAgent(
  client: MCPServerStreamableHttp,
  name: string,
  tools: ListedTools,
): MCPServer {
  return {
    name,
    cacheToolsList: false,
    connect: async () => undefined,
    close: async () => undefined,
    invalidateToolsCache: async () => undefined,
    listTools: async () => tools,
    callTool: (tool, args, meta, options) => client.callTool(tool, args, meta, options),
    callToolResult: (tool, args, meta, options) => client.callToolResult(tool, args, meta, options),
    errorFunction: ({ error }) => sentenceOf(error),
    customDataExtractor: ({ isError }) => ({ outcome: isError === true ? 'failed' : 'done' }),
  }
}

function sentenceOf(error: unknown): string {
  let inner = error
  for (let depth = 0; depth < 5 && inner instanceof Error; depth++) {
    if (inner instanceof AuthError) return toSentence(inner.refusal)
    inner = inner.cause
  }
  return FAILED
}

/** The framework's logger prints foreign errors to the console; what there is to know reaches our caller as an AuthError. */
const SILENT: NonNullable<ConstructorParameters<typeof MCPServerStreamableHttp>[0]['logger']> = {
  namespace: 'onbehalf:silent',
  debug: () => undefined,
  error: () => undefined,
  warn: () => undefined,
  dontLogModelData: true,
  dontLogToolData: true,
}

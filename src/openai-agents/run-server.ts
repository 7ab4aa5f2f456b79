// One MCP server of one run: connected for one principal, listed once, closed with the run. Runs
// share nothing of it.

import { type MCPServer, MCPServerStreamableHttp } from '@openai/agents'
import { AuthError, type Refusal } from '../core/errors.ts'
import { toError, toSentence } from '../core/sentences.ts'
import { type ToolResults, toolResults } from './results/tool-results.ts'

/** Tools as the server listed them. */
export type ListedTools = Awaited<ReturnType<MCPServer['listTools']>>

/** A server that is connected and listed. */
export interface OpenServer {
  /** As the operator configured it. */
  readonly name: string
  readonly tools: ListedTools
  /** The server as the framework gets it. */
  readonly forAgent: MCPServer
  close(): Promise<void>
}

/** What {@link openServer} needs. */
export interface OpenServerOptions {
  readonly name: string
  readonly url: string
  /** Adds the principal's credential. The framework never holds it. */
  readonly fetch: typeof globalThis.fetch
  /** Called with every refusal that `fetch` throws. */
  readonly onRefused: (refusal: Refusal) => void
  /** Aborts everything but the closing DELETE. */
  readonly signal: AbortSignal
  /** The longest time for one tool call. */
  readonly deadlineMs: number
  /** Ends what `fetch` goes over, where that is no network. */
  readonly end?: () => Promise<void>
}

/**
 * The longest time for each request while connecting and listing. It is short, because the person
 * sees nothing until then.
 */
const OPENING_DEADLINE_MS = 10_000

/**
 * The result of a call that failed without a reason of ours, for the model to read. Foreign error
 * texts quote what was sent to them.
 */
const FAILED =
  'The tool call failed, and it is not known whether it was done. Look before trying again.'

/**
 * Connects to a server, in whichever protocol revision it speaks, and lists its tools.
 *
 * @throws AuthError with the reason that `fetch` gave, or `server_unavailable`.
 */
export async function openServer(options: OpenServerOptions): Promise<OpenServer> {
  const { name, url, deadlineMs } = options
  const results = toolResults()
  const end = async () => options.end?.()
  const carried = fetchOfRun(options, results)
  // The framework keeps tool lists by server name in a map of the whole process (`cacheToolsList`),
  // so the name must be unique.
  const unique = `${name} ${crypto.randomUUID()}`
  const client = new MCPServerStreamableHttp({
    url,
    name: unique,
    fetch: carried.fetch,
    cacheToolsList: false,
    clientSessionTimeoutSeconds: Math.min(deadlineMs, OPENING_DEADLINE_MS) / 1000,
    timeout: deadlineMs,
    logger: SILENT,
  })
  try {
    await client.connect()
    const tools = await client.listTools()
    return {
      name,
      tools,
      forAgent: serverForAgent(client, unique, tools, results),
      close: () => client.close().finally(end),
    }
  } catch {
    await client
      .close()
      .finally(end)
      .catch(() => undefined)
    throw carried.refusal() ?? toError({ reason: 'server_unavailable', server: name })
  }
}

/**
 * Remembers why our `fetch` refused: the framework hides that error while it connects, and throws
 * foreign text instead.
 */
function fetchOfRun(
  { name, fetch, signal, onRefused }: OpenServerOptions,
  results: ToolResults,
): {
  readonly fetch: typeof globalThis.fetch
  refusal(): AuthError | undefined
} {
  let refusal: AuthError | undefined
  return {
    refusal: () => refusal,
    async fetch(input, init) {
      try {
        // The closing DELETE is sent after the end of the run, with the same credential as every
        // other request.
        const signals = [init?.signal, init?.method === 'DELETE' ? undefined : signal].filter(
          (candidate) => candidate instanceof AbortSignal,
        )
        const response = await fetch(input, { ...init, signal: AbortSignal.any(signals) })
        if (response.status !== 401 && response.status !== 403) return await results.mend(response)
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

/**
 * Keeps the tool list of the start of the run. A list that changes during the run is not the list
 * that the model was shown.
 */
function serverForAgent(
  client: MCPServerStreamableHttp,
  name: string,
  tools: ListedTools,
  results: ToolResults,
): MCPServer {
  const callToolResult: NonNullable<MCPServer['callToolResult']> = async (tool, ...rest) =>
    results.forModel(tool, await client.callToolResult(tool, ...rest))
  return {
    name,
    cacheToolsList: false,
    connect: async () => undefined,
    close: async () => undefined,
    invalidateToolsCache: async () => undefined,
    listTools: async () => tools,
    callTool: async (...call) => (await callToolResult(...call)).content,
    callToolResult,
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

/**
 * Replaces the framework's logger, which prints foreign errors to the console. Our caller gets an
 * AuthError instead.
 */
const SILENT: NonNullable<ConstructorParameters<typeof MCPServerStreamableHttp>[0]['logger']> = {
  namespace: 'onbehalf:silent',
  debug: () => undefined,
  error: () => undefined,
  warn: () => undefined,
  dontLogModelData: true,
  dontLogToolData: true,
}

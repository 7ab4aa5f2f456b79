// One tool of a server, as the framework calls it.

import type { MCPServer } from '@openai/agents'
import type { AgentEvent } from '../../agent/events.ts'
import { callSentence } from './call-failure.ts'
import type { CallProgress } from './mcp-session.ts'
import type { ToolOfRun } from './tools-of-run.ts'

/** The least time between two reports of progress, in milliseconds: people read no faster. */
const PROGRESS_PAUSE_MS = 250

/** Makes what the framework takes for a server. It has this one tool. */
export function frameworkServer(
  { server, usable, open }: ToolOfRun,
  onEvent: (event: AgentEvent) => void,
): MCPServer {
  type Result = Awaited<ReturnType<NonNullable<MCPServer['callToolResult']>>>
  const call: NonNullable<MCPServer['callToolResult']> = async (_, args, __, options) => {
    const signal = options?.signal
    const onProgress = progressTeller(server, usable.name, onEvent)
    const result = await open.call({ tool: usable, args: args ?? {}, signal, onProgress })
    return { ...result, content: [...result.content] } as unknown as Result
  }
  return {
    name: server,
    cacheToolsList: false,
    connect: async () => undefined,
    close: async () => undefined,
    invalidateToolsCache: async () => undefined,
    listTools: async () => [],
    callTool: async (tool, args, meta, options) => (await call(tool, args, meta, options)).content,
    callToolResult: call,
    errorFunction: ({ error }) => callSentence(error, server),
    customDataExtractor: ({ isError }) => ({ outcome: isError === true ? 'failed' : 'done' }),
  }
}

function progressTeller(
  server: string,
  name: string,
  onEvent: (event: AgentEvent) => void,
): (progress: CallProgress) => void {
  let toldMs = Number.NEGATIVE_INFINITY
  return ({ progress, total, message }) => {
    const nowMs = performance.now()
    if (nowMs - toldMs < PROGRESS_PAUSE_MS) return
    toldMs = nowMs
    onEvent({
      type: 'tool_progress',
      name,
      server,
      progress,
      ...(total === undefined ? {} : { total }),
      ...(message === undefined ? {} : { message }),
    })
  }
}

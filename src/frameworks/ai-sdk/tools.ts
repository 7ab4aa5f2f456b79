// The tools of one server as tools of the AI SDK, for one caller.

import type { ToolSet } from 'ai'
import type { ApprovalPolicy } from '../../agent/approval.ts'
import { needsApproval } from '../../agent/asking.ts'
import { isHeld } from '../../agent/hold/held-caller.ts'
import { isObject } from '../../core/json.ts'
import { checkOptions, type OptionNames } from '../../core/known-options.ts'
import { isText, type ValueChecks } from '../../core/option-values.ts'

/** Whom the tools act for: the caller that `admit`, `handle` or `agentChat` gives. */
export interface ToolsCaller {
  fetch(server: string): typeof globalThis.fetch
  url?(server: string): string
}

/** Options of {@link aiSdkTools}. */
export interface AiSdkToolsOptions {
  /** The server's URL. Default: that of its binding. */
  readonly url?: string
  /**
   * Which calls wait for the person, by the AI SDK's `needsApproval`. In `agentChat`, calls wait in
   * the caller's `fetch` by the option of `agentChat`, and this one is not looked at. Default
   * `destructive`.
   */
  readonly approvals?: ApprovalPolicy
}

/** Tools over one open session. */
export interface AiSdkTools extends AsyncDisposable {
  readonly tools: ToolSet
  /** Ends the session. */
  close(): Promise<void>
}

const AI_SDK_TOOLS_OPTIONS: OptionNames<AiSdkToolsOptions> = {
  url: 'optional',
  approvals: 'optional',
}

const AI_SDK_TOOLS_VALUES: ValueChecks = { url: isText }

/**
 * Opens a session with a server, and gives its tools. It needs the package `@ai-sdk/mcp`.
 *
 * @param server The server's name among the `servers` of `createOnBehalf`.
 * @throws TypeError for options that cannot work, and AuthError when the server cannot be used.
 *
 * @example
 * ```ts
 * await using tasks = await aiSdkTools(caller, 'Tasks')
 * const result = streamText({ model, messages, tools: tasks.tools, stopWhen: isStepCount(10) })
 * ```
 */
export async function aiSdkTools(
  caller: ToolsCaller,
  server: string,
  options: AiSdkToolsOptions = {},
): Promise<AiSdkTools> {
  checkOptions('aiSdkTools', '', options, AI_SDK_TOOLS_OPTIONS, AI_SDK_TOOLS_VALUES)
  const { approvals = 'destructive', url = caller.url?.(server) } = options
  if (url === undefined || !URL.canParse(url))
    throw new TypeError(
      `aiSdkTools: url must be given, as an absolute URL: this caller does not know that of ${server}`,
    )
  const { createMCPClient } = await import('@ai-sdk/mcp')
  const client = await createMCPClient({
    transport: { type: 'http', url, fetch: caller.fetch(server) },
  })
  const close = () => client.close()
  try {
    const tools = await client.tools()
    const asked = isHeld(caller) ? tools : askedTools(tools, server, approvals)
    return { tools: asked, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The tools, with `needsApproval` where the policy says so. */
function askedTools(tools: ToolSet, server: string, approvals: ApprovalPolicy): ToolSet {
  return Object.fromEntries(
    Object.entries(tools).map(([name, tool]) => {
      const metadata = isObject(tool.metadata) ? tool.metadata : {}
      const marks = isObject(metadata.annotations) ? metadata.annotations : {}
      const destructive = marks.destructiveHint === true
      const readOnly = marks.readOnlyHint === true && !destructive
      const waits = needsApproval(approvals, { server, name, readOnly, destructive })
      return [name, waits ? { ...tool, needsApproval: true } : tool]
    }),
  )
}

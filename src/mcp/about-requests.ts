// What telemetry is told of requests to MCP servers.

import type { Auditor } from '../core/audit.ts'
import type { About } from '../core/carry/observe-call.ts'
import { type Messages, toolCallOf } from './answer/message.ts'
import type { LiveSecrets } from './redact/sent-secrets.ts'
import { sayableName } from './sayable.ts'

/**
 * Makes what tells the method of a request, and its tool where the name can be shown: a model may
 * have made it up. Undefined where nobody observes.
 */
export function aboutRequests(
  { begin }: Auditor,
  live: LiveSecrets,
): ((messages: Messages | undefined) => About) | undefined {
  if (!begin) return undefined
  return (messages) => {
    const [message] = messages?.list ?? []
    const method = message?.method
    const call = message && toolCallOf(message)
    return {
      ...(typeof method === 'string' ? { mcpMethod: method } : {}),
      ...(call?.kind === 'tools' ? { tool: sayableName(call.name, live) } : {}),
    }
  }
}

// Tells telemetry of the server's own work on one call of a tool.

import type { Auditor } from '../core/audit.ts'
import type { Admitted } from '../core/door/door.ts'
import type { HopUnderWay } from '../core/observe.ts'
import { operationsOf } from './operations.ts'

/**
 * Begins it; undefined where nobody observes, and for another request. The door let in declared tools
 * only, so the name is one of the operator's. A batch counts as its first call.
 */
export function beginTool(
  { headers }: Request,
  body: unknown,
  { traceparent: parent }: Admitted,
  { begin }: Auditor,
): HopUnderWay | undefined {
  if (!begin || body === undefined) return undefined
  const tools = operationsOf(body, headers)
  const [tool] = tools.ok ? tools.value : []
  return tool === undefined
    ? undefined
    : begin({ hop: 'tool', parent, mcpMethod: 'tools/call', tool })
}

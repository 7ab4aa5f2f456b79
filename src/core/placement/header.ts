// The check of the placement `header`.

import type { PlacementOf } from './placement.ts'
import type { Problem } from './problem.ts'

/** What is wrong with a header; undefined when nothing is. */
export function headerProblem({ name, value }: PlacementOf<'header'>): Problem {
  if (value !== undefined) return ['value', 'cannot be given yet']
  if (name === undefined) return undefined
  if (!/^[A-Za-z0-9-]{1,64}$/.test(name)) return ['name', 'is no header name']
  return RESERVED.test(name)
    ? ['name', 'is a header that a credential cannot be put into']
    : undefined
}

/** Headers that cannot hold a credential, because the transport or another hop reads them. */
const RESERVED =
  /^(?:host|content-.*|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|accept.*|mcp-.*|last-event-id|cookie|set-cookie|origin|referer|user-agent|date|via|forwarded|x-forwarded-.*|proxy-.*|sec-.*|traceparent|tracestate|baggage|x-user-id)$/i

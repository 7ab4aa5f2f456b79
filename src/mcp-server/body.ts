// Reads the JSON body of a request once: bounded in bytes and in time, and parsed so that no key of
// it can reach a prototype.

import { granted, type Result } from '../core/errors.ts'
import {
  BODY_TAKEN,
  type BodyBounds,
  type BodyProblem,
  readBytes,
} from '../core/http/bounded-body.ts'
import { INTERNAL_ERROR, PARSE_ERROR, problem, REFUSED_BY_HTTP } from './problem.ts'

/** A body as it came, and what it says. */
export interface JsonBody {
  readonly text: string
  readonly value: unknown
}

/** The body, or the answer to send. */
export type ReadBody = Result<JsonBody, Response>

/** Reads and parses the JSON body of a request. */
export async function readJson(request: Request, bounds: BodyBounds): Promise<ReadBody> {
  const bytes = await readBytes(request, bounds)
  if (!bytes.ok) return { ok: false, refusal: answerToBody(bytes.refusal) }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.value)
    return granted({ text, value: parseSafely(text) })
  } catch {
    // The parser's error quotes the body, so it ends here.
    return { ok: false, refusal: unreadable() }
  }
}

/** The answer to a body whose bytes could not be had. */
export function answerToBody(bodyProblem: BodyProblem): Response {
  switch (bodyProblem) {
    case 'too_large':
      return problem(413, REFUSED_BY_HTTP, 'The request body is too large.')
    case 'too_slow':
      return problem(408, REFUSED_BY_HTTP, 'The request body did not come in time.')
    case 'taken':
      return problem(500, INTERNAL_ERROR, BODY_TAKEN)
    case 'broken':
      return unreadable()
  }
}

/** The answer to a body that is no JSON, or too deep to be written again. */
export function unreadable(): Response {
  return problem(400, PARSE_ERROR, 'Parse error: the request body is not acceptable JSON.')
}

/**
 * Parses JSON, and refuses the key `__proto__` at any depth and however it is escaped. An object
 * with that key reads differently once somebody copies it: its `method` could then come from the
 * prototype, behind our check. No MCP message has such a key.
 *
 * @throws SyntaxError
 */
function parseSafely(text: string): unknown {
  if (!/__proto__|\\u00/i.test(text)) return JSON.parse(text)
  return JSON.parse(text, (key, value) => {
    if (key === '__proto__') throw new SyntaxError('__proto__ is no acceptable key')
    return value
  })
}

// Asks a server for its tools on our own behalf, when a tool is called that no list has named yet (a fresh pool, a cached list).

import type { Sent } from '../../core/carry/placing.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { type AnswerRules, rewriteAnswer } from '../answer/answer.ts'
import { readMessages } from '../answer/message.ts'

/** Pages of a list that are asked for. */
const MOST_PAGES = 20

/**
 * Lists all tools once. What comes back is learned on the way by the rules; a failure leaves the tools unknown.
 *
 * @param ask Sends one request.
 * @param like The request that made it necessary: its session and its protocol revision are the list's.
 * @returns Whether the server gave all that it has, as far as it is taken in.
 */
export async function listTools(
  ask: (init: RequestInit) => Promise<Response>,
  like: Sent,
  rules: AnswerRules,
): Promise<boolean> {
  const headers = new Headers(like.headers)
  headers.set('content-type', 'application/json')
  headers.set('accept', 'application/json, text/event-stream')
  if (headers.has('mcp-method')) headers.set('mcp-method', 'tools/list')
  for (const name of [...headers.keys()])
    if (name === 'mcp-name' || name.startsWith('mcp-param-')) headers.delete(name)
  const params = readMessages(like.body)?.list[0]?.params
  const { progressToken: _, ...meta } =
    isObject(params) && isObject(params._meta) ? params._meta : {}
  let cursor: string | undefined
  try {
    for (let page = 0; page < MOST_PAGES; page++) {
      const id = `onbehalf-list-${page}`
      const body = JSON.stringify({
        jsonrpc: '2.0',
        id,
        method: 'tools/list',
        params: {
          ...(Object.keys(meta).length > 0 ? { _meta: meta } : {}),
          ...(cursor === undefined ? {} : { cursor }),
        },
      })
      const response = await ask({ method: 'POST', headers, body })
      if (!response.ok) {
        response.body?.cancel().catch(() => {})
        return false
      }
      const result = await resultIn(response, id, rules)
      if (!result) return false
      if (typeof result.nextCursor !== 'string') return true
      cursor = result.nextCursor
    }
    return true
  } catch {
    // The call that needed the list is refused; the reason is in the audit already.
    return false
  }
}

/** The result in an answer. A stream is read no further than that, and nothing of it is kept: it need not end. */
async function resultIn(
  response: Response,
  id: string,
  rules: AnswerRules,
): Promise<UnknownObject | undefined> {
  let result: UnknownObject | undefined
  const answer = await rewriteAnswer(response, {
    ...rules,
    async message(message) {
      const next = await rules.message(message)
      if (isObject(message) && message.id === id && isObject(message.result))
        result = message.result
      return next
    },
  })
  const reader = answer.body?.getReader()
  while (reader && !result && !(await reader.read()).done);
  await reader?.cancel()
  return result
}

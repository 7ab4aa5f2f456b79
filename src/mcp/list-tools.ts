// Asks a server for its tools on our own behalf, when a tool is called that no list has named yet (a fresh pool, a cached list).

import type { Sent } from '../core/placing.ts'
import { type AnswerRules, rewriteAnswer } from './answer.ts'
import { isJson, parseJson, readMessages } from './message.ts'

/** Pages of a list that are asked for. */
const MOST_PAGES = 20

/**
 * Lists all tools once. What comes back is learned on the way by the rules; nothing is returned, and a failure leaves the tools unknown.
 *
 * @param ask Sends one request with the person's credential.
 * @param like The request that made it necessary: its session and its protocol revision are the list's.
 */
export async function listTools(ask: (init: RequestInit) => Promise<Response>, like: Sent, rules: AnswerRules): Promise<void> {
  const headers = new Headers(like.headers)
  headers.set('content-type', 'application/json')
  headers.set('accept', 'application/json, text/event-stream')
  if (headers.has('mcp-method')) headers.set('mcp-method', 'tools/list')
  for (const name of [...headers.keys()]) if (name === 'mcp-name' || name.startsWith('mcp-param-')) headers.delete(name)
  const params = readMessages(like.body)?.list[0]?.params
  const meta = isJson(params) && isJson(params._meta) ? params._meta : undefined
  let cursor: string | undefined
  try {
    for (let page = 0; page < MOST_PAGES; page++) {
      const id = `onbehalf-list-${page}`
      const body = JSON.stringify({
        jsonrpc: '2.0',
        id,
        method: 'tools/list',
        params: { ...(meta ? { _meta: meta } : {}), ...(cursor === undefined ? {} : { cursor }) },
      })
      const response = await ask({ method: 'POST', headers, body })
      if (!response.ok) {
        response.body?.cancel().catch(() => {})
        return
      }
      const result = resultOf(await (await rewriteAnswer(response, rules)).text(), id)
      if (typeof result?.nextCursor !== 'string') return
      cursor = result.nextCursor
    }
  } catch {
    // The call that needed the list is refused; the reason is in the audit already.
  }
}

/** The result in an answer, given as JSON or as events. */
function resultOf(text: string, id: string): Readonly<Record<string, unknown>> | undefined {
  const candidates = [text, ...[...text.matchAll(/^data: (.*)$/gm)].map((match) => match[1] ?? '')]
  for (const candidate of candidates) {
    const message = parseJson(candidate)
    if (isJson(message) && message.id === id && isJson(message.result)) return message.result
  }
  return undefined
}

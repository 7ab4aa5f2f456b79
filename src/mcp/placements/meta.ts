// Placement `meta`: the credential in a key of the `_meta` of every request and notification.
// Answers have no place for one.

import { granted, refused } from '../../core/errors.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { writeMessages } from '../answer/message.ts'
import { type McpPlacing, planWithout } from './request.ts'

/** The placing of one server's credential in `_meta`. */
export function metaPlacing(key: string): McpPlacing {
  return (request) => {
    const { sent, messages } = request
    // A GET or DELETE has no body. It needs no more rights than its session has.
    if (sent.body === null) return planWithout(request)
    if (!messages) return refused('arguments_refused')
    if (!messages.list.some(takesMeta)) return planWithout(request)
    return granted({
      at: `_meta ${key}`,
      fill({ credential, proof }) {
        // A token that is bound to a key goes with its proof, which has its place in headers only.
        if (proof) return refused('credential_malformed')
        const value = credential.reveal()
        const list = messages.list.map((message) =>
          takesMeta(message) ? withMeta(message, key, value) : message,
        )
        return granted({ headers: sent.headers, body: writeMessages({ ...messages, list }) })
      },
    })
  }
}

/**
 * Requests, and notifications too: a server that looks in `_meta` for its credential refuses
 * whatever has none, and the first of that is `notifications/initialized`.
 */
function takesMeta(message: UnknownObject): boolean {
  return typeof message.method === 'string'
}

function withMeta(message: UnknownObject, key: string, value: string): UnknownObject {
  const params = isObject(message.params) ? message.params : {}
  const meta = isObject(params._meta) ? params._meta : {}
  return { ...message, params: { ...params, _meta: { ...meta, [key]: value } } }
}

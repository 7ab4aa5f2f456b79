// Placement `meta`: the credential in a key of the `_meta` of every request and notification. Answers have no place for one.

import type { Placing } from '../../core/carry/placing.ts'
import { granted, refused } from '../../core/errors.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { readMessages, writeMessages } from '../answer/message.ts'

/** The placing of one server's credential in `_meta`. */
export function metaPlacing(key: string): Placing {
  return (sent) => {
    const messages = readMessages(sent.body)
    // A GET or DELETE has no body, and needs none of the person's rights that a session does not have.
    if (sent.body === null) return granted({ sent })
    if (!messages) return refused('arguments_refused')
    if (!messages.list.some(hasParams)) return granted({ sent })
    return granted({
      at: `_meta ${key}`,
      fill({ credential, proof }) {
        // Bound to a key: it goes with its proof, in headers alone.
        if (proof) return refused('credential_malformed')
        const value = credential.reveal()
        const list = messages.list.map((message) =>
          hasParams(message) ? withMeta(message, key, value) : message,
        )
        return granted({ headers: sent.headers, body: writeMessages({ ...messages, list }) })
      },
    })
  }
}

/** Notifications too: a server that looks there for its credential refuses whatever has none, `notifications/initialized` first. */
function hasParams(message: UnknownObject): boolean {
  return typeof message.method === 'string'
}

function withMeta(message: UnknownObject, key: string, value: string): UnknownObject {
  const params = isObject(message.params) ? message.params : {}
  const meta = isObject(params._meta) ? params._meta : {}
  return { ...message, params: { ...params, _meta: { ...meta, [key]: value } } }
}

// Placement `meta`: the credential in a key of the `_meta` of every request and notification.
// Answers have no place for one.

import { MAIN } from '../../core/binding.ts'
import { malformed, NOT_BOUND } from '../../core/carry/fill-template.ts'
import { granted, refused } from '../../core/errors.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { FILLED, type Part } from './part.ts'

/**
 * The part that puts a credential into `_meta`.
 *
 * @param source The name of the credential's source.
 */
export function metaPart(key: string, source: string = MAIN): Part {
  const uses = [{ source, at: `_meta ${key}` }]
  return ({ sent, messages }) => {
    // A GET or DELETE has no body. It needs no more rights than its session has.
    if (sent.body === null) return granted(undefined)
    if (!messages) return refused('arguments_refused')
    if (!messages.list.some(takesMeta)) return granted(undefined)
    return granted({
      uses,
      fill(draft, { tokens }) {
        const token = tokens.get(source)
        // A token that is bound to a key goes with its proof, which has its place in headers only.
        if (!token || token.proof) return malformed(NOT_BOUND)
        const value = token.credential.reveal()
        const before = draft.messages ?? messages
        const list = before.list.map((message) =>
          takesMeta(message) ? withMeta(message, key, value) : message,
        )
        draft.messages = { ...before, list }
        return FILLED
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

// Placement `meta`: the credential in a key of the `_meta` of every request and notification. A GET,
// a DELETE and an answer have no place for one. A server that wants to know whose they are gives a
// handle for them (`accept.meta` of protectMcpServer).

import { MAIN } from '../../core/binding.ts'
import { malformed, NOT_BOUND } from '../../core/carry/fill-template.ts'
import { granted, refused } from '../../core/errors.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { SESSION_HEADER } from '../../core/wire-names.ts'
import { handleIn } from './handle.ts'
import { FILLED, type Part, type PlannedPart } from './part.ts'

/** What {@link metaPart} needs. */
export interface MetaPartOptions {
  readonly key: string
  /** The name of the credential's source. Default: the main one. */
  readonly source?: string | undefined
  /** Called with each handle, so that it is found when it comes back in an answer. */
  readonly onHandle: (handle: string) => void
}

/** The part that puts a credential into `_meta`. Make one for each server and person. */
export function metaPart({ key, source = MAIN, onHandle }: MetaPartOptions): Part {
  const uses = [{ source, at: `_meta ${key}` }]
  let handle: string | undefined
  return ({ sent, messages }) => {
    if (sent.body !== null && !messages) return refused('arguments_refused')
    if (!messages?.list.some(takesMeta))
      return granted(handle === undefined ? undefined : planWithHandle(handle))
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
      answered(response) {
        const given = handleIn(response)
        if (given === undefined) return
        onHandle(given)
        handle = given
      },
    })
  }
}

function planWithHandle(handle: string): PlannedPart {
  return {
    uses: [],
    fill({ headers }) {
      headers.set(SESSION_HEADER, handle)
      return FILLED
    },
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

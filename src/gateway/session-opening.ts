// What a session of one server was opened with. It is sealed into the session's id in front, so that any
// instance can open the session again when the server has lost it.

import { isObject, parseJson, type UnknownObject } from '../core/json.ts'

/** What the client said in its `initialize` (MCP 2025-11-25, lifecycle). */
export interface SessionOpening {
  /** The revision that it asked for. */
  readonly revision: string
  readonly capabilities: UnknownObject
  readonly clientInfo: { readonly name: string; readonly version: string }
}

/** A session of one server, as its id in front says. */
export interface OpenedSession {
  /** The server's own id. */
  readonly id: string
  /** Undefined where it is not known, or too long for a header. */
  readonly opening: SessionOpening | undefined
}

/** A header holds so much, together with the server's own id. */
const MAX_CHARS = 2_500
/** No header has one in its value, so no id of a server does (RFC 9110 section 5.5). */
const BETWEEN = '\n'

/** Writes a session, to be sealed. `body` is the request that opened it. */
export function openedSessionText(id: string, body: string | undefined): string {
  const opening = body === undefined ? undefined : openingOf(parseJson(body))
  const text = `${id}${BETWEEN}${JSON.stringify(opening)}`
  return opening && text.length <= MAX_CHARS ? text : id
}

/** Reads what was sealed. */
export function openedSessionIn(text: string): OpenedSession {
  const at = text.indexOf(BETWEEN)
  if (at < 0) return { id: text, opening: undefined }
  return { id: text.slice(0, at), opening: partsOf(parseJson(text.slice(at + 1))) }
}

function openingOf(message: unknown): SessionOpening | undefined {
  if (!isObject(message) || message.method !== 'initialize' || !isObject(message.params))
    return undefined
  const { protocolVersion: revision, capabilities, clientInfo } = message.params
  return partsOf({ revision, capabilities, clientInfo })
}

function partsOf(value: unknown): SessionOpening | undefined {
  if (!isObject(value)) return undefined
  const { revision, capabilities, clientInfo } = value
  if (typeof revision !== 'string' || !isObject(capabilities) || !isObject(clientInfo))
    return undefined
  const { name, version } = clientInfo
  if (typeof name !== 'string' || typeof version !== 'string') return undefined
  return { revision, capabilities, clientInfo: { name, version } }
}

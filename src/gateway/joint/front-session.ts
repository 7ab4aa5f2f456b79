// A client's own session at a joint address. All that the gateway has to know of it is in its sealed
// id, so that any instance serves it.

import { isObject, parseJson, type UnknownObject } from '../../core/json.ts'

/** The session, as the id says. */
export interface FrontSession {
  /** Empty for a client that names none. */
  readonly id: string
  /** What the client can be asked for: the servers are told. */
  readonly capabilities: UnknownObject
  /** Whether it is no session, but one request of a revision that has none. */
  readonly isStateless?: boolean
}

/** A client that named no session. Nobody can ask it anything. */
export const NO_SESSION: FrontSession = { id: '', capabilities: {} }

/** A request of the revision without sessions. */
export const STATELESS: FrontSession = { ...NO_SESSION, isStateless: true }

/** Capabilities that servers act on. Others say nothing of what a server may ask. */
const TOLD = ['elicitation', 'sampling', 'roots', 'tasks']
/** A header holds so much. */
const MAX_CHARS = 1_500

/** Makes the session of a client, from its `initialize`. */
export function newSession({ params }: UnknownObject): FrontSession {
  const asked = isObject(params) && isObject(params.capabilities) ? params.capabilities : {}
  const told = Object.fromEntries(
    TOLD.flatMap((name) => (isObject(asked[name]) ? [[name, asked[name]]] : [])),
  )
  const capabilities = JSON.stringify(told).length > MAX_CHARS ? {} : told
  return { id: crypto.randomUUID(), capabilities }
}

/** Writes it, to be sealed. */
export function sessionText({ id, capabilities }: FrontSession): string {
  return JSON.stringify([id, capabilities])
}

/** Reads what this gateway, or one with the same secret, has sealed. An id that an older version gave out has no capabilities. */
export function sessionIn(text: string): FrontSession {
  const value = parseJson(text)
  const [id, capabilities] = Array.isArray(value) ? value : []
  return typeof id === 'string' && isObject(capabilities)
    ? { id, capabilities }
    : { id: text, capabilities: {} }
}

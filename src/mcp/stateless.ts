// Requests of our own to a server that keeps no sessions: each says by itself which revision it is of, and
// what its client can be asked for (MCP 2026-07-28, basic protocol).

import { isObject, type UnknownObject } from '../core/json.ts'
import { resultIn } from './answer/result-in.ts'
import { plainRules } from './answer/rules.ts'
import type { OpeningOptions, SessionPlace } from './own-session.ts'
import { STATELESS_REVISION } from './revisions.ts'

const META = 'io.modelcontextprotocol/'

/** What a request says of its client. */
export type StatelessClient = Pick<OpeningOptions, 'clientInfo' | 'capabilities'>

/** Sends a message. What it says of its client already stays. `given` are headers beside those of the protocol. */
export function sendStateless(
  message: UnknownObject,
  { url, fetch, signal }: SessionPlace,
  client: StatelessClient,
  given?: Headers,
): Promise<Response> {
  const sent = withClient(message, client)
  const headers = new Headers(given)
  headers.delete('mcp-session-id')
  headers.set('content-type', 'application/json')
  headers.set('accept', 'application/json, text/event-stream')
  headers.set('mcp-protocol-version', STATELESS_REVISION)
  headers.set('mcp-method', String(message.method))
  const name = nameIn(message)
  if (name === undefined) headers.delete('mcp-name')
  else headers.set('mcp-name', encodedName(name))
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(sent), signal })
}

/**
 * Asks a server whether it speaks the revision.
 *
 * @throws AuthError as the fetch does.
 */
export async function speaksStateless(
  place: SessionPlace,
  client: StatelessClient,
): Promise<boolean> {
  const id = 'onbehalf-discover'
  const message = { jsonrpc: '2.0', id, method: 'server/discover', params: {} }
  const response = await sendStateless(message, place, client)
  const result = response.ok ? await resultIn(response, id, plainRules(place.server)) : undefined
  if (!result) response.body?.cancel().catch(() => {})
  const versions = result?.supportedVersions
  return Array.isArray(versions) && versions.includes(STATELESS_REVISION)
}

/** The revision that a message itself says it is of. */
export function revisionOf({ params }: UnknownObject): unknown {
  return metaIn(params)[`${META}protocolVersion`]
}

/** What the client of a message can be asked for, as the message itself says. */
export function capabilitiesOf({ params }: UnknownObject): unknown {
  return metaIn(params)[`${META}clientCapabilities`]
}

/** The message without what it says of its revision and its client. */
export function withoutClient(message: UnknownObject): UnknownObject {
  const { params } = message
  if (!isObject(params) || !isObject(params._meta)) return message
  const {
    [`${META}protocolVersion`]: revision,
    [`${META}clientInfo`]: info,
    [`${META}clientCapabilities`]: capabilities,
    ...meta
  } = params._meta
  return { ...message, params: { ...params, _meta: meta } }
}

function withClient(
  message: UnknownObject,
  { clientInfo, capabilities = {} }: StatelessClient,
): UnknownObject {
  const params = isObject(message.params) ? message.params : {}
  const meta = {
    [`${META}clientInfo`]: clientInfo,
    [`${META}clientCapabilities`]: capabilities,
    ...metaIn(params),
    [`${META}protocolVersion`]: STATELESS_REVISION,
  }
  return { ...message, params: { ...params, _meta: meta } }
}

function metaIn(params: unknown): UnknownObject {
  return isObject(params) && isObject(params._meta) ? params._meta : {}
}

/** What the header Mcp-Name says (MCP 2026-07-28, Streamable HTTP). */
function nameIn({ method, params }: UnknownObject): string | undefined {
  if (!isObject(params)) return undefined
  const name = method === 'resources/read' ? params.uri : params.name
  return typeof name === 'string' ? name : undefined
}

/** A header takes printable ASCII. Any other name goes in base64. */
function encodedName(name: string): string {
  if (/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(name) && !name.startsWith('=?')) return name
  const bytes = new TextEncoder().encode(name)
  return `=?base64?${btoa(String.fromCharCode(...bytes))}?=`
}

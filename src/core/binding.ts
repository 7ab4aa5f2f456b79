// A binding: for one server, which credential is carried there (source) and where it goes in the request (placement). Parsed once, frozen.

import { canonicalResource, isLoopback } from './resource.ts'
import { isScope } from './scope.ts'

/** Which credential. */
export type Source =
  /** The user's token is exchanged for one whose audience is the server (RFC 8693). The default. */
  | { readonly type: 'exchange'; readonly scopes: readonly string[]; readonly audience?: string }
  /** The user's own token, only if its audience already includes the server: MCP forbids passing on any other. */
  | { readonly type: 'own' }

/** Where in the request. */
export type Placement =
  /** `Authorization: Bearer` on every HTTP request, or another header that holds the bare credential. The default. */
  { readonly type: 'header'; readonly name?: string }

/** What an operator declares for a server. */
export interface BindingInput {
  /** The server's URL: requests to exactly this URL, and no other, carry the credential. */
  readonly url: string
  /** The resource identifier that the server's tokens name as audience. Default: the URL. */
  readonly resource?: string
  /** Default: `exchange` for all of the user's scopes. */
  readonly source?: Source
  /** Default: `Authorization: Bearer`. */
  readonly placement?: Placement
}

/** A binding, checked. */
export interface Binding {
  /** The operator's name for the server; the only name of it that people and the model are shown. */
  readonly name: string
  readonly url: string
  readonly resource: string
  readonly source: Source
  readonly placement: Placement
}

/** For configurations that no compiler has seen. */
const SOURCES: readonly Source['type'][] = ['exchange', 'own']
const PLACEMENTS: readonly Placement['type'][] = ['header']

/** Headers that a credential cannot be put into: they steer the transport or another hop. */
const RESERVED =
  /^(?:host|content-.*|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|accept.*|mcp-.*|last-event-id|cookie|set-cookie|origin|referer|user-agent|date|via|forwarded|x-forwarded-.*|proxy-.*|sec-.*|traceparent|tracestate|baggage|x-user-id)$/i

/**
 * Checks a declaration.
 *
 * @throws TypeError that names the server and the setting, for anything that cannot work or would not be safe.
 */
export function parseBinding(name: string, input: BindingInput): Binding {
  const fail = (setting: string, problem: string): never => {
    throw new TypeError(`servers.${name}.${setting} ${problem}`)
  }
  if (!/^[A-Za-z][A-Za-z0-9 _-]{0,63}$/.test(name))
    throw new TypeError(`servers: "${name}" is no usable name (letters, digits, space, _ and -, at most 64)`)
  if (!URL.canParse(input.url)) fail('url', 'must be an absolute URL')
  const url = new URL(input.url)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url)))
    fail('url', 'must use https (plain http is for loopback addresses only)')
  if (url.username !== '' || url.password !== '') fail('url', 'must not contain a credential; use a source and a placement')
  if (url.href.includes('#')) fail('url', 'must not contain a fragment')
  // Resource identifiers are logged and published; a query is where servers without better means take keys.
  if (url.search !== '' && input.resource === undefined) fail('resource', 'must be given when the URL has a query')
  const resource =
    resourceOf(input.resource ?? url.href) ?? fail('resource', 'must be an https URL without user-info and fragment')
  const source = input.source ?? { type: 'exchange', scopes: [] }
  const placement = input.placement ?? { type: 'header' }
  if (!SOURCES.includes(source.type)) fail('source.type', `must be one of ${SOURCES.join(', ')}`)
  if (!PLACEMENTS.includes(placement.type)) fail('placement.type', `must be one of ${PLACEMENTS.join(', ')}`)
  switch (source.type) {
    case 'exchange':
      for (const scope of source.scopes)
        if (!isScope(scope)) fail('source.scopes', `has "${scope}", which is no scope token (RFC 6749 section 3.3)`)
      break
    case 'own':
      break
  }
  switch (placement.type) {
    case 'header':
      if (placement.name !== undefined && !/^[A-Za-z0-9-]{1,64}$/.test(placement.name))
        fail('placement.name', 'is no header name')
      if (placement.name !== undefined && RESERVED.test(placement.name))
        fail('placement.name', 'is a header that a credential cannot be put into')
      break
  }
  return Object.freeze({
    name,
    url: url.href,
    resource,
    source: Object.freeze(source.type === 'exchange' ? { ...source, scopes: Object.freeze([...source.scopes]) } : { ...source }),
    placement: Object.freeze({ ...placement }),
  })
}

function resourceOf(text: string): string | undefined {
  try {
    return canonicalResource(text)
  } catch {
    return undefined
  }
}

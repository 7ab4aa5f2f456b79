// What a server says about itself (RFC 9728), for an operator who configures it: its authorization
// servers and scopes. The operator reads and pins them. Nothing at run time follows them: a server
// that may choose where credentials go can steal them (CVE-2026-104850).

import { parseMetadataLink } from '../../core/door/challenge.ts'
import { granted, type Result, refused } from '../../core/errors.ts'
import { type BoundedOptions, fetchJson } from '../../core/http/bounded-json.ts'
import { withDeadline } from '../../core/http/deadline.ts'
import { checkEndpoint } from '../../core/http/endpoint.ts'
import { isObject } from '../../core/json.ts'
import { checkOptions, type OptionNames } from '../../core/known-options.ts'
import {
  type AllowsHttp,
  allowedHttp,
  PLAIN_HTTP_OPTIONS,
  type PlainHttpOptions,
} from '../../core/plain-http.ts'
import { canonicalResource, resourceMetadataUrl } from '../../core/resource.ts'
import { isScope } from '../../core/scope.ts'

/** How many issuers, or scopes, of a document are read. */
const MAX_NAMES = 64

/** What a server says about itself. */
export interface DiscoveredResource {
  readonly resource: string
  /**
   * Issuer identifiers, as the server claims. The operator checks one of them and pins it as
   * `issuer`.
   */
  readonly authorizationServers: readonly string[]
  readonly scopes: readonly string[]
}

/** Options of {@link discoverResource}. */
export interface DiscoverResourceOptions extends PlainHttpOptions {
  /** Use `guardedFetch()` of onbehalf/egress: the server decides which URLs are asked. */
  readonly fetch: typeof globalThis.fetch
  /**
   * The `resource_metadata` of a challenge that the server gave already. It is followed on the
   * server's own origin only.
   */
  readonly metadataLink?: string | undefined
  /** Milliseconds that one request may take. Default 5,000. */
  readonly deadline?: number
  readonly signal?: AbortSignal
}

/** Every option of the function. A new one does not compile until it is here. */
const DISCOVER_RESOURCE_OPTIONS: OptionNames<DiscoverResourceOptions> = {
  ...PLAIN_HTTP_OPTIONS,
  fetch: 'required',
  metadataLink: 'optional',
  deadline: 'optional',
  signal: 'optional',
}

/**
 * Asks a server for its protected resource metadata. It looks where the server's 401 to a GET or to a
 * POST points (on the server's own origin only), then at the well-known place of its path, then at
 * that of its root (RFC 9728 sections 3 and 5). The document must be about this very resource; one at
 * the root may be about the whole origin, which then is the resource to declare.
 *
 * @throws TypeError when the resource is not an https URL (or loopback).
 */
export async function discoverResource(
  url: string,
  options: DiscoverResourceOptions,
): Promise<Result<DiscoveredResource>> {
  checkOptions('discoverResource', '', options, DISCOVER_RESOURCE_OPTIONS)
  const { fetch, deadline = 5000, signal } = options
  const allowsHttp = allowedHttp(options)
  const resource = canonicalResource(url, allowsHttp)
  const { origin } = new URL(resource)
  const link = options.metadataLink ?? (await askForLink(resource, { fetch, deadline, signal }))
  const root = `${origin}/.well-known/oauth-protected-resource`
  const places = [resourceMetadataUrl(resource), root]
  if (link !== undefined && URL.canParse(link) && new URL(link).origin === origin)
    places.unshift(link)
  for (const place of new Set(places)) {
    const answer = await fetchJson(
      place,
      { headers: { accept: 'application/json' } },
      { fetch, deadline, signal },
    )
    if (!answer.ok && answer.refusal.reason === 'cancelled') return answer
    const json = answer.ok && answer.value.status === 200 ? answer.value.json : undefined
    const document =
      judgeResource(json, resource, allowsHttp) ??
      (place === root ? judgeResource(json, origin, allowsHttp) : undefined)
    if (document) return granted(document)
  }
  return refused('issuer_unavailable')
}

/** Where the server's 401 points. Some servers answer it to a POST only. */
async function askForLink(
  resource: string,
  { fetch, deadline, signal }: BoundedOptions,
): Promise<string | undefined> {
  for (const request of [GET, POST]) {
    const asked = await withDeadline(deadline, signal, async (inTime) => {
      const response = await fetch(resource, { ...request, redirect: 'manual', signal: inTime })
      await response.body?.cancel()
      return response.status === 401 ? (response.headers.get('www-authenticate') ?? '') : undefined
    })
    if (asked.ok && asked.value !== undefined) return parseMetadataLink(asked.value)
  }
  return undefined
}

const GET = { method: 'GET', headers: { accept: 'application/json' } } as const

/** The most harmless request of MCP. A server that needs no credential answers it and does nothing. */
const POST = {
  method: 'POST',
  headers: {
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
  },
  body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
} as const

/**
 * Judges a document. Undefined when it is about another resource (RFC 9728 section 3.3) or names no
 * usable authorization server.
 */
function judgeResource(
  json: unknown,
  resource: string,
  allowsHttp: AllowsHttp,
): DiscoveredResource | undefined {
  if (!isObject(json)) return undefined
  if (typeof json.resource !== 'string' || canonicalOrNone(json.resource, allowsHttp) !== resource)
    return undefined
  const texts = (value: unknown): readonly string[] =>
    Array.isArray(value) ? value.filter((text) => typeof text === 'string').slice(0, MAX_NAMES) : []
  const authorizationServers = texts(json.authorization_servers).filter((text) =>
    isIssuer(text, allowsHttp),
  )
  if (authorizationServers.length === 0) return undefined
  return {
    resource,
    authorizationServers,
    scopes: texts(json.scopes_supported).filter(isScope),
  }
}

function isIssuer(text: string, allowsHttp: AllowsHttp): boolean {
  try {
    checkEndpoint('issuer', text, allowsHttp)
    return !/[?#]/.test(text)
  } catch {
    return false
  }
}

function canonicalOrNone(text: string, allowsHttp: AllowsHttp): string | undefined {
  try {
    return canonicalResource(text, allowsHttp)
  } catch {
    return undefined
  }
}

// Authorization server metadata (RFC 8414): where a configured issuer has its endpoints. We believe
// a document only about that issuer. server-metadata.ts reads it.

import { granted, type RefusalReason, type Result, refused } from '../errors.ts'
import { isObject } from '../json.ts'
import { checkOptions, type OptionNames } from '../known-options.ts'
import { forOperator } from '../refusal-details.ts'
import { type BoundedOptions, fetchJson } from './bounded-json.ts'
import { checkEndpoint } from './endpoint.ts'
import { type RemoteDocument, remoteDocument } from './remote-document.ts'
import { type AuthorizationServer, judgeMetadata } from './server-metadata.ts'

/** Options of {@link discoverAuthorizationServer}. */
export interface DiscoveryOptions {
  /** The issuer identifier, exactly as its metadata and tokens spell it. */
  readonly issuer: string
  /** Default: `globalThis.fetch`, captured at creation. */
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** Milliseconds that one request may take. Default 5,000. */
  readonly deadline?: number
  /** Whether the issuer may have plain http. Default: on loopback addresses only. */
  readonly allowsHttp?: (url: URL) => boolean
}

/** Every option of the factory. A new one does not compile until it is here. */
const DISCOVERY_OPTIONS: OptionNames<DiscoveryOptions> = {
  issuer: 'required',
  fetch: 'optional',
  now: 'optional',
  deadline: 'optional',
  allowsHttp: 'optional',
}

const FRESH_SECONDS = 3600

/** How long an old document serves while the issuer is down. */
const STALE_SECONDS = 3600

const COOLDOWN_SECONDS = 30

/**
 * Finds the metadata of an authorization server, by RFC 8414 section 3 and then by OpenID Connect
 * Discovery 1.0 section 4. It is fetched at the first use, once for concurrent callers, and again
 * when it is an hour old. A failed request is repeated after a second at the earliest. A place that
 * redirects, hangs or answers with something else does not keep the next one from being asked.
 *
 * The document's `issuer` must equal the configured one byte for byte. An endpoint is left out
 * unless it has the issuer's own origin: a document that names somebody else's token endpoint is a
 * way to steal client secrets. Where an issuer's endpoints are on another origin, name them in the
 * options of the part that uses them.
 *
 * Without a document, readers get `issuer_mismatch_metadata` when there is one about another issuer
 * (a trailing slash is enough), `metadata_missing` when the issuer answers but has none, and
 * `issuer_unavailable` when it does not answer.
 *
 * @throws TypeError when the issuer is not an https URL (plain http for loopback addresses only),
 *   or has a query or a fragment.
 *
 * @example
 * ```ts
 * const metadata = discoverAuthorizationServer({ issuer: 'https://login.example' })
 * const server = await metadata.current()
 * if (server.ok) console.log(server.value.tokenEndpoint)
 * ```
 */
export function discoverAuthorizationServer(
  options: DiscoveryOptions,
): RemoteDocument<AuthorizationServer> {
  checkOptions('discoverAuthorizationServer', '', options, DISCOVERY_OPTIONS)
  const { issuer, fetch = globalThis.fetch, now = Date.now, deadline = 5000, allowsHttp } = options
  checkEndpoint('issuer', issuer, allowsHttp)
  if (/[?#]/.test(issuer))
    throw new TypeError('issuer must not have a query or a fragment (RFC 8414 section 2)')
  return remoteDocument({
    load: () => load(issuer, { fetch, deadline }),
    now,
    freshSeconds: FRESH_SECONDS,
    staleSeconds: STALE_SECONDS,
    cooldownSeconds: COOLDOWN_SECONDS,
  })
}

/** After this time without an answer, the next place is asked as well. */
const PATIENCE_MS = 1000

/**
 * Asks the places, each when the one before it has failed or is slow. A proxy may redirect, hang or
 * reset at one place and serve the document at another.
 */
async function load(issuer: string, bounded: BoundedOptions): Promise<Result<AuthorizationServer>> {
  const ended = new AbortController()
  const looks: Promise<Result<AuthorizationServer>>[] = []
  try {
    for (const url of metadataUrls(issuer)) {
      looks.push(look(url, issuer, { ...bounded, signal: ended.signal }))
      const server = await within(Math.min(PATIENCE_MS, bounded.deadline / 4), firstOf(looks))
      if (server) return granted(server)
    }
    const server = await firstOf(looks)
    return server ? granted(server) : worstOf(await Promise.all(looks))
  } finally {
    ended.abort()
  }
}

/** Asks one place. */
async function look(
  url: string,
  issuer: string,
  bounded: BoundedOptions,
): Promise<Result<AuthorizationServer>> {
  const answer = await fetchJson(url, { headers: { accept: 'application/json' } }, bounded)
  if (!answer.ok)
    return answer.refusal.reason === 'redirect_refused' ? refused('metadata_missing') : answer
  const { status, json } = answer.value
  if (status >= 500 || status === 429) return refused('issuer_unavailable')
  const server = status === 200 ? judgeMetadata(json, issuer) : undefined
  if (server) return granted(server)
  const other = status === 200 && isObject(json) ? forOperator(json.issuer) : undefined
  return other === undefined
    ? refused('metadata_missing', { expected: issuer })
    : refused('issuer_mismatch_metadata', { claim: 'issuer', expected: issuer, found: other })
}

/** The first document that comes; undefined when every place has failed. */
async function firstOf(
  looks: readonly Promise<Result<AuthorizationServer>>[],
): Promise<AuthorizationServer | undefined> {
  const found = looks.map(async (asked) => {
    const result = await asked
    if (!result.ok) throw result
    return result.value
  })
  return Promise.any(found).catch(() => undefined)
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const end = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined)
  })
  return Promise.race([work, end]).finally(() => clearTimeout(timer))
}

/** The refusal that tells most: a document about another issuer, then a place that is down. */
function worstOf(results: readonly Result<AuthorizationServer>[]): Result<AuthorizationServer> {
  const of = (reason: RefusalReason) =>
    results.find((result) => !result.ok && result.refusal.reason === reason)
  return (
    of('issuer_mismatch_metadata') ??
    of('issuer_unavailable') ??
    results[0] ??
    refused('issuer_unavailable')
  )
}

/**
 * Lists the URLs where the metadata may be: RFC 8414 inserts the well-known part before the
 * issuer's path, OpenID Connect appends it (RFC 8414 section 5).
 */
export function metadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  return [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    ...(path === '' ? [] : [`${origin}/.well-known/openid-configuration${path}`]),
    `${origin}${path}/.well-known/openid-configuration`,
  ]
}

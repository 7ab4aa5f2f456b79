// Client ID metadata documents (draft-ietf-oauth-client-id-metadata-document): a client whose id is the
// URL of a document that says who it is. Anybody can name any URL here, so the fetch must be a guarded one.

import { fetchJson } from '../../core/http/bounded-json.ts'
import { isObject } from '../../core/json.ts'
import { putNewest } from '../../core/put-newest.ts'
import { clientName, digestOf, type KnownClient } from './client.ts'

/** Gives the client of a document; undefined when there is none. */
export type ClientDocuments = (url: string) => Promise<KnownClient | undefined>

const DEADLINE_MS = 5_000
const FRESH_MS = 5 * 60_000
/** A failure is remembered too, so that nobody makes the gateway ask one address again and again. */
const FAILED_MS = 30_000
const MAX_REMEMBERED = 1_000
/** More requests at once are not made: anybody can cause them. */
const MAX_AT_ONCE = 8
const MAX_URL_CHARS = 2_048
const MAX_REDIRECT_URIS = 20

/** Whether a client id is the URL of a document (section 3 of the draft). */
export function isDocumentUrl(id: string): boolean {
  if (id.length > MAX_URL_CHARS || !/^https:\/\/[\x21-\x7e]+$/.test(id) || !URL.canParse(id))
    return false
  const { href, pathname, username, password } = new URL(id)
  const isPlain = username === '' && password === '' && !id.includes('#')
  // The parser removes dot segments: a URL that changes by that is another one than it seems.
  return isPlain && pathname !== '/' && href === id
}

/** Makes the reader. */
export function clientDocuments(
  fetch: typeof globalThis.fetch,
  now: () => number,
): ClientDocuments {
  const known = new Map<string, { readonly until: number; readonly client?: KnownClient }>()
  const underWay = new Map<string, Promise<KnownClient | undefined>>()
  async function load(url: string): Promise<KnownClient | undefined> {
    const headers = { accept: 'application/json' }
    const answer = await fetchJson(url, { headers }, { fetch, deadline: DEADLINE_MS })
    const client =
      answer.ok && answer.value.status === 200 ? judgeDocument(url, answer.value.json) : undefined
    const until = now() + (client ? FRESH_MS : FAILED_MS)
    putNewest(known, url, { until, ...(client ? { client } : {}) }, MAX_REMEMBERED)
    return client
  }
  return async (url) => {
    const found = known.get(url)
    if (found && found.until > now()) return found.client
    const before = underWay.get(url)
    if (before) return before
    if (underWay.size >= MAX_AT_ONCE) return undefined
    const loading = load(url).finally(() => underWay.delete(url))
    underWay.set(url, loading)
    return loading
  }
}

/** Reads a document. Undefined when it is about another client, or one that has to prove who it is. */
export function judgeDocument(url: string, json: unknown): KnownClient | undefined {
  if (!isObject(json) || json.client_id !== url) return undefined
  const { redirect_uris, client_name, token_endpoint_auth_method: method = 'none' } = json
  if (method !== 'none' || !Array.isArray(redirect_uris)) return undefined
  const redirectUris = redirect_uris
    .slice(0, MAX_REDIRECT_URIS)
    .filter((uri) => typeof uri === 'string')
  const { host } = new URL(url)
  return { digest: digestOf(url), name: clientName(client_name), redirectUris, host }
}

// The address where a signed-in person makes, lists and revokes their own access keys.

import type { Caller } from '../../caller.ts'
import { readBytes } from '../../core/http/bounded-body.ts'
import { isObject, parseJson, type UnknownObject } from '../../core/json.ts'
import { missingScopes } from '../../core/scope.ts'
import { type AccessKey, type AccessKeys, isKeyName, type NewAccessKey } from './access-keys.ts'
import { NOT_FOR_KEYS } from './key-servers.ts'

/**
 * Which of the person's keys a path is about: all of them, or one by its id. Undefined for a path of
 * something else.
 *
 * @param before The path of the gateway.
 */
export function ownKeysAt(before: string, path: string): { readonly id?: string } | undefined {
  const all = `${before}/access-keys`
  if (path === all) return {}
  return path.startsWith(`${all}/`) ? { id: path.slice(all.length + 1) } : undefined
}

const BOUNDS = { maxBytes: 64 * 1024, deadlineMs: 10_000 }
const DAY_MS = 24 * 3600 * 1000
const DEFAULT_DAYS = 90

/** What it works with. */
export interface OwnKeysParts {
  readonly keys: AccessKeys
  /** The servers that keys can be for. */
  readonly servers: readonly string[]
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/**
 * Answers a person who was admitted by a token or a cookie.
 *
 * @param id What follows the path; undefined where nothing does.
 */
export async function answerOwnKeys(
  request: Request,
  id: string | undefined,
  caller: Caller,
  parts: OwnKeysParts,
): Promise<Response> {
  const { keys } = parts
  const { principal } = caller
  if (request.method === 'GET' && id === undefined)
    return json(200, { keys: (await keys.list(principal)).map(shown) })
  if (request.method === 'POST' && id === undefined) return make(request, caller, parts)
  if (request.method !== 'DELETE' || id === undefined)
    return json(405, {
      message: 'GET lists keys, POST makes one, DELETE /access-keys/ID revokes one.',
    })
  return (await keys.revoke(principal, id))
    ? new Response(null, { status: 204 })
    : json(404, { message: 'There is no such key.' })
}

async function make(
  request: Request,
  { principal, token }: Caller,
  parts: OwnKeysParts,
): Promise<Response> {
  const bytes = await readBytes(request, BOUNDS)
  const body = bytes.ok ? parseJson(new TextDecoder().decode(bytes.value)) : undefined
  const wanted = isObject(body) ? parseNewKey(body, parts) : 'The body must be a JSON object.'
  if (typeof wanted === 'string') return json(400, { message: wanted })
  // An agent would stay with the person for longer than they gave it leave (RFC 8693 section 4.1).
  if (principal.actor)
    return json(403, {
      message: 'Keys are made with a token of your own, not with that of an agent.',
    })
  // Nobody gets more by a key than by the token that they make it with.
  if (missingScopes(wanted.scopes ?? [], token.scopes).length > 0)
    return json(403, { message: 'scopes must be among those of the token that you send.' })
  const { key, record } = await parts.keys.create(principal, wanted)
  // Its only answer: nobody can show the key again.
  return json(201, { key: key.reveal(), ...shown(record) })
}

/** Reads what is asked for; a sentence when it cannot be. */
export function parseNewKey(
  { name, servers, scopes = [], days = DEFAULT_DAYS }: UnknownObject,
  { servers: known, now }: Pick<OwnKeysParts, 'servers' | 'now'>,
): NewAccessKey | string {
  if (!isKeyName(name)) return 'name must be 1 to 64 visible characters, such as laptop.'
  const wanted = textsOf(servers)
  if (wanted.length === 0 || !wanted.every((server) => known.includes(server)))
    return `servers must be a list of these: ${known.join(', ') || 'there are none'}. ${NOT_FOR_KEYS}.`
  if (!Array.isArray(scopes) || textsOf(scopes).length < scopes.length)
    return 'scopes must be a list of texts.'
  if (typeof days !== 'number' || !(days >= 1 && days <= 365)) return 'days must be from 1 to 365.'
  return { name, servers: wanted, scopes: textsOf(scopes), until: new Date(now() + days * DAY_MS) }
}

function shown({ createdAt, endsAt, revokedAt, ...same }: AccessKey) {
  return {
    ...same,
    createdAt: timeOf(createdAt),
    endsAt: timeOf(endsAt),
    ...(revokedAt === undefined ? {} : { revokedAt: timeOf(revokedAt) }),
  }
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

function json(status: number, body: object): Response {
  return Response.json(body, { status, headers: { 'cache-control': 'no-store' } })
}

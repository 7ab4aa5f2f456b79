// What can be said of a token in public: its type, its audience, its scopes, and which claims it
// has. Never its text, the person, or anything made of the two.

import type { Credential } from 'onbehalf'
import { isObject, stringOf, stringsOf, type UnknownObject } from '../inspect/ask.ts'
import type { TokenFacts } from './report.ts'

/** A token that was looked at. */
export interface LookedAt {
  readonly facts: TokenFacts
  /** The claims of a JWT, which nobody has verified; else none. They are not shown. */
  readonly claims: UnknownObject
}

/** Looks at a token. It verifies nothing. */
export function lookAtToken(credential: Credential, nowSeconds: number): LookedAt {
  const parts = credential.reveal().split('.')
  const header = decodedPart(parts[0])
  const claims = parts.length === 3 && header ? decodedPart(parts[1]) : undefined
  if (!header || !claims) {
    const form = header && parts.length === 5 ? 'encrypted' : 'opaque'
    return { facts: { ...OPAQUE, form }, claims: {} }
  }
  const scopesIn = SCOPES.filter((name) => textsOf(claims[name]).length > 0)
  return {
    claims,
    facts: {
      form: 'JWT',
      typ: stringOf(header.typ) ?? null,
      alg: stringOf(header.alg) ?? null,
      issuer: stringOf(claims.iss) ?? null,
      audience: typeof claims.aud === 'string' ? [claims.aud] : stringsOf(claims.aud),
      scopes: [...new Set(scopesIn.flatMap((name) => textsOf(claims[name])))],
      scopesIn,
      client: clientOf(claims),
      marks: MARKS.filter((name) => Object.hasOwn(claims, name)).map((name) =>
        markOf(name, claims),
      ),
      looksLike: kindOf(header, claims),
      expiresIn: typeof claims.exp === 'number' ? Math.round(claims.exp - nowSeconds) : null,
      bound: isObject(claims.cnf),
      actor: isObject(claims.act),
    },
  }
}

const OPAQUE: TokenFacts = {
  form: 'opaque',
  typ: null,
  alg: null,
  issuer: null,
  audience: [],
  scopes: [],
  scopesIn: [],
  client: null,
  marks: [],
  looksLike: 'unknown',
  expiresIn: null,
  bound: false,
  actor: false,
}

const SCOPES = ['scope', 'scp', 'permissions']

/** Claims that tell kinds of tokens and issuers apart. */
const MARKS = [
  'typ',
  'token_use',
  'ver',
  'azp',
  'client_id',
  'cid',
  'appid',
  'uid',
  'tid',
  'oid',
  'sid',
  'session_id',
  'role',
  'aal',
  'firebase',
  'org_id',
  'realm_access',
  'nonce',
  'at_hash',
  'c_hash',
  's_hash',
  'events',
  'auth_time',
  'cnf',
  'act',
  'may_act',
]

/** Marks whose value is the name of a kind, and nothing about a person. */
const KINDS = ['typ', 'token_use', 'ver']

function markOf(name: string, claims: UnknownObject): string {
  const value = claims[name]
  return KINDS.includes(name) && typeof value === 'string' ? `${name}=${value.slice(0, 20)}` : name
}

/** Claims that OpenID Connect gives to ID tokens alone (Core 1.0 sections 2 and 3.3.2.11). */
const ID_MARKS = ['nonce', 'at_hash', 'c_hash', 's_hash']

function kindOf(header: UnknownObject, claims: UnknownObject): TokenFacts['looksLike'] {
  const { typ, token_use: use } = claims
  if (/^(?:application\/)?at\+jwt$/i.test(stringOf(header.typ) ?? '')) return 'access token'
  if (typ === 'ID' || use === 'id') return 'ID token'
  if (typ === 'Bearer' || typ === 'DPoP' || use === 'access') return 'access token'
  if (ID_MARKS.some((name) => Object.hasOwn(claims, name))) return 'ID token'
  if (SCOPES.some((name) => textsOf(claims[name]).length > 0)) return 'access token'
  // The audience of an ID token is its client.
  const client = clientOf(claims)
  if (client !== null && client === claims.aud) return 'ID token'
  return 'unknown'
}

function clientOf({ client_id, azp, cid, appid }: UnknownObject): string | null {
  return [client_id, azp, cid, appid].find((value) => typeof value === 'string') ?? null
}

function textsOf(value: unknown): readonly string[] {
  return typeof value === 'string'
    ? value.split(' ').filter(Boolean).slice(0, 64)
    : stringsOf(value)
}

/** A part of a JWT; undefined when it is none. Its errors would quote it, so they are dropped. */
function decodedPart(part: string | undefined): UnknownObject | undefined {
  try {
    const text = Buffer.from(part ?? '', 'base64url').toString('utf8')
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

// Reads what was sealed. It comes from ourselves, perhaps from an older version: what does not have all
// its members is none.

import type { UnknownObject } from '../../core/json.ts'
import type { Asked } from './authorize.ts'

/** A request that a person was asked about. */
export interface OpenedAsk extends Asked {
  /** The digest of the browser's cookie. */
  readonly browser: string
  /** Seconds since the epoch. */
  readonly endsAt: number
}

/** A person who was sent to the issuer. */
export interface OpenedFlow extends OpenedAsk {
  readonly id: string
  /** The gateway's own proof key (RFC 7636). */
  readonly verifier: string
  readonly sentScopes: readonly string[]
  readonly namesIssuer: boolean
}

/** A code of the gateway. */
export interface OpenedCode extends Omit<OpenedFlow, 'browser' | 'namesIssuer'> {
  /** The issuer's code. */
  readonly code: string
}

/** A refresh token of the gateway. */
export interface OpenedRefresh {
  readonly client: string
  /** The issuer's refresh token. */
  readonly token: string
  readonly resource: string | undefined
  readonly sentScopes: readonly string[]
}

/** Reads a request. */
export function parseAsked(sealed: UnknownObject | undefined): OpenedAsk | undefined {
  const asked = sealed && base(sealed)
  return asked && typeof sealed.browser === 'string'
    ? { ...asked, browser: sealed.browser }
    : undefined
}

/** Reads a flow. */
export function parseFlow(sealed: UnknownObject | undefined): OpenedFlow | undefined {
  const asked = parseAsked(sealed)
  const own = sealed && ownMembers(sealed)
  return asked && own ? { ...asked, ...own, namesIssuer: sealed.namesIssuer === true } : undefined
}

/** Reads a code. */
export function parseCode(sealed: UnknownObject | undefined): OpenedCode | undefined {
  const asked = sealed && base(sealed)
  const own = sealed && ownMembers(sealed)
  return asked && own && typeof sealed.code === 'string'
    ? { ...asked, ...own, code: sealed.code }
    : undefined
}

/** Reads a refresh token. */
export function parseRefresh(sealed: UnknownObject | undefined): OpenedRefresh | undefined {
  if (!sealed) return undefined
  const { client, token, resource } = sealed
  if (typeof client !== 'string' || typeof token !== 'string' || !isTextOrNone(resource))
    return undefined
  return { client, token, resource, sentScopes: textsOf(sealed.sentScopes) }
}

function base(sealed: UnknownObject): Omit<OpenedAsk, 'browser'> | undefined {
  const { client, redirectUri, state, challenge, resource, endsAt } = sealed
  if (typeof client !== 'string' || typeof redirectUri !== 'string') return undefined
  if (typeof challenge !== 'string' || typeof endsAt !== 'number') return undefined
  if (!isTextOrNone(state) || !isTextOrNone(resource)) return undefined
  return { client, redirectUri, state, challenge, resource, endsAt, scopes: textsOf(sealed.scopes) }
}

function ownMembers(sealed: UnknownObject) {
  const { id, verifier } = sealed
  if (typeof id !== 'string' || typeof verifier !== 'string') return undefined
  return { id, verifier, sentScopes: textsOf(sealed.sentScopes) }
}

function isTextOrNone(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

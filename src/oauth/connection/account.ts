// A connected account as it is stored: which issuer gave the tokens, how long they are good, and
// whether an instance is refreshing them.

import type { Credential } from '../../core/credential.ts'
import { type RefusalReason, SETUP_REASONS } from '../../core/errors.ts'
import { type Principal, principalKey } from '../../core/principal.ts'
import type { SecretKey, SecretRecord } from '../../core/vault/secret-store.ts'
import type { AccountTokens } from './judge-tokens.ts'
import type { Settings } from './settings.ts'

/**
 * `connected`; `refreshing`: the instance that wrote it does that, until `leaseUntil`;
 * `needs_reconnect`: no request is made for it any more.
 */
export type AccountState = 'connected' | 'refreshing' | 'needs_reconnect'

/** An account. All times are in seconds since the epoch. */
export interface Account {
  readonly version: number
  readonly state: AccountState
  readonly clientId: string
  readonly accessToken: Credential
  readonly refreshToken: Credential | undefined
  /** Kept for sign-ins only. */
  readonly idToken: Credential | undefined
  /** The key that the tokens are bound to. */
  readonly dpopKey: Credential | undefined
  readonly scopes: readonly string[]
  /** When the person connected it. */
  readonly connectedAt: number
  /** When the tokens came. */
  readonly obtainedAt: number
  /** Counts the sets of tokens. */
  readonly generation: number
  /** Undefined when the server does not say. */
  readonly expiresAt: number | undefined
  readonly refreshAt: number | undefined
  /** Until this time others wait for the instance that refreshes. */
  readonly leaseUntil: number
  /** Before this time nobody tries a refresh again. */
  readonly retryAt: number
  /** Refreshes that failed in a row. */
  readonly failures: number
  /** Why the last one did, when it is a wrong setting and no outage. */
  readonly failure: RefusalReason | undefined
}

/** Where a person's account is stored. */
export function accountKey(principal: Principal, { resource }: Settings): SecretKey {
  return { owner: principalKey(principal), resource, kind: 'connection' }
}

/** An account that was just connected. */
export function newAccount(
  tokens: AccountTokens,
  { clientId, dpopKey }: { readonly clientId: string; readonly dpopKey: Credential | undefined },
  version: number,
  now: number,
): Account {
  return {
    version,
    clientId,
    dpopKey,
    connectedAt: now,
    refreshToken: undefined,
    idToken: undefined,
    // A new number, also after a reconnect: that a server refused an old token says nothing about
    // this one.
    generation: Math.floor(now * 1000),
    ...freshFields(tokens, now),
  }
}

/**
 * The account with new tokens. It keeps its refresh token when the server gave no other (RFC 6749
 * section 6).
 */
export function renewAccount(account: Account, tokens: AccountTokens, now: number): Account {
  return { ...account, generation: account.generation + 1, ...freshFields(tokens, now) }
}

function freshFields(
  tokens: AccountTokens,
  now: number,
): Omit<
  Account,
  'version' | 'clientId' | 'connectedAt' | 'generation' | 'refreshToken' | 'idToken' | 'dpopKey'
> {
  const { idToken: _, ...kept } = tokens
  const { expiresAt } = kept
  return {
    state: 'connected',
    ...kept,
    obtainedAt: now,
    expiresAt,
    refreshAt: expiresAt === undefined ? undefined : refreshTime(now, expiresAt),
    leaseUntil: 0,
    retryAt: 0,
    failures: 0,
    failure: undefined,
  }
}

/**
 * A random time between 80 and 90 % of the life, so that accounts connected together do not refresh
 * together.
 */
function refreshTime(now: number, expiresAt: number): number {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1))
  return expiresAt - (expiresAt - now) * (0.1 + (0.1 * random) / 2 ** 32)
}

/** Turns an account into a record for the store. */
export function writeAccount(key: SecretKey, { issuer }: Settings, account: Account): SecretRecord {
  const { version, accessToken, refreshToken, idToken, dpopKey, ...others } = account
  const { expiresAt, refreshAt, failure, ...facts } = others
  return {
    ...key,
    issuer,
    version,
    secrets: {
      accessToken,
      ...(refreshToken ? { refreshToken } : {}),
      ...(idToken ? { idToken } : {}),
      ...(dpopKey ? { dpopKey } : {}),
    },
    facts: {
      ...facts,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(refreshAt === undefined ? {} : { refreshAt }),
      ...(failure === undefined ? {} : { failure }),
    },
  }
}

/**
 * Reads an account from a record. Undefined when there is none, or when its issuer is not the
 * pinned one: its refresh token would go to another server, the one that is configured now
 * (CVE-2026-104850).
 */
export function readAccount(
  record: SecretRecord | undefined,
  { issuer }: Settings,
): Account | undefined {
  if (!record || record.issuer !== issuer) return undefined
  const { version, secrets, facts } = record
  const { accessToken, refreshToken, idToken, dpopKey } = secrets
  const number = (name: string): number | undefined => {
    const value = facts[name]
    return typeof value === 'number' ? value : undefined
  }
  const { state, clientId, scopes } = facts
  if (!accessToken || typeof clientId !== 'string' || typeof scopes !== 'object') return undefined
  if (state !== 'connected' && state !== 'refreshing' && state !== 'needs_reconnect')
    return undefined
  return {
    version,
    state,
    clientId,
    accessToken,
    refreshToken,
    idToken,
    dpopKey,
    scopes,
    connectedAt: number('connectedAt') ?? 0,
    obtainedAt: number('obtainedAt') ?? 0,
    generation: number('generation') ?? 0,
    expiresAt: number('expiresAt'),
    refreshAt: number('refreshAt'),
    leaseUntil: number('leaseUntil') ?? 0,
    retryAt: number('retryAt') ?? 0,
    failures: number('failures') ?? 0,
    failure: SETUP_REASONS.find((reason) => reason === facts.failure),
  }
}

// Keeps a connected account's tokens good. There is one refresh at a time, also across instances:
// they agree by the version of the stored record. Using a rotated refresh token twice ends the
// whole grant (RFC 9700 section 4.14.2), so nothing here is repeated blindly.

import { setTimeout as pause } from 'node:timers/promises'
import { granted, isSetup, type Result, refused } from '../../core/errors.ts'
import type { Principal } from '../../core/principal.ts'
import type { SecretKey } from '../../core/vault/secret-store.ts'
import { type Account, readAccount, renewAccount, writeAccount } from './account.ts'
import { knownClient } from './client.ts'
import type { AccountTokens } from './judge-tokens.ts'
import { nowSeconds, type Parts, record } from './parts.ts'
import type { Settings } from './settings.ts'
import { requestTokens, revoke } from './token-request.ts'

/** A token is not sent any more this long before its expiry. */
const EXPIRY_MARGIN_SECONDS = 5

/**
 * A server's 401 for a token younger than this does not lead to a refresh, so that a server which
 * refuses everything costs one refresh and not many.
 */
const YOUNG_SECONDS = 30

/**
 * How long others wait for a refresh: longer than its request can take. After that, its instance
 * has died.
 */
const LEASE_SECONDS = 30

/** An account, and where it is stored. */
export interface StoredAccount {
  readonly principal: Principal
  readonly key: SecretKey
  /** Judges what the issuer answers a refresh with. Default: it is taken. */
  readonly judge?: (tokens: AccountTokens) => Result<AccountTokens>
}

/** How often, and how many times, an instance looks at the refresh of another one. */
const POLL_MS = 100
const MAX_LOOKS = 100

/** An issuer that is back is noticed within this time. Until then one caller asks, and no other. */
const MAX_BACKOFF_SECONDS = 30

/** Whose account, where it is stored, and what is known about its token. */
export interface Wanted extends StoredAccount {
  readonly settings: Settings
  /** The generation of the token that the server refused. */
  readonly refusedGeneration?: number | undefined
  readonly trace: string
}

/**
 * What to do about an account: use it, refresh it, wait for another instance, try later, or give
 * up.
 */
type Verdict = 'serve' | 'refresh' | 'wait' | 'reconnect' | 'later' | 'refused'

/** Judges a stored account. `now` is in seconds since the epoch. */
export function judgeAccount(account: Account, now: number, refusedGeneration?: number): Verdict {
  if (account.state === 'needs_reconnect') return 'reconnect'
  const rejected = refusedGeneration !== undefined && account.generation <= refusedGeneration
  const usable =
    !rejected &&
    (account.expiresAt === undefined || now < account.expiresAt - EXPIRY_MARGIN_SECONDS)
  const due = account.refreshAt !== undefined && now >= account.refreshAt
  if (usable && !due) return 'serve'
  // The person may have ended a token without expiry, at the server.
  if (!account.refreshToken) return usable ? 'serve' : 'reconnect'
  if (rejected && now < account.obtainedAt + YOUNG_SECONDS) return 'refused'
  if (account.state === 'refreshing' && now < account.leaseUntil) return usable ? 'serve' : 'wait'
  if (now < account.retryAt) return usable ? 'serve' : 'later'
  return 'refresh'
}

/** Gives the account with a token that is good now, or the reason why there is none. */
export async function freshAccount(wanted: Wanted, parts: Parts): Promise<Result<Account>> {
  const { key, settings, refusedGeneration } = wanted
  for (let look = 0; look < MAX_LOOKS; look++) {
    const account = readAccount(await parts.store.read(key), settings)
    if (!account) return refused('connection_needed')
    switch (judgeAccount(account, nowSeconds(parts), refusedGeneration)) {
      case 'serve':
        return granted(account)
      case 'reconnect':
        return refused('connection_needed')
      case 'refused':
        return refused('server_refused')
      case 'later':
        return refused(account.failure ?? 'issuer_unavailable')
      case 'wait':
        await pause(POLL_MS)
        break
      case 'refresh': {
        const result = await refresh(account, wanted, parts)
        if (result) return result
      }
    }
  }
  return refused('issuer_unavailable')
}

/**
 * Refreshes once. Undefined when another instance was first: then the caller reads the record
 * again.
 */
async function refresh(
  account: Account,
  wanted: Wanted,
  parts: Parts,
): Promise<Result<Account> | undefined> {
  const { key, settings, refusedGeneration } = wanted
  const { store } = parts
  const write = (next: Account): Promise<boolean> => store.write(writeAccount(key, settings, next))

  // Write before the request. After a crash here, the next instance knows that the refresh token
  // may be used up.
  const leased: Account = {
    ...account,
    version: account.version + 1,
    state: 'refreshing',
    leaseUntil: nowSeconds(parts) + LEASE_SECONDS,
  }
  if (!(await write(leased))) return undefined
  const asked = await ask(leased, wanted, parts)
  const answer = asked.ok && wanted.judge ? wanted.judge(asked.value) : asked
  const now = nowSeconds(parts)
  const version = leased.version + 1
  if (answer.ok) {
    const next = { ...renewAccount(leased, answer.value, now), version }
    // Store before use: tokens that only this process knows are lost with it.
    if (await write(next)) return granted(next)
    // The person disconnected meanwhile: end the tokens that were just issued.
    const client = await knownClient(settings, parts)
    if (client.ok && !(await store.read(key)))
      await revoke(
        next.refreshToken ?? next.accessToken,
        next.refreshToken ? 'refresh_token' : 'access_token',
        settings,
        client.value,
        parts,
      )
    return undefined
  }
  if (answer.refusal.reason === 'connection_needed') {
    // The grant has ended for good: nobody asks for it again.
    return (await write({ ...leased, version, state: 'needs_reconnect' })) ? answer : undefined
  }
  const failures = leased.failures + 1
  const retryAt = now + Math.min(MAX_BACKOFF_SECONDS, 5 * 2 ** Math.min(failures - 1, 10))
  const after: Account = {
    ...leased,
    version,
    state: 'connected',
    leaseUntil: 0,
    failures,
    failure: isSetup(answer.refusal.reason) ? answer.refusal.reason : undefined,
    retryAt,
  }
  if (!(await write(after))) return undefined
  return judgeAccount(after, now, refusedGeneration) === 'serve' ? granted(after) : answer
}

async function ask(
  account: Account,
  { principal, settings, trace }: Wanted,
  parts: Parts,
): ReturnType<typeof requestTokens> {
  const client = await knownClient(settings, parts)
  // Refresh tokens are bound to the client that they were issued to (RFC 6749 section 10.4).
  if (!client.ok || client.value.id !== account.clientId || !account.refreshToken)
    return refused('connection_needed')
  const step = {
    trace,
    principal,
    destination: settings.issuer,
    audience: [settings.resource],
    scopes: account.scopes,
    operation: 'refresh',
    placement: 'body refresh_token',
  }
  const recorded = await record(parts, step)
  if (!recorded.ok) return recorded
  const answer = await requestTokens(
    {
      settings,
      client: client.value,
      grantType: 'refresh_token',
      parameters: { refresh_token: account.refreshToken.reveal() },
      scopes: account.scopes,
      dpopKey: account.dpopKey,
    },
    parts,
  )
  if (!answer.ok) await record(parts, step, answer)
  return answer
}

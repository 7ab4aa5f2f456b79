// Keeps a connected account's tokens good: one refresh at a time, also across instances, which agree by the version of the stored record. A
// rotated refresh token that is used twice ends the whole grant (RFC 9700 section 4.14.2), so nothing here is tried blindly.

import { setTimeout as pause } from 'node:timers/promises'
import { granted, type Result, refused } from '../../core/errors.ts'
import type { Principal } from '../../core/principal.ts'
import { type Account, accountKey, readAccount, renewed, writeAccount } from './account.ts'
import { knownClient } from './client.ts'
import { type Parts, record, seconds } from './parts.ts'
import type { Settings } from './settings.ts'
import { requestTokens, revoke } from './token-request.ts'

/** Seconds before its expiry from which a token is no longer sent. */
const MARGIN = 5

/** Seconds that a new token is given before a server's 401 leads to the next one: a server that refuses everything costs one request, not many. */
const YOUNG = 30

/** Seconds that a refresh may be waited for, more than its request can take. After it the one who wrote the lease has died. */
const LEASE = 30

/** Milliseconds between two looks at a refresh that another instance makes, and how many there are. */
const POLL = 100
const LOOKS = 100

/** Whose account, and what is known about its token. */
export interface Wanted {
  readonly principal: Principal
  readonly settings: Settings
  /** The generation of the token that the server refused. */
  readonly refusedGeneration?: number | undefined
  readonly trace: string
}

/** What is to be done about an account: it serves, it ends here, it is to be refreshed, or another instance is at it. */
type Verdict = 'serve' | 'refresh' | 'wait' | 'reconnect' | 'later' | 'refused'

/** Judges an account as it is stored. */
export function judgeAccount(account: Account, now: number, refusedGeneration?: number): Verdict {
  if (account.state === 'needs_reconnect') return 'reconnect'
  const rejected = refusedGeneration !== undefined && account.generation <= refusedGeneration
  const usable = !rejected && (account.expiresAt === undefined || now < account.expiresAt - MARGIN)
  const due = account.refreshAt !== undefined && now >= account.refreshAt
  if (usable && !due) return 'serve'
  // A token without expiry may have been ended by the person, at the server.
  if (!account.refreshToken) return usable ? 'serve' : 'reconnect'
  if (rejected && now < account.obtainedAt + YOUNG) return 'refused'
  if (account.state === 'refreshing' && now < account.leaseUntil) return usable ? 'serve' : 'wait'
  if (now < account.retryAt) return usable ? 'serve' : 'later'
  return 'refresh'
}

/** The account with a token that is good now, or why there is none. */
export async function freshAccount(wanted: Wanted, parts: Parts): Promise<Result<Account>> {
  const { principal, settings, refusedGeneration } = wanted
  const key = accountKey(principal, settings)
  for (let look = 0; look < LOOKS; look++) {
    const account = readAccount(await parts.store.read(key), settings)
    if (!account) return refused('connection_needed')
    switch (judgeAccount(account, seconds(parts), refusedGeneration)) {
      case 'serve':
        return granted(account)
      case 'reconnect':
        return refused('connection_needed')
      case 'refused':
        return refused('server_refused')
      case 'later':
        return refused('issuer_unavailable')
      case 'wait':
        await pause(POLL)
        break
      case 'refresh': {
        const result = await refresh(account, wanted, parts)
        if (result) return result
      }
    }
  }
  return refused('issuer_unavailable')
}

/** Refreshes once; undefined when another instance was first, and the record is to be read again. */
async function refresh(
  account: Account,
  wanted: Wanted,
  parts: Parts,
): Promise<Result<Account> | undefined> {
  const { principal, settings, refusedGeneration } = wanted
  const { store } = parts
  const key = accountKey(principal, settings)
  const write = (next: Account): Promise<boolean> => store.write(writeAccount(key, settings, next))

  // Written before the request: whoever comes after a crash here knows that the refresh token may be used up.
  const leased: Account = {
    ...account,
    version: account.version + 1,
    state: 'refreshing',
    leaseUntil: seconds(parts) + LEASE,
  }
  if (!(await write(leased))) return undefined
  const answer = await ask(leased, wanted, parts)
  const now = seconds(parts)
  const version = leased.version + 1
  if (answer.ok) {
    const next = { ...renewed(leased, answer.value, now), version }
    // Stored before it is used: a token set that only this process knows is lost with it.
    if (await write(next)) return granted(next)
    // Disconnected meanwhile: what was just issued must not outlive that.
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
    // The grant is gone for good: nothing asks for it again.
    return (await write({ ...leased, version, state: 'needs_reconnect' })) ? answer : undefined
  }
  const failures = leased.failures + 1
  const retryAt = now + Math.min(300, 5 * 2 ** Math.min(failures - 1, 10))
  const after: Account = {
    ...leased,
    version,
    state: 'connected',
    leaseUntil: 0,
    failures,
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
    },
    parts,
  )
  if (!answer.ok) await record(parts, step, answer)
  return answer
}

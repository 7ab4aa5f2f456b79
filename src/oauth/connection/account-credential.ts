// Gives the credential of a connected account: from the store when it is good, else after one
// refresh that all callers of this instance share.

import { granted, type Result, refused } from '../../core/errors.ts'
import { waitFor } from '../../core/http/deadline.ts'
import type { IssuedToken } from '../../core/source/exchange.ts'
import type { IssueOptions } from '../../core/source/issued-cache.ts'
import { traceOf } from '../../core/trace.ts'
import { type Account, readAccount } from './account.ts'
import { nowSeconds, type Parts } from './parts.ts'
import { freshAccount, judgeAccount, type StoredAccount, type Wanted } from './refresh.ts'
import type { Settings } from './settings.ts'

/** Options of `Connections.credential`. */
export interface CredentialOptions extends IssueOptions {
  /** Ends this wait. It does not end the refresh, because others may wait for it too. */
  readonly signal?: AbortSignal
  /** W3C trace id. Default: a new one. */
  readonly trace?: string
}

/** Gives the credential of one account. */
export type AccountCredentials = (
  settings: Settings,
  account: StoredAccount,
  options: CredentialOptions,
) => Promise<Result<IssuedToken>>

/** How long a token without expiry is used before it is read from the store again. */
const UNKNOWN_LIFE_SECONDS = 300

/** Makes the reader of accounts, with its memory of the refreshes under way. */
export function accountCredentials(parts: Parts): AccountCredentials {
  const generations = new WeakMap<IssuedToken, number>()
  const flights = new Map<string, Promise<Result<Account>>>()

  async function toToken(account: Account): Promise<Result<IssuedToken>> {
    const { accessToken, dpopKey } = account
    const key = dpopKey && (await parts.keys(dpopKey))
    const token: IssuedToken = {
      credential: accessToken,
      expiresAt: account.expiresAt ?? Math.floor(nowSeconds(parts)) + UNKNOWN_LIFE_SECONDS,
      ...(account.expiresAt === undefined ? { endsAt: Number.POSITIVE_INFINITY } : {}),
      scopes: account.scopes,
      ...(key ? { proof: (request) => key.proof({ ...request, accessToken }) } : {}),
    }
    generations.set(token, account.generation)
    return granted(token)
  }

  /** Callers of one instance share one refresh. Instances agree in the store. */
  function shareRefresh(wanted: Wanted): Promise<Result<Account>> {
    const { owner, resource } = wanted.key
    const key = JSON.stringify([owner, resource, wanted.refusedGeneration])
    const running = flights.get(key)
    if (running) return running
    const flight = freshAccount(wanted, parts).finally(() => flights.delete(key))
    flights.set(key, flight)
    return flight
  }

  return async (settings, whose, options) => {
    const refusedGeneration =
      options.refused && (generations.get(options.refused) ?? Number.POSITIVE_INFINITY)
    const record = await parts.store.read(whose.key)
    const stored = readAccount(record, settings)
    if (!stored) return refused('connection_needed')
    if (judgeAccount(stored, nowSeconds(parts), refusedGeneration) === 'serve')
      return toToken(stored)
    const trace = options.trace ?? traceOf(new Headers())
    const account = await waitFor(
      shareRefresh({ ...whose, settings, refusedGeneration, trace }),
      options.signal,
    )
    return account.ok ? toToken(account.value) : account
  }
}

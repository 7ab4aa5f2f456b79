// The sign-in that a caller works with: a verified token, and the handle of its credential. When it
// runs out while the caller is at work, a fresh one of the same person takes its place.

import type { RunningCall } from './core/carry/running-calls.ts'
import { type RefusalReason, type Result, refused } from './core/errors.ts'
import { andThen } from './core/eventual.ts'
import { type Principal, samePrincipal } from './core/principal.ts'
import type { IssuedToken } from './core/source/exchange.ts'
import type { IssueOptions } from './core/source/issued-cache.ts'
import type { CredentialSource, Deposited } from './core/source/parts.ts'
import type { Vault } from './core/vault/vault.ts'

/**
 * Gives a fresh sign-in; undefined when there is none, and will be none. It throws when there may be
 * one later. It heeds the signal.
 */
type AskForSignIn = (signal: AbortSignal) => Promise<CallersSignIn | undefined>

/** The sign-in of one caller. */
export interface CallersSignIn {
  readonly current: Deposited
  /**
   * Says where a fresh sign-in comes from; of several places, the first that gives one counts. The
   * caller stays in the register of running callers for
   * longer than its token lives, so that it can still be revoked.
   */
  renewWith(ask: AskForSignIn): void
  /**
   * Makes a source that renews the sign-in when it is over, and then asks once more.
   *
   * @param sourceOf Makes the source for one sign-in.
   */
  source(sourceOf: (deposited: Deposited) => CredentialSource): CredentialSource
  /** Hands the credential over to another caller of the same person, and ends its own. */
  give(to: Principal): Deposited | undefined
  /** Forgets the credential. */
  forget(): Promise<void>
}

/** What a sign-in works with. */
export interface SignInParts {
  readonly vault: Vault
  readonly running: RunningCall
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** For so long after its token a caller that can be renewed is kept: no run takes longer. */
const RENEWABLE_SECONDS = 3600

/** A token that a server refuses so shortly before its end may have ended by the server's clock. */
const CLOCKS_DIFFER_SECONDS = 60

/** Makes the sign-in of a caller from the one that it was admitted with. */
export function callersSignIn(first: Deposited, parts: SignInParts): CallersSignIn {
  return new LiveSignIn(first, parts)
}

class LiveSignIn implements CallersSignIn {
  current: Deposited
  readonly #parts: SignInParts
  readonly #asks: AskForSignIn[] = []
  #renewing: Promise<Renewal> | undefined
  /** The sign-in that nobody replaced when asked. Nobody is asked again. */
  #givenUp: Deposited | undefined
  #isGiven = false
  #forgotten: Promise<void> | undefined

  constructor(first: Deposited, parts: SignInParts) {
    this.current = first
    this.#parts = parts
  }

  renewWith(ask: AskForSignIn): void {
    const { running, now } = this.#parts
    this.#asks.push(ask)
    running.extend(Math.max(this.current.token.expiresAt, now() / 1000) + RENEWABLE_SECONDS)
  }

  source(sourceOf: (deposited: Deposited) => CredentialSource): CredentialSource {
    let made = { deposited: this.current, source: sourceOf(this.current) }
    const source = (): CredentialSource => {
      if (made.deposited !== this.current)
        made = { deposited: this.current, source: sourceOf(this.current) }
      return made.source
    }
    return (asked) => {
      const spent = this.current
      return andThen(source()(asked), (result) => {
        if (!this.#isOver(result, spent, asked)) return result
        return this.#renew(spent).then((outcome) => {
          if (outcome === 'renewed') return source()(asked && withoutOwn(asked, result))
          return outcome === 'later' ? refused('issuer_unavailable') : result
        })
      })
    }
  }

  give(to: Principal): Deposited | undefined {
    if (this.#isGiven || this.#forgotten || !samePrincipal(this.current.token.principal, to))
      return undefined
    this.#isGiven = true
    this.#parts.running.leave()
    return this.current
  }

  forget(): Promise<void> {
    this.#forgotten ??= this.#isGiven ? Promise.resolve() : this.#discard(this.current)
    return this.#forgotten
  }

  #discard({ handle, token }: Deposited): Promise<void> {
    return this.#parts.vault.discard(handle, token.principal)
  }

  /** Whether a source has nothing to give because the sign-in has run out. */
  #isOver(result: Result<IssuedToken>, spent: Deposited, asked: IssueOptions | undefined): boolean {
    if (result.ok || this.#asks.length === 0 || this.#parts.running.signal.aborted) return false
    const { reason } = result.refusal
    if (ENDED.includes(reason)) return true
    const { expiresAt } = spent.token
    const endsSoon = expiresAt - CLOCKS_DIFFER_SECONDS <= this.#parts.now() / 1000
    return reason === 'server_refused' && asked?.refused !== undefined && endsSoon
  }

  /** Replaces a sign-in that has run out; calls that notice it together ask once. */
  #renew(spent: Deposited): Promise<Renewal> {
    if (this.current !== spent) return Promise.resolve('renewed')
    if (this.#givenUp === spent) return Promise.resolve('none')
    this.#renewing ??= this.#replace(spent).finally(() => {
      this.#renewing = undefined
    })
    return this.#renewing
  }

  async #ask(person: Principal, signal: AbortSignal): Promise<Deposited | 'none' | 'later'> {
    let otherwise: 'none' | 'later' = 'none'
    for (const ask of this.#asks) {
      const fresh = await untilAborted(signal, ask(signal))
      if (fresh === 'failed') otherwise = 'later'
      const given = fresh === 'failed' ? undefined : fresh?.give(person)
      if (given) return given
    }
    return otherwise
  }

  async #replace(spent: Deposited): Promise<Renewal> {
    const { signal } = this.#parts.running
    const next = await this.#ask(spent.token.principal, signal)
    if (next === 'none') this.#givenUp = spent
    if (next === 'none' || next === 'later') return next
    // The hops of a caller keep their trace.
    this.current = { ...next, trace: spent.trace }
    if (this.#forgotten || signal.aborted) {
      await this.#discard(next).catch(() => {})
      return 'none'
    }
    this.#parts.running.extend(next.token.expiresAt + RENEWABLE_SECONDS)
    await this.#discard(spent).catch(() => {})
    return 'renewed'
  }
}

/** What became of a sign-in that had run out. `later`: nobody could be asked now. */
type Renewal = 'renewed' | 'none' | 'later'

/** The vault gives an expired credential out no more, or the issuer takes it no more. */
const ENDED: readonly RefusalReason[] = ['handle_refused', 'exchange_grant_refused']

/** A server refused the person's own token, which has been replaced since. */
function withoutOwn(asked: IssueOptions, result: Result<IssuedToken>): IssueOptions {
  if (result.ok || result.refusal.reason !== 'server_refused') return asked
  const { refused: _, ...rest } = asked
  return rest
}

/** What `work` gives; undefined when the signal fires before. */
function untilAborted<T>(
  signal: AbortSignal,
  work: Promise<T | undefined>,
): Promise<T | 'failed' | undefined> {
  return new Promise((resolve) => {
    const end = (value?: T | 'failed'): void => {
      signal.removeEventListener('abort', stop)
      resolve(value)
    }
    const stop = (): void => end()
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) return end()
    // What it threw is dropped: foreign errors quote what they were sent.
    work.then(end, () => end('failed'))
  })
}

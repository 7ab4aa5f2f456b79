// The credentials of one call: asked for side by side, each of its own source, and asked for again
// after an answer that refused them.

import { MAIN } from '../binding.ts'
import type { ApprovedCall } from '../call-policy.ts'
import { granted, type Result, refused } from '../errors.ts'
import { andThen, type Eventual, orElse } from '../eventual.ts'
import { missingScopes } from '../scope.ts'
import type { IssuedToken } from '../source/exchange.ts'
import type { IssueOptions } from '../source/issued-cache.ts'
import type { CredentialSource } from '../source/parts.ts'
import type { CallDeadline } from './call-deadline.ts'
import type { Tokens, Use } from './placing.ts'

/** The sources of one destination. */
export interface Sources {
  readonly source: CredentialSource
  /** Further sources, by name. Default none. */
  readonly sources?: Readonly<Record<string, CredentialSource>>
}

const NONE: Tokens = new Map()
const NO_NEEDS: ReadonlyMap<string, readonly string[]> = new Map()
const AS_EVER: ReadonlyMap<string, IssueOptions> = new Map()

function needsOf(uses: readonly Use[]): ReadonlyMap<string, readonly string[]> {
  const needs = uses.flatMap(({ source, needed }) => (needed ? [[source, needed] as const] : []))
  return needs.length === 0 ? NO_NEEDS : new Map(needs)
}

/** The credentials of one call under way. */
export class CallTokens {
  readonly #sources: Sources
  readonly #deadline: CallDeadline
  /** How each credential is asked for. An answer to the first attempt changes it. */
  #asked = AS_EVER
  /** The call that the person has said yes to. */
  #approved: ApprovedCall | undefined
  /** The scopes that the request needs of a source, where it needs fewer than that has. */
  #needed: ReadonlyMap<string, readonly string[]> = NO_NEEDS

  constructor(sources: Sources, deadline: CallDeadline) {
    this.#sources = sources
    this.#deadline = deadline
  }

  /**
   * Asks for the credentials that a plan needs.
   *
   * @returns They, or the first refusal, which names the source unless it is the main one.
   */
  get(uses: readonly Use[]): Eventual<Result<Tokens>> {
    const [first] = uses
    if (!first) return granted(NONE)
    this.#needed = needsOf(uses)
    this.#approved = uses.find(({ source }) => source === MAIN)?.approved
    if (uses.length > 1) return this.#getAll(uses)
    return andThen(this.#ask(first.source), (issued) =>
      issued.ok ? granted(new Map([[first.source, issued.value]])) : issued,
    )
  }

  async #getAll(uses: readonly Use[]): Promise<Result<Tokens>> {
    const names = [...new Set(uses.map(({ source }) => source))]
    const issued = await Promise.all(
      names.map(async (name) => [name, await this.#ask(name)] as const),
    )
    return this.#together(issued)
  }

  /**
   * After a 401, asks for other credentials from now on. One that has no other is sent again when
   * another one was replaced: nobody knows which of them the server refused.
   */
  refuse(tokens: Tokens, isProofAsked: boolean): void {
    this.#asked = isProofAsked
      ? AS_EVER
      : new Map([...tokens].map(([name, token]) => [name, { refused: token }]))
  }

  /** Whether a source now has the scopes that a 403 asked for. It gives that token from now on. */
  async stepUp(tokens: Tokens, wider: readonly string[]): Promise<boolean> {
    this.#asked = AS_EVER
    for (const [name, token] of tokens) {
      if (missingScopes(wider, token.scopes).length === 0) continue
      const issued = await this.#ask(name, { wider })
      if (issued.ok && missingScopes(wider, issued.value.scopes).length === 0) return true
    }
    return false
  }

  #ask(name: string, options = this.#asked.get(name)): Eventual<Result<IssuedToken>> {
    const { source: main, sources = {} } = this.#sources
    const source = name === MAIN ? main : Object.hasOwn(sources, name) ? sources[name] : undefined
    if (!source) return refused('server_unbound', { source: name })
    const needed = this.#needed.get(name)
    const approved = name === MAIN ? this.#approved : undefined
    const asked =
      needed || approved
        ? { ...options, ...(needed ? { needed } : {}), ...(approved ? { approved } : {}) }
        : options
    const issued = this.#deadline.wait(
      orElse<Result<IssuedToken>>(() => source(asked), failed),
      'issuer_unavailable',
    )
    return name === MAIN ? issued : andThen(issued, (result) => ofSource(name, result))
  }

  #together(issued: readonly (readonly [string, Result<IssuedToken>])[]): Result<Tokens> {
    const tokens = new Map<string, IssuedToken>()
    let isReplaced = false
    let refusal: (Result<Tokens> & { readonly ok: false }) | undefined
    for (const [name, result] of issued) {
      const before = this.#asked.get(name)?.refused
      if (result.ok) {
        isReplaced ||= before !== undefined && result.value.credential !== before.credential
        tokens.set(name, result.value)
      } else if (before && result.refusal.reason === 'server_refused') {
        refusal ??= result
        tokens.set(name, before)
      } else return result
    }
    return refusal && !isReplaced ? refusal : granted(tokens)
  }
}

const failed = () => refused('issuer_unavailable')

/** A refusal names the source. */
function ofSource<T>(source: string, result: Result<T>): Result<T> {
  return result.ok ? result : { ok: false, refusal: { ...result.refusal, source } }
}

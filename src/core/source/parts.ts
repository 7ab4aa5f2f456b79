// What a source is, and what sources work with. Types only.

import type { Auditor } from '../audit.ts'
import type { Result } from '../errors.ts'
import type { Eventual } from '../eventual.ts'
import type { Principal } from '../principal.ts'
import type { SecretStore } from '../vault/secret-store.ts'
import type { Handle, Vault } from '../vault/vault.ts'
import type { VerifiedToken } from '../verify/verify.ts'
import type { ClientCredentialsIssuer, IssuedToken, TokenExchanger } from './exchange.ts'
import type { IssuedCache, IssueOptions } from './issued-cache.ts'
import type { Party } from './issued-target.ts'

/** Gives the credential for one request, or why there is none. */
export type CredentialSource = (options?: IssueOptions) => Eventual<Result<IssuedToken>>

/**
 * An admitted principal's token, as the sources see it: its claims, and the handle that opens it in
 * the vault.
 */
export interface Deposited {
  readonly token: VerifiedToken
  readonly handle: Handle
  readonly trace: string
  /** The `traceparent` of the hop that exchanges belong to. Absent where nobody observes. */
  readonly traceparent?: string | undefined
}

/** What the sources work with. Each optional part belongs to one source. */
export interface SourceParts {
  readonly vault: Vault
  readonly auditor: Auditor
  readonly cache: IssuedCache
  /** Who else takes tokens. A token that is good there too is not sent. Default: nobody is known. */
  readonly parties?: readonly Party[]
  readonly exchanger?: TokenExchanger
  /** An exchanger that goes through the person's identity provider. */
  readonly identityAssertions?: TokenExchanger
  readonly clientCredentials?: ClientCredentialsIssuer
  /** The accounts that people have connected. */
  readonly connections?: ConnectedAccounts
  /** The store of static keys. */
  readonly secrets?: SecretStore
}

/** The port of the connected accounts, as far as sources need it. */
export interface ConnectedAccounts {
  /**
   * The person's credential for the server of a binding; `connection_needed` when there is none.
   */
  credential(
    principal: Principal,
    server: string,
    options?: IssueOptions & { readonly trace?: string },
  ): Promise<Result<IssuedToken>>
  /**
   * The scopes that a refusal of that server may name, so that the app can ask the person for them.
   * Without it, it names none.
   */
  stepUpScopes?(server: string): KnownScopes | undefined
}

/** Scopes that the operator knows; `any`: whatever scope tokens the server names. */
export type KnownScopes = readonly string[] | 'any'

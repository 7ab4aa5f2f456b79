// The options of createOnBehalf.

import type { AuditSink } from './core/audit.ts'
import type { BindingInput } from './core/binding.ts'
import type { CallPolicy } from './core/call-policy.ts'
import type { ChildProcesses } from './core/carry/child-processes.ts'
import type { ReflectionMarks } from './core/carry/reflection-marks.ts'
import type { ToolPins } from './core/carry/tool-pins.ts'
import type { IssuerSettings } from './core/declared-issuers.ts'
import type { KeptSignIns } from './core/door/kept-sign-in.ts'
import type { ProofVerifier } from './core/door/proof.ts'
import type { Observer } from './core/observe.ts'
import type { PlainHttpOptions } from './core/plain-http.ts'
import type { ClientCredentialsIssuer, TokenExchanger } from './core/source/exchange.ts'
import type { ConnectedAccounts } from './core/source/parts.ts'
import type { ConsentStore } from './core/vault/consent-store.ts'
import type { SecretStore } from './core/vault/secret-store.ts'
import type { Vault } from './core/vault/vault.ts'

/** Options of createOnBehalf. */
export interface OnBehalfOptions extends IssuerSettings, PlainHttpOptions {
  /**
   * Identifier of the app's own endpoint, and the audience of the access tokens that it accepts
   * unless another one is named. Default, when an audience is named: the URL that is asked.
   */
  readonly resource?: string
  /** The MCP servers, by the names that people and the model are shown. */
  readonly servers: Readonly<Record<string, BindingInput>>
  /**
   * Records every hop. A sink that throws makes the hop fail. Default: the log of the process gets
   * each event as one line of JSON.
   */
  readonly audit?: AuditSink
  /**
   * Is told when hops begin and end, for telemetry: `otelObserver` of onbehalf/otel. Default: nobody is.
   */
  readonly observer?: Observer
  /** Needed for the source `identity-assertion`: `identityAssertionExchanger` of onbehalf/oauth. */
  readonly identityAssertions?: TokenExchanger
  /** Needed for the source `client-credentials`: `clientCredentials` of onbehalf/oauth. */
  readonly clientCredentials?: ClientCredentialsIssuer
  /** Needed for the source `connection`: `connections` of onbehalf/oauth. */
  readonly connections?: ConnectedAccounts
  /**
   * Needed for the source `static`: stores the keys, for example `sqliteSecretStore` of
   * onbehalf/store.
   */
  readonly secrets?: SecretStore
  /**
   * Admits people by the cookie of a sign-in that is kept on the server as well: `serverSession` of
   * onbehalf/session. A request with an `Authorization` header is admitted by that alone. Default:
   * nobody looks at cookies.
   */
  readonly session?: KeptSignIns
  /** Scopes that every request to the app needs. Default none. */
  readonly scopes?: readonly string[]
  /** Scopes to name in challenges and metadata. Default: `scopes` and those of the bindings. */
  readonly scopesSupported?: readonly string[]
  /**
   * A header such as `X-User-ID` that callers send along. It is never taken for an identity: a
   * request that has it with anything but the token's subject is refused. Default: nobody looks at
   * it.
   */
  readonly subjectHeader?: string
  /**
   * Set it to accept tokens that are bound to a key (RFC 9449): `dpopProofs` of onbehalf/jwt.
   * Default: such tokens are refused.
   */
  readonly proofs?: ProofVerifier
  /**
   * Needed for `actFor`: keeps what people have agreed to, for example `sqliteConsentStore` of
   * onbehalf/store.
   */
  readonly consents?: ConsentStore
  /** Keeps the admitted credentials. Default: this process's memory. */
  readonly vault?: Vault
  /**
   * Remembers the servers that sent a credential back, for example `sqliteReflectionMarks` of
   * onbehalf/store. Default: this process's memory, so a restart forgets them.
   */
  readonly reflectionMarks?: ReflectionMarks
  /**
   * Remembers the definitions of tools as they were first seen, where parameters are filled, for
   * example `sqliteToolPins` of onbehalf/store. Default: this process's memory, so a restart forgets
   * them.
   */
  readonly toolPins?: ToolPins
  /**
   * Key of the audit's fingerprints: 32 bytes or more, one for each deployment. Default: random.
   */
  readonly fingerprintKey?: Uint8Array<ArrayBuffer>
  /**
   * Needed for servers with `process`: starts their processes, for example `childProcesses` of
   * onbehalf/stdio.
   */
  readonly processes?: ChildProcesses
  /**
   * Judges each call of a tool by the claims of the person's token and by the arguments: `callPolicy`
   * of onbehalf/policy. Default: every call passes.
   */
  readonly policy?: CallPolicy
  /** Sends the requests to the servers. Default: `globalThis.fetch`, captured at creation. */
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds that one call to a server may take, 1 to 2,147,483,647. Default 60,000. */
  readonly deadline?: number
  /**
   * Milliseconds that a call of a tool may take in all, however often its server reports progress or
   * asks something: each extends the deadline. Default 600,000, and never less than the deadline.
   */
  readonly totalDeadline?: number
  /** The clock: milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /**
   * Called with a warning for each setting that is allowed but not safe, and once for each tool of a
   * server that is refused: for which parameter, and what decides it. Default `console.warn`.
   */
  readonly warn?: (message: string) => void
}

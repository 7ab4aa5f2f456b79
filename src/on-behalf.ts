// createOnBehalf: the parts put together for an app: door, vault, sources, and one `fetch` for each MCP server of an admitted principal.

import { type AuditSink, createAuditor } from './core/audit.ts'
import { type Binding, type BindingInput, isStdio, parseBinding, scopesOf } from './core/binding.ts'
import { memoryReflectionMarks } from './core/carry/memory-reflection-marks.ts'
import type { ReflectionMarks } from './core/carry/reflection-marks.ts'
import { runningCalls } from './core/carry/running-calls.ts'
import { toResponse } from './core/door/answer.ts'
import { type Admission, createDoor } from './core/door/door.ts'
import type { ProofVerifier } from './core/door/proof.ts'
import { type Refusal, refused } from './core/errors.ts'
import { type Principal, principalKey } from './core/principal.ts'
import { canonicalResource, resourceMetadataResponse } from './core/resource.ts'
import { isScope } from './core/scope.ts'
import { toError } from './core/sentences.ts'
import type { ClientCredentialsIssuer, TokenExchanger } from './core/source/exchange.ts'
import { issuedCache } from './core/source/issued-cache.ts'
import type { ConnectedAccounts, CredentialSource } from './core/source/parts.ts'
import { credentialSource, missingPart } from './core/source/source.ts'
import { memoryVault } from './core/vault/memory-vault.ts'
import type { SecretStore } from './core/vault/secret-store.ts'
import type { Vault } from './core/vault/vault.ts'
import type { TokenVerifier, VerifiedToken } from './core/verify/verify.ts'
import { type McpFetchOptions, mcpFetch } from './mcp/fetch.ts'
import { literalWarning, type PromptValues, promptValues } from './mcp/placements/prompt-values.ts'
import { createReferences } from './mcp/placements/references.ts'
import { liveSecrets } from './mcp/redact/live-secrets.ts'
import { createQuarantine, type Quarantine } from './mcp/redact/quarantine.ts'
import type { Pins } from './mcp/tools/tool-book.ts'
import { carryingTransport, type MessageTransport } from './mcp/transport.ts'

/** Options of {@link createOnBehalf}. */
export interface OnBehalfOptions {
  /** Identifier of the app's own endpoint: the audience of the access tokens that it takes. */
  readonly resource: string
  /** Issuer identifiers to name in the protected resource metadata (RFC 9728). */
  readonly authorizationServers: readonly string[]
  readonly verifier: TokenVerifier
  /** The MCP servers, by the names that people and the model are shown. */
  readonly servers: Readonly<Record<string, BindingInput>>
  /** Where every hop is recorded. A sink that throws makes the hop fail. */
  readonly audit: AuditSink
  /** Needed when a server's source is `exchange`, the default: `tokenExchanger` of onbehalf/oauth. */
  readonly exchanger?: TokenExchanger
  /** Needed for the source `identity-assertion`: `identityAssertionExchanger` of onbehalf/oauth. */
  readonly identityAssertions?: TokenExchanger
  /** Needed for the source `client-credentials`: `clientCredentials` of onbehalf/oauth. */
  readonly clientCredentials?: ClientCredentialsIssuer
  /** Needed for the source `connection`: `connections` of onbehalf/oauth. */
  readonly connections?: ConnectedAccounts
  /** Needed for the source `static`: where the keys are kept, for example `sqliteSecretStore` of onbehalf/store. */
  readonly secrets?: SecretStore
  /** Scopes that every request to the app needs. Default none. */
  readonly scopes?: readonly string[]
  /** Scopes to name in challenges and metadata. Default: `scopes` and those of the bindings. */
  readonly scopesSupported?: readonly string[]
  /** A header such as `X-User-ID` to hold against the subject; never identity. Default: not looked at. */
  readonly subjectHeader?: string
  /** Takes tokens that are bound to a key as well (RFC 9449): `dpopProofs` of onbehalf/jwt. Default: they are refused. */
  readonly proofs?: ProofVerifier
  /** Default: in this process's memory. */
  readonly vault?: Vault
  /**
   * Where the servers that sent a credential back are marked, for example `sqliteReflectionMarks` of onbehalf/store. Default: in this process's
   * memory, so that a restart forgets them.
   */
  readonly reflectionMarks?: ReflectionMarks
  /** Key of the audit's fingerprints, 32 bytes or more, one a deployment. Default: random. */
  readonly fingerprintKey?: Uint8Array<ArrayBuffer>
  /** Default `globalThis.fetch`, as it is when this is called. */
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds that one call to a server may take. Default 60,000. */
  readonly deadline?: number
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** Gets a warning about a setting that is allowed and not safe. Default `console.warn`. */
  readonly warn?: (message: string) => void
}

/** One admitted request's principal, and what can be done in its name. It holds a handle, no secret. */
export interface Caller {
  readonly principal: Principal
  readonly token: VerifiedToken
  /** W3C trace id that ties this request's hops together in the audit. */
  readonly trace: string
  /**
   * The `fetch` for one MCP server, to give to an agent framework's HTTP transport.
   *
   * @param options.onRefused Hears why a tool call was answered with a fixed sentence, which the framework takes for any other result.
   * @throws AuthError `server_unbound` for a name that is not among the `servers`.
   * @throws TypeError for a stdio server, which has a transport.
   */
  fetch(
    server: string,
    options?: { readonly onRefused?: (refusal: Refusal) => void },
  ): typeof globalThis.fetch
  /**
   * The transport for one stdio server, over one of an MCP SDK's (v1 or v2) that runs a process for this caller alone.
   *
   * @throws AuthError `server_unbound` for a name that is not among the `servers`.
   * @throws TypeError for a server that is not bound as `stdio:`.
   */
  transport(server: string, inner: MessageTransport): MessageTransport
  /**
   * The values for a prompt that names `{user_id}` and `{access_token}`, for a server whose placement is `prompt`: references that stand for them
   * at that server's bound parameters in this run and are worthless elsewhere. With `insecurelyShowLiteralTokens`, the values themselves.
   *
   * @throws AuthError when the server is not bound by `prompt`, or its credential cannot be had.
   */
  promptValues(server: string): Promise<PromptValues>
  /** Forgets the credential. Every call made after it is refused, and what is under way ends. */
  end(): Promise<void>
}

/** What an app holds. */
export interface OnBehalf {
  /** Admits a request by its access token, or gives the answer to send. */
  admit(request: Request): Promise<Admission<Caller>>
  /** Answers requests for the protected resource metadata (RFC 9728); undefined for any other. */
  metadata(request: Request): Response | undefined
  /**
   * Ends all that is under way for a principal in this process, and drops every token that was issued for them: at sign-out, or when a sign-in
   * is revoked. A request that comes with a valid token afterwards is admitted anew.
   */
  revoke(principal: Principal): void
}

/**
 * Puts the parts together.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work. Nothing is fetched.
 *
 * @example
 * ```ts
 * const onbehalf = createOnBehalf({
 *   resource: 'https://app.example/chat',
 *   authorizationServers: ['https://login.example'],
 *   verifier: jwtVerifier({ issuer: 'https://login.example' }),
 *   exchanger: tokenExchanger({ issuer: 'https://login.example', clientId: 'app', client: clientSecretBasic(secret) }),
 *   servers: { tasks: { url: 'https://tasks.example/mcp', source: { type: 'exchange', scopes: ['tasks:read'] } } },
 *   audit,
 * })
 * const admission = await onbehalf.admit(request)
 * if (!admission.ok) return admission.response
 * const transport = new StreamableHTTPClientTransport(url, { fetch: admission.value.fetch('tasks') })
 * ```
 */
export function createOnBehalf(options: OnBehalfOptions): OnBehalf {
  const {
    verifier,
    exchanger,
    now = Date.now,
    fetch = globalThis.fetch,
    deadline = 60_000,
    vault = memoryVault({ now }),
    reflectionMarks = memoryReflectionMarks(),
  } = options
  const resource = canonicalResource(options.resource)
  if (options.authorizationServers.length === 0)
    throw new TypeError('authorizationServers must name an issuer')
  // Timers take a larger number for 1.
  if (!(deadline > 0 && deadline < 2 ** 31))
    throw new TypeError('deadline must be a number of milliseconds, from 1 to 2147483647')
  for (const scope of [...(options.scopes ?? []), ...(options.scopesSupported ?? [])])
    if (!isScope(scope))
      throw new TypeError(`scopes: "${scope}" is no scope token (RFC 6749 section 3.3)`)
  const bindings = new Map(
    Object.entries(options.servers).map(([name, input]) => [name, parseBinding(name, input)]),
  )
  for (const binding of bindings.values()) {
    const setting = missingPart(binding, options)
    if (setting === undefined) continue
    const { name, source } = binding
    throw new TypeError(
      `servers.${name}.source is "${source.type}", which needs the setting ${setting}; onbehalf/oauth and onbehalf/store have it`,
    )
  }
  const named = [...bindings.values()].flatMap(({ source }) => scopesOf(source))
  const scopesSupported = options.scopesSupported ?? [
    ...new Set([...(options.scopes ?? []), ...named]),
  ]
  const auditor = createAuditor(options.audit, {
    now,
    ...(options.fingerprintKey ? { fingerprintKey: options.fingerprintKey } : {}),
  })
  const cache = issuedCache({ now })
  const parts = { ...options, vault, auditor, cache }
  const pins: Pins = new Map()
  const quarantines = new Map<string, Quarantine>()
  const quarantineOf = (binding: Binding): Quarantine => {
    const quarantine =
      quarantines.get(binding.name) ?? createQuarantine({ binding, marks: reflectionMarks, now })
    quarantines.set(binding.name, quarantine)
    return quarantine
  }
  const running = runningCalls(now)
  for (const { name, placement } of bindings.values())
    if (placement.type === 'prompt' && placement.insecurelyShowLiteralTokens)
      (options.warn ?? console.warn)(literalWarning(name))
  const door = createDoor({
    resource,
    verifier,
    auditor,
    scopesSupported,
    ...(options.scopes ? { scopes: options.scopes } : {}),
    ...(options.subjectHeader ? { subjectHeader: options.subjectHeader } : {}),
    ...(options.proofs ? { proofs: options.proofs } : {}),
  })
  const ownResources = [...bindings.values()]
    .filter(({ source }) => source.type === 'own')
    .map((binding) => binding.resource)

  return {
    async admit(request): Promise<Admission<Caller>> {
      const admission = await door.admit(request)
      if (!admission.ok) return admission
      const { principal, token, credential, trace } = admission.value
      const destinations = [
        ...[exchanger, options.identityAssertions].flatMap((one) => (one ? [one.issuer] : [])),
        ...ownResources.filter((one) => token.audience.includes(one)),
      ]
      const deposit = { credential, owner: principal, destinations, expiresAt: token.expiresAt }
      const handle = await vault.deposit(deposit).catch(() => undefined)
      if (handle === undefined) {
        const refusal: Refusal = { reason: 'server_unavailable', server: 'the vault' }
        return { ok: false, refusal, response: toResponse(refusal, {}) }
      }
      const revocation = running.enter(principal, token.expiresAt)
      const references = createReferences()
      const live = liveSecrets()
      let forgotten: Promise<void> | undefined
      const forget = () => (forgotten ??= vault.discard(handle, principal))
      revocation.signal.addEventListener('abort', () => void forget().catch(() => {}), {
        once: true,
      })

      const sourceOf = (binding: Binding): CredentialSource => {
        const source = credentialSource(binding, { token, handle, trace }, parts)
        return async (asked) => {
          const result = await source(asked)
          // It may have ended during an exchange that others wait for as well, and the cache does not ask the vault.
          return revocation.signal.aborted
            ? refused('handle_refused', { server: binding.name })
            : result
        }
      }

      function bound(server: string): Binding {
        const binding = bindings.get(server)
        if (!binding) throw toError({ reason: 'server_unbound', server })
        return binding
      }

      const carrying = (binding: Binding): McpFetchOptions => ({
        binding,
        source: sourceOf(binding),
        principal,
        claims: token.claims,
        auditor,
        trace,
        fetch,
        deadline,
        references,
        live,
        quarantine: quarantineOf(binding),
        pins,
        signal: revocation.signal,
      })

      const caller: Caller = {
        principal,
        token,
        trace,
        fetch(server, { onRefused } = {}) {
          const binding = bound(server)
          if (isStdio(binding.url))
            throw new TypeError(`servers.${server} is a stdio server: use transport()`)
          return mcpFetch({ ...carrying(binding), ...(onRefused ? { onRefused } : {}) })
        },
        transport: (server, inner) => carryingTransport(inner, carrying(bound(server))),
        async promptValues(server) {
          const binding = bound(server)
          const quarantine = quarantineOf(binding)
          return promptValues({
            binding,
            source: sourceOf,
            references,
            principal,
            live,
            quarantine,
            now,
          })
        },
        async end() {
          revocation.leave()
          await forget()
        },
      }
      return { ok: true, value: caller }
    },
    metadata: (request) =>
      resourceMetadataResponse(request, {
        resource,
        authorization_servers: options.authorizationServers,
        ...(scopesSupported.length > 0 ? { scopes_supported: scopesSupported } : {}),
        bearer_methods_supported: ['header'],
      }),
    revoke(principal) {
      running.revoke(principal)
      cache.forget(principalKey(principal))
    },
  }
}

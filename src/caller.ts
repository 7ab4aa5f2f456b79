// A caller: one admitted request's principal, and what the app can do in its name. It holds a
// handle for the credential, never the credential.

/// <reference lib="esnext.disposable" preserve="true" />

import { givenTransport, ownTransport } from './caller-transport.ts'
import { type Binding, isStdio, MAIN, scopesOf, sourcesOf } from './core/binding.ts'
import type { ChildProcesses } from './core/carry/child-processes.ts'
import { type RunningCall, type RunningCalls, whyEnded } from './core/carry/running-calls.ts'
import type { ToolPins } from './core/carry/tool-pins.ts'
import type { Admitted } from './core/door/door.ts'
import { AuthError, granted, type Result, refused } from './core/errors.ts'
import { andThen } from './core/eventual.ts'
import { type Principal, principalKey } from './core/principal.ts'
import { destinationsOf } from './core/source/destinations.ts'
import type { CredentialSource, KnownScopes, SourceParts } from './core/source/parts.ts'
import { credentialSource } from './core/source/source.ts'
import { unbound } from './core/unbound.ts'
import type { Handle } from './core/vault/vault.ts'
import type { VerifiedToken } from './core/verify/verify.ts'
import { mcpFetch } from './mcp/fetch.ts'
import type { McpFetchOptions } from './mcp/fetch-options.ts'
import { type FetchSettings, type LeftOut, leftOutNoter, tellingRun } from './mcp/note-left-out.ts'
import { type PromptValues, promptValues } from './mcp/placements/prompt-values.ts'
import { createReferences, type References } from './mcp/placements/references.ts'
import type { Quarantine } from './mcp/redact/quarantine.ts'
import type { RunSecrets, SentSecrets } from './mcp/redact/sent-secrets.ts'
import type { TellRefusals } from './mcp/tools/tell-refusals.ts'
import type { MessageTransport } from './mcp/transport.ts'

/** One admitted request's principal, and what can be done in its name. */
export interface Caller {
  readonly principal: Principal
  readonly token: VerifiedToken
  /** W3C trace id that ties this request's hops together in the audit. */
  readonly trace: string
  /**
   * Makes the `fetch` for one MCP server. Give it to the HTTP transport of an agent framework.
   *
   * @param server The server's name among the `servers`.
   * @param options Called with what the framework does not hear of.
   * @throws AuthError `server_unbound` for a name that is not among the `servers`; `caller_ended`
   *   after `end`.
   * @throws TypeError without a name, and for a stdio server, which needs a transport.
   *
   * @example
   * ```ts
   * const fetch = caller.fetch('tasks')
   * const transport = new StreamableHTTPClientTransport(url, { fetch })
   * ```
   */
  fetch(server: string, options?: FetchSettings): typeof globalThis.fetch
  /**
   * The URL of one MCP server, as its binding has it: what the transport of a framework is given beside
   * `fetch`.
   *
   * @throws AuthError `server_unbound` for a name that is not among the `servers`.
   */
  url(server: string): string
  /**
   * Makes the transport for one stdio server. Give it to the client of an MCP SDK (v1 or v2).
   *
   * @param inner A transport of an MCP SDK that runs a process for this caller alone. Default: the
   *   binding's `process` is started for the person, with the first message.
   * @throws AuthError `server_unbound` for a name that is not among the `servers`.
   * @throws TypeError for a server that is not bound as `stdio:`, without `inner` for one without
   *   `process`, and with `inner` for one whose credential goes into its process.
   *
   * @example
   * ```ts
   * await client.connect(caller.transport('Notion'))
   * ```
   */
  transport(
    server: string,
    inner?: MessageTransport,
    options?: Pick<McpFetchOptions, 'onRefused'>,
  ): MessageTransport
  /**
   * Gives the values for a prompt that names `{user_id}` and `{access_token}`, for a server whose
   * placement is `prompt`. They are references: they stand for the real values at that server's
   * bound parameters in this run, and are worthless elsewhere. With `insecurelyShowLiteralTokens`
   * they are the real values.
   *
   * @throws AuthError when the server is not bound by `prompt`, or when there is no credential for
   *   it.
   */
  promptValues(server: string): Promise<PromptValues>
  /** Writes to the audit what an agent's run goes on without. `runAgent` calls it. */
  noteLeftOut(leftOut: LeftOut): void
  /** Forgets the credential. Every later call is refused, and calls under way end. */
  end(): Promise<void>
  /** `end`, for `using caller = …`. It does not wait for the vault. */
  [Symbol.dispose](): void
  /** `end`, for `await using caller = …`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** What all callers of an app share. */
export interface CallerParts {
  readonly bindings: ReadonlyMap<string, Binding>
  readonly sources: SourceParts
  /** The callers at work, so that revoking a sign-in ends them. */
  readonly running: RunningCalls
  /** Whether the sign-in behind an admitted token has ended since. */
  readonly hasEnded: (token: VerifiedToken) => boolean
  readonly quarantineOf: (binding: Binding) => Quarantine
  /** What was sent to servers, by whoever: they may send it back to anybody. */
  readonly sent: SentSecrets
  /** Definitions of tools as first seen. */
  readonly pins: ToolPins
  /** Starts the processes of stdio servers. */
  readonly processes?: ChildProcesses | undefined
  /** Tells the developer of tools that are refused. */
  readonly tellRefusals: TellRefusals
  readonly fetch: typeof globalThis.fetch
  /** Milliseconds that one call to a server may take. */
  readonly deadlineMs: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** What belongs to one caller. */
interface CallerState {
  readonly admitted: Admitted
  /** Opens the credential in the vault. */
  readonly handle: Handle
  readonly running: RunningCall
  readonly references: References
  readonly secrets: RunSecrets
}

/**
 * Puts the credential of an admitted request into the vault and gives the caller.
 *
 * @returns The caller; `server_unavailable` when the vault does not take the credential;
 *   `token_inactive` when the sign-in has ended meanwhile.
 */
export async function openCaller(admitted: Admitted, parts: CallerParts): Promise<Result<Caller>> {
  const { principal, token, credential } = admitted
  const { vault } = parts.sources
  const handle = await vault
    .deposit({
      credential,
      owner: principal,
      destinations: destinationsOf(token, parts.bindings, parts.sources),
      expiresAt: token.expiresAt,
    })
    .catch(() => undefined)
  if (handle === undefined) return refused('server_unavailable', { server: 'the vault' })
  // Whoever ended it while the audit and the vault were written found nothing at work.
  if (parts.hasEnded(token)) {
    await vault.discard(handle, principal).catch(() => {})
    return refused('token_inactive')
  }
  return granted(
    createCaller(
      {
        admitted,
        handle,
        running: parts.running.enter(principal, token.expiresAt, admitted.signIn),
        references: createReferences(),
        secrets: parts.sent.run(principalKey(principal)),
      },
      parts,
    ),
  )
}

function createCaller(state: CallerState, parts: CallerParts): Caller {
  const { admitted, handle, running, references, secrets } = state
  const { principal, token, trace } = admitted
  let forgotten: Promise<void> | undefined
  let hasEnded = false
  const forget = () => (forgotten ??= parts.sources.vault.discard(handle, principal))
  running.signal.addEventListener('abort', () => void forget().catch(() => {}), { once: true })
  const end = async () => {
    hasEnded = true
    running.leave()
    await forget()
  }

  return {
    principal,
    token,
    trace,
    fetch(server, { onToolLeftOut, ...shared } = {}) {
      const binding = bindingOf(server, parts)
      if (hasEnded) throw endedError(server)
      if (isStdio(binding.url))
        throw new TypeError(`servers.${server} is a stdio server: use transport()`)
      const options = fetchOptions(binding, state, parts)
      const tellRefusals = tellingRun(options.tellRefusals, onToolLeftOut)
      return mcpFetch({ ...options, ...shared, tellRefusals })
    },
    url: (server) => bindingOf(server, parts).url,
    transport(server, inner, { onRefused } = {}) {
      const binding = bindingOf(server, parts)
      if (hasEnded) throw endedError(server)
      const { fetch: _, ...shared } = fetchOptions(binding, state, parts)
      const options = onRefused ? { ...shared, onRefused } : shared
      return inner ? givenTransport(inner, options) : ownTransport(options, parts)
    },
    async promptValues(server) {
      const binding = bindingOf(server, parts)
      return promptValues({
        binding,
        source: () => sourceUntilEnd(binding, state, parts),
        references,
        principal,
        secrets,
        quarantine: parts.quarantineOf(binding),
        now: parts.now,
      })
    },
    noteLeftOut: leftOutNoter({
      auditor: parts.sources.auditor,
      trace,
      principal,
      bindings: parts.bindings,
      secrets,
    }),
    end,
    [Symbol.dispose]: () => void end().catch(() => {}),
    [Symbol.asyncDispose]: end,
  }
}

/** For the developer: people are told to sign in again, and here that would not help. */
function endedError(server: string): AuthError {
  return new AuthError(
    { reason: 'caller_ended', server },
    `this caller has ended, because end() was called, and carries nothing to ${server} any more: make the calls before, or answer the request in onbehalf.handle, which ends the caller after the answer`,
  )
}

function bindingOf(server: string, { bindings }: CallerParts): Binding {
  const binding = bindings.get(server)
  if (!binding) throw unbound('servers', server, [...bindings.keys()])
  return binding
}

function fetchOptions(binding: Binding, state: CallerState, parts: CallerParts): McpFetchOptions {
  const { admitted, running, references, secrets } = state
  return {
    binding,
    source: sourceUntilEnd(binding, state, parts),
    sources: Object.fromEntries(
      Object.keys(binding.sources).map((name) => [
        name,
        sourceUntilEnd(binding, state, parts, name),
      ]),
    ),
    knownScopes: knownScopes(binding, parts),
    principal: admitted.principal,
    claims: admitted.token.claims,
    auditor: parts.sources.auditor,
    trace: admitted.trace,
    fetch: parts.fetch,
    deadline: parts.deadlineMs,
    references,
    secrets,
    quarantine: parts.quarantineOf(binding),
    pins: parts.pins,
    tellRefusals: parts.tellRefusals,
    signal: running.signal,
  }
}

/** The scopes that a refusal may name; undefined for those that the main source names. */
function knownScopes(binding: Binding, { sources }: CallerParts): KnownScopes | undefined {
  const known = sourcesOf(binding).map(([name, source]): KnownScopes => {
    const account = name === MAIN ? binding.name : name
    const connected =
      source.type === 'connection' ? sources.connections?.stepUpScopes?.(account) : undefined
    return connected ?? scopesOf(source)
  })
  return known.includes('any') ? 'any' : known.flat()
}

/** A source of the binding, which gives nothing once the caller has ended or is revoked. */
function sourceUntilEnd(
  binding: Binding,
  { admitted: { token, trace }, handle, running }: CallerState,
  parts: CallerParts,
  name?: string,
): CredentialSource {
  const source = credentialSource(binding, { token, handle, trace }, parts.sources, name)
  return (asked) =>
    andThen(source(asked), (result) =>
      // The caller may have ended during an exchange that others wait for as well. A token from the
      // cache does not pass the vault, which would refuse.
      running.signal.aborted ? refused(whyEnded(running.signal), { server: binding.name }) : result,
    )
}

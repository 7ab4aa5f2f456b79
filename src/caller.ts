// A caller: one admitted request's principal, and what the app can do in its name. It holds a
// handle for the credential, never the credential.

/// <reference lib="esnext.disposable" preserve="true" />

import { type CallerParts, type CallerState, fetchOptions, sourceUntilEnd } from './caller-parts.ts'
import { givenTransport, ownTransport } from './caller-transport.ts'
import { type Binding, isStdio } from './core/binding.ts'
import { isAskedAbout } from './core/call-policy.ts'
import type { Admitted } from './core/door/door.ts'
import { AuthError, granted, type Result, refused } from './core/errors.ts'
import { type Principal, principalKey } from './core/principal.ts'
import { destinationsOf } from './core/source/destinations.ts'
import { unbound } from './core/unbound.ts'
import type { Handle } from './core/vault/vault.ts'
import type { VerifiedToken } from './core/verify/verify.ts'
import { mcpFetch } from './mcp/fetch.ts'
import { type FetchSettings, type LeftOut, leftOutNoter, tellingRun } from './mcp/note-left-out.ts'
import { type PromptValues, promptValues } from './mcp/placements/prompt-values.ts'
import { createReferences } from './mcp/placements/references.ts'
import type { MessageTransport } from './mcp/transport.ts'
import { type CallersSignIn, callersSignIn } from './sign-in.ts'

/** One admitted request's principal, and what can be done in its name. */
export interface Caller {
  readonly principal: Principal
  /** The token that the caller works with now. `renewWith` may replace it. */
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
  transport(server: string, inner?: MessageTransport, options?: FetchSettings): MessageTransport
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
  /**
   * Whether the policy wants the person's yes to each call of a tool. For a program that asks them itself,
   * and then says so with the option `approved` of `fetch`.
   */
  asks(server: string, tool: string): boolean
  /** Writes to the audit what an agent's run goes on without. `runAgent` calls it. */
  noteLeftOut(leftOut: LeftOut): void
  /**
   * Says where a fresh sign-in comes from, for work that takes longer than the token lives. When the
   * token has run out, the next call waits for `ask`, once for all calls, and goes on with the sign-in
   * of the caller that it gives: of the same person, admitted just now, and ended by that.
   * `undefined`: the call is refused, as it is without `renewWith`, and nobody is asked again. When it
   * throws, this call is refused, and the next one asks again.
   *
   * `chatkitServer` calls this by itself. A caller of a kept sign-in (`session`) needs it not.
   *
   * @param ask Heed the signal: it fires when this caller ends.
   *
   * @example
   * ```ts
   * caller.renewWith(async (signal) => {
   *   const admission = await onbehalf.admit(await freshRequest(signal))
   *   return admission.ok ? admission.value : undefined
   * })
   * ```
   */
  renewWith(ask: (signal: AbortSignal) => Promise<Caller | undefined>): void
  /** Forgets the credential. Every later call is refused, and calls under way end. */
  end(): Promise<void>
  /** `end`, for `using caller = …`. It does not wait for the vault. */
  [Symbol.dispose](): void
  /** `end`, for `await using caller = …`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** What a caller is opened for. Without a credential it has what needs no sign-in of the person. */
type ToOpen = Omit<Admitted, 'credential'> & Partial<Pick<Admitted, 'credential'>>

/** The vault has nothing under it. */
const NO_HANDLE = '' as Handle

/**
 * Puts the credential of an admitted request into the vault and gives the caller.
 *
 * @returns The caller; `server_unavailable` when the vault does not take the credential;
 *   `token_inactive` when the sign-in has ended meanwhile.
 */
export async function openCaller(admitted: ToOpen, parts: CallerParts): Promise<Result<Caller>> {
  const opened = await openState(admitted, parts)
  return opened.ok ? granted(createCaller(opened.value, parts)) : opened
}

/** The same, and gives what the caller works with. */
export async function openState(
  admitted: ToOpen,
  parts: CallerParts,
): Promise<Result<CallerState>> {
  const { principal, token, credential, trace, traceparent } = admitted
  const { vault } = parts.sources
  const handle = credential
    ? await vault
        .deposit({
          credential,
          owner: principal,
          destinations: destinationsOf(token, parts.bindings, parts.sources),
          expiresAt: token.expiresAt,
        })
        .catch(() => undefined)
    : NO_HANDLE
  if (handle === undefined) return refused('server_unavailable', { server: 'the vault' })
  // Whoever ended it while the audit and the vault were written found nothing at work. Work for
  // somebody who is away may have no sign-in that could end.
  if (credential && parts.hasEnded(token)) {
    await vault.discard(handle, principal).catch(() => {})
    return refused('token_inactive')
  }
  const running = parts.running.enter(principal, token.expiresAt, admitted.signIn)
  const deposited = { token, handle, trace, traceparent }
  const signIn = callersSignIn(deposited, { vault, running, now: parts.now })
  running.signal.addEventListener('abort', () => void signIn.forget().catch(() => {}), {
    once: true,
  })
  return granted({
    admitted: { principal, token, trace, traceparent },
    signIn,
    running,
    references: createReferences(),
    secrets: parts.sent.run(principalKey(principal)),
  })
}

/** The sign-ins of callers, so that one can take over another's. */
const SIGN_INS = new WeakMap<Caller, CallersSignIn>()

function createCaller(state: CallerState, parts: CallerParts): Caller {
  const { admitted, signIn, running, references, secrets } = state
  const { principal, trace } = admitted
  let hasEnded = false
  const end = async () => {
    hasEnded = true
    running.leave()
    await signIn.forget()
  }

  const caller: Caller = {
    principal,
    get token() {
      return signIn.current.token
    },
    trace,
    fetch(server, { onToolLeftOut, ...shared } = {}) {
      const options = fetchOptions(boundOverHttp(server, hasEnded, parts), state, parts)
      const tellRefusals = tellingRun(options.tellRefusals, onToolLeftOut)
      return mcpFetch({ ...options, ...shared, tellRefusals })
    },
    url: (server) => bindingOf(server, parts).url,
    asks(server, tool) {
      const policy = parts.policy()
      const { claims } = signIn.current.token
      return policy !== undefined && isAskedAbout(policy, { principal, claims, server, tool })
    },
    transport(server, inner, { onToolLeftOut, ...heard } = {}) {
      const binding = bindingOf(server, parts)
      if (hasEnded) throw endedError(server)
      const { fetch: _, ...shared } = fetchOptions(binding, state, parts)
      const tellRefusals = tellingRun(shared.tellRefusals, onToolLeftOut)
      const options = { ...shared, ...heard, tellRefusals }
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
    renewWith: (ask) =>
      signIn.renewWith(async (signal) => {
        const fresh = await ask(signal)
        return fresh && SIGN_INS.get(fresh)
      }),
    end,
    [Symbol.dispose]: () => void end().catch(() => {}),
    [Symbol.asyncDispose]: end,
  }
  SIGN_INS.set(caller, signIn)
  return caller
}

/** The binding of a server that is reached over HTTP, for a caller that has not ended. */
export function boundOverHttp(server: string, hasEnded: boolean, parts: CallerParts): Binding {
  const binding = bindingOf(server, parts)
  if (hasEnded) throw endedError(server)
  if (isStdio(binding.url))
    throw new TypeError(`servers.${server} is a stdio server: use transport()`)
  return binding
}

/** For the developer: people are told to sign in again, and here that would not help. */
function endedError(server: string): AuthError {
  return new AuthError(
    { reason: 'caller_ended', server },
    `this caller has ended, because end() was called, and carries nothing to ${server} any more: make the calls before, or answer the request in onbehalf.handle, which ends the caller after the answer`,
  )
}

function bindingOf(server: string, parts: CallerParts): Binding {
  const bindings = parts.newest(parts.bindings)
  const binding = bindings.get(server)
  if (!binding) throw unbound('servers', server, [...bindings.keys()])
  return binding
}

// What a caller carries with: what it shares with the other callers, and the sources of the
// credentials that its calls need.

import { type Binding, MAIN, scopesOf, sourcesOf } from './core/binding.ts'
import type { CallPolicy } from './core/call-policy.ts'
import type { ChildProcesses } from './core/carry/child-processes.ts'
import { type RunningCall, type RunningCalls, whyEnded } from './core/carry/running-calls.ts'
import type { ToolPins } from './core/carry/tool-pins.ts'
import type { Admitted } from './core/door/door.ts'
import { refused } from './core/errors.ts'
import { andThen } from './core/eventual.ts'
import type { CredentialSource, KnownScopes, SourceParts } from './core/source/parts.ts'
import { credentialSource } from './core/source/source.ts'
import type { VerifiedToken } from './core/verify/verify.ts'
import type { McpFetchOptions } from './mcp/fetch-options.ts'
import type { References } from './mcp/placements/references.ts'
import type { Quarantine } from './mcp/redact/quarantine.ts'
import type { RunSecrets, SentSecrets } from './mcp/redact/sent-secrets.ts'
import type { TellRefusals } from './mcp/tools/tell-refusals.ts'
import type { CallersSignIn } from './sign-in.ts'

/** What all callers of an app share. */
export interface CallerParts {
  readonly bindings: ReadonlyMap<string, Binding>
  /** What stands in place of `bindings` when another app has taken over from this one. */
  readonly newest: (bindings: ReadonlyMap<string, Binding>) => ReadonlyMap<string, Binding>
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
  /** Whether the person agrees still. Default: they are there themselves. */
  readonly isAgreed?: () => Promise<boolean>
  /** What judges calls now: that of the app that is in service. */
  readonly policy: () => CallPolicy | undefined
  /** Starts the processes of stdio servers. */
  readonly processes?: ChildProcesses | undefined
  /** Tells the developer of tools that are refused. */
  readonly tellRefusals: TellRefusals
  /** The way out to a server. */
  readonly fetchTo: (server: string) => typeof globalThis.fetch
  /** Milliseconds that one call to a server may take. */
  readonly deadlineMs: number
  /** Milliseconds that it may take in all when the server reports progress or asks something. */
  readonly totalDeadlineMs: number | undefined
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** What belongs to one caller. */
export interface CallerState {
  readonly admitted: Omit<Admitted, 'credential'>
  readonly signIn: CallersSignIn
  readonly running: RunningCall
  readonly references: References
  readonly secrets: RunSecrets
}

/** The options of the fetch for one server. */
export function fetchOptions(
  binding: Binding,
  state: CallerState,
  parts: CallerParts,
): McpFetchOptions {
  const { admitted, signIn, running, references, secrets } = state
  const policy = parts.policy()
  return {
    binding,
    ...(policy ? { policy } : {}),
    source: sourceUntilEnd(binding, state, parts),
    sources: Object.fromEntries(
      Object.keys(binding.sources).map((name) => [
        name,
        sourceUntilEnd(binding, state, parts, name),
      ]),
    ),
    knownScopes: knownScopes(binding, parts),
    principal: admitted.principal,
    // Those of a sign-in that took over from the first.
    claims: signIn.current.token.claims,
    auditor: parts.sources.auditor,
    trace: admitted.trace,
    traceparent: admitted.traceparent,
    fetch: parts.fetchTo(binding.name),
    deadline: parts.deadlineMs,
    ...(parts.totalDeadlineMs === undefined ? {} : { totalDeadline: parts.totalDeadlineMs }),
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
export function sourceUntilEnd(
  binding: Binding,
  { admitted, signIn, running }: CallerState,
  parts: CallerParts,
  name?: string,
): CredentialSource {
  const source = signIn.source((deposited) =>
    credentialSource(binding, { ...deposited, trace: admitted.trace }, parts.sources, name),
  )
  const { isAgreed } = parts
  const agreed: CredentialSource = isAgreed
    ? async (asked) => {
        const stands = await isAgreed().catch(() => undefined)
        if (stands) return source(asked)
        return stands === undefined
          ? refused('server_unavailable', { server: 'the store of consents' })
          : refused('consent_missing', { server: binding.name })
      }
    : source
  return (asked) =>
    andThen(agreed(asked), (result) =>
      // The caller may have ended during an exchange that others wait for as well. A token from the
      // cache does not pass the vault, which would refuse.
      running.signal.aborted ? refused(whyEnded(running.signal), { server: binding.name }) : result,
    )
}

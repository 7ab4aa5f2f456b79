// The options of the MCP `fetch`.

import type { Auditor } from '../core/audit.ts'
import type { Binding } from '../core/binding.ts'
import type { CallPolicy } from '../core/call-policy.ts'
import type { ToolPins } from '../core/carry/tool-pins.ts'
import type { Refusal } from '../core/errors.ts'
import { isObject } from '../core/json.ts'
import type { OptionNames } from '../core/known-options.ts'
import {
  hasMethods,
  isByName,
  isFunction,
  isNumber,
  type ValueChecks,
} from '../core/option-values.ts'
import type { Principal } from '../core/principal.ts'
import type { CredentialSource, KnownScopes } from '../core/source/parts.ts'
import type { Approved } from './approved.ts'
import type { OnStart } from './placements/process.ts'
import type { References } from './placements/references.ts'
import type { Quarantine } from './redact/quarantine.ts'
import type { RunSecrets } from './redact/sent-secrets.ts'
import type { ServerMemory } from './server-memory.ts'
import type { TellRefusals } from './tools/tell-refusals.ts'

/** What the MCP `fetch` is made of. The destination is the binding's URL and nothing else. */
export interface McpFetchOptions {
  readonly binding: Binding
  readonly source: CredentialSource
  /** The binding's further sources, by name. Default none. */
  readonly sources?: Readonly<Record<string, CredentialSource>>
  /** Scopes that a refusal may repeat from the server's challenge. Default: those of the source. */
  readonly knownScopes?: KnownScopes | undefined
  readonly principal: Principal
  /** Verified claims that parameters may be filled from. Default none. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly auditor: Auditor
  readonly trace: string
  /** The `traceparent` of the hop that the requests belong to. Default: none, for telemetry. */
  readonly traceparent?: string | undefined
  readonly fetch: typeof globalThis.fetch
  /** Milliseconds that a request may take in all; for a GET, until its headers come. */
  readonly deadline: number
  /**
   * Milliseconds that a call of a tool may take in all, however often its server reports progress or
   * asks something: each extends the deadline. Default 600,000, and never less than the deadline.
   */
  readonly totalDeadline?: number
  /** Ends everything under way. Default: nothing does. */
  readonly signal?: AbortSignal
  /** Called with the reason when a tool call was answered with a sentence. Default: nobody is. */
  readonly onRefused?: (refusal: Refusal) => void
  /** The run's references, shared by the fetches of all its servers. Default: its own. */
  readonly references?: References
  /**
   * The run's secrets, and what the process remembers of others, shared in the same way. Default:
   * its own, which knows of nobody else.
   */
  readonly secrets?: RunSecrets
  /** The server's quarantine, shared by all runs. Default: its own, in memory. */
  readonly quarantine?: Quarantine
  /** Definitions of tools as first seen, shared by all runs. Default: its own. */
  readonly pins?: ToolPins
  /**
   * Takes what the process of a stdio server is to be started with, before each message. Needed for
   * the placements `env` and `args`.
   */
  readonly onStart?: OnStart
  /** Tells the developer which tools are refused, shared by all runs. Default: nobody is told. */
  readonly tellRefusals?: TellRefusals
  /**
   * What is known of the server for this person, shared by fetches one after another. Default: its
   * own.
   */
  readonly memory?: ServerMemory
  /** Judges each call of a tool, and hides tools that are never allowed. Default: all calls pass. */
  readonly policy?: CallPolicy
  /**
   * Asks the person about calls for which the policy wants their yes. Default: the policy asks them
   * itself.
   */
  readonly approved?: Approved
  /** Characters of an answer, or of one event of it, that are taken in. Default 4 MiB. */
  readonly maxAnswer?: number
}

/** Every option of `mcpFetch`. A new one does not compile until it is here. */
export const MCP_FETCH_OPTIONS: OptionNames<McpFetchOptions> = {
  binding: 'required',
  source: 'required',
  sources: 'optional',
  knownScopes: 'optional',
  principal: 'required',
  claims: 'optional',
  auditor: 'required',
  trace: 'required',
  traceparent: 'optional',
  fetch: 'required',
  deadline: 'required',
  totalDeadline: 'optional',
  signal: 'optional',
  onRefused: 'optional',
  references: 'optional',
  secrets: 'optional',
  quarantine: 'optional',
  pins: 'optional',
  onStart: 'optional',
  tellRefusals: 'optional',
  memory: 'optional',
  policy: 'optional',
  approved: 'optional',
  maxAnswer: 'optional',
}

/** What the values are. */
export const MCP_FETCH_VALUES: ValueChecks = {
  binding: (value) =>
    isObject(value) && typeof value.url === 'string' && typeof value.resource === 'string'
      ? undefined
      : 'must be a binding, as createOnBehalf makes it of a declared server',
  source: isFunction('it gives the credential of one request'),
  sources: isByName('each gives the credential of one request'),
  secrets: hasMethods(['at'], 'the secrets of a run'),
  onRefused: isFunction('it is told the reason'),
  onStart: isFunction('it is told what a process is started with'),
  tellRefusals: isFunction('it tells the developer of refused tools'),
  approved: isFunction('it says whether the person has said yes to a call'),
  memory: hasMethods(['keep'], 'what is known of a server'),
  maxAnswer: isNumber,
}

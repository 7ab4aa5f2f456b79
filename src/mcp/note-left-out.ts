// Writes to the audit what an agent's run goes on without.

import { type AuditEvent, type Auditor, outcomeOf } from '../core/audit.ts'
import type { Binding } from '../core/binding.ts'
import type { Refusal, RefusalReason } from '../core/errors.ts'
import type { Principal } from '../core/principal.ts'
import type { Approved } from './approved.ts'
import type { RunSecrets } from './redact/sent-secrets.ts'
import { sayableName } from './sayable.ts'
import type { ServerMemory } from './server-memory.ts'
import type { TellRefusals } from './tools/tell-refusals.ts'
import { explainTool } from './tools/tool-refusal.ts'

/** A member that a run leaves out. */
export interface LeftOut {
  /** The server's name among the `servers`. */
  readonly server: string
  /** The tool, as the server named it. Without one, the whole server is left out. */
  readonly tool?: string
  readonly reason: RefusalReason
  /** More about the reason, in one word. */
  readonly detail: string
}

/** Makes the function that notes it, for one principal. An audit that fails changes nothing. */
export function leftOutNoter(options: {
  readonly auditor: Auditor
  readonly trace: AuditEvent['trace']
  readonly principal: Principal
  readonly bindings: ReadonlyMap<string, Binding>
  readonly secrets: RunSecrets
}): (leftOut: LeftOut) => void {
  const { auditor, trace, principal, bindings, secrets } = options
  return ({ server, tool, reason, detail }) => {
    const binding = bindings.get(server)
    const live = binding && secrets.at(binding)
    auditor({
      hop: 'carry',
      trace,
      principal,
      outcome: outcomeOf(reason),
      reason,
      ...(binding ? { destination: binding.resource } : {}),
      operation: tool === undefined ? 'open' : live ? sayableName(tool, live) : 'a tool',
      detail,
    }).catch(() => {})
  }
}

/** What a run hears of the `fetch` of one server. */
export interface RunHears {
  /**
   * Called with the reason when a tool call is answered with a fixed sentence: the framework takes
   * that sentence for any other tool result.
   */
  readonly onRefused?: (refusal: Refusal) => void
  /**
   * Called for each tool that is taken out of a list: its name, empty where it cannot be shown, and
   * why, in words that are not the server's.
   */
  readonly onToolLeftOut?: (tool: string, why: string) => void
}

/** What the fetches of one server are told, and what they share. */
export interface FetchSettings extends RunHears {
  /** What is known of the server for this person. Default: each fetch learns it anew. */
  readonly memory?: ServerMemory
  /**
   * For a program that asks the person itself: says whether they have said yes to a call for which the
   * policy wants it. Without it, the policy asks them.
   */
  readonly approved?: Approved
}

/** Tells the refusals of a list to the run, too. */
export function tellingRun(
  tell: TellRefusals | undefined,
  onToolLeftOut: RunHears['onToolLeftOut'],
): TellRefusals {
  return (server, refusals) => {
    tell?.(server, refusals)
    for (const { tool = '', why } of refusals) onToolLeftOut?.(tool, explainTool(why))
  }
}

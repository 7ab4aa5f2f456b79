// What a thread keeps about an approval: the run that waits, and the decision. They are hidden
// items, so they outlive the process and no client sees them. They hold no credential, because the
// agent had none. When there are several decisions, the first one in the thread counts: new items
// are only added at the end.

import type { PendingCall } from '../../agent/events.ts'
import { isObject, type JsonObject, type UnknownObject } from '../../core/json.ts'
import type { HiddenItem, Item, ItemBase } from '../protocol/item.ts'

/** How the app names a call for a person. */
export interface CallDescription {
  /** What the call does: “Delete a task”. Default: the tool's title. */
  readonly title?: string
  /** What it does it to: the name of the task, and not its number. */
  readonly object?: string
}

/** A call as the person is shown it. */
export type ShownCall = PendingCall & { readonly described?: CallDescription }

/** A run that waits for the person. */
export interface PendingApproval {
  readonly id: string
  /** Id of the widget that asks. */
  readonly card: string
  /** Id of the last item of the conversation that the run began with. */
  readonly since: string
  /** Milliseconds since the epoch. A decision at this time or later is too late. */
  readonly expiresAtMs: number
  readonly calls: readonly ShownCall[]
  /** What the run gave in `approval_needed`. Only the run reads it. */
  readonly state: string
}

/**
 * The decision. The person approves or declines; `expired`: too late; `superseded`: another message
 * came instead.
 */
export type Verdict = 'approved' | 'declined' | 'expired' | 'superseded'

/**
 * What happened to the calls. `under_way` in a thread without a run means that the process died: it
 * is not known whether they were made.
 */
export type Outcome = 'not_made' | 'under_way' | 'done' | 'failed' | 'unknown'

/** A decision. */
export interface Decision {
  readonly approval: string
  readonly card: string
  readonly verdict: Verdict
  readonly outcome: Outcome
  readonly calls: readonly ShownCall[]
}

/** What is known about an approval, each part with its hidden item. */
export interface KnownApproval {
  readonly pending?: { readonly item: HiddenItem; readonly value: PendingApproval }
  readonly decision?: { readonly item: HiddenItem; readonly value: Decision }
}

/** A run that waits, as it is stored. */
type StoredPending = Omit<PendingApproval, 'expiresAtMs'> & { readonly expiresAt: number }

const PENDING = 'onbehalf.pending_run'
const DECISION = 'onbehalf.approval'

/**
 * The item of a run that waits. The stored key is `expiresAt`, as in threads that are stored
 * already.
 */
export function pendingItem(base: ItemBase, value: PendingApproval): HiddenItem {
  const { calls, expiresAtMs: expiresAt, ...rest } = value
  return {
    ...base,
    type: 'hidden_context_item',
    content: { type: PENDING, ...rest, expiresAt, calls: calls.map(storedCall) },
  }
}

/** The item of a decision. */
export function decisionItem(base: ItemBase, value: Decision): HiddenItem {
  const { calls, ...rest } = value
  return {
    ...base,
    type: 'hidden_context_item',
    content: { type: DECISION, ...rest, calls: calls.map(storedCall) },
  }
}

function storedCall({ described, ...call }: ShownCall): JsonObject {
  return { ...call, ...(described ? { described: { ...described } } : {}) }
}

/** Whether an item is one of the two kinds above. */
export function isApprovalRecord(item: Item): boolean {
  return contentOf(item, PENDING) !== undefined || contentOf(item, DECISION) !== undefined
}

/**
 * Whether an item is about calls that were made, or may have been. A retry of the message keeps it,
 * because removing the answer does not undo the calls.
 */
export function mayHaveActed(item: Item): boolean {
  const decision = parseDecision(item)
  return decision?.verdict === 'approved' && decision.outcome !== 'not_made'
}

/** The approvals of a thread, by their ids, oldest first. */
export function approvalsIn(items: readonly Item[]): ReadonlyMap<string, KnownApproval> {
  const known = new Map<string, KnownApproval>()
  for (const item of items) {
    if (item.type !== 'hidden_context_item') continue
    const pending = parsePending(item)
    if (pending)
      known.set(pending.id, { ...known.get(pending.id), pending: { item, value: pending } })
    const decision = parseDecision(item)
    if (!decision) continue
    const before = known.get(decision.approval)
    if (!before?.decision)
      known.set(decision.approval, { ...before, decision: { item, value: decision } })
  }
  return known
}

/** The content of a hidden item of this type. */
function contentOf(item: Item, type: string): UnknownObject | undefined {
  if (item.type !== 'hidden_context_item') return undefined
  const { content } = item
  return isObject(content) && content.type === type ? content : undefined
}

/** Only the functions above write these items, so their shape is trusted when the type matches. */
function parsePending(item: Item): PendingApproval | undefined {
  const content = contentOf(item, PENDING)
  if (!content) return undefined
  const { expiresAt, ...rest } = content as unknown as StoredPending
  return { ...rest, expiresAtMs: expiresAt }
}

function parseDecision(item: Item): Decision | undefined {
  return contentOf(item, DECISION) as Decision | undefined
}

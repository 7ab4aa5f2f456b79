// What a thread keeps of an approval: the run that waits, and what was decided. Hidden items, so that they outlive the process and are seen by no
// client; no credential is in them, for the agent had none. Of several decisions the first one in the thread counts: items are only ever added.

import type { PendingCall } from '../../agent/events.ts'
import type { HiddenItem, Item, ItemBase } from '../protocol/item.ts'
import type { Json, JsonObject } from '../protocol/json.ts'

/** A run that waits for the person. */
export interface PendingApproval {
  readonly id: string
  /** Id of the widget that asks. */
  readonly card: string
  /** Id of the last item that the run's conversation began with. */
  readonly since: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
  readonly calls: readonly PendingCall[]
  /** The run's own, for it alone to read. */
  readonly state: string
}

/** What was decided: by the person, by the time, or by the conversation going on. */
export type Verdict = 'approved' | 'declined' | 'expired' | 'superseded'

/** What came of it. `under_way` in a thread that is at rest means that the process died: it is not known whether the calls were made. */
export type Outcome = 'not_made' | 'under_way' | 'done' | 'failed' | 'unknown'

/** A decision. */
export interface Decision {
  readonly approval: string
  readonly card: string
  readonly verdict: Verdict
  readonly outcome: Outcome
  readonly calls: readonly PendingCall[]
}

/** An approval with its hidden items. */
export interface KnownApproval {
  readonly pending?: { readonly item: HiddenItem; readonly value: PendingApproval }
  readonly decision?: { readonly item: HiddenItem; readonly value: Decision }
}

const PENDING = 'onbehalf.pending_run'
const DECISION = 'onbehalf.approval'

/** The item of a run that waits. */
export function pendingItem(base: ItemBase, value: PendingApproval): HiddenItem {
  const { calls, ...rest } = value
  return {
    ...base,
    type: 'hidden_context_item',
    content: { type: PENDING, ...rest, calls: calls.map((call) => ({ ...call })) },
  }
}

/** The item of a decision. */
export function decisionItem(base: ItemBase, value: Decision): HiddenItem {
  const { calls, ...rest } = value
  return {
    ...base,
    type: 'hidden_context_item',
    content: { type: DECISION, ...rest, calls: calls.map((call) => ({ ...call })) },
  }
}

/** Whether an item is one of these. */
export function isApprovalRecord(item: Item): boolean {
  return contentOf(item, PENDING) !== undefined || contentOf(item, DECISION) !== undefined
}

/** Whether an item tells of calls that were, or may have been, made. It outlives a retry of the message: what was done is not undone with the answer. */
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

function contentOf(item: Item, type: string): JsonObject | undefined {
  if (item.type !== 'hidden_context_item') return undefined
  const { content } = item
  return isObject(content) && content.type === type ? content : undefined
}

/** These items are written above and nowhere else, so their shape is trusted once their type is known. */
function parsePending(item: Item): PendingApproval | undefined {
  return contentOf(item, PENDING) as PendingApproval | undefined
}

function parseDecision(item: Item): Decision | undefined {
  return contentOf(item, DECISION) as Decision | undefined
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

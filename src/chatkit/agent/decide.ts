// A decision about calls that wait: it is made once, stored before anything follows from it, and
// shown on the card that asked.

import { AuthError, endsSignIn, type RefusalReason } from '../../core/errors.ts'
import type { AnswerContext, ChatCaller } from '../options.ts'
import type { AnswerEvent } from '../protocol/event.ts'
import type { Item } from '../protocol/item.ts'
import { decidedCard } from './approval-card.ts'
import {
  approvalsIn,
  type Decision,
  decisionItem,
  type KnownApproval,
  type Outcome,
  type Verdict,
} from './approval-record.ts'
import type { ApprovalWords } from './approval-words.ts'

/** A decision with its item. */
export type Decided = NonNullable<KnownApproval['decision']>

/** The part of an answer's context that a decision needs. */
export type Deciding = Pick<AnswerContext<ChatCaller>, 'history' | 'newItem'>

/**
 * Decides. A decision that this returns is stored, and it is the first one. So only this run may
 * act on it: an instance that was wrongly believed dead finds that its own decision came second.
 *
 * @returns The decision, or undefined when another decision was first.
 */
export async function* decide(
  pending: NonNullable<KnownApproval['pending']>,
  verdict: Verdict,
  context: Deciding,
  words: ApprovalWords,
): AsyncGenerator<AnswerEvent, Decided | undefined, undefined> {
  const { id, card, calls } = pending.value
  const outcome: Outcome = verdict === 'approved' ? 'under_way' : 'not_made'
  const value: Decision = { approval: id, card, verdict, outcome, calls }
  const item = decisionItem(context.newItem('hidden'), value)
  yield { type: 'thread.item.done', item }
  const items = await context.history()
  if (approvalsIn(items).get(id)?.decision?.item.id !== item.id) return undefined
  const decided = { item, value }
  yield* cardEvents(decided, items, words)
  // The stored state may be large, and nobody reads it again: a declined run continues from this
  // process's memory.
  if (verdict !== 'approved') yield { type: 'thread.item.removed', item_id: pending.item.id }
  return decided
}

/** Records what happened to the calls of a decision. */
export function* settle(
  { item, value }: Decided,
  outcome: Outcome,
  items: readonly Item[],
  words: ApprovalWords,
): Generator<AnswerEvent> {
  const next: Decision = { ...value, outcome }
  const settled = { item: decisionItem(item, next), value: next }
  yield { type: 'thread.item.replaced', item: settled.item }
  yield* cardEvents(settled, items, words)
  if (items.some(({ id }) => id === value.approval))
    yield { type: 'thread.item.removed', item_id: value.approval }
}

/**
 * Closes what an earlier run left open in a thread that has no run now. An approval that waits ends
 * when the conversation goes on without it. Calls that were under way get the outcome `unknown`.
 *
 * @returns Whether anything changed.
 */
export async function* closeOpen(
  items: readonly Item[],
  context: Deciding,
  words: ApprovalWords,
): AsyncGenerator<AnswerEvent, boolean, undefined> {
  let changed = false
  for (const { pending, decision } of approvalsIn(items).values()) {
    if (decision?.value.outcome === 'under_way') yield* settle(decision, 'unknown', items, words)
    else if (pending && !decision) yield* decide(pending, 'superseded', context, words)
    else continue
    changed = true
  }
  return changed
}

/** Reasons that are known before a call is made. */
const NOT_MADE: ReadonlySet<RefusalReason> = new Set([
  'connection_needed',
  'tool_refused',
  'server_not_ready',
  'server_unreachable',
])

/** What is known about approved calls when their run failed. */
export function outcomeAfter(error: unknown, calls: readonly unknown[]): Outcome {
  if (!(error instanceof AuthError) || calls.length !== 1) return 'unknown'
  const { reason } = error.refusal
  return endsSignIn(reason) || NOT_MADE.has(reason) ? 'not_made' : 'unknown'
}

function* cardEvents(
  { item, value }: Decided,
  items: readonly Item[],
  words: ApprovalWords,
): Generator<AnswerEvent> {
  const card = items.find(({ id }) => id === value.card)
  if (card?.type !== 'widget') return
  const { copy_text: _, ...rest } = card
  yield {
    type: 'thread.item.replaced',
    item: { ...rest, widget: decidedCard(value, Date.parse(item.created_at), words) },
  }
}

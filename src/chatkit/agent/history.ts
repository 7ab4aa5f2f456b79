// A thread's items as the conversation that an agent gets.

import type { AgentTurn } from '../../agent/turn.ts'
import { isObject } from '../../core/json.ts'
import type { Item, StructuredInput, UserMessageItem, WidgetItem } from '../protocol/item.ts'
import { decisionNote } from './approval-card.ts'
import { approvalsIn, isApprovalRecord } from './approval-record.ts'
import { callsOf, newest, sizeOf } from './kept-calls.ts'
import { isQuestionRecord } from './questions/question-record.ts'

/** One turn of the conversation. */
export type HistoryTurn = AgentTurn

/** Calls that the model reads, the newest ones, and the characters of all of them. */
const MAX_CALLS = 40
const MAX_CALL_CHARS = 60_000

/** What the model reads of a call that began and never came back. */
const NO_RESULT = 'No result of this came back, and it is not known whether it was done.'

/** The model reads no more of a widget's words. */
const MAX_WIDGET_CHARS = 2000

/**
 * The conversation so far, in the order of the items.
 *
 * - Hidden items are the app's notes to the model. They become turns of the person that are marked
 *   as notes, because not every model takes system messages in the middle of a conversation. A
 *   person can write such a mark too, so never treat a note as a permission.
 * - Tools of the page that have answered become calls with their results, and so do the newest calls
 *   that the thread kept. One that never came back says so.
 * - Widgets and images become notes.
 * - Workflows, tasks and everything that still waits are left out.
 *
 * @param images URLs of images for the model to look at, by the id of their attachment. Default:
 *   none, so the model reads the names only.
 *
 * @example
 * ```ts
 * const turns = historyOf(await context.history())
 * ```
 */
export function historyOf(
  items: readonly Item[],
  images: ReadonlyMap<string, string> = new Map(),
): HistoryTurn[] {
  // Put a decision where its card was, before anything the person wrote instead. If a retry removed
  // the card, put it at its own place.
  const present = new Set(items.map(({ id }) => id))
  const notes = new Map<string, string | undefined>()
  for (const { pending, decision } of approvalsIn(items).values()) {
    if (pending) notes.set(pending.value.card, undefined)
    if (decision)
      notes.set(
        present.has(decision.value.card) ? decision.value.card : decision.item.id,
        decisionNote(decision.value),
      )
  }
  const ofPage = new Set(
    items.flatMap((item) => (item.type === 'client_tool_call' ? [item.call_id] : [])),
  )
  const leads = leadsIn(items)
  const turns = items.flatMap((item): HistoryTurn[] => {
    const text = notes.get(item.id)
    if (text !== undefined) return [note(text)]
    if (notes.has(item.id) || isApprovalRecord(item) || isQuestionRecord(item)) return []
    const calls = callsOf(item)
    if (!calls) return turnsOf(item, images, leads)
    return calls.flatMap((call) =>
      // A tool of the page has an item of its own, which has its result.
      call.output === undefined && ofPage.has(call.callId)
        ? []
        : [{ role: 'tool', ...call, output: call.output ?? NO_RESULT } as const],
    )
  })
  return withNewestCalls(turns)
}

/** What the provider wants before each call, by the call's id. */
function leadsIn(items: readonly Item[]): ReadonlyMap<string, string> {
  return new Map(
    items.flatMap((item) =>
      (callsOf(item) ?? []).flatMap(({ callId, lead }) =>
        lead === undefined ? [] : [[callId, lead] as const],
      ),
    ),
  )
}

/** Calls are left out as a whole, each with its result. */
function withNewestCalls(turns: HistoryTurn[]): HistoryTurn[] {
  const calls = turns.filter((turn) => turn.role === 'tool')
  const kept = new Set<HistoryTurn>(newest(calls, MAX_CALLS, MAX_CALL_CHARS, sizeOf))
  const last = calls.at(-1)
  return turns.filter((turn) => turn.role !== 'tool' || kept.has(turn) || turn === last)
}

/**
 * The conversation for a run. It never ends with the assistant's own turn, which a model cannot
 * answer.
 */
export function conversationOf(
  items: readonly Item[],
  images: ReadonlyMap<string, string>,
): readonly HistoryTurn[] {
  const all = historyOf(items, images)
  // The oldest items may be cut off. Providers refuse a conversation that begins with a call.
  const first = all.findIndex(({ role }) => role !== 'tool')
  const turns = first > 0 ? all.slice(first) : all
  return turns.at(-1)?.role === 'assistant'
    ? [...turns, note('The person answered what they were asked above.')]
    : turns
}

function turnsOf(
  item: Item,
  images: ReadonlyMap<string, string>,
  leads: ReadonlyMap<string, string>,
): HistoryTurn[] {
  switch (item.type) {
    case 'user_message':
      return [userTurn(item, images)]
    case 'assistant_message':
      return [{ role: 'assistant', text: item.content.map(({ text }) => text).join('\n') }]
    case 'hidden_context_item':
      return [note(typeof item.content === 'string' ? item.content : JSON.stringify(item.content))]
    case 'sdk_hidden_context':
      return [note(item.content)]
    case 'client_tool_call': {
      if (item.status === 'pending') return []
      const { call_id: callId, name } = item
      const output = JSON.stringify(item.output ?? null)
      const lead = leads.get(callId)
      const call = { callId, name, arguments: JSON.stringify(item.arguments), output }
      return [{ role: 'tool', ...call, ...(lead === undefined ? {} : { lead }) }]
    }
    case 'widget': {
      const shown = shownIn(item)
      return shown === '' ? [] : [note(`The person was shown: ${shown}`)]
    }
    case 'generated_image':
      return item.image ? [note('The person was shown an image that was made for them.')] : []
    case 'structured_input':
      return item.status === 'pending'
        ? []
        : [{ role: 'user', text: item.inputs.map(answerText).join('\n') }]
    case 'task':
    case 'workflow':
    case 'end_of_turn':
      return []
  }
}

function userTurn(
  { content, quoted_text, attachments }: UserMessageItem,
  images: ReadonlyMap<string, string>,
): HistoryTurn {
  const lines = content.map(({ text }) => text).join('')
  const quoted =
    quoted_text === undefined ? lines : `${quoted_text.replace(/^/gm, '> ')}\n\n${lines}`
  const names = attachments.map(
    ({ name, mime_type }) => `[Attached: ${oneLine(name)} (${oneLine(mime_type)})]`,
  )
  const text = [quoted, ...names].filter((part) => part !== '').join('\n\n')
  const shown = attachments.flatMap(({ id }) => images.get(id) ?? [])
  return { role: 'user', text, ...(shown.length > 0 ? { images: shown } : {}) }
}

function answerText({ question, answer }: StructuredInput): string {
  return `${question} ${!answer || answer.skipped ? '(no answer)' : answer.values.join(', ')}`
}

/** The words of a widget, in the order in which it shows them. */
function shownIn({ widget, copy_text }: WidgetItem): string {
  const words: string[] = []
  collect(widget, words)
  const text = copy_text ?? words.join(' · ')
  return oneLine(text).slice(0, MAX_WIDGET_CHARS)
}

/** The properties of components that people read. */
const WORDS: ReadonlySet<string> = new Set(['value', 'label', 'title', 'alt', 'placeholder'])

function collect(value: unknown, words: string[]): void {
  if (Array.isArray(value)) for (const element of value) collect(element, words)
  if (!isObject(value)) return
  for (const [key, part] of Object.entries(value)) {
    if (typeof part === 'string' && WORDS.has(key) && part.trim() !== '') words.push(part.trim())
    else if (key !== 'payload') collect(part, words)
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function note(text: string): HistoryTurn {
  return { role: 'user', text: `[Note from the app: ${text}]` }
}

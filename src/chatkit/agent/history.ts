// A thread's items as the conversation that an agent is given.

import type { AgentTurn } from '../../agent/turn.ts'
import type { Item, StructuredInput, UserMessageItem, WidgetItem } from '../protocol/item.ts'
import type { Json } from '../protocol/json.ts'
import { decisionNote } from './approval-card.ts'
import { approvalsIn, isApprovalRecord } from './approval-record.ts'

/** One turn of the conversation. */
export type HistoryTurn = AgentTurn

/** Characters of a widget's words that the model reads. */
const LONGEST = 2000

/**
 * The conversation so far, in the order of the items. Hidden items are the app's notes to the model: they come as the person's turns, marked
 * as notes, because not every model takes system messages in mid-conversation. A person can write such a mark too, so a note must never be
 * taken for a permission. Tools of the page that have answered are calls with their results; of widgets and images a note is left; workflows, tasks
 * and what still waits are left out.
 *
 * @param images URLs of images that the model is to look at, by the id of their attachment. Default none: it reads the names.
 */
export function historyOf(
  items: readonly Item[],
  images: ReadonlyMap<string, string> = new Map(),
): HistoryTurn[] {
  // A decision is read where the person was asked: what they wrote instead of deciding comes after it. Where that went with a retry, it stands for itself.
  const asked = new Set(items.map(({ id }) => id))
  const notes = new Map<string, string | undefined>()
  for (const { pending, decision } of approvalsIn(items).values()) {
    if (pending) notes.set(pending.value.card, undefined)
    if (decision)
      notes.set(
        asked.has(decision.value.card) ? decision.value.card : decision.item.id,
        decisionNote(decision.value),
      )
  }
  return items.flatMap((item) => {
    const text = notes.get(item.id)
    if (text !== undefined) return [note(text)]
    return notes.has(item.id) || isApprovalRecord(item) ? [] : turnsOf(item, images)
  })
}

/** The conversation of a run, which ends with something to answer. */
export function conversationOf(
  items: readonly Item[],
  images: ReadonlyMap<string, string>,
): readonly HistoryTurn[] {
  const turns = historyOf(items, images)
  return turns.at(-1)?.role === 'assistant'
    ? [...turns, note('The person answered what they were asked above.')]
    : turns
}

function turnsOf(item: Item, images: ReadonlyMap<string, string>): HistoryTurn[] {
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
      return [{ role: 'tool', callId, name, arguments: JSON.stringify(item.arguments), output }]
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

/** The words of a widget, in their order. */
function shownIn({ widget, copy_text }: WidgetItem): string {
  const words: string[] = []
  collect(widget, words)
  const text = copy_text ?? words.join(' · ')
  return oneLine(text).slice(0, LONGEST)
}

const WORDS: ReadonlySet<string> = new Set(['value', 'label', 'title', 'alt', 'placeholder'])

function collect(value: Json, words: string[]): void {
  if (Array.isArray(value)) for (const one of value) collect(one, words)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return
  for (const [key, one] of Object.entries(value)) {
    if (typeof one === 'string' && WORDS.has(key) && one.trim() !== '') words.push(one.trim())
    else if (key !== 'payload') collect(one, words)
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function note(text: string): HistoryTurn {
  return { role: 'user', text: `[Note from the app: ${text}]` }
}

// Sentences for the person that are made of more than one word of the interface.

import type { Item } from '../../src/chatkit/protocol/item.ts'
import type { JsonObject, JsonValue } from '../../src/chatkit/protocol/json.ts'
import { APPROVE } from '../../src/chatkit/protocol/ours.ts'
import type { ChatState, RunOutcome } from '../chat/parts.ts'
import type { AttachmentOptions } from '../chat/send-file.ts'
import { limitsOf, type UploadProblem } from '../chat/uploads.ts'
import { asObject, isObject } from '../client/json.ts'
import type { Translate } from '../settings/named-text.ts'
import type { Words } from '../settings/words.ts'
import type { Entry } from '../state/conversation.ts'

/** A screen reader reads at most so many characters of an answer. */
const MAX_SAID_CHARS = 2000
/** Widgets nest less deeply than this. */
const MAX_WIDGET_DEPTH = 64

/** Says why a file is not taken. */
export function describeProblem(
  problem: UploadProblem,
  options: AttachmentOptions | undefined,
  words: Words,
): string {
  const { maxCount } = limitsOf(options ?? {})
  if (problem.why === 'count') return words('tooManyFiles', { count: String(maxCount) })
  const { name } = problem
  switch (problem.why) {
    case 'size':
      return words('fileTooLarge', {
        name,
        size: sizeOf(problem.maxBytes),
      })
    case 'type':
      return words('fileType', { name })
    case 'failed':
      return problem.message || words('uploadFailed', { name })
  }
}

/** Says a number of bytes as it was set: in units of 1000 or of 1024, rounded down. */
function sizeOf(bytes: number): string {
  const kilo = bytes % 1024 === 0 ? 1024 : 1000
  if (bytes < kilo) return `${bytes} B`
  const [number, unit] = bytes < kilo * kilo ? [bytes / kilo, 'kB'] : [bytes / kilo / kilo, 'MB']
  return `${Math.floor(number * 10) / 10} ${unit}`
}

/**
 * Returns what a screen reader says when an answer has ended: what is new since `before`, whole and
 * once, not piece by piece. What the person must do comes first.
 */
export function describeEnd(
  outcome: RunOutcome,
  { conversation }: ChatState,
  before: readonly Entry[],
  words: Words,
  translate: Translate,
): string {
  if (outcome === 'stopped') return words('stopped')
  if (outcome === 'failed') return conversation.failure?.message ?? words('failed')
  const known = new Map(before.map(({ item }) => [item.id, item]))
  const fresh = conversation.entries.flatMap(({ item }) =>
    known.get(item.id) === item ? [] : [item],
  )
  const said = fresh.flatMap((item) => (item.type === 'assistant_message' ? textOf(item) : []))
  const text = said.join(' ').trim().slice(0, MAX_SAID_CHARS)
  const sentences = [
    ...fresh.flatMap((item) => describeItem(item, words, translate) ?? []),
    ...(text === '' ? [] : [words('answered', { text })]),
  ]
  return sentences.join(' ') || words('answerEnded')
}

/** Says what is more than a text. Steps are said as they happen, and are not repeated. */
function describeItem(item: Item, words: Words, translate: Translate): string | undefined {
  switch (item.type) {
    case 'widget': {
      const text = wordsIn(item.widget, translate).join('. ').slice(0, MAX_SAID_CHARS)
      return words(kindOf(item.widget), { text })
    }
    case 'structured_input':
      return item.status === 'pending'
        ? words('formWanted', { text: item.inputs.map(({ question }) => question).join(' ') })
        : undefined
    case 'generated_image':
      return item.image && words('imageShown')
    default:
      return undefined
  }
}

/** A card that can be confirmed wants something of the person: their approval, or a form. */
function kindOf(widget: JsonObject): 'approvalWanted' | 'formWanted' | 'widgetShown' {
  if (isObject(widget.confirm))
    return asObject(widget.confirm.action)?.type === APPROVE ? 'approvalWanted' : 'formWanted'
  return widget.asForm === true ? 'formWanted' : 'widgetShown'
}

function textOf({ content }: Extract<Item, { type: 'assistant_message' }>): readonly string[] {
  return content.map((part) => part.text)
}

/** The texts of a widget, in order. */
function wordsIn(given: JsonValue | undefined, translate: Translate, depth = 0): readonly string[] {
  if (depth > MAX_WIDGET_DEPTH) return []
  const value = translate(given)
  if (Array.isArray(value)) return value.flatMap((child) => wordsIn(child, translate, depth + 1))
  if (!isObject(value)) return []
  const own = typeof value.value === 'string' && value.type !== 'Input' ? value.value : value.label
  return [
    ...(typeof own === 'string' ? [own] : []),
    ...wordsIn(value.children, translate, depth + 1),
  ]
}

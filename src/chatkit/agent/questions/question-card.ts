// The widget that shows a server's question, and the one that replaces it after the answer. All words
// of the server are plain text in it, but for the link, which only the person opens. Pure.

import type { Question, QuestionField } from '../../../agent/question.ts'
import { visible } from '../../../agent/visible.ts'
import type { JsonObject } from '../../../core/json.ts'
import type { WidgetRoot } from '../../protocol/item.ts'
import { ANSWER, REFUSE } from '../../protocol/ours.ts'
import { fill } from '../approval-words.ts'
import { escapeMarkdown } from '../markdown.ts'
import { type QuestionEnd, type QuestionWords, wordsFor } from './question-words.ts'
import { widgetName } from './read-values.ts'

/** The card that asks. */
export function askingCard(question: Question, id: string, words: QuestionWords): WidgetRoot {
  const { server, message } = question
  const isForm = question.type === 'form'
  const payload = { question: id }
  const title = wordsFor(isForm ? words.formTitle : words.linkTitle, server)
  return {
    type: 'Card',
    size: 'md',
    ...(isForm ? { asForm: true } : {}),
    children: [
      { type: 'Title', size: 'sm', value: visible(title) },
      ...(message === '' ? [] : [{ type: 'Text', value: visible(message) }]),
      ...(question.type === 'form'
        ? [
            ...question.fields.flatMap((field, index) => fieldRows(field, index, words)),
            { type: 'Caption', value: visible(wordsFor(words.says, server)) },
          ]
        : linkRows(question.url, words)),
    ],
    // They are answered while the call waits, and the answer to a stream would wait for the call.
    confirm: {
      label: isForm ? words.send : words.back,
      action: { type: ANSWER, payload, streaming: false },
    },
    cancel: {
      label: words.decline,
      action: { type: REFUSE, payload, streaming: false },
    },
  }
}

/** The card afterwards, without buttons, and without anything that was filled in. */
export function endedCard(server: string, end: QuestionEnd, words: QuestionWords): WidgetRoot {
  const value = visible(wordsFor(words.ends[end], server))
  return { type: 'Card', size: 'md', children: [{ type: 'Caption', value }] }
}

/** The host comes first, and the whole address follows: people decide by the host. */
function linkRows(text: string, words: QuestionWords): readonly JsonObject[] {
  const url = new URL(text)
  const href = url.href.replaceAll('(', '%28').replaceAll(')', '%29')
  const label = fill(words.link, { host: url.host })
  return [
    { type: 'Text', weight: 'semibold', value: visible(url.host) },
    { type: 'Caption', value: visible(url.href) },
    { type: 'Markdown', value: `[${escapeMarkdown(label)}](${href})` },
  ]
}

function fieldRows(
  field: QuestionField,
  index: number,
  words: QuestionWords,
): readonly JsonObject[] {
  const { label: said, description, required, kind } = field
  const name = widgetName(index)
  const label = visible(required ? said : fill(words.optional, { label: said }))
  const about =
    description === undefined
      ? []
      : [{ type: 'Caption', value: visible(description) } satisfies JsonObject]
  if (kind.type === 'boolean')
    return [
      { type: 'Checkbox', name, label: visible(said), defaultChecked: field.value === true },
      ...about,
    ]
  const heading = { type: 'Label', value: label, fieldName: name }
  if (kind.type === 'choices') {
    const chosen = Array.isArray(field.value) ? field.value : []
    return [
      { type: 'Text', size: 'sm', weight: 'medium', value: label },
      ...about,
      ...kind.options.map((option, at) => ({
        type: 'Checkbox',
        name: widgetName(index, at),
        label: visible(option.label),
        defaultChecked: chosen.includes(option.value),
      })),
    ]
  }
  return [heading, ...about, control(field, name, words)]
}

function control(
  { required, kind, value }: QuestionField,
  name: string,
  words: QuestionWords,
): JsonObject {
  const given =
    typeof value === 'string' || typeof value === 'number' ? { defaultValue: String(value) } : {}
  if (kind.type === 'choice')
    return {
      type: 'Select',
      name,
      required,
      clearable: !required,
      placeholder: words.choose,
      options: kind.options.map((option) => ({
        value: option.value,
        label: visible(option.label),
      })),
      ...given,
    }
  if (kind.type === 'text' && kind.format === 'date')
    return { type: 'DatePicker', name, required, ...given }
  return { type: 'Input', name, required, inputType: inputType(kind), ...given }
}

function inputType(kind: QuestionField['kind']): string {
  if (kind.type === 'number') return 'number'
  const format = kind.type === 'text' ? kind.format : undefined
  return format === 'email' ? 'email' : format === 'uri' ? 'url' : 'text'
}

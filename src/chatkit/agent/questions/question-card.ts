// The widget that shows a server's question, and the one that replaces it after the answer. All words
// of the server are plain text in it, but for the link, which only the person opens. Pure.

import type { Question, QuestionField } from '../../../agent/question.ts'
import { visible } from '../../../agent/visible.ts'
import type { JsonObject } from '../../../core/json.ts'
import type { WidgetRoot } from '../../protocol/item.ts'
import { ANSWER, REFUSE } from '../../protocol/ours.ts'
import { escapeMarkdown } from '../markdown.ts'
import { type Say, sayer } from '../say.ts'
import {
  QUESTION_WORDS,
  type QuestionEnd,
  type QuestionWords,
  wholeQuestionWords,
} from './question-words.ts'
import { widgetName } from './read-values.ts'

/** The card that asks. */
export function askingCard(question: Question, id: string, words: QuestionWords): WidgetRoot {
  const { server, message } = question
  const isForm = question.type === 'form'
  const payload = { question: id }
  const say = sayerOf(words)
  return {
    type: 'Card',
    size: 'md',
    ...(isForm ? { asForm: true } : {}),
    children: [
      {
        type: 'Title',
        size: 'sm',
        ...say('value', isForm ? 'formTitle' : 'linkTitle', { server }),
      },
      ...(message === '' ? [] : [{ type: 'Text', value: visible(message) }]),
      ...(question.type === 'form'
        ? [
            ...question.fields.flatMap((field, index) => fieldRows(field, index, say)),
            { type: 'Caption', ...say('value', 'says', { server }) },
          ]
        : linkRows(question.url, say)),
    ],
    // They are answered while the call waits, and the answer to a stream would wait for the call.
    confirm: {
      ...say('label', isForm ? 'send' : 'back'),
      action: { type: ANSWER, payload, streaming: false },
    },
    cancel: {
      ...say('label', 'decline'),
      action: { type: REFUSE, payload, streaming: false },
    },
  }
}

/** The card afterwards, without buttons, and without anything that was filled in. */
export function endedCard(server: string, end: QuestionEnd, words: QuestionWords): WidgetRoot {
  const say = sayerOf(words)
  return {
    type: 'Card',
    size: 'md',
    children: [{ type: 'Caption', ...say('value', `ends.${end}`, { server }) }],
  }
}

function sayerOf(words: QuestionWords): Say<QuestionWords> {
  return sayer('question', wholeQuestionWords(QUESTION_WORDS), wholeQuestionWords(words))
}

/** The host comes first, and the whole address follows: people decide by the host. */
function linkRows(text: string, say: Say<QuestionWords>): readonly JsonObject[] {
  const url = new URL(text)
  const href = url.href.replaceAll('(', '%28').replaceAll(')', '%29')
  return [
    { type: 'Text', weight: 'semibold', value: visible(url.host) },
    { type: 'Caption', value: visible(url.href) },
    { type: 'Markdown', ...say('value', 'link', { host: escapeMarkdown(url.host), href }) },
  ]
}

function fieldRows(
  field: QuestionField,
  index: number,
  say: Say<QuestionWords>,
): readonly JsonObject[] {
  const { label: said, description, required, kind } = field
  const name = widgetName(index)
  const label = required ? { value: visible(said) } : say('value', 'optional', { label: said })
  const about =
    description === undefined
      ? []
      : [{ type: 'Caption', value: visible(description) } satisfies JsonObject]
  if (kind.type === 'boolean')
    return [
      { type: 'Checkbox', name, label: visible(said), defaultChecked: field.value === true },
      ...about,
    ]
  const heading = { type: 'Label', ...label, fieldName: name }
  if (kind.type === 'choices') {
    const chosen = Array.isArray(field.value) ? field.value : []
    return [
      { type: 'Text', size: 'sm', weight: 'medium', ...label },
      ...about,
      ...kind.options.map((option, at) => ({
        type: 'Checkbox',
        name: widgetName(index, at),
        label: visible(option.label),
        defaultChecked: chosen.includes(option.value),
      })),
    ]
  }
  return [heading, ...about, control(field, name, say)]
}

function control(
  { required, kind, value }: QuestionField,
  name: string,
  say: Say<QuestionWords>,
): JsonObject {
  const given =
    typeof value === 'string' || typeof value === 'number' ? { defaultValue: String(value) } : {}
  if (kind.type === 'choice')
    return {
      type: 'Select',
      name,
      required,
      clearable: !required,
      ...say('placeholder', 'choose'),
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

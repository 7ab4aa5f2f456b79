// A conversation as Markdown. Pure.

import type { Item, Task } from '../../src/chatkit/protocol/item.ts'
import type { Words } from '../settings/words.ts'
import type { Whole } from './read-whole.ts'

/** Writes a conversation as Markdown: who said what, in order. */
export function toMarkdown({ title, created_at, items }: Whole, words: Words): string {
  const head = [`# ${line(title || words('untitled'))}`, ...(created_at ? [created_at] : [])]
  const said = items.flatMap((item) => {
    const text = textOf(item, words).trim()
    return text === '' ? [] : [`## ${words(whoOf(item))}\n\n${text}`]
  })
  return `${[...head, ...said].join('\n\n')}\n`
}

function whoOf({ type }: Item): 'youSaid' | 'itSaid' {
  return type === 'user_message' ? 'youSaid' : 'itSaid'
}

function textOf(item: Item, words: Words): string {
  switch (item.type) {
    case 'user_message':
      return [
        ...(item.quoted_text ? [quote(item.quoted_text)] : []),
        item.content.map(({ text }) => text).join(''),
        ...item.attachments.map(({ name }) => `[${line(name)}]`),
      ].join('\n\n')
    case 'assistant_message':
      return item.content.map(({ text }) => text).join('\n\n')
    case 'widget':
      return item.copy_text ?? ''
    case 'generated_image':
      return item.image ? `(${words('image')})` : ''
    case 'structured_input':
      return item.inputs
        .map(({ question, answer }) => `${question}\n\n${quote((answer?.values ?? []).join(', '))}`)
        .join('\n\n')
    case 'task':
      return stepsOf([item.task])
    case 'workflow':
      return stepsOf(item.workflow.tasks)
    default:
      return ''
  }
}

function stepsOf(tasks: readonly Task[]): string {
  return tasks.flatMap(({ title }) => (title ? [`- ${line(title)}`] : [])).join('\n')
}

function quote(text: string): string {
  return text.replace(/^/gm, '> ')
}

function line(text: string): string {
  return text.replace(/\s+/g, ' ')
}

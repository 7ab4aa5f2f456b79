// One step of an agent's work: a thought, a search, files, an image, or a step of the app's own.

import type { Task } from '../../../src/chatkit/protocol/item.ts'
import { text as asText } from '../../client/json.ts'
import { el, write } from '../../dom/dom.ts'
import { icon } from '../../dom/icon.ts'
import type { MarkdownOptions } from '../markdown/options.ts'
import { markdownView } from '../markdown/view.ts'
import { foreign } from '../text.ts'
import { shown } from '../visible.ts'
import { indicator, setIndicator } from './indicator.ts'
import { describe } from './sources.ts'
import type { View } from './view.ts'

/** Makes the view of a step. */
export function taskView(options: MarkdownOptions): View<Task> {
  const status = indicator()
  const sign = el('span', { class: 'sign' })
  const title = el('bdi', { class: 'title' })
  const head = el('div', { class: 'step' }, status, sign, title)
  const body = markdownView(options)
  const details = el('ul', { class: 'details', hidden: true })
  let before = ''
  return {
    element: el('div', { class: 'task' }, head, body.element, details),
    update(task) {
      setIndicator(status, task.status_indicator, options.text)
      const content = 'content' in task ? (asText(task.content) ?? '') : ''
      body.set(content)
      body.element.hidden = content === ''
      const says = taskTitle(task, options)
      write(title, shown(says))
      head.hidden = says === '' && task.status_indicator === 'none'
      const now = JSON.stringify(task)
      if (now === before) return
      before = now
      sign.replaceChildren(icon(iconOf(task)))
      const entries = [
        ...('queries' in task ? task.queries.map((query) => [icon('search'), foreign(query)]) : []),
        ...('sources' in task ? task.sources.map(describe) : []),
      ]
      details.replaceChildren(...entries.map((parts) => el('li', {}, ...parts)))
      details.hidden = entries.length === 0
    },
  }
}

/** Returns the title of a step. */
export function taskTitle(task: Task, { text }: MarkdownOptions): string {
  const given = asText(task.title)
  if (given) return given
  switch (task.type) {
    case 'web_search':
      return asText(task.title_query) ?? text('searching')
    case 'image':
      return text('image')
    case 'file':
      return text('sources')
    case 'thought':
    case 'custom':
      return ''
    default:
      return ''
  }
}

function iconOf(task: Task): string {
  switch (task.type) {
    case 'web_search':
      return 'globe'
    case 'thought':
      return 'lightbulb'
    case 'file':
      return 'document'
    case 'image':
      return 'images'
    case 'custom':
      return asText(task.icon) ?? 'dot'
    default:
      return 'dot'
  }
}

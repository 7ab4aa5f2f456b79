// Steps that belong together, below a line that opens and closes them. After the person has used
// the line, the steps stay as the person left them.

import type { Workflow } from '../../../src/chatkit/protocol/item.ts'
import { asFields, text as asText } from '../../client/json.ts'
import { el, write } from '../../dom/dom.ts'
import { icon } from '../../dom/icon.ts'
import type { MarkdownOptions } from '../markdown/options.ts'
import { shown } from '../visible.ts'
import { taskTitle, taskView } from './task.ts'
import type { View } from './view.ts'

/** Makes the view of a workflow. */
export function workflowView(options: MarkdownOptions): View<{ readonly workflow: Workflow }> {
  const sign = el('span', { class: 'sign' })
  const title = el('bdi')
  const list = el('ol', { class: 'tasks' })
  const summary = el('summary', {}, sign, title)
  const element = el('details', { class: 'workflow' }, summary, list)
  const tasks: View<Workflow['tasks'][number]>[] = []
  let touched = false
  summary.addEventListener('click', () => {
    touched = true
  })
  return {
    element,
    update({ workflow }) {
      if (!touched) element.open = workflow.expanded === true
      write(title, shown(titleOf(workflow, options)))
      sign.replaceChildren(icon(iconOf(workflow)))
      for (const [index, task] of workflow.tasks.entries()) {
        const view = tasks[index] ?? taskView(options)
        if (!tasks[index]) {
          tasks.push(view)
          list.append(el('li', {}, view.element))
        }
        view.update(task)
      }
      for (const gone of tasks.splice(workflow.tasks.length)) gone.element.parentElement?.remove()
    },
  }
}

/** Returns the summary, else the step at work, else a general word. */
function titleOf(workflow: Workflow, options: MarkdownOptions): string {
  const { text } = options
  const summary = asFields(workflow.summary)
  const title = asText(summary.title)
  if (title !== undefined) return title
  if (typeof summary.duration === 'number') {
    const seconds = String(summary.duration)
    return workflow.type === 'reasoning'
      ? text('thoughtFor', { seconds })
      : `${text('steps')} (${seconds} s)`
  }
  const last = workflow.tasks.at(-1)
  return (
    (last && taskTitle(last, options)) || text(workflow.type === 'reasoning' ? 'thinking' : 'steps')
  )
}

function iconOf(workflow: Workflow): string {
  return (
    asText(asFields(workflow.summary).icon) ??
    (workflow.type === 'reasoning' ? 'lightbulb' : 'bolt')
  )
}

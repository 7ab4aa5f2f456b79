// Shows the person's tasks. It reads them past the agent, so that the person sees what the agent did,
// whatever the chat says.
import { byId, el, icon, setAttribute } from './dom.ts'
import { listOf, number, record, text, texts } from './json.ts'
import type { Tokens } from './tokens.ts'

interface Task {
  readonly id: string
  readonly title: string
  readonly status: string
  readonly priority?: string
  readonly due?: string
  readonly project?: string
  readonly assignee?: string
  readonly tags: readonly string[]
  readonly progress: number
}

/**
 * Reads and shows the tasks. Calls during a read together cause one more read.
 *
 * @param url Where they are read.
 */
export function createTasksView(url: string, tokens: Tokens): () => Promise<void> {
  const container = byId('task-list', HTMLElement)
  const problem = byId('tasks-problem', HTMLElement)
  let before = new Map<string, string>()
  let reading: Promise<void> | undefined
  let wanted = false

  async function read(): Promise<void> {
    do {
      wanted = false
      try {
        const response = await tokens.fetch('api', url, {
          signal: AbortSignal.timeout(15_000),
        })
        if (!response.ok) throw new Error(`status ${response.status}`)
        draw(listOf(record(await response.json()).tasks, parseTask))
        problem.textContent = ''
      } catch {
        problem.textContent =
          'The tasks could not be read. They will be tried again after the next answer.'
      }
    } while (wanted)
  }

  function draw(tasks: readonly Task[]): void {
    const open = tasks.filter(({ status }) => status !== 'completed')
    const sorted = [...open, ...tasks.filter(({ status }) => status === 'completed')]
    const first = before.size === 0
    container.replaceChildren(
      ...sorted.map((task) =>
        drawTask(task, !first && before.get(task.id) !== JSON.stringify(task)),
      ),
    )
    before = new Map([
      ['', ''],
      ...tasks.map((task): [string, string] => [task.id, JSON.stringify(task)]),
    ])
    byId('no-tasks', HTMLElement).hidden = tasks.length > 0
    byId('task-count', HTMLElement).textContent =
      tasks.length === 0 ? '' : `${open.length} open of ${tasks.length}`
  }

  return async () => {
    wanted = true
    reading ??= read().finally(() => {
      reading = undefined
    })
    await reading
  }
}

function drawTask(task: Task, changed: boolean): HTMLElement {
  const facts = [
    task.due === undefined ? undefined : `due ${task.due}`,
    task.project,
    task.assignee === undefined ? undefined : `for ${task.assignee}`,
  ]
  const row = el(
    'li',
    {
      class: `task ${changed ? 'changed' : ''}`,
      'data-testid': 'task',
      'data-status': task.status,
    },
    el('span', { class: 'task-number' }, task.id),
    el(
      'div',
      { class: 'task-body' },
      el('p', { class: 'task-title' }, task.title),
      el(
        'p',
        { class: 'task-facts' },
        el(
          'span',
          { class: 'status' },
          task.status === 'completed' ? icon('check') : undefined,
          task.status.replaceAll('_', ' '),
        ),
        task.priority === undefined || task.priority === 'medium'
          ? undefined
          : el('span', { class: 'priority', 'data-priority': task.priority }, task.priority),
        ...facts.flatMap((fact) => (fact === undefined ? [] : [el('span', {}, fact)])),
        ...task.tags.map((tag) => el('span', { class: 'tag' }, `#${tag}`)),
      ),
    ),
  )
  if (task.status !== 'completed' && task.progress > 0) {
    const bar = el('progress', { max: 100, 'aria-label': `Progress of ${task.title}` })
    setAttribute(bar, 'value', task.progress)
    row.append(bar)
  }
  return row
}

function parseTask(value: unknown): Task | undefined {
  const task = record(value)
  const id = text(task.id) ?? number(task.id)?.toString()
  const title = text(task.title)
  if (id === undefined || title === undefined) return undefined
  const optional = {
    priority: text(task.priority),
    due: text(task.due_date),
    project: text(task.project),
    assignee: text(task.assignee),
  }
  return {
    id,
    title,
    status: text(task.status) ?? 'pending',
    tags: texts(task.tags),
    progress: number(task.progress) ?? 0,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  }
}

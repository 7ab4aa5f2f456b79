import { expect, it } from 'vitest'
import { applyChange } from '../../../../examples/taskflow/api/change.ts'
import { STATUSES, type Status, type Task } from '../../../../examples/taskflow/api/task.ts'
import { mayBecome } from '../../../../examples/taskflow/api/transitions.ts'

const TASK: Task = {
  id: 1,
  title: 'Buy groceries',
  description: '',
  status: 'pending',
  priority: 'medium',
  due_date: '2027-01-31',
  tags: ['home'],
  project: 'House',
  assignee: null,
  progress: 30,
  created_at: '2027-01-01T00:00:00.000Z',
  updated_at: '2027-01-01T00:00:00.000Z',
}
const LATER = '2027-02-01T00:00:00.000Z'

// The rows are what a task is, the columns what it may become, written out again so that a slip in
// the table is seen.
const EXPECTED = `
             pending in_progress review completed blocked
pending      yes     yes         no     yes       yes
in_progress  yes     yes         yes    yes       yes
review       no      yes         yes    yes       yes
completed    yes     yes         no     yes       no
blocked      yes     yes         no     no        yes`
  .trim()
  .split('\n')
  .slice(1)
  .flatMap((row) => {
    const [from, ...cells] = row.split(/\s+/)
    return STATUSES.map((to, column) => [from as Status, to, cells[column] === 'yes'] as const)
  })

it('the table has every pair of statuses', () => {
  expect(new Set(EXPECTED.map(([from, to]) => `${from} ${to}`)).size).toBe(25)
})

it.each(EXPECTED)('a %s task may become %s: %s', (from, to, allowed) => {
  expect(mayBecome(from, to)).toBe(allowed)
  const changed = applyChange(
    { ...TASK, status: from, progress: from === 'completed' ? 100 : 30 },
    { status: to },
    LATER,
  )
  expect(changed.ok).toBe(allowed)
  if (!changed.ok) expect(changed).toMatchObject({ code: 'transition_refused', from, to })
})

it('starting a task leads out of every refused transition, as the MCP server advises', () => {
  for (const [from, to, allowed] of EXPECTED) {
    if (!allowed)
      expect([mayBecome(from, 'in_progress'), mayBecome('in_progress', to)]).toEqual([true, true])
  }
})

it('completing sets the progress to 100, and reopening sets it to 0', () => {
  const completed = applyChange(TASK, { status: 'completed' }, LATER)
  expect(completed).toMatchObject({
    ok: true,
    fields: ['status', 'progress'],
    task: { progress: 100, updated_at: LATER },
  })
  if (!completed.ok) throw new Error('unreachable')
  expect(applyChange(completed.task, { status: 'pending' }, LATER)).toMatchObject({
    task: { status: 'pending', progress: 0 },
  })
  expect(applyChange(completed.task, { status: 'in_progress', progress: 80 }, LATER)).toMatchObject(
    { task: { progress: 80 } },
  )
})

it('a completed task stays at 100 percent', () => {
  const completed: Task = { ...TASK, status: 'completed', progress: 100 }
  expect(applyChange(completed, { progress: 50 }, LATER)).toEqual({
    ok: false,
    code: 'progress_refused',
  })
  expect(applyChange(TASK, { status: 'completed', progress: 50 }, LATER)).toEqual({
    ok: false,
    code: 'progress_refused',
  })
  expect(applyChange(completed, { progress: 100 }, LATER)).toMatchObject({ ok: true, fields: [] })
})

it('100 percent alone does not complete a task', () => {
  expect(applyChange(TASK, { progress: 100 }, LATER)).toMatchObject({
    task: { status: 'pending', progress: 100 },
  })
})

it('a change that changes nothing leaves the time of the last change', () => {
  const { id: _, created_at: _c, updated_at: _u, ...same } = TASK
  expect(applyChange(TASK, same, LATER)).toEqual({ ok: true, task: TASK, fields: [] })
  expect(applyChange(TASK, {}, LATER)).toEqual({ ok: true, task: TASK, fields: [] })
})

it('null takes away a due date, project and assignee; what is absent stays', () => {
  expect(applyChange(TASK, { due_date: null, project: null }, LATER)).toMatchObject({
    fields: ['due_date', 'project'],
    task: { due_date: null, project: null, title: 'Buy groceries', tags: ['home'] },
  })
})

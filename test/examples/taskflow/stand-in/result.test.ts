// What the stand-in reads in the result of a tool, however the server wraps it.

import { expect, it } from 'vitest'
import { resultOf } from '../../../../examples/taskflow/stand-in/result.ts'

const task = { id: 1, title: 'Buy milk' }

it.each<[string, unknown, object]>([
  ['a list of one, in an object', { result: [task] }, { kind: 'tasks', total: 1 }],
  ['a list of two, in an object', { result: [task, task] }, { kind: 'tasks', total: 2 }],
  ['an empty list, in an object', { result: [] }, { kind: 'tasks', total: 0 }],
  ['a task, in an object', { result: task }, { kind: 'task', task: { id: 1 } }],
  ['tasks, in an object', { result: { tasks: [task] } }, { kind: 'tasks', total: 1 }],
  ['a sentence, in an object', { result: 'Nothing found.' }, { kind: 'sentence' }],
  ['a task that has a result of its own', { ...task, result: [] }, { kind: 'task' }],
  ['a list', [task], { kind: 'tasks', total: 1 }],
  ['a list under a name of its own', { todos: [task] }, { kind: 'tasks', total: 1 }],
  [
    'a task that is called otherwise',
    { id: '7', name: 'Buy milk' },
    { kind: 'task', task: { id: 7 } },
  ],
  ['a bare list of names', ['Home', 'Work'], { kind: 'names', names: ['Home', 'Work'] }],
  ['a bare list of projects', [{ name: 'Home', open: 2 }], { kind: 'names', names: ['Home'] }],
  ['projects, in an object', { projects: [{ name: 'Home' }] }, { kind: 'names', names: ['Home'] }],
  ['one project alone', { name: 'Home', open: 2 }, { kind: 'names', names: ['Home'] }],
  [
    'a list of tasks without numbers',
    [{ id: 'a-b', title: 'Milk' }],
    { kind: 'names', names: ['Milk'] },
  ],
])('%s is read', (_, value, result) => {
  expect(resultOf(JSON.stringify(value))).toMatchObject(result)
})

it('a list that comes as one text for each element is a list', () => {
  const text = `${JSON.stringify(task)}\n${JSON.stringify({ id: 2, title: 'Eggs' })}`
  expect(resultOf(text)).toMatchObject({ kind: 'tasks', total: 2 })
})

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
])('%s is read', (_, value, result) => {
  expect(resultOf(JSON.stringify(value))).toMatchObject(result)
})

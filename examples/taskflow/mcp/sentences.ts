// Makes the sentence that the model gets when the API did not do what a tool asked. The words are
// our own and the rest are codes and numbers, so that no text from outside reaches the model.

import type { Status } from '../api/task.ts'
import type { ApiFailure, ApiRequest } from './tasks-api.ts'

/** Makes the sentence for a failure of a request. */
export function sentence(
  failure: ApiFailure,
  { method, path }: Pick<ApiRequest, 'method' | 'path'>,
): string {
  const readOnly = method === 'GET'
  const task_id = path[1]
  switch (failure.code) {
    case 'task_unknown':
      return task_id === undefined ? 'There is no such task.' : `There is no task ${task_id}.`
    case 'transition_refused':
      return `${SUBJECT[failure.from]} cannot be ${PREDICATE[failure.to]}: start it first.`
    case 'progress_refused':
      return 'A completed task stays at 100 percent: start it again first.'
    case 'permission_missing':
      return `This was not done: it needs a permission that the person has not granted (${readOnly ? 'tasks:read' : 'tasks:write'}).`
    case 'signed_out':
      return 'This was not done: the sign-in has ended. Sign in again to continue.'
    case 'fields_invalid': {
      const known = failure.fields.filter((field) => FIELDS.has(field.split('.')[0] ?? ''))
      return `This was not done: ${known.length === 0 ? 'some values are' : `the value of ${known.join(', ')} is`} not valid.`
    }
    case 'unavailable':
      return readOnly
        ? 'The task list cannot be reached right now. Try again in a moment.'
        : 'The task list cannot be reached right now, so it is not known whether this was done. Look before trying again.'
  }
}

const FIELDS = new Set([
  'title',
  'description',
  'status',
  'priority',
  'due_date',
  'tags',
  'project',
  'assignee',
  'progress',
])

const SUBJECT: Readonly<Record<Status, string>> = {
  pending: 'A pending task',
  in_progress: 'A started task',
  review: 'A task in review',
  completed: 'A completed task',
  blocked: 'A blocked task',
}

const PREDICATE: Readonly<Record<Status, string>> = {
  pending: 'put back to pending',
  in_progress: 'started',
  review: 'sent to review',
  completed: 'completed',
  blocked: 'blocked',
}

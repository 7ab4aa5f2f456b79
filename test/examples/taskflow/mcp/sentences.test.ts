import { expect, it } from 'vitest'
import { STATUSES } from '../../../../examples/taskflow/api/task.ts'
import { mayBecome } from '../../../../examples/taskflow/api/transitions.ts'
import { sentence } from '../../../../examples/taskflow/mcp/sentences.ts'

it('every transition that is refused has its sentence', () => {
  const sentences = STATUSES.flatMap((from) =>
    STATUSES.filter((to) => !mayBecome(from, to)).map((to) =>
      sentence({ code: 'transition_refused', from, to }, { method: 'PATCH', path: ['tasks', 1] }),
    ),
  )
  expect(sentences).toEqual([
    'A pending task cannot be sent to review: start it first.',
    'A task in review cannot be put back to pending: start it first.',
    'A completed task cannot be sent to review: start it first.',
    'A completed task cannot be blocked: start it first.',
    'A blocked task cannot be sent to review: start it first.',
    'A blocked task cannot be completed: start it first.',
  ])
})

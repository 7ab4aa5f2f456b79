// The list of the API against a plain filter over an array: the same tasks in the same order, for
// any tasks and any query.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { PRIORITIES, SORTS, STATUSES, type Task } from '../../../../examples/taskflow/api/task.ts'
import { ALICE, BOB, testApi } from './harness.ts'

const word = fc.constantFrom(
  'Buy',
  'buy',
  'ÉTÉ',
  'été',
  '100%',
  'a_b',
  "o'clock",
  '"x"',
  '\\',
  '😀',
  'ß',
  'İ',
)
const tag = fc.constantFrom('home', 'Work', '50%', '"', 'ä')
const title = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '))
const task = fc.record(
  {
    title,
    description: title,
    priority: fc.constantFrom(...PRIORITIES),
    due_date: fc.constantFrom('2027-01-01', '2027-01-02', null),
    tags: fc.array(tag, { maxLength: 3 }),
    project: fc.constantFrom('House', 'HOUSE', 'Garden', null),
  },
  { requiredKeys: ['title'] },
)
const query = fc.record(
  {
    status: fc.uniqueArray(fc.constantFrom(...STATUSES), { minLength: 1, maxLength: 2 }),
    search: fc.array(word, { maxLength: 2 }).map((words) => words.join('  ')),
    tag: fc.array(tag, { minLength: 1, maxLength: 2 }),
    project: fc.constantFrom('house', 'Garden', 'none'),
    sort: fc.constantFrom(...SORTS),
    order: fc.constantFrom('asc', 'desc'),
    limit: fc.integer({ min: 1, max: 5 }),
    offset: fc.integer({ min: 0, max: 5 }),
  },
  { requiredKeys: [] },
)
type Query = typeof query extends fc.Arbitrary<infer Value> ? Value : never

const fold = (text: string) => text.normalize('NFC').toLowerCase()

function matches(one: Task, asked: Query): boolean {
  const text = fold(
    [one.title, one.description, one.project ?? '', one.assignee ?? '', ...one.tags].join('\n'),
  )
  return (
    (asked.status === undefined || asked.status.includes(one.status)) &&
    (asked.project === undefined ||
      (one.project !== null && fold(one.project) === fold(asked.project))) &&
    (asked.tag ?? []).every((wanted) => one.tags.includes(fold(wanted))) &&
    (asked.search ?? '').split(' ').every((wanted) => text.includes(fold(wanted)))
  )
}

function compare(a: Task, b: Task, { sort = 'created', order }: Query): number {
  const descending =
    (order ?? (sort === 'priority' || sort === 'updated' ? 'desc' : 'asc')) === 'desc'
  if (sort === 'due_date' && (a.due_date === null) !== (b.due_date === null))
    return a.due_date === null ? 1 : -1
  const key = (one: Task): Buffer => {
    const keys = {
      created: String(one.id).padStart(4, '0'),
      updated: one.updated_at,
      due_date: one.due_date ?? '',
      priority: String(PRIORITIES.indexOf(one.priority)),
      title: fold(one.title),
    }
    return Buffer.from(keys[sort])
  }
  return Buffer.compare(key(a), key(b)) * (descending ? -1 : 1) || a.id - b.id
}

it('the list is what filtering and sorting an array gives', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(task, fc.constantFrom(...STATUSES)), { maxLength: 8 }),
      fc.array(query, { minLength: 4, maxLength: 4 }),
      async (tasks, queries) => {
        const t = await testApi()
        try {
          const all: Task[] = []
          for (const [fields, status] of tasks) {
            const { body } = await t.send(ALICE, 'POST', '/tasks', fields)
            await t.send(BOB, 'POST', '/tasks', fields)
            t.pass(1)
            await t.send(ALICE, 'PATCH', `/tasks/${body.task.id}`, {
              status: status === 'review' ? 'in_progress' : status,
            })
            const changed = await t.send(ALICE, 'PATCH', `/tasks/${body.task.id}`, { status })
            all.push(changed.body.task)
          }
          for (const asked of queries) {
            const { status, tag: tags, ...single } = asked
            const parameters = new URLSearchParams()
            for (const [name, value] of Object.entries(single)) parameters.set(name, String(value))
            for (const one of status ?? []) parameters.append('status', one)
            for (const one of tags ?? []) parameters.append('tag', one)
            const expected = all
              .filter((one) => matches(one, asked))
              .sort((a, b) => compare(a, b, asked))
            const { body } = await t.send(ALICE, 'GET', `/tasks?${parameters}`)
            const from = asked.offset ?? 0
            expect(body.tasks).toEqual(expected.slice(from, from + (asked.limit ?? 50)))
            expect(body.total).toBe(expected.length)
          }
        } finally {
          await t.api.close()
        }
      },
    ),
    { numRuns: 60 },
  )
})

// Arguments of tools never become syntax of the URL that carries the credential (CVE-2026-32871,
// CVE-2026-29791).

import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { apiUrl } from '../../../../examples/taskflow/mcp/tasks-api.ts'
import { ALICE, run, type TestMcp, testMcp } from './harness.ts'

let t: TestMcp
beforeEach(async () => {
  t = await testMcp()
})
afterEach(() => t.close())

const API = 'http://127.0.0.1:3002/api'
const HOSTILE = [
  '..',
  '../audit',
  '%2e%2e',
  '?owner=bob',
  '#',
  '@evil.example',
  '\\',
  '\r\nX-Evil: 1',
  '//evil.example',
  '&status=completed',
  'a/b',
  ';',
  '\0',
]

it.each(HOSTILE)(
  '%j stays one value of the query in every argument of the list',
  async (hostile) => {
    const client = await t.connect(ALICE, '2026-07-28')
    await run(client, 'taskflow_add_task', { title: 'x' })
    for (const [argument, parameter, value] of [
      ['search', 'search', hostile],
      ['project', 'project', hostile],
      ['tags', 'tag', [hostile]],
    ] as const) {
      t.seen.length = 0
      await run(client, 'taskflow_list_tasks', { [argument]: value, limit: 5 })
      const url = new URL(t.seen[0]?.url ?? '')
      expect([url.origin, url.pathname, url.hash]).toEqual([
        'http://127.0.0.1:3002',
        '/api/tasks',
        '',
      ])
      expect([...url.searchParams].sort()).toEqual(
        [
          ['limit', '5'],
          [parameter, hostile],
        ].sort(),
      )
    }
  },
)

it.each(HOSTILE)('%j as a task number never reaches the API', async (hostile) => {
  const client = await t.connect(ALICE, '2026-07-28')
  for (const name of [
    'taskflow_update_task',
    'taskflow_start_task',
    'taskflow_complete_task',
    'taskflow_delete_task',
  ]) {
    expect((await run(client, name, { task_id: hostile })).failed).toBeTypeOf('string')
  }
  expect(t.seen).toEqual([])
})

it('any segment stays one segment below the API', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ minLength: 1, unit: 'binary' })),
      (segment) => {
        fc.pre(segment !== '.' && segment !== '..')
        const url = new URL(apiUrl(API, { path: ['tasks', segment] }))
        expect([url.origin, url.search, url.hash]).toEqual(['http://127.0.0.1:3002', '', ''])
        expect(url.pathname.split('/')).toHaveLength(4)
        expect(decodeURIComponent(url.pathname.slice('/api/tasks/'.length))).toBe(segment)
      },
    ),
  )
})

it('a dot segment is refused, because no encoding hides it from the URL parser', () => {
  for (const segment of ['.', '..'])
    expect(() => apiUrl(API, { path: ['tasks', segment, 'x'] })).toThrow(TypeError)
})

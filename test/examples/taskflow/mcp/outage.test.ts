import { afterEach, beforeEach, expect, it } from 'vitest'
import { ALICE, REVISIONS, run, type TestMcp, testMcp } from './harness.ts'

let t: TestMcp
beforeEach(async () => {
  t = await testMcp()
})
afterEach(() => t.close())

const MARK = 'text-from-outside'
const problem = (status: number, body: object) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  })

const UNKNOWN =
  'The task list cannot be reached right now, so it is not known whether this was done. Look before trying again.'
const UNREAD = 'The task list cannot be reached right now. Try again in a moment.'

it.each<[string, () => Response, string, string]>([
  ['a 500', () => problem(500, { code: 'failed', title: MARK }), UNKNOWN, UNREAD],
  [
    'a 503 of another server',
    () => new Response(`<h1>${MARK}</h1>`, { status: 503 }),
    UNKNOWN,
    UNREAD,
  ],
  ['a 502 without a body', () => new Response(null, { status: 502 }), UNKNOWN, UNREAD],
  ['an answer that is no JSON', () => new Response(MARK), UNKNOWN, UNREAD],
  [
    'an answer of another shape',
    () => Response.json({ task: { id: MARK }, tasks: [{ id: MARK }] }),
    UNKNOWN,
    UNREAD,
  ],
  ['a problem that is not known', () => problem(418, { code: MARK, title: MARK }), UNKNOWN, UNREAD],
  [
    'a transition of unknown statuses',
    () => problem(409, { code: 'transition_refused', from: MARK, to: MARK }),
    UNKNOWN,
    UNREAD,
  ],
  [
    'fields that are not known',
    () => problem(422, { code: 'fields_invalid', errors: [{ field: MARK, message: MARK }] }),
    'This was not done: some values are not valid.',
    'This was not done: some values are not valid.',
  ],
  [
    'a 403',
    () => problem(403, { code: 'insufficient_scope', message: MARK }),
    'This was not done: it needs a permission that the person has not granted (tasks:write).',
    'This was not done: it needs a permission that the person has not granted (tasks:read).',
  ],
])('%s of the API becomes a sentence of our own', async (_, answer, ofChange, ofList) => {
  const client = await t.connect(ALICE, '2026-07-28')
  t.answer = answer
  expect(await run(client, 'taskflow_complete_task', { task_id: 1 })).toEqual({ failed: ofChange })
  expect(await run(client, 'taskflow_list_tasks')).toEqual({ failed: ofList })
})

it.each(REVISIONS)(
  'an API that is down is told plainly over %s, and the tools work again when it is back',
  async (revision) => {
    const client = await t.connect(ALICE, revision)
    t.answer = () => {
      throw new TypeError(`fetch failed: ${MARK}`)
    }
    expect(await run(client, 'taskflow_add_task', { title: 'x' })).toEqual({ failed: UNKNOWN })
    expect(await run(client, 'taskflow_list_projects')).toEqual({ failed: UNREAD })
    t.answer = undefined
    expect((await run(client, 'taskflow_add_task', { title: 'x' })).task.id).toBe(1)
  },
)

it('a 401 of the API ends in a sentence, not in an error', async () => {
  const client = await t.connect(ALICE, '2026-07-28')
  t.answer = () => problem(401, { message: MARK })
  const { failed } = await run(client, 'taskflow_list_tasks')
  expect(failed).toMatch(/^This was not done: /)
  expect(failed).not.toContain(MARK)
})

it.each(['headers', 'body'])(
  'an API whose %s never come is given up at the deadline',
  async (missing) => {
    const impatient = await testMcp({ deadline: 50 })
    try {
      const client = await impatient.connect(ALICE, '2026-07-28')
      impatient.answer = (request) =>
        missing === 'headers'
          ? new Promise((_, reject) =>
              request.signal.addEventListener('abort', () => reject(request.signal.reason)),
            )
          : new Response(
              new ReadableStream({
                start: (body) =>
                  request.signal.addEventListener('abort', () => body.error(request.signal.reason)),
              }),
            )
      expect(await run(client, 'taskflow_list_tasks')).toEqual({ failed: UNREAD })
      expect(await run(client, 'taskflow_start_task', { task_id: 1 })).toEqual({ failed: UNKNOWN })
    } finally {
      await impatient.close()
    }
  },
)

it('an exchange that fails is told by its fixed sentence, and reported', async () => {
  const reported: unknown[] = []
  for (const [reason, sentence] of [
    [
      'issuer_unavailable',
      'This was not done: the sign-in service cannot be reached right now. Try again in a moment.',
    ],
    [
      'exchange_grant_refused',
      'This was not done: the sign-in has ended. Sign in again to continue.',
    ],
  ] as const) {
    const refusing = await testMcp({
      exchanger: {
        issuer: 'http://127.0.0.1:3003',
        exchange: async () => ({ ok: false, refusal: { reason } }),
      },
    })
    try {
      expect(await run(await refusing.connect(ALICE, '2026-07-28'), 'taskflow_list_tasks')).toEqual(
        { failed: sentence },
      )
      expect(refusing.seen).toEqual([])
      reported.push(...refusing.errors)
    } finally {
      await refusing.close()
    }
  }
  expect(reported).toMatchObject([
    { code: 'issuer_unavailable' },
    { code: 'exchange_grant_refused' },
  ])
})

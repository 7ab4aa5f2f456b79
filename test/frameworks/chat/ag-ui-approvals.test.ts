// Approvals over AG-UI: the run ends with an interrupt, and the client's answer continues it.

import { describe, expect, it } from 'vitest'
import { answer } from '../../../docs/snippets/chat/ag-ui.ts'
import { memoryPausedRuns, type PausedRuns } from '../../../src/frameworks/ag-ui/index.ts'
import type { Loose } from '../../chatkit/support.ts'
import { type TaskServer, taskServer } from '../../openai-agents/task-server.ts'
import { agUiPage, sentTo } from './ag-ui-page.ts'
import { playingModel } from './ai-sdk-model.ts'
import { appOf } from './house.ts'

const HOUR_MS = 3_600_000

const page = (options: Partial<Parameters<typeof agUiPage>[0]> = {}) =>
  agUiPage({ pausedRuns: memoryPausedRuns(), ...options })

const DELETE = { messages: [{ id: 'm1', role: 'user', content: 'Delete task 1' }] }
const interruptIn = (events: Loose[]) => events.at(-1).outcome?.interrupts?.[0]
const toolsOf = ({ received }: TaskServer) => received.flatMap(({ tool }) => tool ?? [])
const says = (interrupt: Loose, payload: unknown, status = 'resolved') => ({
  messages: DELETE.messages,
  resume: [{ interruptId: interrupt.id, status, payload }],
})

describe('an approval over AG-UI', () => {
  it('ends the run with an interrupt, and the call is made once and as shown after the yes', async () => {
    const { tasks, send } = page()
    const asked = await send(DELETE)
    const interrupt = interruptIn(asked)
    expect(toolsOf(tasks)).toEqual([])
    const begun = asked.filter(({ type }) => type === 'TOOL_CALL_START')
    expect(begun).toHaveLength(1)
    expect(interrupt).toMatchObject({
      reason: 'tool_call',
      toolCallId: begun[0].toolCallId,
      message: 'Approve this?\ntaskflow_delete_task on Tasks: {"task_id":1}',
      responseSchema: { required: ['approved'] },
      metadata: { calls: [{ arguments: '{"task_id":1}', scopes: ['tasks:write'] }] },
    })
    expect(asked.find(({ type }) => type === 'TOOL_CALL_ARGS').delta).toBe('{"task_id":1}')
    const done = await send(says(interrupt, { approved: true }))
    expect(toolsOf(tasks)).toEqual(['taskflow_delete_task'])
    expect(tasks.tasks.map(({ title }) => title)).toEqual(['Two'])
    expect(done.filter(({ type }) => type === 'TOOL_CALL_START')).toEqual([])
    expect(done.find(({ type }) => type === 'TOOL_CALL_RESULT').toolCallId).toBe(
      interrupt.toolCallId,
    )
    expect(done.find(({ type }) => type === 'TEXT_MESSAGE_CONTENT')).toBeDefined()
    expect(done.at(-1)).toEqual({ type: 'RUN_FINISHED', threadId: 't1', runId: 'r1' })
    const again = await send(says(interrupt, { approved: true }))
    expect(again.at(-1).message).toContain('not open any more')
    expect(toolsOf(tasks)).toHaveLength(1)
  })

  it.each([
    ['says no', { approved: false }, 'resolved'],
    ['gives up', undefined, 'cancelled'],
  ])(
    'makes no call when the person %s, and tells the page and the model',
    async (_, payload, status) => {
      const { tasks, send } = page()
      const interrupt = interruptIn(await send(DELETE))
      const events = await send(says(interrupt, payload, status))
      expect(toolsOf(tasks)).toEqual([])
      expect(events.find(({ type }) => type === 'TOOL_CALL_RESULT')).toMatchObject({
        toolCallId: interrupt.toolCallId,
        content: expect.stringContaining('declined'),
      })
      expect(events.at(-1).type).toBe('RUN_FINISHED')
    },
  )

  it('is asked again for an answer that is neither a yes nor a no', async () => {
    const { tasks, send } = page()
    const interrupt = interruptIn(await send(DELETE))
    for (const payload of ['yes', { approved: 'true' }, { approved: 1 }, undefined])
      expect((await send(says(interrupt, payload))).at(-1).type).toBe('RUN_ERROR')
    expect(toolsOf(tasks)).toEqual([])
    await send(says(interrupt, { approved: true }))
    expect(toolsOf(tasks)).toHaveLength(1)
  })

  it('takes no other person’s yes, none for another conversation, and none with an id of its own', async () => {
    const { tasks, send } = page()
    const interrupt = interruptIn(await send(DELETE))
    const yes = says(interrupt, { approved: true })
    expect((await send(yes, 'bob')).at(-1).type).toBe('RUN_ERROR')
    expect((await send({ ...yes, threadId: 't2' })).at(-1).type).toBe('RUN_ERROR')
    const made = says({ id: 'made-up' }, { approved: true })
    expect((await send(made)).at(-1).type).toBe('RUN_ERROR')
    const more = { ...yes, resume: [...yes.resume, ...made.resume] }
    expect((await send(more)).at(-1).type).toBe('RUN_ERROR')
    expect(toolsOf(tasks)).toEqual([])
  })

  it('lets no new message pass while a call waits, for 15 minutes', async () => {
    let time = Date.now()
    const { tasks, send } = page({ now: () => time })
    const interrupt = interruptIn(await send(DELETE))
    expect((await send(DELETE)).at(-1)).toMatchObject({ type: 'RUN_ERROR' })
    time += HOUR_MS
    expect((await send(says(interrupt, { approved: true }))).at(-1).type).toBe('RUN_ERROR')
    expect(interruptIn(await send(DELETE))).toBeDefined()
    expect(toolsOf(tasks)).toEqual([])
  })

  it('is not asked for without a place where runs wait: the model is told', async () => {
    const { tasks, send } = agUiPage()
    const events = await send(DELETE)
    expect(toolsOf(tasks)).toEqual([])
    expect(events.find(({ type }) => type === 'TOOL_CALL_RESULT').content).toContain(
      'cannot be asked here',
    )
    expect(events.at(-1)).toEqual({ type: 'RUN_FINISHED', threadId: 't1', runId: 'r1' })
  })

  it('ends with an error, and makes no call, when the store does not answer', async () => {
    const fails = async () => {
      throw new Error('secret-of-the-store')
    }
    const broken: PausedRuns = { ...memoryPausedRuns(), put: fails }
    const events = await page({ pausedRuns: broken }).send(DELETE)
    expect(events.at(-1).type).toBe('RUN_ERROR')
    expect(JSON.stringify(events)).not.toContain('secret-of')
    const dead: PausedRuns = { ...memoryPausedRuns(), get: fails }
    expect((await page({ pausedRuns: dead }).send(DELETE)).at(-1).type).toBe('RUN_ERROR')
  })

  it('works as the page of the docs shows it', async () => {
    const tasks = taskServer({ tasks: [{ title: 'One' }] })
    const handler = answer(appOf(tasks), playingModel())
    const input = { ...DELETE, threadId: crypto.randomUUID() }
    const interrupt = interruptIn(await sentTo(handler, input, 'alice'))
    await sentTo(handler, { ...input, ...says(interrupt, { approved: true }) }, 'alice')
    expect(toolsOf(tasks)).toEqual(['taskflow_delete_task'])
  })
})

describe('runs that wait in memory', () => {
  it('keeps a thousand, and the newest of them', async () => {
    const runs = memoryPausedRuns()
    const run = (state: string) => ({ interruptId: state, expiresAt: 1, state })
    for (let at = 0; at < 1_001; at++) await runs.put(`k${at}`, run(`s${at}`))
    expect(await runs.get('k0')).toBeUndefined()
    expect(await runs.get('k1000')).toEqual(run('s1000'))
    expect(await Promise.all([runs.take('k1', 's1'), runs.take('k1', 's1')])).toEqual([true, false])
    await runs.put('large', run('x'.repeat(64 * 1024 * 1024)))
    expect(await runs.get('k1000')).toBeUndefined()
    expect(await runs.get('large')).toBeDefined()
  })
})

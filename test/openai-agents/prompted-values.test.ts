// Approvals where the instructions hold references. What is shown and stored holds names. The call
// is made with the references of its own run.

import {
  assistantMessage,
  functionCall,
  ScriptedModel,
  type ScriptedModelInput,
} from '@openai/agents/testing'
import { type AgentEvent, type RunAgentOptions, runAgent } from 'onbehalf/openai-agents'
import { expect, it } from 'vitest'
import { ALICE, eventsOf } from './talk.ts'
import { taskServer } from './task-server.ts'

const OLD = {
  user_id: `onbehalf_ref_${'1'.repeat(32)}`,
  access_token: `onbehalf_ref_${'2'.repeat(32)}`,
}
const NEW = {
  user_id: `onbehalf_ref_${'3'.repeat(32)}`,
  access_token: `onbehalf_ref_${'4'.repeat(32)}`,
}

function house(script: readonly ScriptedModelInput[]) {
  const server = taskServer({ tasks: [{ title: 'One' }] })
  const sent: string[] = []
  const model = new ScriptedModel([...script])
  const run = (more: Partial<RunAgentOptions>) =>
    eventsOf(
      runAgent({
        caller: {
          principal: ALICE,
          fetch: () => async (input, init) => {
            if (String(init?.body).includes('"tools/call"'))
              sent.push(JSON.stringify(JSON.parse(String(init?.body)).params.arguments))
            return server.asFetch(input, init)
          },
        },
        servers: [{ name: 'tasks', url: 'https://tasks.test/mcp' }],
        model,
        instructions: 'Help.',
        input: [{ role: 'user', text: 'Delete it' }],
        approvals: 'destructive',
        ...more,
      }),
    )
  return { run, sent, model }
}

const call = (args: object) =>
  functionCall('taskflow_delete_task', { task_id: 1, ...args }, { callId: 'a' })
const asked = (events: readonly AgentEvent[]) =>
  events.find((event) => event.type === 'approval_needed')

it('no reference of the stopped run is kept, and the call is made with those of the run that continues', async () => {
  const list = functionCall('taskflow_list_tasks', { ...OLD }, { callId: 'l' })
  const { run, sent, model } = house([[list], [call(OLD)], [assistantMessage('Gone.')]])
  const pause = asked(await run({ promptValues: OLD }))
  expect(pause?.calls[0]?.arguments).toBe(
    '{"task_id":1,"user_id":"{user_id}","access_token":"{access_token}"}',
  )
  expect(JSON.stringify(pause)).not.toContain('onbehalf_ref_')
  if (!pause) throw new Error('nobody was asked')
  await run({ promptValues: NEW, resume: { ...pause, approved: true } })
  expect(sent.at(-1)).toBe(JSON.stringify({ task_id: 1, ...NEW }))
  const read = JSON.stringify(model.calls[2]?.request.input)
  expect(read).toContain(NEW.access_token)
  expect(read).not.toContain(OLD.access_token)
})

it('a literal token is treated the same way, so it is never shown or stored', async () => {
  const values = { user_id: 'alice', access_token: 'opaque-canary-0123456789' }
  const { run } = house([[call(values)]])
  const pause = asked(await run({ promptValues: values }))
  expect(pause?.calls[0]?.arguments).toBe(
    '{"task_id":1,"user_id":"alice","access_token":"{access_token}"}',
  )
  expect(JSON.stringify(pause)).not.toContain('canary')
})

it.each([
  ['a reference that the app did not name', undefined, { access_token: OLD.access_token }],
  ['a reference of another run', NEW, { access_token: OLD.access_token }],
  ['a name that the model wrote itself', OLD, { title: '{access_token}' }],
])('%s: nobody is asked, and nothing is called', async (_, promptValues, args) => {
  const { run, sent } = house([[call(args)], [assistantMessage('No.')]])
  expect(asked(await run(promptValues ? { promptValues } : {}))).toBeUndefined()
  expect(sent).toEqual([])
})

it('a call that is kept for the next turn holds names, and that turn reads its own references', async () => {
  const list = functionCall('taskflow_list_tasks', { ...OLD }, { callId: 'l' })
  const { run, sent, model } = house([
    [list],
    [assistantMessage('One.')],
    [assistantMessage('Yes.')],
  ])
  const events = await run({ promptValues: OLD, keepCalls: true })
  expect(sent).toEqual([JSON.stringify(OLD)])
  expect(JSON.stringify(events)).not.toContain('onbehalf_ref_')
  const [kept] = events.flatMap((event) =>
    event.type === 'call_kept' && event.call.output !== undefined ? [event.call] : [],
  )
  expect(kept?.arguments).toBe('{"user_id":"{user_id}","access_token":"{access_token}"}')
  const output = kept?.output ?? ''
  if (!kept) return
  await run({
    promptValues: NEW,
    input: [
      { role: 'user', text: 'List' },
      { role: 'tool', ...kept, output },
      { role: 'user', text: 'And?' },
    ],
  })
  const told = JSON.stringify(model.calls.at(-1)?.request.input)
  expect(told).toContain(NEW.access_token)
  expect(told).not.toContain(OLD.access_token)
})

it('without keepCalls no event holds what a tool answered', async () => {
  const list = functionCall('taskflow_list_tasks', {}, { callId: 'l' })
  const { run } = house([[list], [assistantMessage('One.')]])
  const events = await run({})
  expect(events.map(({ type }) => type)).not.toContain('call_kept')
  expect(JSON.stringify(events)).not.toContain('"tasks":')
})

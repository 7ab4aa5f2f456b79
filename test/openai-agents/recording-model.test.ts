// The record of what a model was given.

import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents/testing'
import { type ModelRequestCopy, recordingModel } from 'onbehalf/openai-agents'
import { expect, it } from 'vitest'
import { talkWith } from './talk.ts'
import { taskServer } from './task-server.ts'

it('the record is what the model was given: instructions, conversation, tools, results', async () => {
  const model = new ScriptedModel([
    [functionCall('taskflow_list_tasks', {}, { callId: 'a' })],
    [assistantMessage('One task.')],
  ])
  const talk = talkWith(taskServer({ tasks: [{ title: 'Buy milk' }] }), model)
  await talk.say('What is there?')
  expect(talk.requests).toHaveLength(2)
  talk.requests.forEach((request, index) => {
    const given = model.calls[index]?.request
    expect(request).toEqual(
      JSON.parse(
        JSON.stringify({
          systemInstructions: given?.systemInstructions,
          input: given?.input,
          tools: given?.tools,
          handoffs: given?.handoffs,
          modelSettings: given?.modelSettings,
          outputType: given?.outputType,
        }),
      ),
    )
  })
  expect(JSON.stringify(talk.requests[1])).toContain('Buy milk')
})

it('the record cannot be changed, and nobody can change the request through it', async () => {
  const model = new ScriptedModel([[assistantMessage('Hello.')]])
  const talk = talkWith(taskServer(), model)
  await talk.say('hi')
  const tool = talk.requests[0]?.tools[0]
  expect(tool).toBeDefined()
  expect(() => Object.assign(tool as object, { name: 'other' })).toThrow(TypeError)
  expect(tool).not.toBe(model.calls[0]?.request.tools[0])
})

it('a request that cannot be recorded is not sent to the model', async () => {
  const model = new ScriptedModel([[assistantMessage('Hello.')]])
  const wrapped = recordingModel(model, (_: ModelRequestCopy) => {
    throw new Error('disk full')
  })
  await expect(talkWith(taskServer(), wrapped).say('hi')).rejects.toMatchObject({
    code: 'server_unavailable',
  })
  expect(model.calls).toHaveLength(0)
})

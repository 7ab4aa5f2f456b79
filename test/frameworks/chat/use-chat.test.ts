// The other way round: onbehalf's door in front of an answer of the AI SDK, for a page with `useChat`.

import { APICallError, type LanguageModel, type UIMessage } from 'ai'
import { describe, expect, it } from 'vitest'
import { chat } from '../../../docs/snippets/chat/use-chat.ts'
import type { Loose } from '../../chatkit/support.ts'
import { type TaskServer, taskServer } from '../../openai-agents/task-server.ts'
import { playingModel, refusingModel } from './ai-sdk-model.ts'
import { appOf, CHAT, secretOf } from './house.ts'

const said = (text: string): UIMessage => ({
  id: 'm1',
  role: 'user',
  parts: [{ type: 'text', text }],
})

/** Sends messages as the page does, and gives the chunks of the answer. */
async function asked(
  model: LanguageModel,
  tasks: TaskServer,
  messages: readonly Loose[],
  who?: string,
) {
  const headers = {
    'content-type': 'application/json',
    ...(who ? { authorization: `Bearer ${secretOf(who)}` } : {}),
  }
  const body = JSON.stringify({ messages })
  const request = new Request(CHAT, { method: 'POST', headers, body })
  const response = await chat(appOf(tasks), model)(request)
  const text = await response.text()
  const chunks: Loose[] = [...text.matchAll(/^data: (\{.*\})$/gm)].map(([, json]) =>
    JSON.parse(json ?? ''),
  )
  return { response, text, chunks }
}

const made = ({ received }: TaskServer) => received.flatMap(({ tool }) => tool ?? [])

describe('a page with useChat', () => {
  it('is not answered without a token', async () => {
    const { response } = await asked(playingModel(), taskServer(), [said('What is there?')])
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('resource_metadata')
  })

  it('gets a stream in which tools act for its person, and no credential', async () => {
    const tasks = taskServer({ tasks: [{ title: 'One' }, { title: 'Two' }] })
    const { chunks, text } = await asked(playingModel(), tasks, [said('What is there?')], 'alice')
    expect(chunks.map(({ type }) => type)).toContain('tool-output-available')
    expect(text).toContain('have two tasks.')
    expect(tasks.received.find(({ tool }) => tool)?.authorization).toContain('secret-of-alice')
    expect(text).not.toContain('secret-of')
  })

  it('is asked before a destructive call, which is made after the yes', async () => {
    const tasks = taskServer({ tasks: [{ title: 'One' }] })
    const first = [said('Delete task 1')]
    const { chunks } = await asked(playingModel(), tasks, first, 'alice')
    expect(made(tasks)).toEqual([])
    const request = chunks.find(({ type }) => type === 'tool-approval-request')
    const input = chunks.find(({ type }) => type === 'tool-input-available')
    const answer = {
      id: 'm2',
      role: 'assistant',
      parts: [
        { type: 'step-start' },
        {
          type: 'dynamic-tool',
          toolName: input.toolName,
          toolCallId: input.toolCallId,
          state: 'approval-responded',
          input: input.input,
          approval: { id: request.approvalId, approved: true },
        },
      ],
    }
    await asked(playingModel(), tasks, [...first, answer], 'alice')
    expect(made(tasks)).toEqual(['taskflow_delete_task'])
    expect(tasks.tasks).toEqual([])
  })

  it('reads a fixed sentence about an error, and no foreign word', async () => {
    const error = new APICallError({
      message: 'secret-of-the-provider',
      statusCode: 401,
      url: 'https://model.example',
      requestBodyValues: {},
    })
    const { text } = await asked(refusingModel(error), taskServer(), [said('Hello')], 'alice')
    expect(text).toContain('"type":"error"')
    expect(text).not.toContain('secret-of')
  })
})

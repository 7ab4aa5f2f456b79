// An agent of Mastra in the chat, as docs/chat/mastra.md shows it.

import type { AgentConfig } from '@mastra/core/agent'
import { APICallError } from 'ai'
import { vi } from 'vitest'
import { answer } from '../../../docs/snippets/chat/mastra.ts'
import { playingModel, refusingModel } from './ai-sdk-model.ts'
import { answersInTheChat } from './proof.ts'

// It writes every error to the console, also those that it gives to the model.
vi.spyOn(console, 'error').mockImplementation(() => {})

/** Mastra has its own copy of the AI SDK's types; at run time it takes any of the AI SDK's models. */
const asMastra = (model: unknown) => model as AgentConfig['model']

answersInTheChat({
  name: 'Mastra',
  run: answer(asMastra(playingModel('tasks_'))),
  failing: ({ status, message }) =>
    answer(
      asMastra(
        refusingModel(
          new APICallError({
            message,
            statusCode: status,
            isRetryable: false,
            url: 'https://model.example',
            requestBodyValues: {},
          }),
        ),
      ),
    ),
})

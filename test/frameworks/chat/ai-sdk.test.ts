// An agent of the AI SDK in the chat, as docs/chat/ai-sdk.md shows it.

import { APICallError } from 'ai'
import { answer } from '../../../docs/snippets/chat/ai-sdk.ts'
import { playingModel, refusingModel } from './ai-sdk-model.ts'
import { answersInTheChat } from './proof.ts'

answersInTheChat({
  name: 'the AI SDK',
  run: answer(playingModel()),
  failing: ({ status, message }) =>
    answer(
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
})

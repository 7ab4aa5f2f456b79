// A model of LangChain, as `script.ts` plays it. It holds no test.

import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager'
import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { AIMessageChunk, type BaseMessage } from '@langchain/core/messages'
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs'
import { nextStep } from './script.ts'

/** A model that plays the script in pieces, as a provider sends them. */
export class Playing extends BaseChatModel {
  readonly #error: Error | undefined

  constructor(error?: Error) {
    super({ maxRetries: 0 })
    this.#error = error
  }

  override bindTools() {
    return this
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    _options: this['ParsedCallOptions'],
    manager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    if (this.#error) throw this.#error
    for (const message of piecesOf(String(messages.at(-1)?.text))) {
      const chunk = new ChatGenerationChunk({ message, text: message.text })
      yield chunk
      await manager?.handleLLMNewToken(message.text, undefined, undefined, undefined, undefined, {
        chunk,
      })
    }
  }

  override async _generate(): Promise<ChatResult> {
    throw new Error('it is streamed')
  }

  override _llmType(): string {
    return 'playing'
  }
}

function piecesOf(read: string): AIMessageChunk[] {
  const { thought, text = '', call } = nextStep(read)
  const pieces = [
    ...(thought === undefined ? [] : [{ content: [{ type: 'reasoning', reasoning: thought }] }]),
    { content: text.slice(0, 3) },
    { content: text.slice(3) },
  ].map((fields) => new AIMessageChunk(fields))
  if (!call) return pieces
  const args = JSON.stringify(call.args)
  const chunk = { id: 'call-1', index: 0, type: 'tool_call_chunk' } as const
  return [
    ...pieces,
    new AIMessageChunk({
      content: '',
      tool_call_chunks: [{ ...chunk, name: call.name, args: '' }],
    }),
    new AIMessageChunk({
      content: '',
      tool_call_chunks: [{ index: 0, type: 'tool_call_chunk', args }],
    }),
  ]
}

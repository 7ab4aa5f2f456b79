import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { AIMessage, type BaseMessage } from '@langchain/core/messages'
import type { ChatResult } from '@langchain/core/outputs'
import { convertToOpenAITool } from '@langchain/core/utils/function_calling'
import { ask } from '../../docs/snippets/langchain.ts'
import { proves, type Script } from './proof.ts'

/** A model that calls the tool and then has finished. */
class Scripted extends BaseChatModel {
  readonly #script: Script
  readonly #requests: unknown[]
  #bound: unknown

  constructor(script: Script, requests: unknown[]) {
    super({})
    this.#script = script
    this.#requests = requests
  }

  override bindTools(tools: Parameters<NonNullable<BaseChatModel['bindTools']>>[0]) {
    // biome-ignore lint/suspicious/noExplicitAny: the adapters' own type of a tool that has a schema
    this.#bound = tools.map((tool) => convertToOpenAITool(tool as any))
    return this
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    this.#requests.push({
      tools: this.#bound,
      messages: messages.map((message) => message.toDict()),
    })
    const { tool, args } = this.#script
    const tool_calls =
      this.#requests.length === 1 ? [{ name: tool, args: { ...args }, id: 'call-1' }] : []
    const message = new AIMessage({ content: tool_calls.length > 0 ? '' : 'finished', tool_calls })
    return { generations: [{ text: message.text, message }] }
  }

  override _llmType(): string {
    return 'scripted'
  }
}

proves('LangChain', async (caller, url, script) => {
  const requests: unknown[] = []
  const answer = await ask(caller, url, new Scripted(script, requests), 'Add milk')
  return { requests, answer }
})

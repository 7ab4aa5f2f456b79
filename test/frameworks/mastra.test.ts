import type { AgentConfig } from '@mastra/core/agent'
import { ask } from '../../docs/snippets/mastra.ts'
import { scriptedModel } from './ai-sdk-model.ts'
import { proves } from './proof.ts'

proves('Mastra', async (caller, url, script) => {
  const requests: unknown[] = []
  // Mastra has its own copy of the AI SDK's types; at run time it takes any of the AI SDK's models.
  const model: unknown = scriptedModel(script, requests)
  const answer = await ask(caller, url, model as AgentConfig['model'], 'Add milk')
  return { requests, answer }
})

import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents/testing'
import { ask } from '../../docs/snippets/openai-agents.ts'
import { proves } from './proof.ts'

proves(
  'OpenAI Agents',
  async (caller, url, { tool, args }) => {
    const model = new ScriptedModel([
      [functionCall(tool, { ...args }, { callId: 'call-1' })],
      [assistantMessage('finished')],
    ])
    const answer = await ask(caller, url, model, 'Add milk')
    return {
      requests: model.calls.map(({ request }) => ({ ...request, signal: undefined })),
      answer,
    }
  },
  { concurrent: true },
)

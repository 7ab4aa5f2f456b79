import { ask } from '../../docs/snippets/ai-sdk.ts'
import { scriptedModel } from './ai-sdk-model.ts'
import { proves } from './proof.ts'

proves(
  'AI SDK',
  async (caller, url, script) => {
    const requests: unknown[] = []
    const answer = await ask(caller, url, scriptedModel(script, requests), 'Add milk')
    return { requests, answer }
  },
  { concurrent: true },
)

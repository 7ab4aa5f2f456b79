// The model by environment variables: OpenAI, any OpenAI-compatible endpoint, or the stand-in. The provider's key goes to its client and
// nowhere else; it is the deployment's own, and no person's.

import { getDefaultModel, type Model, OpenAIProvider } from '@openai/agents'
import { type StandInOptions, standInModel } from './stand-in/model.ts'

/** The model, and what to tell people about it. */
export interface ModelChoice {
  readonly model: Model
  /** For people, without any secret. */
  readonly description: string
  /** Whether it is the stand-in, which is not a language model. */
  readonly standIn: boolean
}

const OPENAI = 'https://api.openai.com/v1'

/**
 * Chooses the model. With `OPENAI_API_KEY`: OpenAI's Responses API. With `OPENAI_BASE_URL`: Chat Completions there, which is what other
 * servers (Ollama, vLLM, LiteLLM) speak; the key is optional. With neither: the stand-in.
 *
 * @param env `OPENAI_API_KEY`, `OPENAI_BASE_URL`, `OPENAI_MODEL`; an empty one counts as not set.
 * @param standIn How the stand-in behaves, where it is the one.
 * @throws TypeError that names the variable which is wrong or missing, never its value.
 */
export function modelFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  standIn: StandInOptions = {},
): ModelChoice {
  const key = env.OPENAI_API_KEY || undefined
  const base = env.OPENAI_BASE_URL || undefined
  const name = env.OPENAI_MODEL || undefined
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key))
    throw new TypeError('OPENAI_API_KEY must be one word of ASCII characters')
  if (name !== undefined && !/^[\x21-\x7e]{1,200}$/.test(name))
    throw new TypeError('OPENAI_MODEL must be the name of a model')
  if (base !== undefined) {
    const url = endpoint(base)
    if (name === undefined)
      throw new TypeError(
        'OPENAI_MODEL must be set when OPENAI_BASE_URL is: its models have other names',
      )
    // The client insists on a key; a server that needs none ignores it.
    const provider = new OpenAIProvider({
      apiKey: key ?? 'none',
      baseURL: url.href,
      useResponses: false,
    })
    return {
      model: provided(provider, name),
      description: `${name} at ${url.host}`,
      standIn: false,
    }
  }
  if (key !== undefined) {
    const provider = new OpenAIProvider({ apiKey: key, baseURL: OPENAI, useResponses: true })
    const model = name ?? getDefaultModel()
    return { model: provided(provider, model), description: `${model} by OpenAI`, standIn: false }
  }
  if (name !== undefined)
    throw new TypeError('OPENAI_MODEL is set, so OPENAI_API_KEY or OPENAI_BASE_URL must be too')
  return {
    model: standInModel(standIn),
    description: 'a demonstration stand-in, not a language model',
    standIn: true,
  }
}

/** A model whose provider, and with it the key, is closed over: printing the model shows functions. */
function provided(provider: OpenAIProvider, name: string): Model {
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
  // Such URLs end up in logs and errors.
  if (url.username || url.password || url.search || url.hash) {
    throw new TypeError('OPENAI_BASE_URL must be a plain URL: a key belongs into OPENAI_API_KEY')
  }
  return url
}

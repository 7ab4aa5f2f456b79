// What the page server tells the page: where things are and which model answers. It holds no
// secret.
import { record, text } from './json.ts'

/** The parts of the house that this page talks to. */
export interface Config {
  readonly issuer: string
  /** URL of the ChatKit endpoint. */
  readonly chatkit: string
  /** Base URL of the API, without a trailing slash. */
  readonly api: string
  readonly clientId: string
  /** The audiences to ask access tokens for (RFC 8707). */
  readonly resources: { readonly chat: string; readonly api: string }
  readonly model: { readonly description: string; readonly standIn: boolean }
}

/** @throws Error when the page server does not answer with a configuration. */
export async function loadConfig(): Promise<Config> {
  const response = await fetch('/config.json', { signal: AbortSignal.timeout(10_000) })
  return parseConfig(await response.json())
}

function parseConfig(value: unknown): Config {
  const config = record(value)
  const resources = record(config.resources)
  const model = record(config.model)
  return {
    issuer: required(config.issuer),
    chatkit: required(config.chatkit),
    api: required(config.api),
    clientId: required(config.clientId),
    resources: { chat: required(resources.chat), api: required(resources.api) },
    model: { description: required(model.description), standIn: model.standIn === true },
  }
}

function required(value: unknown): string {
  const found = text(value)
  if (found === undefined) throw new Error('The page has no valid configuration.')
  return found
}

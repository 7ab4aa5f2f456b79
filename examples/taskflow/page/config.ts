// Loads what the page server tells the page: the addresses of the parts and the model that answers.
// It has no secret.
import { record, text } from './json.ts'

/** The parts of TaskFlow that this page calls. */
export interface Config {
  readonly issuer: string
  /** URL of the ChatKit endpoint. */
  readonly chatkit: string
  /** Base URL of the API, without a trailing slash. */
  readonly api: string
  /** Where the tasks are read. */
  readonly tasks: string
  /** Where the sign-in is kept: in this page, or on the server, which knows the browser by a cookie. */
  readonly signIn: 'page' | 'session'
  readonly clientId: string
  /** The audiences to ask access tokens for (RFC 8707). */
  readonly resources: { readonly chat: string; readonly api: string }
  readonly model: { readonly description: string; readonly standIn: boolean }
}

/**
 * Loads the configuration.
 *
 * @throws Error when the page server does not answer with one.
 */
export async function loadConfig(): Promise<Config> {
  const response = await fetch('/config.json', { signal: AbortSignal.timeout(10_000) })
  return parseConfig(await response.json())
}

function parseConfig(value: unknown): Config {
  const config = record(value)
  const resources = record(config.resources)
  const model = record(config.model)
  return {
    issuer: requireText(config.issuer),
    chatkit: requireText(config.chatkit),
    api: requireText(config.api),
    tasks: requireText(config.tasks),
    signIn: config.signIn === 'session' ? 'session' : 'page',
    clientId: requireText(config.clientId),
    resources: { chat: requireText(resources.chat), api: requireText(resources.api) },
    model: { description: requireText(model.description), standIn: model.standIn === true },
  }
}

function requireText(value: unknown): string {
  const found = text(value)
  if (found === undefined) throw new Error('The page has no valid configuration.')
  return found
}

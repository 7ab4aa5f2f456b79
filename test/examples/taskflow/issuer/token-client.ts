// Calls to the issuer's endpoints as TaskFlow's own clients make them, for the tests of the issuer.

import { importJWK } from 'jose'
import * as oauth from 'oauth4webapi'
import { EXCHANGE_GRANT } from '../../../../examples/taskflow/issuer/exchange-grant.ts'
import { ACCESS_TOKEN_TYPE } from '../../../../examples/taskflow/issuer/exchange-policy.ts'
import type { RunningIssuer } from './running-issuer.ts'

/** What the token endpoint answered. */
export interface Answer {
  readonly status: number
  readonly error?: string
  readonly access_token: string
  readonly refresh_token: string
  readonly issued_token_type?: string
  readonly token_type?: string
  readonly scope?: string
  readonly expires_in: number
}

export type ClientId = 'taskflow-chat' | 'taskflow-mcp' | 'taskflow-page' | 'taskflow-cli'

/** Asks for a token exchange; `changes` replace or (undefined) leave out parameters. */
export async function exchange(
  running: RunningIssuer,
  client: ClientId,
  changes: Readonly<Record<string, string | readonly string[] | undefined>>,
): Promise<Answer> {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries({
    subject_token_type: ACCESS_TOKEN_TYPE,
    ...changes,
  })) {
    for (const one of value === undefined ? [] : typeof value === 'string' ? [value] : value)
      parameters.append(name, one)
  }
  const server = { issuer: running.issuer, token_endpoint: `${running.issuer}/oauth/token` }
  const response = await oauth.genericTokenEndpointRequest(
    server,
    { client_id: client },
    await authentication(running, client),
    EXCHANGE_GRANT,
    parameters,
    { [oauth.allowInsecureRequests]: true },
  )
  return { status: response.status, ...JSON.parse(await response.text()) }
}

async function authentication(
  { keys }: RunningIssuer,
  client: ClientId,
): Promise<oauth.ClientAuth> {
  if (client === 'taskflow-mcp') return oauth.ClientSecretBasic(keys.mcpClientSecret.reveal())
  if (client !== 'taskflow-chat') return oauth.None()
  const key = await importJWK({ ...keys.chatClientKey }, 'ES256')
  if (key instanceof Uint8Array) throw new Error('not a private key')
  return oauth.PrivateKeyJwt({ key, kid: keys.chatClientKey.kid })
}

/** Posts a form to one of the endpoints. */
export async function post(
  running: RunningIssuer,
  path: string,
  form: Readonly<Record<string, string>>,
  init: RequestInit = {},
): Promise<Answer> {
  const response = await fetch(`${running.issuer}${path}`, {
    method: 'POST',
    body: new URLSearchParams(form),
    ...init,
  })
  const text = await response.text()
  return { status: response.status, ...(text === '' ? {} : JSON.parse(text)) }
}

/** Refreshes as the page does. */
export function refresh(
  running: RunningIssuer,
  refreshToken: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const form = {
    grant_type: 'refresh_token',
    client_id: 'taskflow-page',
    refresh_token: refreshToken,
    ...parameters,
  }
  return post(running, '/oauth/token', form)
}

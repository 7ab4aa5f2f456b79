// The names that a declared connection may have, for the check at creation.

import { checkOptions, type Names, type OptionNames } from '../../core/known-options.ts'
import { isByName, isClientAuthentication, type ValueChecks } from '../../core/option-values.ts'
import type { ConnectEndpoints } from './connect-dialect.ts'
import type { ConnectionClient, ConnectionServer } from './connection-server.ts'

const SERVER: OptionNames<ConnectionServer> = {
  resource: 'required',
  issuer: 'required',
  scopes: 'required',
  stepUp: 'optional',
  client: 'required',
  dpop: 'optional',
  pkce: 'optional',
  parameters: 'optional',
  endpoints: 'optional',
  discovery: 'optional',
  scopeSeparator: 'optional',
  offlineAccess: 'optional',
}

/** What the values are, where the names mean something else in other factories. */
const SERVER_VALUES: ValueChecks = {
  client: isByName("{ type: 'registered', id: '…' }, { type: 'document' } or { type: 'dynamic' }"),
  dpop: (value) =>
    value === true || value === 'offered' ? undefined : "must be true or 'offered', or left out",
  endpoints: isByName("{ authorization: 'https://…', token: 'https://…' }"),
  parameters: isByName("{ prompt: 'consent' }"),
}

const ENDPOINTS: OptionNames<ConnectEndpoints> = {
  authorization: 'optional',
  token: 'optional',
  revocation: 'optional',
  registration: 'optional',
}

const CLIENTS: {
  readonly [Type in ConnectionClient['type']]: OptionNames<
    Extract<ConnectionClient, { readonly type: Type }>
  >
} = {
  registered: { type: 'required', id: 'required', authentication: 'optional' },
  document: { type: 'required' },
  dynamic: { type: 'required' },
}

/**
 * Checks the names of a declared connection, also those inside its client.
 *
 * @throws TypeError that names the setting, and what was probably meant.
 */
export function checkConnectionServer(at: string, server: ConnectionServer): void {
  checkOptions('connections', at, server, SERVER, SERVER_VALUES)
  if (server.endpoints) checkOptions('connections', `${at}.endpoints`, server.endpoints, ENDPOINTS)
  const clients: Readonly<Record<string, Names>> = CLIENTS
  const names = clients[server.client.type]
  if (!names)
    throw new TypeError(`${at}.client.type must be one of ${Object.keys(CLIENTS).join(', ')}`)
  checkOptions('connections', `${at}.client`, server.client, names, {
    authentication: isClientAuthentication,
  })
}

// MCP clients in front of an issuer that registers none, as a gateway's file declares it. The client at
// the issuer is that of the setting issuer, unless another one is named.

import { ConfigError } from './place.ts'
import type { ReadSecret } from './references.ts'
import { isMap, type Settings } from './settings.ts'

/**
 * Reads the setting. createGateway checks the rest.
 *
 * @throws ConfigError that begins with the setting.
 */
export async function clientsIn(
  { clients, issuer }: Settings,
  secretOf: ReadSecret,
): Promise<Readonly<Record<string, unknown>>> {
  if (clients === undefined) return {}
  if (!isMap(clients)) throw new ConfigError('clients must be a map, such as "clients: {}"')
  const { documents = false, fetchDocument, ...given } = clients
  if (fetchDocument !== undefined)
    throw new ConfigError('clients.fetchDocument cannot be in a file: write documents: true')
  if (typeof documents !== 'boolean')
    throw new ConfigError('clients.documents must be true or false')
  const { clientId, clientSecret }: Readonly<Record<string, unknown>> =
    given.clientId === undefined && isMap(issuer) ? issuer : given
  const setting = given.clientId === undefined ? 'issuer.clientSecret' : 'clients.clientSecret'
  return {
    clients: {
      ...given,
      ...(clientId === undefined ? {} : { clientId }),
      ...(clientSecret === undefined ? {} : { clientSecret: secretOf(setting, clientSecret) }),
      ...(documents ? { fetchDocument: await guarded() } : {}),
    },
  }
}

/** Anybody can name the address of a document, so only public ones are asked. */
async function guarded(): Promise<typeof globalThis.fetch> {
  try {
    const { guardedFetch } = await import('onbehalf/egress')
    return guardedFetch()
  } catch {
    throw new ConfigError('clients.documents needs undici: npm install undici')
  }
}

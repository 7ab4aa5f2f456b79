// Who a client is, by its id. A client that registered here has an id that holds its registration,
// sealed; another one's id is the URL of its metadata document.

import { randomUUID } from 'node:crypto'
import type { UnknownObject } from '../../core/json.ts'
import { digestOf, type KnownClient } from './client.ts'
import { clientDocuments, isDocumentUrl } from './client-document.ts'
import type { MayRedirect } from './redirect-uris.ts'
import type { Seals } from './sealed.ts'

/** The clients. */
export interface KnownClients {
  /** Undefined for an id that nobody has. */
  find(id: string): Promise<KnownClient | undefined>
  /** Registers a client, and gives its id. */
  register(client: Pick<KnownClient, 'name' | 'redirectUris'>): string
}

/** What they work with. */
export interface KnownClientsParts {
  readonly seals: Seals
  readonly mayRedirect: MayRedirect
  readonly fetchDocument: typeof globalThis.fetch | undefined
  readonly now: () => number
}

/** Secret scanners, and people, see what it is. */
const PREFIX = 'obc_'

/** Makes the clients. */
export function knownClients(parts: KnownClientsParts): KnownClients {
  const { seals, mayRedirect, fetchDocument, now } = parts
  const documents = fetchDocument && clientDocuments(fetchDocument, now)
  return {
    async find(id) {
      const found = id.startsWith(PREFIX)
        ? registered(id, seals.open('client', id.slice(PREFIX.length)))
        : isDocumentUrl(id)
          ? await documents?.(id)
          : undefined
      // What the operator has taken from the list since then is allowed no more.
      return found && { ...found, redirectUris: found.redirectUris.filter(mayRedirect) }
    },
    register: ({ name, redirectUris }) =>
      `${PREFIX}${seals.seal('client', { name, redirectUris, id: randomUUID() })}`,
  }
}

function registered(id: string, sealed: UnknownObject | undefined): KnownClient | undefined {
  if (!sealed) return undefined
  const { name, redirectUris } = sealed
  if (typeof name !== 'string' || !Array.isArray(redirectUris)) return undefined
  return { digest: digestOf(id), name, redirectUris }
}

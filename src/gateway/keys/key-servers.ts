// Which servers an access key can be used for. A key comes without a token of its person's, so a server
// that wants one is out of reach, unless the gateway keeps their sign-in.

import type { BindingInput } from '../../core/binding.ts'

/** Sources that make the credential of a token of the person's. */
const OF_A_TOKEN = ['exchange', 'own', 'identity-assertion']

/**
 * Gives the names of the servers that keys can be for.
 *
 * @param keepsSignIns Whether the gateway has the setting `session`. Default false.
 */
export function serversForKeys(
  servers: Readonly<Record<string, Partial<Pick<BindingInput, 'source' | 'sources'>>>>,
  keepsSignIns: boolean = false,
): readonly string[] {
  return Object.entries(servers)
    .filter(([, { source, sources = {} }]) =>
      [source, ...Object.values(sources)].every(
        (one) => keepsSignIns || !OF_A_TOKEN.includes(one?.type ?? 'exchange'),
      ),
    )
    .map(([name]) => name)
}

/** What somebody is told who wants a key for another server. */
export const NOT_FOR_KEYS =
  'An access key comes without a token of the person, so it cannot be used for servers with the source exchange, own or identity-assertion, unless their sign-in is kept here'

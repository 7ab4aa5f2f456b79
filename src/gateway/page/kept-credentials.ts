// The credentials that people keep with a gateway for some of its servers: accounts that they connect,
// and keys that they put in. Pure.

import { type BindingInput, MAIN } from '../../core/binding.ts'
import { canonicalResource } from '../../core/resource.ts'

/** One credential that each person has of their own. */
export interface KeptCredential {
  readonly kind: 'account' | 'key'
  /** How people know it: the server's name, with the name of the source where there are several. */
  readonly name: string
  /** The servers that it is used for. */
  readonly servers: readonly string[]
  /** What it is for: a resource, as the operator configured it. */
  readonly resource: string
  /** The name of a key's source among the `sources` of its server. Absent for the main one. */
  readonly source?: string
}

/** What is looked at in the servers. */
type Servers = Readonly<
  Record<string, Pick<BindingInput, 'url' | 'resource' | 'source' | 'sources'>>
>

/** Gives the credentials that the servers of a gateway need of each person, in the order of the servers. */
export function keptCredentials(servers: Servers): readonly KeptCredential[] {
  const found = new Map<string, KeptCredential>()
  for (const [server, { url, resource = url, source, sources = {} }] of Object.entries(servers))
    for (const [name, one] of [[MAIN, source] as const, ...Object.entries(sources)]) {
      const isMain = name === MAIN
      if (one?.type === 'connection') {
        // It is configured by the name of its source, so several servers may go by one account.
        const account = isMain ? server : name
        add(`account ${account}`, { kind: 'account', name: account, servers: [server], resource })
      } else if (one?.type === 'static' && one.of === 'person') {
        // A key is kept by its resource, so several servers may have one, too.
        const place = `key ${canonicalResource(resource, () => true)} ${name}`
        const key = { kind: 'key', servers: [server], resource } as const
        const called = isMain ? { name: server } : { name: `${server} (${name})`, source: name }
        add(place, { ...key, ...called })
      }
    }
  return [...found.values()]

  function add(place: string, one: KeptCredential): void {
    const known = found.get(place)
    if (!known) found.set(place, one)
    else if (!known.servers.includes(one.servers[0] ?? ''))
      found.set(place, { ...known, servers: [...known.servers, ...one.servers] })
  }
}

/** How the forms of the page name a credential. */
export function idOf({ kind, name }: KeptCredential): string {
  return `${kind}:${name}`
}

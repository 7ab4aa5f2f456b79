// How the gateway reaches single servers: `upstream` with an own certificate authority, a client
// certificate or an outgoing proxy. The way belongs to the address, so servers at one address share it.

import type { EgressWay } from 'onbehalf/egress'
import { ConfigError } from './place.ts'
import { keyIn } from './private-key.ts'
import type { ReadSecret, ReadText } from './references.ts'
import { isMap } from './settings.ts'

const MEMBERS = ['ca', 'cert', 'key', 'proxy']

/** What gives the texts that references stand for. */
interface Readers {
  readonly secretOf: ReadSecret
  readonly textOf: ReadText
}

/** The servers without `upstream`, which createGateway does not know, and the ways by origin. */
export interface Upstreams {
  readonly servers: Readonly<Record<string, unknown>>
  readonly ways: Readonly<Record<string, EgressWay>>
  /** What the library says of a way, in the words of the file. */
  inFileWords(message: string): string
}

/**
 * Takes the setting out of the servers.
 *
 * @throws ConfigError that begins with the setting.
 */
export function upstreamsIn(
  servers: Readonly<Record<string, unknown>>,
  readers: Readers,
): Upstreams {
  const others: Record<string, unknown> = {}
  const ways: Record<string, EgressWay> = {}
  const seen = new Map<string, { readonly name: string; readonly text: string }>()
  for (const [name, server] of Object.entries(servers)) {
    if (!isMap(server)) {
      others[name] = server
      continue
    }
    const { upstream, ...other } = server
    others[name] = other
    const origin = originOf(other.url)
    const at = `servers.${name}.upstream`
    if (upstream !== undefined) {
      if (origin === undefined) throw new ConfigError(`${at} needs a server with an http address`)
      ways[origin] = wayIn(upstream, at, readers)
    }
    if (origin === undefined) continue
    const text = JSON.stringify(upstream ?? null)
    const same = seen.get(origin)
    if (same && same.text !== text)
      throw new ConfigError(
        `${upstream === undefined ? `servers.${name}` : at} must have the same upstream as servers.${same.name}: they are at one address`,
      )
    seen.set(origin, { name, text })
  }
  return {
    servers: others,
    ways,
    inFileWords: (message) =>
      message.replace(
        /^(?:egressFetch: )?ways\['(.+?)'\]/,
        (_, origin: string) => `servers.${seen.get(origin)?.name}.upstream`,
      ),
  }
}

function originOf(url: unknown): string | undefined {
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined
  const { origin } = new URL(url)
  return /^https?:/.test(origin) ? origin : undefined
}

function wayIn(upstream: unknown, at: string, { secretOf, textOf }: Readers): EgressWay {
  if (!isMap(upstream)) throw new ConfigError(`${at} must be a map with ${MEMBERS.join(', ')}`)
  const other = Object.keys(upstream).find((name) => !MEMBERS.includes(name))
  if (other !== undefined) throw new ConfigError(`${at}.${other}: it has ${MEMBERS.join(', ')}`)
  const { ca, cert, key, proxy } = upstream
  return {
    ...(ca === undefined ? {} : { ca: textOf(`${at}.ca`, ca) }),
    ...(cert === undefined ? {} : { cert: textOf(`${at}.cert`, cert) }),
    ...(key === undefined ? {} : { key: keyIn(`${at}.key`, key, textOf) }),
    ...(proxy === undefined ? {} : { proxy: proxyIn(proxy, at, secretOf) }),
  }
}

/** A URL without a password may stand in the file. */
function proxyIn(
  proxy: unknown,
  at: string,
  secretOf: ReadSecret,
): NonNullable<EgressWay['proxy']> {
  const setting = `${at}.proxy`
  if (typeof proxy !== 'string' || !/^https?:/.test(proxy)) return secretOf(setting, proxy)
  if (proxy.includes('@'))
    throw new ConfigError(`${setting} has a password in it: refer to it, env:NAME or file:PATH`)
  return proxy
}

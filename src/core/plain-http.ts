// Plain http inside a cluster: the hosts that an operator names, and that nobody outside can be.

import type { OptionNames } from './known-options.ts'
import { isLoopback } from './resource.ts'

/** Whether credentials may go over plain http to the host of a URL. */
export type AllowsHttp = (url: URL) => boolean

/** The setting, in every factory that takes URLs. */
export interface PlainHttpOptions {
  /**
   * Hosts that plain http may be used for, in a network that nobody else can read: `mcp:3000`,
   * `keycloak`, `10.0.0.7:8080` or `*.svc.cluster.local`. Without a port, every port of the host.
   * Names and addresses that are public are refused. Default none; loopback addresses are always
   * allowed.
   *
   * Warning: whoever can read that network can take every credential that goes to these hosts.
   */
  readonly insecurelyAllowHttp?: readonly string[]
  /** Called at creation with a warning, when there are such hosts. Default `console.warn`. */
  readonly warn?: (message: string) => void
}

/**
 * Checks the setting, and warns of it.
 *
 * @throws TypeError for a host that is public, or no host.
 */
export function allowedHttp(options: PlainHttpOptions): AllowsHttp {
  const { insecurelyAllowHttp: hosts = [], warn = console.warn } = options
  if (hosts.length === 0) return isLoopback
  if (!Array.isArray(hosts)) throw new TypeError('insecurelyAllowHttp must be a list of hosts')
  const patterns = hosts.map(parseHost)
  warn(
    `insecurelyAllowHttp: credentials go over plain http to ${hosts.join(', ')}. Whoever can read that network can take them.`,
  )
  return (url) => isLoopback(url) || patterns.some((pattern) => fits(pattern, url))
}

/** The same setting for an inner part, without a second warning. */
export function quietly({ insecurelyAllowHttp }: PlainHttpOptions): PlainHttpOptions {
  return insecurelyAllowHttp ? { insecurelyAllowHttp, warn: () => {} } : {}
}

/** What an error says about a URL that is refused for its scheme. */
export const HTTP_RULE =
  '(plain http is for loopback addresses, and for hosts inside a cluster that insecurelyAllowHttp names)'

/** A host, or all hosts below a name. Undefined as port: every port. */
interface HostPattern {
  readonly name: string
  readonly below: boolean
  readonly port: string | undefined
}

function fits({ name, below, port }: HostPattern, { hostname, port: asked }: URL): boolean {
  if (port !== undefined && port !== (asked || DEFAULT_PORT)) return false
  return below ? hostname.endsWith(`.${name}`) : hostname === name
}

const DEFAULT_PORT = '80'

function parseHost(text: unknown): HostPattern {
  const bad = (problem: string): TypeError =>
    new TypeError(
      `insecurelyAllowHttp ${problem}: name hosts of the cluster, such as "mcp:3000" or "*.svc.cluster.local"`,
    )
  if (typeof text !== 'string' || text === '') throw bad('has an entry that is no text')
  const [, star, host = '', port] =
    /^(\*\.)?(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i.exec(text) ?? []
  // The URL parser knows every spelling of an address. Another spelling would never match.
  const url = host === '' ? undefined : URL.parse(`http://${host}`)
  if (!url || url.hostname !== host.toLowerCase()) throw bad(`has "${text}", which is no host`)
  const name = url.hostname
  const below = star !== undefined
  const labels = name.split('.').length
  if (below && (labels < 2 || isAddress(name)))
    throw bad(`has "${text}", which stands for more than one cluster`)
  if (CLOUD_KEYS.has(name)) throw bad(`has "${text}", where clouds have the keys of the machine`)
  if (isAddress(name) ? !isPrivateAddress(name) : !isPrivateName(name))
    throw bad(`has "${text}", which is or can be public`)
  return { name, below, port }
}

/** Where Google, Amazon and Alibaba have them, inside a private range or below a private name. */
const CLOUD_KEYS: ReadonlySet<string> = new Set([
  'metadata.google.internal',
  'google.internal',
  '100.100.100.200',
  '[fd00:ec2::254]',
  '[fd20:ce::254]',
])

function isAddress(name: string): boolean {
  return name.startsWith('[') || /^\d+(?:\.\d+){3}$/.test(name)
}

/**
 * RFC 1918 and RFC 6598, RFC 4193, and loopback. Link-local addresses are not among them: clouds
 * have the keys of the machine there.
 */
function isPrivateAddress(address: string): boolean {
  if (address.startsWith('[')) return /^\[f[cd][\da-f]{2}:/.test(address) || address === '[::1]'
  const [first = 0, second = 0] = address.split('.').map(Number)
  return (
    first === 10 ||
    first === 127 ||
    (first === 172 && second >= 16 && second < 32) ||
    (first === 192 && second === 168) ||
    (first === 100 && second >= 64 && second < 128)
  )
}

/**
 * Last labels that the public name system does not have and will not get: RFC 6761, RFC 6762, RFC
 * 8375, ICANN's `.internal`, and those that clusters and private networks use.
 */
const PRIVATE_LABELS: ReadonlySet<string> = new Set([
  'consul',
  'corp',
  'home',
  'internal',
  'intranet',
  'lan',
  'local',
  'localdomain',
  'localhost',
  'private',
  'svc',
  'test',
])

/** A name of one label is not public: browsers and resolvers look for it in the own network. */
function isPrivateName(name: string): boolean {
  const labels = name.split('.')
  const last = labels.at(-1) ?? ''
  if (last === '') return false
  return labels.length === 1 || PRIVATE_LABELS.has(last) || name.endsWith('.home.arpa')
}

/** Their names, for the check of every factory that has them. */
export const PLAIN_HTTP_OPTIONS: OptionNames<PlainHttpOptions> = {
  insecurelyAllowHttp: 'optional',
  warn: 'optional',
}

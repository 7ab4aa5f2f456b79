// The settings of a gateway's file: which there are, and their types as the file has them.

import { nearest } from '../nearest.ts'
import { ConfigError } from './place.ts'

/** Every setting, with what it is for. The schema that editors use says the same. */
export const SETTINGS = {
  listen: 'the address to listen on, HOST:PORT. Default 127.0.0.1:8080',
  tls: 'a certificate and its key, as references: then it serves https',
  url: 'the address as clients know it. Default: http:// (with tls https://) and what it listens on',
  issuer: 'who people sign in with: a preset and its settings',
  issuers: 'the same, for several',
  audience: 'what tokens must name as their audience. Default: the address of each route',
  scopes: 'scopes that every request needs',
  scopesSupported: 'scopes to name in challenges and metadata',
  subjectHeader: 'a header that must name the subject of the token, where it is sent',
  servers:
    'the MCP servers by name, each with its url, openapi, source, placement, tools and upstream',
  subsets: 'named lists of servers',
  search:
    'find_tool and call_tool beside the list of tools (true) or in its place (only), also by subset',
  keys: 'keys of the whole deployment by server, as references',
  sessionSecret: 'a reference to the secret that seals the ids of sessions',
  allowedHosts: 'further hosts that the gateway answers for',
  allowedOrigins: 'web origins whose pages may call the gateway',
  forwardHeaders: 'request headers that go on to the servers',
  maxBodyBytes: 'bytes that the body of a request may have',
  deadline: 'milliseconds that one call to a server may take',
  processes: 'how many processes of stdio servers may run: maxProcesses and maxPerPerson',
  insecurelyAllowHttp: 'hosts inside a cluster that plain http is used for',
  clients: 'lets MCP clients register and sign in through the gateway',
  session: 'lets people sign in to the gateway itself; needs store',
  accounts: 'how people connect accounts, for servers with the source connection; needs session',
  accessKeys: 'true lets clients in that send a personal access key; needs store',
  audit: 'where the audit goes: stdout, a map with file, or { to: postgres }. Default stdout',
  metrics: 'an address of its own for Prometheus: listen, HOST:PORT',
  status: 'an address of this machine alone for its operators: listen, HOST:PORT',
  otel: 'a collector that takes traces and metrics over OTLP: endpoint and serviceName',
  chat: 'a chat server in any language, behind the front door of the gateway',
  hook: 'a filter of your own over HTTP, asked before and after each call',
  policy: 'who may call which tool with which arguments, and how often',
  store:
    'a SQLite file or a PostgreSQL database, and a keyring, for keys, pins and marks that last',
} as const

/** The name of a setting. */
export type Setting = keyof typeof SETTINGS

/** The settings as they were read, of the names that there are. */
export type Settings = Readonly<Partial<Record<Setting, unknown>>>

/**
 * Checks the names of settings.
 *
 * @throws ConfigError that names one, and what was probably meant.
 */
export function checkNames(settings: Readonly<Record<string, unknown>>): Settings {
  const known = Object.keys(SETTINGS)
  for (const name of Object.keys(settings)) {
    if (Object.hasOwn(SETTINGS, name)) continue
    const near = nearest(name, known)
    throw new ConfigError(
      near === undefined
        ? `${name}: there is no such setting. There are ${known.join(', ')}`
        : `${name}: did you mean ${near}?`,
    )
  }
  return settings
}

/** A setting that is a map. */
export function mapIn(settings: Settings, name: Setting): Readonly<Record<string, unknown>> {
  const value = settings[name] ?? {}
  if (!isMap(value)) throw new ConfigError(`${name} must be a map`)
  return value
}

/** Whether a value is a map. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

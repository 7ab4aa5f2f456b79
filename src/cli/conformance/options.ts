// The arguments of `onbehalf conformance`, read and checked.

import type { Credential } from 'onbehalf'
import { readArguments } from '../arguments.ts'
import { UsageError } from '../command.ts'
import { ConfigError } from '../gateway/place.ts'
import { secretReader } from '../gateway/references.ts'
import { checkScheme } from '../plain-http.ts'
import { CHECKS } from './run-checks.ts'
import { ROLES, type Role } from './tokens.ts'

/** What was asked for. */
export interface Options {
  readonly target: string
  readonly other: string | undefined
  readonly tokens: ReadonlyMap<Role, Credential>
  readonly issuerPort: number | undefined
  readonly upstreamPort: number | undefined
  readonly scope: string
  readonly logs: readonly string[]
  readonly only: readonly string[]
  readonly waitSeconds: number
  readonly json: boolean
}

const OPTIONS = {
  target: { type: 'string' },
  other: { type: 'string' },
  token: { type: 'string', multiple: true },
  'issuer-port': { type: 'string' },
  'upstream-port': { type: 'string' },
  scope: { type: 'string' },
  log: { type: 'string', multiple: true },
  only: { type: 'string', multiple: true },
  wait: { type: 'string' },
  'insecurely-allow-http': { type: 'string', multiple: true },
  json: { type: 'boolean' },
} as const
const TAKES =
  '--target URL, --other URL, --token ROLE=REFERENCE, --issuer-port PORT, --upstream-port PORT, --scope TEXT, --log FILE, --only CHECK, --wait S, --insecurely-allow-http HOST and --json'

/**
 * Reads the arguments.
 *
 * @throws UsageError that never quotes a token.
 */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = readArguments(args, OPTIONS, TAKES)
  if (positionals.length > 0) throw new UsageError(`it takes ${TAKES}`)
  const hosts = values['insecurely-allow-http'] ?? []
  const tokens = tokensIn(values.token ?? [])
  const issuerPort = portIn('--issuer-port', values['issuer-port'])
  if (issuerPort !== undefined && tokens.size > 0)
    throw new UsageError('with --issuer-port, the command makes the tokens: leave out --token')
  if (issuerPort === undefined && !tokens.has('alice'))
    throw new UsageError(
      'it needs a token that the target takes: --token alice=env:NAME, or --issuer-port',
    )
  const only = values.only ?? []
  const wrong = only.find((start) => !CHECKS.some(({ id }) => id.startsWith(start)))
  if (wrong !== undefined)
    throw new UsageError(`--only: no check begins so. There are ${groups().join(', ')}`)
  return {
    target: addressIn('--target', values.target, hosts),
    other: values.other === undefined ? undefined : addressIn('--other', values.other, hosts),
    tokens,
    issuerPort,
    upstreamPort: portIn('--upstream-port', values['upstream-port']),
    scope: values.scope ?? 'mcp',
    logs: values.log ?? [],
    only,
    waitSeconds: secondsIn(values.wait ?? '20'),
    json: values.json ?? false,
  }
}

const groups = () => [...new Set(CHECKS.map(({ id }) => id.split('.')[0] ?? id))]

function addressIn(option: string, text: string | undefined, hosts: readonly string[]): string {
  const url = text === undefined ? undefined : URL.parse(text)
  // A URL that is refused may hold a credential: it is not repeated.
  if (!url)
    throw new UsageError(`${option} must be an absolute URL, such as https://gateway.example/mcp`)
  if (url.username !== '' || url.password !== '' || url.href.includes('#'))
    throw new UsageError(`${option} must have neither a credential nor a fragment`)
  checkScheme(option, url, hosts)
  return url.href
}

function portIn(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new UsageError(`${option} must be a port`)
  return port
}

function secondsIn(text: string): number {
  const seconds = Number(text)
  if (!(seconds > 0 && seconds <= 3600))
    throw new UsageError('--wait must be a number of seconds, at most 3600')
  return seconds
}

function tokensIn(given: readonly string[]): ReadonlyMap<Role, Credential> {
  const secretOf = secretReader({ file: './', env: process.env })
  return new Map(
    given.map((text) => {
      const [, name = '', reference] = /^([a-z-]+)=(.+)$/s.exec(text) ?? []
      const role = roleNamed(name)
      if (!role)
        throw new UsageError(
          `--token takes ROLE=env:NAME or ROLE=file:PATH. The roles are ${Object.keys(ROLES).join(', ')}`,
        )
      try {
        return [role, secretOf(`--token ${role}`, reference)]
      } catch (error) {
        throw error instanceof ConfigError ? new UsageError(error.message) : error
      }
    }),
  )
}

function roleNamed(name: string): Role | undefined {
  return Object.hasOwn(ROLES, name) ? (name as Role) : undefined
}

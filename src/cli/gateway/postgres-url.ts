// The URL of a PostgreSQL database, as hosts give it to apps: taken apart into the settings of
// openPostgres. It holds a password, so no message quotes it.

import { Credential } from 'onbehalf'
import type { PostgresOptions } from 'onbehalf/store/postgres'
import { ConfigError } from './place.ts'

/** What a URL may say beside the place. */
const PARAMETERS = ['schema', 'sslmode', 'pooler']

/**
 * Reads the URL, such as `postgres://app:secret@db.example/app?sslmode=require`.
 *
 * @throws ConfigError that begins with the setting.
 */
export function postgresAt(secret: Credential): PostgresOptions {
  const text = secret.reveal()
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^postgres(?:ql)?:$/.test(url.protocol) || url.hostname === '')
    throw new ConfigError(
      'store.postgres must refer to a URL such as postgres://NAME:PASSWORD@HOST/DATABASE',
    )
  const { hostname, port, username, password, pathname, searchParams } = url
  const unknown = [...searchParams.keys()].some((name) => !PARAMETERS.includes(name))
  if (unknown)
    throw new ConfigError(`store.postgres: its URL may have ${PARAMETERS.join(', ')} after the "?"`)
  const database = decoded(pathname.slice(1))
  const schema = searchParams.get('schema')
  const tls = tlsOf(searchParams.get('sslmode'))
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    ...(port === '' ? {} : { port: Number(port) }),
    ...(database === '' ? {} : { database }),
    ...(username === '' ? {} : { user: decoded(username) }),
    ...(password === '' ? {} : { password: new Credential(decoded(password)) }),
    ...(schema === null ? {} : { schema }),
    ...(tls === undefined ? {} : { ssl: tls }),
    ...(searchParams.get('pooler') === 'transaction' ? { pooler: 'transaction' as const } : {}),
  }
}

/** `require` checks the certificate too: what does not is no protection. */
function tlsOf(mode: string | null): boolean | undefined {
  if (mode === null) return undefined
  if (mode === 'disable') return false
  if (mode === 'require' || mode === 'verify-ca' || mode === 'verify-full') return true
  throw new ConfigError('store.postgres: sslmode must be disable, require or verify-full')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new ConfigError('store.postgres: its URL has a "%" that begins no character')
  }
}

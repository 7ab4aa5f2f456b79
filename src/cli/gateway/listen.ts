// An address to listen on, as a gateway's file writes it.

import { isIP } from 'node:net'
import { ConfigError } from './place.ts'

/** Where to listen. */
export interface Listen {
  readonly host: string
  readonly port: number
}

/**
 * Reads HOST:PORT.
 *
 * @throws ConfigError that begins with the setting.
 */
export function readListen(setting: string, listen: unknown): Listen {
  const [, name = '', digits = ''] =
    typeof listen === 'string' ? (/^(.+):(\d{1,5})$/.exec(listen) ?? []) : []
  const host = name.replace(/^\[(.*)\]$/, '$1')
  const port = Number(digits)
  if (digits === '' || port > 65_535 || !(isIP(host) !== 0 || /^[A-Za-z0-9.-]+$/.test(host)))
    throw new ConfigError(`${setting} must be HOST:PORT, such as 127.0.0.1:8080`)
  return { host, port }
}

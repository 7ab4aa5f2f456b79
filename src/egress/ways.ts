// How single destinations are reached: with a certificate authority of their own, a client certificate,
// or an outgoing proxy.

import { KeyObject } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { Agent, type Dispatcher, ProxyAgent } from 'undici'
import { Credential } from '../core/credential.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { isText, type ValueChecks } from '../core/option-values.ts'
import type { EgressWay } from './egress-way.ts'

/** Every option of a way. A new one does not compile until it is here. */
const WAY_OPTIONS: OptionNames<EgressWay> = {
  ca: 'optional',
  cert: 'optional',
  key: 'optional',
  proxy: 'optional',
}

const WAY_VALUES: ValueChecks = {
  ca: isPem,
  cert: isPem,
  key: (value) =>
    value instanceof KeyObject && value.type === 'private'
      ? undefined
      : 'must be a private key: createPrivateKey(pem) of node:crypto makes it',
  proxy: (value) => (value instanceof Credential ? undefined : isText(value)),
}

function isPem(value: unknown): string | undefined {
  return typeof value === 'string' && value.includes('-----BEGIN CERTIFICATE-----')
    ? undefined
    : 'must be the text of a certificate in PEM: -----BEGIN CERTIFICATE-----…'
}

/**
 * Makes the dispatcher of each way.
 *
 * @throws TypeError that names the destination and the setting.
 */
export function dispatchersOf(
  ways: Readonly<Record<string, EgressWay>>,
): ReadonlyMap<string, Dispatcher> {
  return new Map(
    Object.entries(ways).map(([origin, way]) => [origin, dispatcherOf(origin, way)] as const),
  )
}

function dispatcherOf(origin: string, way: EgressWay): Dispatcher {
  const at = `ways['${origin}']`
  if (!URL.canParse(origin) || new URL(origin).origin !== origin)
    throw new TypeError(`${at} must be an origin, such as https://tasks.example`)
  checkOptions('egressFetch', at, way, WAY_OPTIONS, WAY_VALUES)
  const { ca, cert, key, proxy } = way
  if ((cert === undefined) !== (key === undefined))
    throw new TypeError(`${at} must have both cert and key, or neither`)
  const tls = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || !key
      ? {}
      : { cert, key: key.export({ type: 'pkcs8', format: 'pem' }) }),
  }
  if (Object.keys(tls).length > 0) checkTls(at, origin, tls)
  if (proxy === undefined) return new Agent({ allowH2: false, connect: tls })
  return new ProxyAgent({
    uri: proxyUrl(at, proxy),
    requestTls: tls,
    // Over plain http too: a proxy that is sent the request itself would see the credential in it.
    proxyTunnel: true,
    allowH2: false,
  })
}

function checkTls(at: string, origin: string, tls: object): void {
  if (!origin.startsWith('https:'))
    throw new TypeError(`${at} has certificates, so it must be an https address`)
  try {
    createSecureContext(tls)
  } catch {
    // Its own message may quote the key.
    throw new TypeError(
      `${at}: its certificates cannot be used: ca and cert must be PEM, and key that of cert`,
    )
  }
}

function proxyUrl(at: string, proxy: string | Credential): string {
  const text = proxy instanceof Credential ? proxy.reveal() : proxy
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol))
    throw new TypeError(`${at}.proxy must be the URL of a proxy, such as http://proxy.example:3128`)
  if (typeof proxy === 'string' && (url.username !== '' || url.password !== ''))
    throw new TypeError(`${at}.proxy has a password in it: give it as a Credential`)
  return url.href
}

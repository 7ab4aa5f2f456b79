// A gateway's file, read and checked: the options of createGateway, and where to listen. Whatever is
// wrong is told with its line, and the setting that is meant.

import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { memorySecretStore } from 'onbehalf'
import type { EgressFetch } from 'onbehalf/egress'
import { createGateway, type Gateway, type GatewayOptions } from 'onbehalf/gateway'
import { accessKeysIn } from './access-keys.ts'
import { type OpenAudit, openAudit } from './audit.ts'
import { clientsIn } from './clients.ts'
import { inFileWords } from './in-file-words.ts'
import { issuersIn, ownTokens } from './issuers.ts'
import { putKeys } from './keys.ts'
import { type Listen, readListen } from './listen.ts'
import { openApiIn } from './openapi.ts'
import { ConfigError } from './place.ts'
import { policyIn } from './policy.ts'
import { processesIn } from './processes.ts'
import { readText } from './read-file.ts'
import { type ReadSecret, secretReader, textReader } from './references.ts'
import { pageIn } from './session.ts'
import { checkNames, isMap, mapIn, type Settings } from './settings.ts'
import { type StatusPart, statusListenIn, statusOf } from './status.ts'
import { openStore, type Store } from './store.ts'
import { type Telemetry, telemetryFor } from './telemetry.ts'
import { type Tls, tlsIn } from './tls.ts'
import { type Upstreams, upstreamsIn } from './upstream.ts'

/** A gateway that is ready to serve. */
export interface Configured {
  readonly gateway: Gateway
  readonly listen: Listen
  /** The address as clients know it. */
  readonly url: string
  /** The certificate to serve with. Absent: plain HTTP. */
  readonly tls: Tls | undefined
  /** It goes on when the file changes: whoever serves closes it at the end. */
  readonly telemetry: Telemetry | undefined
  readonly status: StatusPart
  /** Closes what the file names: the store. */
  close(): Promise<void>
}

/** What reading a file needs. */
export interface ConfigurationParts {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly warn: (message: string) => void
  /** The file is only checked. Default false. */
  readonly isCheck?: boolean
  /** The gateway that this one takes over from: what it remembers of secrets is kept. */
  readonly after?: Gateway
  /** The telemetry that is running already. */
  readonly telemetry?: Telemetry | undefined
}

/**
 * Reads a file, and makes its gateway.
 *
 * @throws ConfigError with the place, for anything in it that cannot work.
 */
export async function readConfiguration(
  file: string,
  parts: ConfigurationParts,
): Promise<Configured> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new ConfigError(`the file ${file} cannot be read`)
  }
  const { settings, placeOf } = readText(text)
  let store: Store | undefined
  let telemetry: Telemetry | undefined
  try {
    const checked = checkNames(settings)
    const places = { file, env: parts.env }
    const secretOf = secretReader(places)
    const folder = dirname(resolve(file))
    store = await openStore(checked, folder, secretOf)
    const audit = openAudit(checked, folder, store)
    telemetry = await telemetryFor(checked, parts)
    const textOf = textReader(places)
    const upstreams = upstreamsIn(mapIn(checked, 'servers'), { secretOf, textOf })
    const opened = { store, audit, telemetry, upstreams }
    const tls = tlsIn(checked, file, textOf, parts.warn)
    const statusListen = statusListenIn(checked)
    const configured = await configure(checked, opened, secretOf, { ...parts, folder })
    const status = statusOf(statusListen, { gateway: configured.gateway, store, text })
    return { ...configured, tls, status }
  } catch (error) {
    await store?.close()
    if (telemetry !== parts.telemetry) await telemetry?.close()
    if (error instanceof ConfigError || error instanceof TypeError) {
      const words = inFileWords(error.message)
      const place = error instanceof ConfigError ? error.place : undefined
      throw new ConfigError(words, place ?? placeOf(words) ?? placeOf(error.message))
    }
    throw error
  }
}

/** What a file names, and is open. */
interface Opened {
  readonly store: Store | undefined
  readonly audit: OpenAudit
  readonly telemetry: Telemetry | undefined
  readonly upstreams: Upstreams
}

async function configure(
  settings: Settings,
  { store, telemetry, audit, upstreams }: Opened,
  secretOf: ReadSecret,
  { warn, after, isCheck = false, folder }: ConfigurationParts & { readonly folder: string },
): Promise<Omit<Configured, 'tls' | 'status'>> {
  const listen = readListen('listen', settings.listen ?? '127.0.0.1:8080')
  const scheme = settings.tls === undefined ? 'http' : 'https'
  const { url = `${scheme}://${listen.host}:${listen.port}` } = settings
  if (typeof url !== 'string' || !URL.canParse(url))
    throw new ConfigError('url must be an absolute URL, such as https://gateway.example')
  checkPublic(listen, settings)
  const { servers } = upstreams
  if (Object.keys(servers).length === 0)
    throw new ConfigError(
      'servers must name one: "servers: { Tasks: { url: https://tasks.example/mcp } }"',
    )
  const issuers = issuersIn(settings, secretOf)
  const secrets = store?.secrets ?? memorySecretStore()
  const send = await fastFetch(upstreams)
  const processes = processesIn(settings, servers)
  const page = pageIn(settings, {
    issuers,
    store,
    secretOf,
    audit: audit.sink,
    fetch: send ?? globalThis.fetch,
    url,
    onEnded: (ended) => gateway.endSignIn(ended),
  })
  // What the file says is checked by createGateway, setting by setting.
  const options = {
    ...without(settings, NOT_FOR_CREATE_GATEWAY),
    ...(await openApiIn(servers, folder)),
    url,
    issuers,
    ...ownTokens(settings, issuers, secretOf),
    secrets,
    ...store?.parts,
    ...(settings.sessionSecret === undefined
      ? {}
      : { sessionSecret: secretOf('sessionSecret', settings.sessionSecret) }),
    ...(settings.chat === undefined ? {} : { chat: chatIn(settings.chat, secretOf) }),
    ...(await clientsIn(settings, secretOf)),
    ...accessKeysIn(settings, store, audit.sink),
    ...page,
    ...policyIn(settings, store, {
      secretOf,
      approveAt: page.page && `${url.replace(/\/$/, '')}/connections`,
    }),
    warn,
    ...(send ? { fetch: send } : {}),
    audit: audit.sink,
    ...(processes ? { processes } : {}),
    ...(telemetry ? { observer: telemetry.observer } : {}),
    ...(after ? { after } : {}),
  } as unknown as GatewayOptions
  const gateway: Gateway = createGateway(options)
  await putKeys({ settings, secrets, secretOf, warn, isCheck })
  return {
    gateway,
    listen,
    url,
    telemetry,
    async close() {
      await processes?.close()
      await send?.close()
      await store?.close()
      await audit.close()
    },
  }
}

/** Settings that are read here. */
const NOT_FOR_CREATE_GATEWAY: readonly string[] = [
  'accessKeys',
  'accounts',
  'audit',
  'hook',
  'issuer',
  'issuers',
  'listen',
  'metrics',
  'otel',
  'keys',
  'policy',
  'session',
  'status',
  'store',
  'processes',
  'tls',
]

function without(settings: Settings, names: readonly string[]): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !names.includes(name)))
}

/** The fast way out, where undici is installed. Without it, the built-in fetch costs more. */
async function fastFetch({ ways, inFileWords }: Upstreams): Promise<EgressFetch | undefined> {
  const egress = await import('onbehalf/egress').catch(() => undefined)
  if (!egress) {
    if (Object.keys(ways).length === 0) return undefined
    throw new ConfigError('servers: upstream needs the package undici: npm install undici')
  }
  try {
    return egress.egressFetch({ ways })
  } catch (error) {
    throw new ConfigError(inFileWords(error instanceof Error ? error.message : 'it failed'))
  }
}

/** The chat server behind the gateway, with its secret. createGateway checks the rest. */
function chatIn(chat: unknown, secretOf: ReadSecret): unknown {
  if (!isMap(chat))
    throw new ConfigError('chat must be a map with path, upstream and principalSecret')
  return {
    ...chat,
    principalSecret: secretOf('chat.principalSecret', chat.principalSecret),
  }
}

/** An address that others reach needs a name that clients can check, and TLS in front. */
function checkPublic({ host }: Listen, { url, insecurelyAllowHttp }: Settings): void {
  const isOwnMachine = host === 'localhost' || host === '::1' || /^127\./.test(host)
  if (isOwnMachine || url !== undefined || insecurelyAllowHttp !== undefined) return
  throw new ConfigError(
    'listen is an address that others can reach, so url must be given: the https address that is in front of it. To serve this machine alone, listen on 127.0.0.1',
  )
}

// What a gateway with a connections page is made of beside the page: what the options then mean, and
// the calls that go out with what people keep.

import { createAuditor, logSink } from '../../core/audit.ts'
import { staticKeys } from '../../core/vault/static-keys.ts'
import { CredentialEnds, type StampOf } from '../credential-ends.ts'
import { type KeptCalls, keptCalls } from '../kept-calls.ts'
import type { GatewayOptions } from '../options.ts'
import { keptCredentials } from './kept-credentials.ts'
import { checkPage, type GatewayPage } from './options.ts'
import { CONNECTED_PATH, type ConnectionsPage, connectionsPage, PAGE_PATH } from './page.ts'
import type { ActParts } from './parts.ts'
import { Uses } from './uses.ts'

export type { ConnectionsPage } from './page.ts'

/** What people see and end. */
interface People {
  readonly page: ConnectionsPage
  readonly keptCalls: KeptCalls
}

/**
 * The options, with what the page stands for.
 *
 * @throws TypeError that names the setting.
 */
export function withPage(options: GatewayOptions): GatewayOptions {
  const { page, url } = options
  if (!page) return options
  checkPage(page)
  if (!options.secrets)
    throw new TypeError('page needs the setting secrets: what people keep is in it')
  for (const name of ['session', 'connections'] as const)
    if (options[name] !== undefined)
      throw new TypeError(`page.${name} is also the gateway's: leave ${name} out`)
  checkChatPath(options, page)
  const { session, connections } = page
  const connectAt = options.connectAt ?? `${url.replace(/\/$/, '')}${PAGE_PATH}`
  return { ...options, session, connectAt, ...(connections ? { connections } : {}) }
}

/** The page would answer in place of a chat server at one of its paths. */
function checkChatPath({ chat, url }: GatewayOptions, { sessionPath }: GatewayPage): void {
  const before = new URL(url).pathname.replace(/\/$/, '')
  const own = [PAGE_PATH, CONNECTED_PATH].map((path) => `${before}${path}`)
  for (const path of [...own, sessionPath ?? `${before}/auth`])
    if (chat && `${before}${chat.path}/`.startsWith(`${path}/`))
      throw new TypeError(`chat.path is at ${path}, which is the page's: choose another one`)
}

/** Makes it; undefined where the options name no page. */
export function peopleOf(options: GatewayOptions): People | undefined {
  const { page, secrets, servers, url, accessKeys, audit = logSink, now = Date.now } = options
  if (!page || !secrets) return undefined
  const { session, connections, approvals, sessionPath } = page
  const credentials = keptCredentials(servers)
  const uses = new Uses(secrets, now)
  const acting: Omit<ActParts, 'ends'> = {
    credentials,
    connections,
    keys: staticKeys(secrets),
    accessKeys,
    approvals,
    auditor: createAuditor(audit, { now }),
    uses,
    resourceOf: (name) => servers[name]?.resource ?? servers[name]?.url,
    now,
  }
  const ends = new CredentialEnds(stamps(acting))
  const before = new URL(url).pathname.replace(/\/$/, '')
  const parts = { session, url, sessionPath: sessionPath ?? `${before}/auth` }
  const used = new Set(credentials.flatMap((one) => one.servers))
  return {
    page: connectionsPage({ ...acting, ends, ...parts }),
    keptCalls: keptCalls(used, ends, uses),
  }
}

/** What tells a person's credentials for a server from those that they may keep later. */
function stamps({ credentials, connections, keys }: Omit<ActParts, 'ends'>): StampOf {
  return async (principal, server) => {
    const accounts = (await connections?.list(principal)) ?? []
    const all = credentials
      .filter((one) => one.servers.includes(server))
      .map(async ({ kind, name, resource, source }) => {
        if (kind === 'account') return accounts.find((one) => one.server === name)?.connectedAt
        const choice = source === undefined ? {} : { source }
        return (await keys.has(principal, resource, choice)) ? 0 : undefined
      })
    const found = await Promise.all(all)
    return found.includes(undefined) ? undefined : found.join(' ')
  }
}

// Gathers what the connections page shows to one person: their own, and nobody else's.

import type { Caller } from '../../caller.ts'
import { type Principal, principalKey } from '../../core/principal.ts'
import type { ConnectionFacts } from '../../oauth/connection/connections.ts'
import { credentialIn } from './acts.ts'
import type { KeptCredential } from './kept-credentials.ts'
import type { PageParts } from './parts.ts'
import type { Shown, ShownCredential } from './shown-types.ts'

/** What the page is about, for one request. */
interface ShownParts extends PageParts {
  readonly path: string
}

/** Gathers it. The query says what was done before, and for which server the person came. */
export async function shownTo(
  { principal, token }: Caller,
  query: URLSearchParams,
  parts: ShownParts,
): Promise<Shown> {
  const { connections, accessKeys, approvals, credentials, now, path, sessionPath } = parts
  const accounts = (await connections?.list(principal)) ?? []
  const shown = await Promise.all(
    credentials.map((kept) => credentialOf(kept, principal, accounts, parts)),
  )
  const { name } = token.claims
  return {
    person: typeof name === 'string' && name !== '' ? name : principal.subject,
    credentials: shown,
    accessKeys: await accessKeys?.list(principal),
    waiting: (await approvals?.waiting(principalKey(principal), now())) ?? [],
    call: query.get('call') ?? undefined,
    told: sentenceFor(query, shown),
    server: query.get('server') ?? undefined,
    now: now() / 1000,
    path,
    signIns: `${sessionPath}/page`,
  }
}

async function credentialOf(
  kept: KeptCredential,
  principal: Principal,
  accounts: readonly ConnectionFacts[],
  { keys, uses }: ShownParts,
): Promise<ShownCredential> {
  const account = accounts.find(({ server }) => kept.kind === 'account' && server === kept.name)
  const choice = kept.source === undefined ? {} : { source: kept.source }
  const isThere =
    kept.kind === 'account'
      ? account !== undefined
      : await keys.has(principal, kept.resource, choice)
  const all = await Promise.all(kept.servers.map((server) => uses.of(principal, server)))
  const [latest] = all
    .filter((use) => use !== undefined)
    .toSorted((one, other) => other.usedAt - one.usedAt)
  const count = all.reduce((sum, use) => sum + (use?.count ?? 0), 0)
  return {
    kept,
    state: !isThere ? 'none' : account?.state === 'reconnect' ? 'again' : 'there',
    account,
    use: latest && { ...latest, count },
  }
}

/** What has just happened. Anybody can write a link, so it is said only where it is so. */
function sentenceFor(
  query: URLSearchParams,
  shown: readonly ShownCredential[],
): string | undefined {
  const kept = credentialIn(
    query,
    shown.map((one) => one.kept),
  )
  const one = shown.find((each) => each.kept === kept)
  const name = kept?.name ?? ''
  switch (query.get('connect_error') ?? query.get('done')) {
    case 'connected':
      return one?.state === 'there' ? `${name} is connected.` : undefined
    case 'kept':
      return one?.state === 'there' ? `Your key for ${name} is kept.` : undefined
    case 'disconnected':
      if (one?.state !== 'none') return undefined
      return kept?.kind === 'key'
        ? `Your key for ${name} is removed. What was at work with it has ended.`
        : `${name} is disconnected. What was at work with it has ended.`
    case 'revoked':
      return 'The access key opens nothing any more.'
    case 'decided':
      return 'Your answer is kept.'
    case 'not_a_key':
      return `That is no key: it has 12 to 8,192 characters. Nothing was kept for ${name}.`
    case 'not_found':
      return 'There is no such thing any more. Nothing was done.'
    case 'denied':
      return `${name} was not connected: you, or the service, said no.`
    case 'unavailable':
      return `${name} was not connected: its service cannot be reached right now. Try again in a moment.`
    case 'refused':
      return `${name} was not connected. An administrator finds the reason in the audit log.`
    default:
      return undefined
  }
}

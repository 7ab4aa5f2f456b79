// Says which secret may be where. Nothing is entitled to anything but what stands here.

import type { Entitlement } from '../config/target.ts'
import type { Recorded } from '../house/tape.ts'
import type { KnownSecret } from '../secrets/ledger.ts'

/**
 * Whether a secret may stand in the place for credentials of what was recorded: it is for this server,
 * and it is the person's whose turn it is.
 */
export function isAtHome(
  secret: KnownSecret,
  { sink, person }: Pick<Recorded, 'sink' | 'person'>,
  entitled: readonly Entitlement[],
): boolean {
  if (secret.owner !== undefined && person !== undefined && secret.owner !== person) return false
  return secret.homes.includes(sink) || entitled.some((rule) => allows(rule, secret, sink))
}

/**
 * Whether a secret may stand anywhere in a sink. At other servers it never may: what they get, they
 * get in one place.
 */
export function hasRoom(
  secret: KnownSecret,
  { sink, person }: Pick<Recorded, 'sink' | 'person'>,
  entitled: readonly Entitlement[],
): boolean {
  // A cookie is in its owner's browser. The issuer, on the other hand, knows everybody's tokens.
  const foreign = secret.owner !== undefined && person !== undefined && secret.owner !== person
  if (secret.rooms?.includes(sink)) return sink.startsWith('inbox ') || !foreign
  if (sink.startsWith('inbox ')) return false
  return entitled.some((rule) => allows(rule, secret, sink))
}

/** Whether any MCP server is meant to get a secret. */
export function isForServers(secret: KnownSecret, entitled: readonly Entitlement[]): boolean {
  const sinks = entitled.filter((rule) => isAbout(rule, secret)).map(({ sink }) => sink)
  return [...secret.homes, ...sinks].some((sink) => sink.startsWith('inbox '))
}

function allows(rule: Entitlement, secret: KnownSecret, sink: string): boolean {
  return isAbout(rule, secret) && matches(rule.sink, sink)
}

function isAbout(rule: Entitlement, { name, kind }: KnownSecret): boolean {
  return matches(rule.secret, kind) || (name !== undefined && matches(rule.secret, name))
}

function matches(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern
}

// Chooses the source of the binding for the MCP server: which credential it can get. Pure.

import { isSameAudience } from './audiences.ts'
import { note } from './judge.ts'
import type { Finding, ServerFacts, TokenFacts } from './report.ts'
import type { Target } from './try-exchange.ts'

/** What the choice is made by. */
export interface Situation {
  readonly target: Target
  readonly server: ServerFacts
  /** The issuer of the people's tokens. */
  readonly issuer: string
  readonly token: TokenFacts | undefined
  /** The scopes that the door sees in the token. */
  readonly granted: readonly string[]
  /** Whether the issuer exchanged the token; undefined when nobody asked. */
  readonly exchanged: boolean | undefined
  /** Why the preset cannot exchange tokens. */
  readonly cannotExchange: string | undefined
  /** Whether its metadata announces token exchange; null when it announces no grants. */
  readonly announced: boolean | null
}

/** A source, as a binding has it, and the reason. */
export interface ChosenSource {
  readonly source: Readonly<Record<string, unknown>>
  readonly finding: Finding
}

/** Chooses the source. */
export function chooseSource(situation: Situation): ChosenSource {
  const { target, server, issuer, token, exchanged, cannotExchange } = situation
  const { resource, audience = resource } = target
  const trustsIssuer =
    server.authorizationServers.length === 0 ||
    server.authorizationServers.some((name) => isSameAudience(name, issuer))
  if (!trustsIssuer && exchanged !== true)
    return {
      source: { type: 'connection' },
      finding: note(
        `Source connection: the server takes tokens of ${server.authorizationServers.join(', ')}, and not of your issuer. \`onbehalf inspect\` says what connections need`,
      ),
    }
  if (exchanged !== true && token?.audience.some((name) => isSameAudience(name, audience)))
    return {
      source: { type: 'own', ...(audience === resource ? {} : { audience }) },
      finding: note(
        'Source own: the token names the server already. With exchange the server would get a token for itself alone',
      ),
    }
  if (cannotExchange !== undefined && exchanged !== true)
    return {
      source: { type: 'connection' },
      finding: note(`Source connection: ${cannotExchange}`),
    }
  return { source: exchangeSource(situation), finding: note(exchangeReason(situation)) }
}

function exchangeSource({ target, server, granted }: Situation): Readonly<Record<string, unknown>> {
  const { audience, scopes } = target
  const wanted = scopes.length > 0 ? scopes : server.scopes
  // The app asks only for what the person's token holds, unless the issuer decides.
  const isNarrowed = wanted.some((scope) => !granted.includes(scope))
  return {
    type: 'exchange',
    scopes: wanted,
    ...(audience === undefined ? {} : { audience }),
    ...(isNarrowed ? { scopesFromIssuer: true } : {}),
  }
}

function exchangeReason({ exchanged, announced }: Situation): string {
  if (exchanged === true) return 'Source exchange: the issuer exchanged the token'
  if (exchanged === false) return 'Source exchange, once the issuer allows it'
  if (announced === false)
    return 'Source exchange, if the issuer exchanges tokens: its metadata does not say so. Try it with --client-id and --client-secret-env'
  return 'Source exchange. Nobody has tried it yet: --client-id and --client-secret-env do'
}

/** The resource identifier of a server: its URL without a query (RFC 8707 section 2). */
export function resourceOf(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}

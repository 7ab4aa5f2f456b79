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
  /** The preset leaves the scopes of a target to the issuer. */
  readonly scopesFromIssuer: boolean
  /** Whether its metadata announces token exchange; null when it announces no grants. */
  readonly announced: boolean | null
}

/** A source, as a binding has it, and the reason. */
export interface ChosenSource {
  readonly source: Readonly<Record<string, unknown>>
  /** The app exchanges by a token service of its own, because the issuer does not. */
  readonly service: boolean
  readonly findings: readonly Finding[]
}

/** Chooses the source. */
export function chooseSource(situation: Situation): ChosenSource {
  const { target, server, issuer, token, exchanged, cannotExchange } = situation
  const { resource, audience = resource } = target
  const trustsOthers =
    server.authorizationServers.length > 0 &&
    !server.authorizationServers.some((name) => isSameAudience(name, issuer))
  if (exchanged !== true && trustsOthers)
    return chosen(
      { type: 'connection' },
      `Source connection: the server takes tokens of ${server.authorizationServers.join(', ')}, and not of your issuer. \`onbehalf inspect\` says what connections need`,
    )
  if (exchanged !== true && token?.audience.some((name) => isSameAudience(name, audience)))
    return chosen(
      { type: 'own', ...(audience === resource ? {} : { audience }) },
      'Source own: the token names the server already. With exchange the server would get a token for itself alone',
    )
  if (cannotExchange !== undefined && exchanged !== true)
    return {
      ...chosen(
        exchangeSource(situation),
        `Source exchange, by a token service of your own: ${cannotExchange}`,
      ),
      service: true,
    }
  const { findings, ...rest } = chosen(exchangeSource(situation), exchangeReason(situation))
  return { ...rest, findings: [...findings, ...narrowing(situation)] }
}

function chosen(source: ChosenSource['source'], reason: string): ChosenSource {
  return { source, service: false, findings: [note(reason)] }
}

function exchangeSource(situation: Situation): Readonly<Record<string, unknown>> {
  const { target, exchanged } = situation
  return {
    type: 'exchange',
    scopes: wantedScopes(situation),
    ...(target.audience === undefined ? {} : { audience: target.audience }),
    ...(exchanged === true && missingScopes(situation).length > 0
      ? { scopesFromIssuer: true }
      : {}),
  }
}

function wantedScopes({ target, server }: Situation): readonly string[] {
  return target.scopes.length > 0 ? target.scopes : server.scopes
}

/** The scopes that the app would leave out, because the person's token does not hold them. */
function missingScopes(situation: Situation): readonly string[] {
  const { granted, scopesFromIssuer, token } = situation
  if (scopesFromIssuer || !token) return []
  return wantedScopes(situation).filter((scope) => !granted.includes(scope))
}

function narrowing(situation: Situation): readonly Finding[] {
  const missing = missingScopes(situation)
  if (missing.length === 0 || situation.exchanged === true) return []
  return [
    note(
      `The token does not hold ${missing.join(' ')}, and the app asks only for what it holds. Let the page ask for them; or write scopesFromIssuer: true, if the issuer decides on the scopes of the server`,
    ),
  ]
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

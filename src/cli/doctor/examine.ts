// An examination, step by step: the issuer, the token, the door, the MCP server, the exchange, and the
// settings that follow.

import type { Credential } from 'onbehalf'
import { type ChosenSource, chooseSource, resourceOf } from './choose-source.ts'
import type { Examination, Step } from './examination.ts'
import { exchangeStep } from './exchange-step.ts'
import { judgeIssuer, judgeToken, unknown } from './judge.ts'
import { type Known, know } from './know.ts'
import { lookAtServer } from './look-at-server.ts'
import type { ExchangeAnswer, Report, ServerFacts } from './report.ts'
import { reportOf } from './report-of.ts'
import { type TriedDoor, tryDoor } from './try-door.ts'
import type { Way } from './way.ts'

/** What came out. */
export interface Examined {
  /** Its texts are as long as they came, and not yet printable. */
  readonly report: Report
  /** A token that was issued on the way. Nothing of it may be shown. */
  readonly issued: Credential | undefined
}

/** Examines. */
export async function examine(examination: Examination, way: Way): Promise<Examined> {
  const known = await know(examination.issuer, examination.token, way)
  const door = await doorStep(examination, known, way)
  const { server: url } = examination
  const server = url === undefined ? undefined : await lookAtServer(url, way)
  const exchange = await exchangeStep(examination, known, door.part, way)
  const chosen = server && chosenSource(examination, known, server, door.part, exchange.part.answer)
  const findings = [
    ...judgeIssuer(examination.issuer, known.looked, known.preset),
    ...door.findings,
    ...exchange.findings,
    ...(chosen?.findings ?? []),
  ]
  const found = { known, findings, door: door.part, server, exchange: exchange.part.answer, chosen }
  return { report: reportOf(examination, found), issued: exchange.part.issued }
}

/** Asks the door. */
async function doorStep(
  examination: Examination,
  { looked, token, placed, preset }: Known,
  way: Way,
): Promise<Step<TriedDoor | undefined>> {
  const { token: credential } = examination
  if (!credential || !token)
    return {
      part: undefined,
      findings: [
        unknown(
          'Without a token nobody knows what the door would say',
          'Put a token, as your page has it, into an environment variable, and name that: --token-env NAME',
        ),
      ],
    }
  const { facts } = token
  // An opaque token names no issuer, so it is sent to the one that the operator named.
  const metadata = looked.found?.metadata ?? null
  const part = await tryDoor(
    placed,
    { ...examination, token: credential },
    { facts, metadata },
    way,
  )
  return { part, findings: judgeToken(examination, facts, part, preset) }
}

function chosenSource(
  { target, scopes }: Examination,
  { issuer, token, placed, looked }: Known,
  server: ServerFacts,
  door: TriedDoor | undefined,
  exchange: ExchangeAnswer | undefined,
): ChosenSource {
  return chooseSource({
    target: { resource: resourceOf(server.url), audience: target, scopes },
    server,
    issuer,
    token: token?.facts,
    granted: door?.answer.scopes ?? [],
    exchanged: exchange?.done,
    cannotExchange: placed.cannotExchange,
    scopesFromIssuer: placed.scopesFromIssuer ?? false,
    announced: looked.found?.metadata.tokenExchange ?? null,
  })
}

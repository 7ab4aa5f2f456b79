// The step of an examination that asks the issuer for a token exchange, as the app would.

import type { Credential, Issuer } from 'onbehalf'
import { resourceOf } from './choose-source.ts'
import type { Examination, Step } from './examination.ts'
import { judgeIssued, unknown, wrong } from './judge.ts'
import type { Known } from './know.ts'
import { EXCHANGE_AT, EXCHANGE_REMEDIES } from './remedies.ts'
import type { ExchangeAnswer, Finding } from './report.ts'
import type { TriedDoor } from './try-door.ts'
import { tryExchange } from './try-exchange.ts'
import type { Way } from './way.ts'

/** What an exchange came to. */
interface ExchangePart {
  readonly answer: ExchangeAnswer | undefined
  readonly issued: Credential | undefined
}

/** Asks for an exchange, where a token, a client and a server were named. */
export async function exchangeStep(
  examination: Examination,
  known: Known,
  door: TriedDoor | undefined,
  way: Way,
): Promise<Step<ExchangePart>> {
  const none = { answer: undefined, issued: undefined }
  const { token, server, target, clientId, clientSecret, scopes } = examination
  if (!token || !door || server === undefined || clientId === undefined || !clientSecret)
    return { part: none, findings: [] }
  if (!known.isNamed)
    return {
      part: none,
      findings: [unknown(`Nothing was sent to ${known.issuer}, which you did not name`, 'Name it')],
    }
  const issuer = configured(examination, known, door, way)
  if (!issuer?.exchanger) return { part: none, findings: [] }
  const asked = {
    resource: resourceOf(server),
    audience: target,
    // The app asks for what the person's token holds when the binding names nothing.
    scopes: scopes.length > 0 ? scopes : door.answer.scopes,
  }
  const part = await tryExchange(issuer.exchanger, token, asked, way)
  const accepted = target === undefined ? [asked.resource] : [asked.resource, target]
  const own = examination.audience.length > 0 ? examination.audience : door.answer.audience
  return { part, findings: [judgeExchange(part.answer, accepted, own, known)] }
}

function judgeExchange(
  { done, token, reason, error, errorDescription }: ExchangeAnswer,
  accepted: readonly string[],
  own: readonly string[],
  { preset }: Known,
): Finding {
  if (done && token) return judgeIssued(token, accepted, own)
  if (reason === 'issuer_unavailable' || reason === null)
    return unknown('The issuer did not answer when it was asked for an exchange', 'Ask again later')
  const words = [error, errorDescription].filter((one) => one !== null).join(': ')
  const remedy = EXCHANGE_REMEDIES[reason] ?? EXCHANGE_REMEDIES.exchange_failed ?? ''
  const there = EXCHANGE_AT[preset.name]
  return wrong(
    `The issuer did not exchange the token: ${reason}${words === '' ? '' : ` (it says: ${words})`}`,
    there === undefined ? remedy : `${remedy}. ${there}`,
  )
}

/** The issuer as the settings make it, with the client. Undefined when the preset refuses them. */
function configured(
  { clientId, clientSecret }: Examination,
  { placed }: Known,
  door: TriedDoor | undefined,
  way: Way,
): Issuer | undefined {
  try {
    return placed.configure({
      ...door?.settings,
      ...(clientId === undefined ? {} : { clientId }),
      ...(clientSecret ? { clientSecret } : {}),
      fetch: way.fetch,
      now: way.now,
      warn: () => {},
    })
  } catch {
    return undefined
  }
}

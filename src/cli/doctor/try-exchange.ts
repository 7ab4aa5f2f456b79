// Asks the issuer for a token exchange as the app would (RFC 8693), and looks at what comes. The new
// token is used nowhere.

import type { Credential, Issuer } from 'onbehalf'
import { type LookedAt, lookAtToken } from './look-at-token.ts'
import type { ExchangeAnswer } from './report.ts'
import type { Way } from './way.ts'

/** Whom the new token is to be for. */
export interface Target {
  readonly resource: string
  /** What the issuer calls it, where that is not its URL. */
  readonly audience: string | undefined
  readonly scopes: readonly string[]
}

/** What came. */
export interface TriedExchange {
  readonly answer: ExchangeAnswer
  /** The new token, for the redactor; undefined without one. */
  readonly issued: Credential | undefined
}

/** Tries an exchange. */
export async function tryExchange(
  exchanger: NonNullable<Issuer['exchanger']>,
  token: Credential,
  { resource, audience, scopes }: Target,
  way: Way,
): Promise<TriedExchange> {
  way.progress('asking the issuer for a token exchange')
  const answer = await exchanger.exchange(
    token,
    { resource, scopes, ...(audience === undefined ? {} : { audience }) },
    { signal: way.signal },
  )
  way.signal.throwIfAborted()
  if (answer.ok) {
    const issued = answer.value.credential
    const { facts }: LookedAt = lookAtToken(issued, way.now() / 1000)
    // An issuer that scopes its answer by other names than the claims: the app goes by the answer.
    const shown = { ...facts, scopes: answer.value.scopes }
    return { answer: { ...NONE, done: true, token: shown }, issued }
  }
  const { reason, authorizationServerError, authorizationServerErrorDescription } = answer.refusal
  return {
    answer: {
      ...NONE,
      reason,
      error: authorizationServerError ?? null,
      errorDescription: authorizationServerErrorDescription ?? null,
    },
    issued: undefined,
  }
}

const NONE: ExchangeAnswer = {
  done: false,
  reason: null,
  error: null,
  errorDescription: null,
  token: null,
}

// Placing: where in one request the credential goes. A placing plans the request before there is a
// credential, and fills the credential in at the last moment.

import { isBearerToken } from '../credential.ts'
import { granted, type Result, refused } from '../errors.ts'
import type { IssuedToken, ProofRequest } from '../source/exchange.ts'
import type { Body } from './outgoing.ts'

/** The request that leaves for the server. */
export interface Sent {
  readonly headers: Headers
  readonly body: Body
}

/** The plan for one request. */
export type Plan =
  /**
   * It needs the credential. `at` names the place, for the audit. `fill` gives the request that
   * leaves, or why this credential cannot go there.
   */
  | {
      readonly at: string
      fill(token: IssuedToken, request: ProofRequest): Result<Sent> | Promise<Result<Sent>>
      answered?(response: Response): void
    }
  /** It needs no credential. */
  | { readonly at?: undefined; readonly sent: Sent; answered?(response: Response): void }

/**
 * Plans one request.
 *
 * @param sent The request, without the credentials that the framework sent.
 * @param attempt 0 for the first attempt, 1 when the request is repeated.
 * @returns The plan, or the reason why the request must not leave.
 */
export type Placing = (sent: Sent, attempt: number) => Result<Plan> | Promise<Result<Plan>>

/**
 * Puts the credential into `Authorization: Bearer` (RFC 6750 section 2.1), or bare into another
 * header, on every request. A token that is bound to a key goes as `Authorization: DPoP` with its
 * proof (RFC 9449 section 7.1), and nowhere else.
 *
 * The characters are checked here, because `Headers` quotes a value that it refuses.
 */
export function headerPlacing(name = 'Authorization'): Placing {
  const bearer = name.toLowerCase() === 'authorization'
  return ({ headers, body }) =>
    granted({
      at: `header ${name}`,
      fill({ credential, proof }, request) {
        const value = credential.reveal()
        if (!(bearer ? isBearerToken(value) : /^[\x21-\x7e]+$/.test(value)))
          return refused('credential_malformed')
        const carrying = new Headers(headers)
        carrying.delete('dpop')
        if (!proof) {
          carrying.set(name, bearer ? `Bearer ${value}` : value)
          return granted({ headers: carrying, body })
        }
        if (!bearer) return refused('credential_malformed')
        carrying.set(name, `DPoP ${value}`)
        return proof(request).then((text) => {
          carrying.set('dpop', text)
          return granted({ headers: carrying, body })
        })
      },
    })
}

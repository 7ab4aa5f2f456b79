// Placing: where in one request the credentials go. A placing plans the request before there is a
// credential, and fills the credentials in at the last moment.

import { MAIN } from '../binding.ts'
import type { ApprovedCall } from '../call-policy.ts'
import { isBearerToken } from '../credential.ts'
import { granted, type Result } from '../errors.ts'
import { PlainHeaders } from '../http/plain-headers.ts'
import type { ProofRequest } from '../source/exchange.ts'
import { malformed, type Tokens } from './fill-template.ts'
import type { Body } from './outgoing.ts'
import { isHeaderValue } from './values.ts'

export type { Tokens } from './fill-template.ts'

/** The request that leaves for the server. */
export interface Sent {
  readonly headers: Headers
  readonly body: Body
  /**
   * Where it goes, when a credential is in the URL: the same origin. Default: the URL that was asked
   * for.
   */
  readonly url?: string
}

/** A credential that a plan needs: the name of its source, and its place, for the audit. */
export interface Use {
  readonly source: string
  readonly at: string
  /** The scopes that the request needs. Default: those of the source. */
  readonly needed?: readonly string[]
  /** The call that the person has said yes to, and that the request is for. Default: none. */
  readonly approved?: ApprovedCall
}

/** The plan for one request. */
export type Plan =
  /**
   * It is filled in. `fill` gives the request that leaves, or why these credentials cannot go there.
   */
  | {
      readonly uses: readonly Use[]
      fill(tokens: Tokens, request: ProofRequest): Result<Sent> | Promise<Result<Sent>>
      answered?(response: Response): void
    }
  /** It needs nothing. */
  | { readonly uses?: undefined; readonly sent: Sent; answered?(response: Response): void }

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
 * @param source The name of the credential's source.
 */
export function headerPlacing(name?: string, source?: string): Placing {
  const { uses, fill } = headerFill(name, source)
  return ({ headers, body }) =>
    granted({
      uses,
      fill(tokens, request) {
        const carrying = new PlainHeaders(headers)
        const filled = fill(carrying, tokens, request)
        const sent = granted({ headers: carrying, body })
        return filled instanceof Promise
          ? filled.then((done) => (done.ok ? sent : done))
          : filled.ok
            ? sent
            : filled
      },
    })
}

/** Fills one header. */
export interface HeaderFill {
  readonly uses: readonly Use[]
  fill(
    headers: Headers,
    tokens: Tokens,
    request: ProofRequest,
  ): Result<true> | Promise<Result<true>>
}

/**
 * What {@link headerPlacing} does, for headers that others fill too.
 *
 * A key need not be a `b64token`: whatever a header may hold is sent (RFC 9110 section 5.5). The
 * characters are checked here, because `Headers` quotes a value that it refuses.
 */
export function headerFill(name = 'Authorization', source: string = MAIN): HeaderFill {
  const bearer = name.toLowerCase() === 'authorization'
  return {
    uses: [{ source, at: `header ${name}` }],
    fill(headers, tokens, request) {
      const token = tokens.get(source)
      const value = token?.credential.reveal() ?? ''
      if (!token || !isHeaderValue(value)) return malformed(BARE)
      const { proof } = token
      headers.delete('dpop')
      if (!proof) {
        headers.set(name, bearer ? `Bearer ${value}` : value)
        return granted(true)
      }
      if (!bearer || !isBearerToken(value)) return malformed(BOUND)
      headers.set(name, `DPoP ${value}`)
      return proof(request).then((text) => {
        headers.set('dpop', text)
        return granted(true)
      })
    },
  }
}

const BARE =
  'visible ASCII characters, with blanks inside only. Store the key without what surrounds it'
const BOUND = 'the header Authorization, because the token is bound to a key (DPoP)'

// Placement `sign`: a function of the app makes headers of the whole request, such as a signature. It
// changes nothing else of the request.

import { MAIN } from '../../core/binding.ts'
import { malformed, NOT_BOUND, type TemplatePerson } from '../../core/carry/fill-template.ts'
import { isHeaderValue } from '../../core/carry/values.ts'
import { Credential } from '../../core/credential.ts'
import { granted, type Result } from '../../core/errors.ts'
import { isSignable } from '../../core/placement/header-names.ts'
import type { PlacementOf, SignedHeaders } from '../../core/placement/placement.ts'
import type { Principal } from '../../core/principal.ts'
import type { Signer } from './part.ts'

/**
 * The last part of a placement, which signs.
 *
 * @param onSigned Called with each long piece of the headers that were added: whoever has a signature
 *   can send the request again, so it must not come back in an answer.
 */
export function signer(
  { sign, from = MAIN }: PlacementOf<'sign'>,
  { principal, claims }: TemplatePerson & { readonly principal: Principal },
  onSigned: (piece: Credential) => void,
): Signer {
  return {
    uses: [{ source: from, at: 'sign' }],
    async sign({ url, headers, body }, { tokens, request: { method } }) {
      const token = tokens.get(from)
      if (!token || token.proof) return malformed(NOT_BOUND)
      const request = {
        method,
        url,
        headers: new Headers(headers),
        body: new TextEncoder().encode(body ?? ''),
      }
      const { credential } = token
      // Its own errors may quote the credential.
      const made = await Promise.resolve()
        .then(() => sign(request, { principal, credential, claims }))
        .catch(() => undefined)
      const added =
        made === undefined
          ? malformed('headers from the function sign, which threw')
          : checked(made, headers)
      if (!added.ok) return added
      const carrying = new Headers(headers)
      for (const [name, value] of added.value) {
        carrying.set(name, value)
        for (const piece of value.match(SIGNATURES) ?? []) onSigned(new Credential(piece))
      }
      return granted(carrying)
    },
  }
}

/** Signatures and tokens in a header. A date, a name or the list of signed headers is shorter. */
const SIGNATURES = /[A-Za-z0-9+/_.~-]{32,}=*/g

/** The headers that a function gave, when each may be added. */
function checked(
  made: SignedHeaders,
  there: Headers,
): Result<readonly (readonly [name: string, value: string])[]> {
  const entries: readonly (readonly [string, unknown])[] =
    made instanceof Headers ? [...made] : Object.entries(made)
  const added: (readonly [string, string])[] = []
  for (const [name, value] of entries) {
    if (!isSignable(name) || there.has(name))
      return malformed('new headers from the function sign, none of which steers the request')
    if (typeof value !== 'string' || !isHeaderValue(value))
      return malformed('headers from the function sign with values of visible ASCII characters')
    added.push([name, value])
  }
  return granted(added)
}

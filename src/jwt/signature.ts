// Judges a token as a signed message (RFC 7515): its form, its header, its key and its signature. It
// reads no claim.

import { type CryptoKey, compactVerify, errors } from 'jose'
import { granted, type Result, refused } from '../core/errors.ts'
import { differs } from '../core/verify/verify.ts'
import { readJoseHeader } from './jose-header.ts'
import type { KeyFinder, KeyHint } from './key-set.ts'

/** Options of {@link signatureVerifier}. */
export interface SignatureOptions {
  /** Signature algorithms to accept. */
  readonly algorithms: readonly string[]
  /** Whether to accept tokens whose `typ` is `JWT` or missing. */
  readonly untyped: boolean
  readonly findKey: KeyFinder
}

/** What one of the issuer's keys has signed. */
export interface SignedPayload {
  readonly payload: Uint8Array
  /** Whether the type is missing or `JWT`, so that only the claims can show the kind of token. */
  readonly untyped: boolean
}

/** Verifies the signature of one token. */
export type SignatureVerifier = (
  text: string,
  signal?: AbortSignal,
) => Promise<Result<SignedPayload>>

/** Makes a verifier of signatures. */
export function signatureVerifier({
  algorithms,
  untyped,
  findKey,
}: SignatureOptions): SignatureVerifier {
  return async (text, signal) => {
    const header = judgeHeader(text, algorithms, untyped)
    if (!header.ok) return header
    const key = await findKey(header.value, signal)
    if (!key.ok) return key
    const payload = await verifyPayload(text, key.value, header.value.alg)
    return payload.ok ? granted({ payload: payload.value, untyped: header.value.untyped }) : payload
  }
}

/** A header that was judged. */
interface JudgedHeader extends KeyHint {
  readonly untyped: boolean
}

/** Judges the header, and which kind of token its type names. */
function judgeHeader(
  text: string,
  accepted: readonly string[],
  untyped: boolean,
): Result<JudgedHeader> {
  const header = readJoseHeader(text, accepted)
  if (!header.ok) return header
  const { type, ...hint } = header.value
  const typed = type === 'at+jwt'
  if (!typed && !(untyped && (type === 'jwt' || type === undefined)))
    return differs('type_refused', untyped ? ['typ at+jwt', 'JWT'] : ['typ at+jwt'], type, 'typ')
  return granted({ ...hint, untyped: !typed })
}

/** Verifies the signature and gives the payload. */
async function verifyPayload(
  text: string,
  key: CryptoKey,
  alg: string,
): Promise<Result<Uint8Array>> {
  try {
    return granted((await compactVerify(text, key, { algorithms: [alg] })).payload)
  } catch (error) {
    return refused(error instanceof errors.JWSInvalid ? 'token_malformed' : 'signature_invalid')
  }
}

// Judges a token as a signed message (RFC 7515): its form, its header, its key and its signature. It
// reads no claim.

import { type CryptoKey, compactVerify, decodeProtectedHeader, errors } from 'jose'
import { granted, type Result, refused } from '../core/errors.ts'
import { differs } from '../core/verify/verify.ts'
import type { KeyFinder, KeyHint } from './key-set.ts'

/** More than any HTTP server accepts in a header, and few enough to hash and decode cheaply. */
const MAX_TOKEN_CHARS = 16 * 1024

const MAX_KEY_ID_CHARS = 256

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

/** Judges the protected header, before anybody looks for a key. */
function judgeHeader(
  text: string,
  accepted: readonly string[],
  untyped: boolean,
): Result<JudgedHeader> {
  // A JWS has three parts; a JWE has five. The last part of an unsecured token is empty, and its
  // algorithm is refused below.
  if (text.length > MAX_TOKEN_CHARS || !/^[\w-]+\.[\w-]+\.[\w-]*$/.test(text))
    return refused('token_malformed')
  let header: ReturnType<typeof decodeProtectedHeader>
  try {
    header = decodeProtectedHeader(text)
  } catch {
    return refused('token_malformed')
  }
  const { alg, kid, typ } = header
  if (typeof alg !== 'string' || !accepted.includes(alg))
    return differs('algorithm_refused', accepted, alg)
  // We support no extension, so none may be critical (RFC 7515 section 4.1.11). `b64` (RFC 7797)
  // would change which bytes were signed.
  if ('crit' in header || 'b64' in header) return refused('token_malformed')
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ
  const typed = type === 'at+jwt'
  if (!typed && !(untyped && (type === 'jwt' || type === undefined)))
    return differs('type_refused', untyped ? ['typ at+jwt', 'JWT'] : ['typ at+jwt'], typ, 'typ')
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KEY_ID_CHARS))
    return refused('token_malformed')
  return granted({ alg, kid, untyped: !typed })
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

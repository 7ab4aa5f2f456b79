// Places of a request that take a credential, beside headers of their own and the body: the URL, a cookie,
// Basic, and a signature. Each is read into a header of its own, so that everything else of leaktest
// knows headers alone.

import { createHmac } from 'node:crypto'
import type { KnownSecret } from '../secrets/ledger.ts'
import type { Arrival } from './listen.ts'
import type { HeaderLines } from './tape.ts'

/** The header that a credential is read into. No request has it: this is no name of a header. */
export const PLACED = '(credential)'

const OWN = '[own]'

/** A request with the credential taken out of its place. */
export interface Placed {
  readonly target: string
  readonly headers: HeaderLines
}

/**
 * Takes the credential out of its place.
 *
 * @param place As a target names it.
 * @param secrets Those that a signature may be made with.
 */
export function placed(
  { target, headers, body }: Pick<Arrival, 'target' | 'headers' | 'body'>,
  place: string | undefined,
  secrets: readonly KnownSecret[],
): Placed {
  const [kind = '', name = ''] = place?.split(' ') ?? []
  switch (kind) {
    case 'query':
      return inQuery(target, headers, name)
    case 'path':
      return inPath(target, headers)
    case 'cookie':
      return inHeader(target, headers, 'cookie', new RegExp(`(?<=(?:^|; )${name}=)[^;]+`))
    case 'basic':
      return basic(target, headers)
    case 'signature':
      return signature(target, headers, body, secrets)
    default:
      return { target, headers }
  }
}

function inQuery(target: string, headers: HeaderLines, name: string): Placed {
  const pattern = new RegExp(`(?<=[?&]${name}=)[^&]*`)
  return withCredential(target.replace(pattern, OWN), headers, pattern.exec(target)?.[0])
}

function inPath(target: string, headers: HeaderLines): Placed {
  const pattern = /^\/([^/?]+)(?=\/mcp)/
  return withCredential(target.replace(pattern, `/${OWN}`), headers, pattern.exec(target)?.[1])
}

function inHeader(target: string, headers: HeaderLines, name: string, pattern: RegExp): Placed {
  const value = headers.find(([one]) => one === name)?.[1] ?? ''
  const rest = headers.map(
    ([one, text]) => [one, one === name ? text.replace(pattern, OWN) : text] as const,
  )
  return withCredential(target, rest, pattern.exec(value)?.[0])
}

function basic(target: string, headers: HeaderLines): Placed {
  const value = headers.find(([name]) => name === 'authorization')?.[1] ?? ''
  const encoded = /^Basic (\S+)$/.exec(value)?.[1]
  if (encoded === undefined) return { target, headers }
  const [, ...password] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  const others = headers.filter(([name]) => name !== 'authorization')
  return { target, headers: [...others, [PLACED, password.join(':')]] }
}

/** The credential of a signature is not in the request. It is the one that the signature was made with. */
function signature(
  target: string,
  headers: HeaderLines,
  body: Buffer,
  secrets: readonly KnownSecret[],
): Placed {
  const value = headers.find(([name]) => name === 'x-signature')?.[1]
  const signer = secrets.find(({ text }) => signatureOf(text, body) === value)
  return signer ? { target, headers: [...headers, [PLACED, signer.text]] } : { target, headers }
}

/** The signature of a body. */
function signatureOf(secret: string, body: Uint8Array): string {
  return createHmac('sha256', secret).update(body).digest('hex')
}

function withCredential(target: string, headers: HeaderLines, encoded: string | undefined): Placed {
  if (encoded === undefined) return { target, headers }
  return { target, headers: [...headers, [PLACED, decodeURIComponent(encoded)]] }
}

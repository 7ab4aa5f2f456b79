// The answers to clients: JSON that no cache keeps and that pages of any origin may read, because it
// needs no cookie (RFC 6749 section 5.2, RFC 7591 section 3.2.2); and answers by the person's browser.

/** The error codes that clients are told. */
export type ClientErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_target'
  | 'invalid_redirect_uri'
  | 'invalid_client_metadata'
  | 'unsupported_grant_type'
  | 'server_error'
  | 'temporarily_unavailable'

const HEADERS = {
  'access-control-allow-origin': '*',
  'cache-control': 'no-store',
  pragma: 'no-cache',
}

/** An answer of JSON. */
export function clientJson(value: unknown, status = 200): Response {
  return Response.json(value, { status, headers: HEADERS })
}

/** An error answer. The description is ours, and quotes nothing. */
export function clientError(code: ClientErrorCode, description: string, status = 400): Response {
  return clientJson({ error: code, error_description: description }, status)
}

/** What a page of any origin asks before it sends a request. */
export function clientPreflight(): Response {
  const headers = {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'content-type, accept, mcp-protocol-version',
    'access-control-max-age': '600',
  }
  return new Response(null, { status: 204, headers })
}

/** Where an answer goes by the person's browser. */
export interface ReturnAddress {
  readonly redirectUri: string
  /** The client's own `state`. */
  readonly state: string | undefined
}

/** The URL of an authorization response (RFC 6749 section 4.1.2). It names who answers (RFC 9207). */
export function responseUrl(
  { redirectUri, state }: ReturnAddress,
  issuer: string,
  answer: Readonly<Record<string, string>>,
): string {
  const url = new URL(redirectUri)
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value)
  if (state !== undefined) url.searchParams.set('state', state)
  url.searchParams.set('iss', issuer)
  return url.href
}

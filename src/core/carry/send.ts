// Sends one carried request. Whatever the platform throws ends here, for it may quote what was
// sent.

import { AuthError, granted, type RefusalReason, type Result, refused } from '../errors.ts'

/**
 * Sends a request. No redirect is followed, no cookie goes along, and no `Referer` names a URL.
 *
 * @param url Where it goes. It may hold a credential.
 * @param approved The URL as the caller of `fetch` knows it. The answer names no other one.
 * @returns The answer; `server_unreachable` when the request certainly did not leave;
 *   `server_unavailable` when it may have been handled.
 */
export async function send(
  fetch: typeof globalThis.fetch,
  url: URL,
  init: RequestInit,
  approved: URL,
): Promise<Result<Response>> {
  try {
    const settings = { ...init, redirect: 'manual', credentials: 'omit' } as const
    if (url === approved) return granted(await fetch(url.href, settings))
    const response = await fetch(url.href, { ...settings, referrerPolicy: 'no-referrer' })
    const named = { value: approved.href, configurable: true }
    return granted(
      Reflect.defineProperty(response, 'url', named)
        ? response
        : new Response(response.body, response),
    )
  } catch (error) {
    // Our own stand-in for a network knows that it sent nothing.
    if (error instanceof AuthError && NOT_SENT.has(error.code))
      return { ok: false, refusal: error.refusal }
    return refused(wasNeverSent(error) ? 'server_unreachable' : 'server_unavailable')
  }
}

const NOT_SENT: ReadonlySet<RefusalReason> = new Set([
  'server_unreachable',
  'process_limit_reached',
])

/**
 * Codes of errors that come before there is a connection. EHOSTUNREACH and ENETUNREACH are left
 * out: they also occur on a connection that was open.
 */
const NOT_CONNECTED: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
])

/**
 * Whether an error says that a request did not leave. `fetch` wraps the platform's error as the
 * cause of its own.
 */
export function wasNeverSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const inner: unknown = error.cause ?? error
  return inner instanceof Error && 'code' in inner && NOT_CONNECTED.has(inner.code)
}

// Where clients may have people sent back to (RFC 9700 section 4.1): this very machine of the person
// (RFC 8252 section 7.3), and what the operator has listed. Pure.

import { isLoopback } from '../../core/resource.ts'

/** Whether the operator allows a redirect URI. */
export type MayRedirect = (uri: string) => boolean

const MAX_URI_CHARS = 2048
/** Schemes that run or read something in the browser itself. */
const DANGEROUS =
  /^(?:javascript|data|vbscript|file|filesystem|blob|about|view-source|ws|wss|ftp):$/

/**
 * Makes the rule.
 *
 * @param listed Redirect URIs beside those of loopback addresses, each exactly as clients send it.
 * @throws TypeError for an entry that is none, or not safe.
 */
export function redirectRule(listed: readonly string[]): MayRedirect {
  for (const uri of listed) {
    const url = usable(uri)
    if (!url || (url.protocol === 'http:' && !isLoopback(url)))
      throw new TypeError(
        `clients.redirectUris has "${uri}", which is no redirect URI: an https URL such as https://claude.ai/api/mcp/auth_callback, or one of a program's own scheme, without a fragment`,
      )
  }
  const exact = new Set(listed)
  return (uri) => {
    const url = usable(uri)
    return url !== undefined && (exact.has(uri) || (url.protocol === 'http:' && isLoopback(url)))
  }
}

/** Whether a client that registered one redirect URI may use another: only the port of loopback differs. */
export function isSameRedirect(asked: string, registered: string): boolean {
  if (asked === registered) return true
  const [one, other] = [usable(asked), usable(registered)]
  if (!one || !other || one.protocol !== 'http:' || !isLoopback(one)) return false
  one.port = ''
  other.port = ''
  return one.href === other.href
}

/** What people are shown of a redirect URI. */
export function placeOf(uri: string): string {
  const url = new URL(uri)
  if (isLoopback(url)) return `a program on this computer (${url.host})`
  return /^https?:$/.test(url.protocol) ? url.host : `a program on this computer (${url.protocol})`
}

function usable(uri: string): URL | undefined {
  if (uri.length > MAX_URI_CHARS || !/^[\x21-\x7e]+$/.test(uri) || !URL.canParse(uri))
    return undefined
  const url = new URL(uri)
  const isSafe = !DANGEROUS.test(url.protocol) && url.username === '' && url.password === ''
  return isSafe && !uri.includes('#') ? url : undefined
}

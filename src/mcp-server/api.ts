// An API that tools call on behalf of the person: what the operator declared, checked once, and the URLs that get its credential.

import type { Binding } from '../core/binding.ts'
import { parseBinding } from '../core/parse-binding.ts'
import { isScope } from '../core/scope.ts'

/** An API that tools call on behalf of the person. */
export interface ApiInput {
  /** Only URLs of this origin, at this path or below it, get the credential. */
  readonly url: string
  /** The resource identifier that the API's tokens name as audience. Default: the URL. */
  readonly resource?: string
  /** The scopes that tokens for the API are asked for, as far as the person granted them; at least one. */
  readonly scopes: readonly string[]
}

/** A declared API, checked. */
export interface Api {
  readonly binding: Binding
  readonly approves: (url: URL) => boolean
}

/**
 * Checks the declaration of an API.
 *
 * @throws TypeError that names the API and the setting.
 */
export function parseApi(name: string, input: ApiInput): Api {
  // A binding without scopes asks for all that the person granted, which nobody means by an empty list.
  if (input.scopes.length === 0 || !input.scopes.every(isScope))
    throw new TypeError(
      `apis.${name}.scopes must name at least one scope, and only scope tokens (RFC 6749 section 3.3)`,
    )
  if (URL.canParse(input.url) && new URL(input.url).search !== '')
    throw new TypeError(`apis.${name}.url must not contain a query`)
  const { url, resource, scopes } = input
  const binding = asApi(() =>
    parseBinding(name, {
      url,
      ...(resource === undefined ? {} : { resource }),
      source: { type: 'exchange', scopes },
    }),
  )
  return { binding, approves: below(new URL(binding.url)) }
}

/** Names that are built from tool arguments could climb out with the credential (CVE-2026-32871, CVE-2026-29791). */
function below(bound: URL): (url: URL) => boolean {
  const folder = bound.pathname.endsWith('/') ? bound.pathname : `${bound.pathname}/`
  return (url) =>
    url.origin === bound.origin &&
    url.username === '' &&
    url.password === '' &&
    (url.pathname === bound.pathname || url.pathname.startsWith(folder)) &&
    !CLIMBS.test(url.pathname)
}

/** What the URL parser leaves in a path and a server may still read as a separator or as "one up": encoded slashes, and `..;`. */
const CLIMBS = /%2f|%5c|\/(?:\.|%2e){1,2}(?:;|%3b)/i

/** Bindings are called servers elsewhere; here the setting has another name. */
function asApi(parse: () => Binding): Binding {
  try {
    return parse()
  } catch (error) {
    throw error instanceof TypeError
      ? new TypeError(error.message.replace(/^servers/, 'apis'))
      : error
  }
}

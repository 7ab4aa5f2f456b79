// An API that tools call on behalf of the person: what the operator declared, checked once, and
// which URLs get its credential.

import type { Binding } from '../core/binding.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { parseBinding } from '../core/parse-binding.ts'
import type { AllowsHttp } from '../core/plain-http.ts'
import { isScope } from '../core/scope.ts'

/** An API that tools call on behalf of the person. */
export interface ApiInput {
  /** Only URLs of this origin, at this path or below it, get the credential. */
  readonly url: string
  /** The resource identifier that the API's tokens name as their audience. Default: the URL. */
  readonly resource?: string
  /**
   * What the authorization server calls the API, where that is not its resource identifier. It is
   * asked for (RFC 8693 section 2.1), and a token that names it is for this API. With several
   * names, the first is asked for.
   */
  readonly audience?: string | readonly string[]
  /**
   * The authorization server decides on the API's scopes: all of `scopes` are asked for, and not
   * only those that the caller's token holds. Default: what the issuer's dialect says, or else
   * false.
   */
  readonly scopesFromIssuer?: boolean
  /**
   * The scopes to ask for in tokens for the API; at least one. The token gets those of them that
   * the person granted.
   */
  readonly scopes: readonly string[]
}

/** A declared API, checked. */
export interface Api {
  readonly binding: Binding
  /** Whether a request to this URL may carry the API's credential. */
  readonly approves: (url: URL) => boolean
}

const API_OPTIONS: OptionNames<ApiInput> = {
  url: 'required',
  resource: 'optional',
  audience: 'optional',
  scopesFromIssuer: 'optional',
  scopes: 'required',
}

/**
 * Checks the declaration of an API.
 *
 * @throws TypeError that names the API and the setting.
 */
export function parseApi(name: string, input: ApiInput, allowsHttp: AllowsHttp): Api {
  checkOptions('protectMcpServer', `apis.${name}`, input, API_OPTIONS)
  // A binding without scopes asks for everything that the person granted. An empty list never means
  // that.
  if (input.scopes.length === 0 || !input.scopes.every(isScope))
    throw new TypeError(
      `apis.${name}.scopes must name at least one scope, and only scope tokens (RFC 6749 section 3.3)`,
    )
  if (URL.canParse(input.url) && new URL(input.url).search !== '')
    throw new TypeError(`apis.${name}.url must not contain a query`)
  const { url, resource, scopes, audience, scopesFromIssuer } = input
  const binding = nameApis(() =>
    parseBinding(
      name,
      {
        url,
        ...(resource === undefined ? {} : { resource }),
        source: {
          type: 'exchange',
          scopes,
          ...(audience === undefined ? {} : { audience }),
          ...(scopesFromIssuer === undefined ? {} : { scopesFromIssuer }),
        },
      },
      allowsHttp,
    ),
  )
  const bound = new URL(binding.url)
  return { binding, approves: (url) => isBelow(url, bound) }
}

/**
 * Whether a URL lies at or below another one. Tools build paths from their arguments, so a path
 * could climb out of its folder and take the credential along (CVE-2026-32871, CVE-2026-29791).
 */
function isBelow(url: URL, bound: URL): boolean {
  const folder = bound.pathname.endsWith('/') ? bound.pathname : `${bound.pathname}/`
  return (
    url.origin === bound.origin &&
    url.username === '' &&
    url.password === '' &&
    (url.pathname === bound.pathname || url.pathname.startsWith(folder)) &&
    !CLIMBS.test(url.pathname)
  )
}

/**
 * Encoded slashes, and `..;`: the URL parser leaves them in a path, and a server may read them as a
 * separator or as "one folder up".
 */
const CLIMBS = /%2f|%5c|\/(?:\.|%2e){1,2}(?:;|%3b)/i

/** `parseBinding` names the setting `servers` in its errors. Here it is `apis`. */
function nameApis(parse: () => Binding): Binding {
  try {
    return parse()
  } catch (error) {
    throw error instanceof TypeError
      ? new TypeError(error.message.replace(/^servers/, 'apis'))
      : error
  }
}

// Resource identifiers (RFC 8707 section 2), and the place of their metadata (RFC 9728 section 3).
// Pure.

/**
 * Gives the one spelling of a resource that server, token and metadata compare: absolute, no
 * fragment, no user-info, scheme and host in lower case, and no trailing slash when the path is
 * empty.
 *
 * @param allowsHttp Whether plain http is allowed for a URL. Default: for loopback addresses only.
 * @throws TypeError when the text is no such URI, or has plain http where it is not allowed.
 *
 * @example
 * ```ts
 * canonicalResource('https://API.example:443/') // 'https://api.example'
 * ```
 */
export function canonicalResource(
  text: string,
  allowsHttp: (url: URL) => boolean = isLoopback,
): string {
  if (!URL.canParse(text)) throw new TypeError('A resource must be an absolute URI')
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new TypeError('A resource must be an https URI')
  if (url.protocol === 'http:' && !allowsHttp(url)) {
    throw new TypeError(
      'A resource must use https; plain http is for loopback addresses, and for hosts inside a cluster that insecurelyAllowHttp names',
    )
  }
  if (url.username !== '' || url.password !== '')
    throw new TypeError('A resource must not contain user-info: credentials do not belong in URLs')
  // `url.hash` is empty for a bare "#", which stays in `url.href`.
  if (url.href.includes('#'))
    throw new TypeError('A resource must not contain a fragment (RFC 8707 section 2)')
  if (url.search === '') url.search = ''
  return url.pathname === '/' && url.search === '' ? url.origin : url.href
}

/** Whether a URL names this machine by a loopback address or `localhost`. */
export function isLoopback(url: URL): boolean {
  const host = url.hostname
  return host === 'localhost' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}

/**
 * The URL of a resource's metadata: the well-known path, then the resource's own (RFC 9728 section
 * 3.1).
 */
export function resourceMetadataUrl(resource: string): string {
  const url = new URL(resource)
  const path = url.pathname === '/' ? '' : url.pathname
  return `${url.origin}${METADATA_PATH}${path}${url.search}`
}

/**
 * The resource that a request for metadata asks about, by the place that it asks at. It comes from
 * the Host header, which the caller chooses: name it to them, and decide nothing by it.
 */
export function describedResource({ url }: Request): string | undefined {
  const { origin, pathname, search } = new URL(url)
  if (pathname !== METADATA_PATH && !pathname.startsWith(`${METADATA_PATH}/`)) return undefined
  return requestedResource(`${origin}${pathname.slice(METADATA_PATH.length)}${search}`)
}

/** The resource that a request is for, by its URL; undefined where that is no usable identifier. */
export function requestedResource(url: string): string | undefined {
  try {
    return canonicalResource(url)
  } catch {
    return undefined
  }
}

const METADATA_PATH = '/.well-known/oauth-protected-resource'

/** A protected resource metadata document (RFC 9728 section 2). */
export interface ResourceMetadata {
  readonly resource: string
  readonly authorization_servers: readonly string[]
  readonly scopes_supported?: readonly string[]
  readonly bearer_methods_supported: readonly ['header']
  readonly resource_name?: string
}

/**
 * Answers a GET of a resource's metadata, at the resource's own well-known path or at the root one;
 * undefined for any other request.
 */
export function resourceMetadataResponse(
  request: Request,
  metadata: ResourceMetadata,
): Response | undefined {
  const { pathname } = new URL(request.url)
  const own = new URL(resourceMetadataUrl(metadata.resource)).pathname
  if (pathname !== own && pathname !== METADATA_PATH) return undefined
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } })
  }
  return Response.json(metadata, {
    headers: { 'access-control-allow-origin': '*', 'cache-control': 'public, max-age=300' },
  })
}

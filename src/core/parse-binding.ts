// Makes a binding from what the operator declares: checks it once, at start, and freezes it.

import {
  type ArgumentParameter,
  audiencesOf,
  type Binding,
  type BindingInput,
  isStdio,
  type Placement,
  type Source,
  scopesOf,
} from './binding.ts'
import { checkBinding } from './binding-names.ts'
import { type AllowsHttp, HTTP_RULE } from './plain-http.ts'
import { canonicalResource, isLoopback } from './resource.ts'
import { isScope } from './scope.ts'

/**
 * Every source. A declaration may come from a file that no compiler has checked, so the types are
 * listed here at run time too. A source without an entry does not compile.
 */
const SOURCES: Readonly<Record<Source['type'], true>> = {
  exchange: true,
  own: true,
  connection: true,
  static: true,
  'client-credentials': true,
  'identity-assertion': true,
}

/** Every placement, and whether it needs HTTP. A placement without an entry does not compile. */
const PLACEMENTS: Readonly<Record<Placement['type'], { readonly needsHttp: boolean }>> = {
  header: { needsHttp: true },
  argument: { needsHttp: false },
  meta: { needsHttp: false },
  session: { needsHttp: true },
  prompt: { needsHttp: false },
}

/** The setting that is wrong, and what is wrong with it; undefined when nothing is. */
type Problem = readonly [setting: string, problem: string] | undefined

/**
 * Checks a declaration.
 *
 * @param name The server's name among the `servers`.
 * @param allowsHttp Whether plain http is allowed for a URL. Default: for loopback addresses only.
 * @returns The binding, frozen. A default replaces each setting that is missing.
 * @throws TypeError that names the server and the setting, for anything that cannot work or would
 *   not be safe.
 */
export function parseBinding(
  name: string,
  input: BindingInput,
  allowsHttp: AllowsHttp = isLoopback,
): Binding {
  const fail = ([setting, problem]: NonNullable<Problem>): never => {
    throw new TypeError(`servers.${name}.${setting} ${problem}`)
  }
  if (!/^[A-Za-z][A-Za-z0-9 _-]{0,63}$/.test(name))
    throw new TypeError(
      `servers: "${name}" is no usable name (letters, digits, space, _ and -, at most 64)`,
    )
  checkBinding(name, input)
  // Anything else would be made into text, which a deep array cannot be.
  if (typeof input.url !== 'string' || !URL.canParse(input.url))
    fail(['url', 'must be a text, an absolute URL'])
  const url = new URL(input.url)
  const {
    source = { type: 'exchange', scopes: [] },
    placement = { type: 'header' },
    leaveToModel = [],
    onReflection = 'redact',
  } = input
  const problem =
    urlProblem(url, input.resource !== undefined, allowsHttp) ??
    sourceProblem(source) ??
    placementProblem(placement, source, isStdio(url.href)) ??
    answerProblem(leaveToModel, onReflection)
  if (problem) fail(problem)
  const resource =
    resourceOf(input.resource ?? url.href, allowsHttp) ??
    fail(['resource', 'must be an https URL without user-info and fragment'])
  return Object.freeze({
    name,
    url: url.href,
    resource,
    source: frozen(source),
    placement: frozen(placement),
    leaveToModel: frozen(leaveToModel),
    onReflection,
  })
}

function urlProblem(url: URL, hasResource: boolean, allowsHttp: AllowsHttp): Problem {
  const stdio = isStdio(url.href)
  if (stdio && !/^stdio:[A-Za-z0-9._-]{1,64}$/.test(url.href))
    return ['url', 'must be like "stdio:files"']
  if (stdio && !hasResource)
    return ['resource', 'must be given for a stdio server, whose URL is no identifier']
  if (!stdio && url.protocol !== 'https:' && !(url.protocol === 'http:' && allowsHttp(url)))
    return ['url', `must use https ${HTTP_RULE}`]
  if (url.username !== '' || url.password !== '')
    return ['url', 'must not contain a credential; use a source and a placement']
  if (url.href.includes('#')) return ['url', 'must not contain a fragment']
  // Resource identifiers are logged and published. Some servers take keys in the query.
  if (url.search !== '' && !hasResource)
    return ['resource', 'must be given when the URL has a query']
  return undefined
}

function sourceProblem(source: Source): Problem {
  if (!Object.hasOwn(SOURCES, source.type))
    return ['source.type', `must be one of ${Object.keys(SOURCES).join(', ')}`]
  const stepUp = source.type === 'exchange' ? (source.stepUp ?? []) : []
  for (const scope of [...scopesOf(source), ...stepUp])
    if (!isScope(scope))
      return ['source.scopes', `has "${scope}", which is no scope token (RFC 6749 section 3.3)`]
  if (!audiencesOf(source).every((name) => typeof name === 'string' && name.trim() !== ''))
    return ['source.audience', 'must be what the authorization server calls the server']
  if (source.type === 'static' && source.of !== 'person' && source.of !== 'deployment')
    return ['source.of', 'must be "person" or "deployment"']
  return undefined
}

/** A placement may be wrong by itself, for a stdio server, or together with the source. */
function placementProblem(placement: Placement, source: Source, stdio: boolean): Problem {
  if (!Object.hasOwn(PLACEMENTS, placement.type))
    return ['placement.type', `must be one of ${Object.keys(PLACEMENTS).join(', ')}`]
  if (stdio && PLACEMENTS[placement.type].needsHttp)
    return [
      'placement',
      `"${placement.type}" needs HTTP; a stdio server takes "argument", "meta" or "prompt"`,
    ]
  switch (placement.type) {
    case 'header':
      return placement.name === undefined ? undefined : headerNameProblem(placement.name)
    case 'meta':
      return metaKeyProblem(placement.key)
    case 'argument':
      return parametersProblem(placement.parameters)
    case 'prompt':
      return literalTokenProblem(placement, source) ?? parametersProblem(placement.parameters)
    case 'session':
      return source.type === 'client-credentials'
        ? ['placement', '"session" binds a person, and "client-credentials" has none']
        : undefined
  }
}

function headerNameProblem(name: string): Problem {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(name)) return ['placement.name', 'is no header name']
  return RESERVED.test(name)
    ? ['placement.name', 'is a header that a credential cannot be put into']
    : undefined
}

/** Headers that cannot hold a credential, because the transport or another hop reads them. */
const RESERVED =
  /^(?:host|content-.*|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|accept.*|mcp-.*|last-event-id|cookie|set-cookie|origin|referer|user-agent|date|via|forwarded|x-forwarded-.*|proxy-.*|sec-.*|traceparent|tracestate|baggage|x-user-id)$/i

function metaKeyProblem(key: string): Problem {
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)+\/[A-Za-z0-9._-]+$/.test(key))
    return ['placement.key', 'must be like "com.example/access-token"']
  return /(?:^|\.)(?:modelcontextprotocol|mcp)[./]/.test(key)
    ? ['placement.key', 'has a prefix that is reserved to MCP']
    : undefined
}

/** A model may see only a token that is narrow and expires soon. */
function literalTokenProblem(
  { insecurelyShowLiteralTokens }: Extract<Placement, { readonly type: 'prompt' }>,
  source: Source,
): Problem {
  if (!insecurelyShowLiteralTokens || source.type === 'exchange') return undefined
  return source.type === 'static'
    ? ['placement', 'would show the model a key that does not expire; use "argument" or "header"']
    : [
        'placement.insecurelyShowLiteralTokens',
        'needs the source "exchange": no other token is narrow and short-lived enough',
      ]
}

function parametersProblem(parameters: readonly ArgumentParameter[] = []): Problem {
  const wrong = parameters.find(({ pointer }) => !pointer.startsWith('/') || pointer.length < 2)
  return (
    wrong && [
      'placement.parameters',
      `has "${wrong.pointer}", which is no JSON pointer to a parameter (for example "/access_token")`,
    ]
  )
}

function answerProblem(
  leaveToModel: readonly string[],
  onReflection: NonNullable<BindingInput['onReflection']>,
): Problem {
  const wrong = leaveToModel.find((pointer) => !pointer.startsWith('/'))
  if (wrong !== undefined) return ['leaveToModel', `has "${wrong}", which is no JSON pointer`]
  return onReflection === 'redact' || onReflection === 'quarantine'
    ? undefined
    : ['onReflection', 'must be "redact" or "quarantine"']
}

/** A copy that nobody can change. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  const copy: T = structuredClone(value)
  // A list and no recursion: a declaration from a file may be deeper than the stack.
  const parts: unknown[] = [copy]
  for (const part of parts) {
    if (typeof part !== 'object' || part === null) continue
    parts.push(...Object.values(part))
    Object.freeze(part)
  }
  return copy
}

function resourceOf(text: string, allowsHttp: AllowsHttp): string | undefined {
  try {
    return canonicalResource(text, allowsHttp)
  } catch {
    return undefined
  }
}

// A binding: for one server, which credential is carried there (source) and where it goes in the request (placement). Parsed once, frozen.

import { canonicalResource, isLoopback } from './resource.ts'
import { isScope } from './scope.ts'

/** Which credential. */
export type Source =
  /** The user's token is exchanged for one whose audience is the server (RFC 8693). The default. */
  | {
      readonly type: 'exchange'
      readonly scopes: readonly string[]
      /** Logical name of the server, where the authorization server wants one (RFC 8693 section 2.1). */
      readonly audience?: string
      /**
       * Scopes that may be added, one exchange for each time that the server asks for more (403 `insufficient_scope`). Default none: the
       * person is told which permission is missing.
       */
      readonly stepUp?: readonly string[]
    }
  /** The user's own token, only if its audience already includes the server: MCP forbids passing on any other. */
  | { readonly type: 'own' }
  /** An account that this person connected to the server by OAuth; without one, the person is asked to connect. */
  | { readonly type: 'connection' }
  /** A key that is kept for this person, or for the whole deployment. */
  | { readonly type: 'static'; readonly of: 'person' | 'deployment' }
  /** The app's own identity (RFC 6749 section 4.4): the server does not learn for whom the call is made. */
  | { readonly type: 'client-credentials'; readonly scopes: readonly string[] }
  /** The person's identity asserted by their own identity provider to the server's authorization server (ID-JAG). */
  | { readonly type: 'identity-assertion'; readonly scopes: readonly string[] }

/** What a tool's parameter is filled with: the credential, the subject, or a verified claim that is a string. */
export type ArgumentValue = 'credential' | 'subject' | { readonly claim: string }

/** A parameter that is taken from the model's sight and filled in at the call. */
export interface ArgumentParameter {
  /** JSON pointer into the tool's arguments (RFC 6901); `*` stands for every element of an array. */
  readonly pointer: string
  readonly value: ArgumentValue
  /** The tool that has it. Default: every tool that does. */
  readonly tool?: string
}

/** Where in the request. */
export type Placement =
  /** `Authorization: Bearer` on every HTTP request, or another header that holds the bare credential. The default. */
  | { readonly type: 'header'; readonly name?: string }
  /** Named tool parameters, for servers that ask for credentials as arguments. The model sees neither them nor their values. */
  | {
      readonly type: 'argument'
      /** Default: all parameters that look like a credential or an identity, as `onbehalf inspect` shows them. */
      readonly parameters?: readonly ArgumentParameter[]
      /** Whether sentences that speak of the hidden parameters are taken out of descriptions. Default false. */
      readonly rewriteDescriptions?: boolean
      /** What becomes of a tool whose definition changes after it was first seen. Default `refuse`: it is hidden. */
      readonly onChange?: 'refuse' | 'approve'
    }
  /** A key of the request's `_meta`, with a reverse-DNS prefix of your own. */
  | { readonly type: 'meta'; readonly key: string }
  /** Once, when the server's session opens; later requests carry only the session's id, or a handle that the server made. */
  | { readonly type: 'session' }
  /**
   * The original pattern: the prompt names `user_id` and `access_token`, and the model repeats them. What it gets are references, worthless
   * elsewhere, which are replaced at the call.
   */
  | {
      readonly type: 'prompt'
      readonly parameters?: readonly ArgumentParameter[]
      /**
       * Gives the model the token itself, for tools that run out of our reach (hosted by the model's provider). Default false.
       *
       * Warning: the model, its provider, the conversation and whoever injects a prompt then hold a token of this person for this server.
       * Only `exchange` tokens that live at most 5 minutes are given.
       */
      readonly insecurelyShowLiteralTokens?: boolean
    }

/** What an operator declares for a server. */
export interface BindingInput {
  /**
   * The server's URL: requests to exactly this URL, and no other, carry the credential. `stdio:` and a name for a server that is a child
   * process; it needs a `resource`, and a placement that is in the messages, because it has no headers.
   */
  readonly url: string
  /** The resource identifier that the server's tokens name as audience. Default: the URL. */
  readonly resource?: string
  /** Default: `exchange` for all of the user's scopes. */
  readonly source?: Source
  /** Default: `Authorization: Bearer`. */
  readonly placement?: Placement
  /**
   * JSON pointers of parameters that look like a credential or an identity but are the model's to fill. A tool with any other such
   * parameter that the placement does not fill is refused. Default none.
   */
  readonly leaveToModel?: readonly string[]
  /**
   * What follows when a credential comes back from the server. It is taken out of the answer, audited, and the server is marked in any case;
   * with `quarantine`, nothing more is sent to a marked server, in anybody's name, until an operator clears the mark. Default `redact`.
   */
  readonly onReflection?: 'redact' | 'quarantine'
}

/** A binding, checked. */
export interface Binding {
  /** The operator's name for the server; the only name of it that people and the model are shown. */
  readonly name: string
  readonly url: string
  readonly resource: string
  readonly source: Source
  readonly placement: Placement
  readonly leaveToModel: readonly string[]
  readonly onReflection: 'redact' | 'quarantine'
}

/** For configurations that no compiler has seen. */
const SOURCES: readonly Source['type'][] = [
  'exchange',
  'own',
  'connection',
  'static',
  'client-credentials',
  'identity-assertion',
]
const PLACEMENTS: readonly Placement['type'][] = ['header', 'argument', 'meta', 'session', 'prompt']

/** Headers that a credential cannot be put into: they steer the transport or another hop. */
const RESERVED =
  /^(?:host|content-.*|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|accept.*|mcp-.*|last-event-id|cookie|set-cookie|origin|referer|user-agent|date|via|forwarded|x-forwarded-.*|proxy-.*|sec-.*|traceparent|tracestate|baggage|x-user-id)$/i

/**
 * Checks a declaration.
 *
 * @throws TypeError that names the server and the setting, for anything that cannot work or would not be safe.
 */
export function parseBinding(name: string, input: BindingInput): Binding {
  const fail = (setting: string, problem: string): never => {
    throw new TypeError(`servers.${name}.${setting} ${problem}`)
  }
  if (!/^[A-Za-z][A-Za-z0-9 _-]{0,63}$/.test(name))
    throw new TypeError(
      `servers: "${name}" is no usable name (letters, digits, space, _ and -, at most 64)`,
    )
  if (!URL.canParse(input.url)) fail('url', 'must be an absolute URL')
  const url = new URL(input.url)
  const stdio = isStdio(url.href)
  if (stdio && !/^stdio:[A-Za-z0-9._-]{1,64}$/.test(url.href))
    fail('url', 'must be like "stdio:files"')
  if (stdio && input.resource === undefined)
    fail('resource', 'must be given for a stdio server, whose URL is no identifier')
  if (!stdio && url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url)))
    fail('url', 'must use https (plain http is for loopback addresses only)')
  if (url.username !== '' || url.password !== '')
    fail('url', 'must not contain a credential; use a source and a placement')
  if (url.href.includes('#')) fail('url', 'must not contain a fragment')
  // Resource identifiers are logged and published; a query is where servers without better means take keys.
  if (url.search !== '' && input.resource === undefined)
    fail('resource', 'must be given when the URL has a query')
  const resource =
    resourceOf(input.resource ?? url.href) ??
    fail('resource', 'must be an https URL without user-info and fragment')
  const source = input.source ?? { type: 'exchange', scopes: [] }
  const placement = input.placement ?? { type: 'header' }
  if (!SOURCES.includes(source.type)) fail('source.type', `must be one of ${SOURCES.join(', ')}`)
  if (!PLACEMENTS.includes(placement.type))
    fail('placement.type', `must be one of ${PLACEMENTS.join(', ')}`)
  for (const scope of [
    ...scopesOf(source),
    ...(source.type === 'exchange' ? (source.stepUp ?? []) : []),
  ])
    if (!isScope(scope))
      fail('source.scopes', `has "${scope}", which is no scope token (RFC 6749 section 3.3)`)
  if (source.type === 'static' && source.of !== 'person' && source.of !== 'deployment')
    fail('source.of', 'must be "person" or "deployment"')
  if (stdio && (placement.type === 'header' || placement.type === 'session'))
    fail(
      'placement',
      `"${placement.type}" needs HTTP; a stdio server takes "argument", "meta" or "prompt"`,
    )
  const problem = problemOf(placement, source)
  if (problem) fail(...problem)
  const { leaveToModel = [], onReflection = 'redact' } = input
  for (const pointer of leaveToModel)
    if (!pointer.startsWith('/')) fail('leaveToModel', `has "${pointer}", which is no JSON pointer`)
  if (onReflection !== 'redact' && onReflection !== 'quarantine')
    fail('onReflection', 'must be "redact" or "quarantine"')
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

/** Whether a binding's URL means a child process. */
export function isStdio(url: string): boolean {
  return url.startsWith('stdio:')
}

/** The scopes that a source names. */
export function scopesOf(source: Source): readonly string[] {
  return 'scopes' in source ? source.scopes : []
}

/** What is wrong with a placement, or with its going together with the source: the setting and the problem. */
function problemOf(
  placement: Placement,
  source: Source,
): readonly [setting: string, problem: string] | undefined {
  switch (placement.type) {
    case 'header':
      if (placement.name === undefined) return undefined
      if (!/^[A-Za-z0-9-]{1,64}$/.test(placement.name))
        return ['placement.name', 'is no header name']
      return RESERVED.test(placement.name)
        ? ['placement.name', 'is a header that a credential cannot be put into']
        : undefined
    case 'meta':
      if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)+\/[A-Za-z0-9._-]+$/.test(placement.key))
        return ['placement.key', 'must be like "com.example/access-token"']
      return /(?:^|\.)(?:modelcontextprotocol|mcp)[./]/.test(placement.key)
        ? ['placement.key', 'has a prefix that is reserved to MCP']
        : undefined
    case 'argument':
      return parametersProblem(placement.parameters)
    case 'prompt':
      if (source.type === 'static' && placement.insecurelyShowLiteralTokens) {
        return [
          'placement',
          'would show the model a key that does not expire; use "argument" or "header"',
        ]
      }
      if (placement.insecurelyShowLiteralTokens && source.type !== 'exchange') {
        return [
          'placement.insecurelyShowLiteralTokens',
          'needs the source "exchange": no other token is narrow and short-lived enough',
        ]
      }
      return parametersProblem(placement.parameters)
    case 'session':
      return source.type === 'client-credentials'
        ? ['placement', '"session" binds a person, and "client-credentials" has none']
        : undefined
  }
}

function parametersProblem(
  parameters: readonly ArgumentParameter[] = [],
): readonly [setting: string, problem: string] | undefined {
  const wrong = parameters.find(({ pointer }) => !pointer.startsWith('/') || pointer.length < 2)
  return (
    wrong && [
      'placement.parameters',
      `has "${wrong.pointer}", which is no JSON pointer to a parameter (for example "/access_token")`,
    ]
  )
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  const copy: T = structuredClone(value)
  const freeze = (part: unknown) => {
    if (typeof part !== 'object' || part === null) return
    Object.values(part).forEach(freeze)
    Object.freeze(part)
  }
  freeze(copy)
  return copy
}

function resourceOf(text: string): string | undefined {
  try {
    return canonicalResource(text)
  } catch {
    return undefined
  }
}

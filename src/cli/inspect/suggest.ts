// Suggests a binding from what was seen: which source, which placement, and why. A suggestion never
// leaves a parameter to the model, and never fills what only one tool has.

import { decisionsFor } from './decisions.ts'
import type {
  Authorization,
  InspectedIssuer,
  InspectedParameter,
  InspectedTool,
  SuggestedBinding,
  SuggestedConnection,
  SuggestedPart,
  Suggestion,
} from './report.ts'

/** What the suggestion is made from. */
export interface Seen {
  readonly url: string
  readonly server: { readonly name: string } | null
  readonly authorization: Authorization
  readonly tools: readonly InspectedTool[] | null
  readonly takingParameters: number
  /** Pointers that are to be bound tool by tool. */
  readonly ambiguous: ReadonlySet<string>
  /** The header that the operator wants the credential in, when it is not `Authorization`. */
  readonly header: string | undefined
}

type Chosen = Pick<Suggestion, 'binding' | 'connection' | 'reasons'>

/** With fewer tools, that all have a name says little beside a header. */
const MANY_TOOLS = 3

/** Suggests a binding. */
export function suggest(seen: Seen): Suggestion {
  const tools = seen.tools ?? []
  const usable = tools.filter(({ unusable }) => unusable === null)
  const inHeader = seen.authorization.required || seen.header !== undefined
  const isAsked = (parameter: InspectedParameter): boolean =>
    inHeader
      ? parameter.everywhere &&
        parameter.looksLike === 'subject' &&
        seen.takingParameters >= MANY_TOOLS
      : isSuggested(parameter, seen.takingParameters)
  const parameters = filledParameters(usable, seen.ambiguous, isAsked)
  const decisions = decisionsFor(tools, (tool, { pointer }) =>
    parameters.some((one) => one.pointer === pointer && (one.tool ?? tool) === tool),
  )
  const chosen = inHeader ? chooseHeader(seen, parameters) : chooseArguments(seen, parameters)
  const undecided = [...new Set(decisions.map(({ pointer }) => pointer))]
  return { name: nameOf(seen), ...chosen, undecided, decisions }
}

/**
 * Whether the evidence is good enough to suggest that a parameter is filled: nearly all tools ask
 * for it, or half of them for what is clearly a credential, or it says whose that credential is.
 */
export function isSuggested(
  { everywhere, looksLike, besideCredential, inTools, value }: InspectedParameter,
  takingParameters: number,
): boolean {
  if (value === null) return false
  return (
    everywhere ||
    besideCredential ||
    (looksLike === 'credential' && 2 * inTools >= takingParameters)
  )
}

/** A parameter that is filled. */
interface Filled {
  readonly pointer: string
  readonly value: unknown
  readonly tool?: string
}

function chooseHeader(seen: Seen, parameters: readonly Filled[]): Chosen {
  const { authorization, header } = seen
  const isBasic = authorization.challenge?.scheme?.toLowerCase() === 'basic'
  const from = isBasic && header === undefined ? PERSONS_KEY : sourceOf(seen)
  const isStandard = header === undefined || header.toLowerCase() === 'authorization'
  const part: SuggestedPart = {
    type: 'header',
    ...(isStandard ? {} : { name: header }),
    ...(isBasic && isStandard ? { value: BASIC } : {}),
  }
  const fills = parameters.length > 0
  return {
    binding: bindingOf(seen, from.source, fills ? [part, { type: 'argument', parameters }] : part),
    connection: from.connection ?? null,
    reasons: [
      authorization.required
        ? 'placement header: the server refuses requests without a credential'
        : 'placement header: you named the header',
      ...(isBasic
        ? [
            'value: the server asks for Basic; the template has the person’s email before the key, so change it where the server wants another name',
          ]
        : []),
      from.reason,
      ...(fills ? ['placement argument: nearly all its tools also ask who the caller is'] : []),
    ],
  }
}

const BASIC = 'Basic {base64:{claim:email}:{credential}}'

const PERSONS_KEY: ReturnType<typeof sourceOf> = {
  source: { type: 'static', of: 'person' },
  reason: 'source static: the server takes a name and a key, so a key is kept for each person',
}

function chooseArguments(seen: Seen, parameters: readonly Filled[]): Chosen {
  const { tools } = seen
  if (parameters.some(({ value }) => value === 'credential')) {
    const from = sourceOf(seen)
    return {
      binding: bindingOf(seen, from.source, { type: 'argument', parameters }),
      connection: from.connection ?? null,
      reasons: [
        'placement argument: the server takes anybody’s requests, and its tools ask for the credential',
        from.reason,
      ],
    }
  }
  if (parameters.length > 0)
    return {
      // Nothing is filled with a credential, so the source is never asked.
      binding: bindingOf(seen, { type: 'own' }, { type: 'argument', parameters }),
      connection: null,
      reasons: [
        'placement argument: its tools ask whose data they work on',
        'no credential is asked for: whoever reaches this server can be anybody, so let nobody else reach it',
      ],
    }
  const reasons =
    tools === null
      ? ['its tools could not be listed, so nothing is known of what it needs']
      : [
          'it asks for no credential, in no tool and of no request: everybody acts as the account that the server was started with',
          'if that is meant, give its URL to your framework without a binding',
          'if the server takes a credential with each request all the same (look into its documentation), inspect it with --header NAME and --token-env NAME; if it takes one only where it is started, run a process for each person: url stdio:NAME, and the placement env',
        ]
  return { binding: null, connection: null, reasons }
}

/** Each parameter once; for one tool only where another tool may mean something else by it. */
export function filledParameters(
  tools: readonly InspectedTool[],
  ambiguous: ReadonlySet<string>,
  isAsked: (parameter: InspectedParameter) => boolean,
): readonly Filled[] {
  const all = tools.flatMap(({ name, parameters }) =>
    parameters.filter(isAsked).map(({ pointer, value }) => ({
      pointer,
      value,
      ...(ambiguous.has(pointer) ? { tool: name } : {}),
    })),
  )
  return [...new Map(all.map((parameter) => [JSON.stringify(parameter), parameter])).values()]
}

function sourceOf({ authorization }: Seen): {
  readonly source: SuggestedBinding['source']
  readonly connection?: SuggestedConnection
  readonly reason: string
} {
  const { resource, servers, challenge } = authorization
  const scopes = resource?.scopes.length ? resource.scopes : (challenge?.scopes ?? [])
  const able = servers.filter(({ found }) => found)
  const exchanging = able.find(({ tokenExchange }) => tokenExchange)
  if (exchanging)
    return {
      source: { type: 'exchange', scopes },
      reason: `source exchange: ${exchanging.issuer} exchanges tokens; it must be the issuer of your people’s tokens, else use connection`,
    }
  const asserting = able.find(({ identityAssertion }) => identityAssertion)
  if (asserting)
    return {
      source: { type: 'identity-assertion', scopes },
      reason: `source identity-assertion: ${asserting.issuer} takes identity assertions; it must trust your people’s identity provider, else use connection`,
    }
  const connectable = able.filter(
    ({ endpoints }) => endpoints.authorization !== undefined && endpoints.token !== undefined,
  )
  const connecting = connectable.find(({ pkce }) => pkce) ?? connectable[0]
  if (connecting && resource)
    return {
      source: { type: 'connection' },
      connection: connectionOf(resource.resource, connecting, scopes),
      reason: `source connection: each person connects an account at ${connecting.issuer} by OAuth${connecting.pkce ? '' : '; its metadata does not announce S256, so write pkce only when its documentation says that it takes it, and do not connect otherwise'}`,
    }
  const own = able.find(({ grantTypes }) => grantTypes.includes('client_credentials'))
  if (own)
    return {
      source: { type: 'client-credentials', scopes },
      reason: `source client-credentials: ${own.issuer} gives tokens to apps only; the server does not learn for whom a call is made`,
    }
  return {
    source: { type: 'static', of: 'person' },
    reason:
      'source static: no usable authorization server is named, so a key is kept for each person (of: deployment for one key of the app); exchange, if it takes tokens of your people’s issuer',
  }
}

function connectionOf(
  resource: string,
  server: InspectedIssuer,
  scopes: readonly string[],
): SuggestedConnection {
  const { issuer, endpoints, elsewhere, clientDocuments, pkce } = server
  const away = ['authorization', 'token', 'revocation'].flatMap((name) => {
    const url = endpoints[name]
    return elsewhere.includes(name) && url !== undefined ? [[name, url] as const] : []
  })
  const client = clientDocuments
    ? { type: 'document' }
    : endpoints.registration !== undefined && !elsewhere.includes('registration')
      ? { type: 'dynamic' }
      : { type: 'registered', id: 'the client id that you registered' }
  return {
    resource,
    issuer,
    scopes,
    client,
    ...(away.length > 0 ? { endpoints: Object.fromEntries(away) } : {}),
    ...(pkce ? {} : { pkce: 'S256' as const }),
  }
}

function bindingOf(
  { url, authorization }: Seen,
  source: SuggestedBinding['source'],
  placement: SuggestedBinding['placement'],
): SuggestedBinding {
  const { origin, pathname, search } = new URL(url)
  const resource =
    authorization.resource?.resource ?? (search === '' ? undefined : `${origin}${pathname}`)
  return { url, ...(resource === undefined ? {} : { resource }), source, placement }
}

/**
 * A name that a binding may have. People and the model see it, so it has only letters, digits and
 * hyphens.
 */
function nameOf({ server, url }: Seen): string {
  const host = new URL(url).hostname.split('.').at(-2) ?? ''
  const letters = (server?.name ?? host)
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^[^A-Za-z]+|-+$/g, '')
  return letters.slice(0, 64) || 'Server'
}

// Suggests a binding from what was seen: which source, which placement, and why. A suggestion never
// leaves a parameter to the model.

import type {
  Authorization,
  InspectedIssuer,
  InspectedTool,
  SuggestedBinding,
  SuggestedConnection,
  Suggestion,
} from './report.ts'

/** What the suggestion is made from. */
export interface Seen {
  readonly url: string
  readonly server: { readonly name: string } | null
  readonly authorization: Authorization
  readonly tools: readonly InspectedTool[] | null
  /** Pointers that are to be bound tool by tool. */
  readonly ambiguous: ReadonlySet<string>
  /** The header that the operator wants the credential in, when it is not `Authorization`. */
  readonly header: string | undefined
}

type Chosen = Pick<Suggestion, 'binding' | 'connection' | 'reasons' | 'undecided'>

/** Suggests a binding. */
export function suggest(seen: Seen): Suggestion {
  return { name: nameOf(seen), ...choose(seen) }
}

function choose(seen: Seen): Chosen {
  const { authorization, tools, header, ambiguous } = seen
  const looking = (tools ?? []).filter(({ unusable }) => unusable === null)
  const parameters = parametersOf(looking, ambiguous)
  const pointers = [...new Set(parameters.map(({ pointer }) => pointer))]
  const asks = parameters.some(({ value }) => value === 'credential')

  if (authorization.required || header !== undefined) {
    const from = sourceOf(seen)
    const standard = header === undefined || header.toLowerCase() === 'authorization'
    return {
      binding: bindingOf(
        seen,
        from.source,
        standard ? { type: 'header' } : { type: 'header', name: header },
      ),
      connection: from.connection ?? null,
      reasons: [
        authorization.required
          ? 'placement header: the server refuses requests without a credential'
          : 'placement header: you named the header',
        from.reason,
        ...(pointers.length > 0
          ? [
              `its tools also have parameters that look like ${asks ? 'a credential' : 'an identity'}, and a binding has one placement: tools with them are refused`,
            ]
          : []),
      ],
      undecided: pointers,
    }
  }
  if (asks) {
    const from = sourceOf(seen)
    return {
      binding: bindingOf(seen, from.source, { type: 'argument', parameters }),
      connection: from.connection ?? null,
      reasons: [
        'placement argument: the server takes anybody’s requests, and its tools ask for the credential',
        from.reason,
      ],
      undecided: [],
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
      undecided: [],
    }
  const reason =
    tools === null
      ? 'its tools could not be listed, so nothing is known of what it needs'
      : 'it asks for no credential, in no tool and of no request: give its URL to your framework without a binding'
  return { binding: null, connection: null, reasons: [reason], undecided: [] }
}

/** Each parameter once; for one tool only where another tool may mean something else by it. */
function parametersOf(
  tools: readonly InspectedTool[],
  ambiguous: ReadonlySet<string>,
): readonly { readonly pointer: string; readonly value: string; readonly tool?: string }[] {
  const all = tools.flatMap(({ name, parameters }) =>
    parameters.map(({ pointer, looksLike }) => ({
      pointer,
      value: looksLike,
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

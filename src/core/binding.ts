// A binding: for one server, which credential is carried there (source) and where in the request it
// goes (placement). parse-binding.ts makes one from what the operator declares.

/** Which credential is carried. */
export type Source =
  /** A token whose audience is the server, in exchange for the user's (RFC 8693). The default. */
  | {
      readonly type: 'exchange'
      readonly scopes: readonly string[]
      /**
       * What the authorization server calls the server, where that is not its resource identifier.
       * It is asked for (RFC 8693 section 2.1), and a token that names it is for this server. With
       * several names, the first is asked for.
       */
      readonly audience?: string | readonly string[]
      /**
       * The authorization server decides on the server's scopes: all of `scopes` are asked for, and
       * not only those that the person's token holds. Default: what the issuer's dialect says, or
       * else false.
       */
      readonly scopesFromIssuer?: boolean
      /**
       * Scopes that may be added when the server asks for more (403 `insufficient_scope`), with one
       * exchange each time. Default none: the person is told which permission is missing.
       */
      readonly stepUp?: readonly string[]
    }
  /**
   * The user's own token, if its audience includes the server. MCP forbids to pass on any other.
   */
  | {
      readonly type: 'own'
      /**
       * You state that this server takes tokens for this audience: your API and its MCP server have
       * one identifier, or the server takes the issuer's ID token. The token must name it, and the
       * audit records what it names. Whoever gets the token can use it everywhere where that
       * audience is taken. Default: the server's resource alone.
       */
      readonly audience?: string | readonly string[]
    }
  /**
   * An account that this person connected by OAuth. Without one, the person is asked to connect.
   */
  | { readonly type: 'connection' }
  /** A key that is stored for this person, or for the whole deployment. */
  | { readonly type: 'static'; readonly of: 'person' | 'deployment' }
  /**
   * The app's own token (RFC 6749 section 4.4). The server does not learn for whom the call is
   * made.
   */
  | {
      readonly type: 'client-credentials'
      readonly scopes: readonly string[]
      /** As in the source `exchange`. */
      readonly audience?: string | readonly string[]
    }
  /**
   * A token for an assertion that the person's identity provider makes to the server's
   * authorization server (ID-JAG).
   */
  | { readonly type: 'identity-assertion'; readonly scopes: readonly string[] }

/**
 * What fills a tool's parameter: the credential, the subject, or a verified claim that is a string.
 */
export type ArgumentValue = 'credential' | 'subject' | { readonly claim: string }

/** A parameter that is hidden from the model and filled in at the call. */
export interface ArgumentParameter {
  /**
   * JSON pointer into the tool's arguments (RFC 6901). `*` stands for every element of an array.
   */
  readonly pointer: string
  readonly value: ArgumentValue
  /** The tool that has the parameter. Default: every tool that has it. */
  readonly tool?: string
}

/** Where in the request the credential goes. */
export type Placement =
  /**
   * `Authorization: Bearer` on every HTTP request, or another header that holds the bare
   * credential. The default.
   */
  | { readonly type: 'header'; readonly name?: string }
  /**
   * Named tool parameters, for servers that ask for credentials as arguments. The model sees
   * neither the parameters nor their values.
   */
  | {
      readonly type: 'argument'
      /**
       * Default: every parameter that looks like a credential or an identity; `onbehalf inspect`
       * lists them.
       */
      readonly parameters?: readonly ArgumentParameter[]
      /** Removes the sentences about the hidden parameters from descriptions. Default false. */
      readonly rewriteDescriptions?: boolean
      /**
       * What happens to a tool whose definition changes after it was first seen. Default `refuse`:
       * it is hidden.
       */
      readonly onChange?: 'refuse' | 'approve'
    }
  /** A key of the request's `_meta`, with a reverse-DNS prefix of your own. */
  | { readonly type: 'meta'; readonly key: string }
  /**
   * Once, when the server's session opens. Later requests carry only the session's id, or a handle
   * that the server made.
   */
  | { readonly type: 'session' }
  /**
   * The original pattern: the prompt names `user_id` and `access_token`, and the model repeats
   * them. It gets references, which are worthless elsewhere; the call replaces them with the real
   * values.
   */
  | {
      readonly type: 'prompt'
      readonly parameters?: readonly ArgumentParameter[]
      /**
       * Gives the model the token itself, for tools whose calls we do not make (hosted by the
       * model's provider). Default false.
       *
       * Warning: the model, its provider, the stored conversation and whoever injects a prompt then
       * hold a token of this person for this server. It must be an `exchange` token that lives 5
       * minutes at most.
       */
      readonly insecurelyShowLiteralTokens?: boolean
    }

/** What an operator declares for a server. */
export interface BindingInput {
  /**
   * The server's URL. Requests to exactly this URL, and no other, carry the credential.
   *
   * For a server that is a child process: `stdio:` and a name. Such a server needs a `resource`,
   * and a placement inside the messages, because it has no headers.
   */
  readonly url: string
  /** The resource identifier that the server's tokens have as audience. Default: the URL. */
  readonly resource?: string
  /** Default: `exchange` for all of the user's scopes. */
  readonly source?: Source
  /** Default: `Authorization: Bearer`. */
  readonly placement?: Placement
  /**
   * JSON pointers of parameters that look like a credential or an identity but that the model shall
   * fill. A tool that has another such parameter is refused, unless the placement fills it. Default
   * none.
   */
  readonly leaveToModel?: readonly string[]
  /**
   * What happens when the server sends a credential back. In any case it is removed from the
   * answer, the audit records it, and the server is marked. With `quarantine`, nothing more is sent
   * to a marked server, for any person, until an operator clears the mark. Default `redact`.
   */
  readonly onReflection?: 'redact' | 'quarantine'
}

/** A checked declaration. It is frozen. */
export interface Binding {
  /** The operator's name for the server. People and the model see no other name of it. */
  readonly name: string
  readonly url: string
  readonly resource: string
  readonly source: Source
  readonly placement: Placement
  readonly leaveToModel: readonly string[]
  readonly onReflection: 'redact' | 'quarantine'
}

/** Whether a binding's URL means a child process. */
export function isStdio(url: string): boolean {
  return url.startsWith('stdio:')
}

/** The scopes that a source names. */
export function scopesOf(source: Source): readonly string[] {
  return 'scopes' in source ? source.scopes : []
}

/** What the authorization server calls a server, beside its resource identifier. */
export function audiencesOf(source: Source): readonly string[] {
  const audience = 'audience' in source ? (source.audience ?? []) : []
  return typeof audience === 'string' ? [audience] : audience
}

/** What tokens for a server may name as their audience. */
export function namesOf({ source, resource }: Binding): readonly string[] {
  return [resource, ...audiencesOf(source)]
}

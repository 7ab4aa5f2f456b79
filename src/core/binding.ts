// A binding: for one server, which credential is carried there (source) and where in the request it
// goes (placement). parse-binding.ts makes one from what the operator declares.

import type { Placement } from './placement/placement.ts'

export type { ArgumentParameter, ArgumentValue, Placement } from './placement/placement.ts'

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
  /**
   * The credential that a placement means unless it names another. Default: `exchange` for all of
   * the user's scopes.
   */
  readonly source?: Source
  /**
   * Further credentials by name, for placements that say `from`, or `{credential:NAME}` in a
   * template: two keys of a person, or a token and a key. Default none.
   */
  readonly sources?: Readonly<Record<string, Source>>
  /** Where the credential goes: one place, or a list of several. Default: `Authorization: Bearer`. */
  readonly placement?: Placement | readonly Placement[]
  /**
   * Parameters that look like a credential or an identity but that the model shall fill: JSON
   * pointers, or pointers with a tool. A tool that has another such parameter is refused, unless
   * the placement fills it. Default none.
   */
  readonly leaveToModel?: readonly (string | LeftParameter)[]
  /**
   * The scopes that the calls of a tool need, by the tool's name: never more than the source names.
   * Default: those of the source, for every tool.
   */
  readonly toolScopes?: Readonly<Record<string, readonly string[]>>
  /** Which of the server's tools there are. The others are neither listed nor called. Default: all. */
  readonly tools?: ToolChoice
  /** The process of a stdio server, which is then started for each person. Default: none is. */
  readonly process?: ChildProcess
  /**
   * What happens when the server sends a credential back. In any case it is removed from the
   * answer, the audit records it, and the server is marked. With `quarantine`, nothing more is sent
   * to a marked server, for any person, until an operator clears the mark. Default `redact`.
   */
  readonly onReflection?: 'redact' | 'quarantine'
  /**
   * What happens when the server speaks the transport HTTP+SSE of MCP 2024-11-05, where the server
   * names the address that messages are posted to. That address is approved when it is on the
   * server's own origin. With `refuse`, the stream ends. Default `carry`.
   */
  readonly legacySse?: 'carry' | 'refuse'
}

/** The tools of a server that an operator wants, by the server's names for them. */
export interface ToolChoice {
  /** Default: all. */
  readonly allow?: readonly string[]
  /** It wins over `allow`. Default: none. */
  readonly deny?: readonly string[]
}

/** A parameter that the model fills, whatever it looks like. */
export interface LeftParameter {
  /**
   * JSON pointer into the tool's arguments. The empty text is all of them, with a `tool` and
   * `subtree: true`.
   */
  readonly pointer: string
  /** The tool that has it. Default: every tool. */
  readonly tool?: string
  /**
   * Whether everything below the pointer is left to the model too, also in a schema that contains
   * itself. Default false.
   */
  readonly subtree?: boolean
}

/** A server that is a child process, one for each person. */
export interface ChildProcess {
  readonly command: string
  readonly args?: readonly string[]
  /**
   * Its environment, which is otherwise empty: names of variables of this process, or variables
   * with their values. Default none.
   */
  readonly env?: readonly string[] | Readonly<Record<string, string>>
  /** Its working folder. Default: that of this process. */
  readonly cwd?: string
  /** Processes of this server at once, for all people together. */
  readonly maxProcesses?: number
  /** Milliseconds after which a process that nobody uses is ended. */
  readonly idleMs?: number
  /** Megabytes of memory that one process may take. */
  readonly maxMemoryMb?: number
}

/** The name of a binding's `source` among its sources. */
export const MAIN = 'main'

/** A checked declaration. It is frozen. */
export interface Binding {
  /** The operator's name for the server. People and the model see no other name of it. */
  readonly name: string
  readonly url: string
  readonly resource: string
  readonly source: Source
  /** The further sources, by name. */
  readonly sources: Readonly<Record<string, Source>>
  /** At least one. */
  readonly placements: readonly Placement[]
  readonly leaveToModel: readonly LeftParameter[]
  readonly toolScopes: Readonly<Record<string, readonly string[]>>
  readonly tools: ToolChoice
  readonly process?: ChildProcess
  readonly onReflection: 'redact' | 'quarantine'
  readonly legacySse: 'carry' | 'refuse'
}

/** Whether an operator wants a tool. */
export function wantsTool(
  { tools: { allow, deny } }: Pick<Binding, 'tools'>,
  name: string,
): boolean {
  return deny?.includes(name) !== true && allow?.includes(name) !== false
}

/** Whether a binding's URL means a child process. */
export function isStdio(url: string): boolean {
  return url.startsWith('stdio:')
}

/** The part of a binding's placement with this type; undefined when there is none. */
export function placementOf<Type extends Placement['type']>(
  { placements }: Pick<Binding, 'placements'>,
  type: Type,
): Extract<Placement, { readonly type: Type }> | undefined {
  return placements.find((one): one is Extract<Placement, { type: Type }> => one.type === type)
}

/** The binding as one of its sources sees it: that source is the only one. */
export function bindingOfSource(binding: Binding, name: string): Binding {
  const source = Object.hasOwn(binding.sources, name) ? binding.sources[name] : undefined
  return source ? { ...binding, source, sources: {} } : binding
}

/** All sources of a binding, by name. */
export function sourcesOf({
  source,
  sources,
}: Pick<Binding, 'source' | 'sources'>): readonly (readonly [name: string, source: Source])[] {
  return [[MAIN, source], ...Object.entries(sources)]
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
export function namesOf({
  source,
  resource,
}: Pick<Binding, 'source' | 'resource'>): readonly string[] {
  return [resource, ...audiencesOf(source)]
}

// What `onbehalf inspect` found, as `--json` prints it. Texts of the server are printable; nothing
// in it is a secret.

/** The whole report. New members may be added; `format` changes when one is taken away. */
export interface Report extends InspectedOthers {
  readonly format: 1
  readonly url: string
  /** What the server calls itself; null while it has not said. */
  readonly server: { readonly name: string; readonly version: string } | null
  /**
   * Protocol revisions that it speaks, the newest first. Empty when it does not tell them without a
   * credential.
   */
  readonly revisions: readonly string[]
  readonly authorization: Authorization
  /** Null when they could not be listed. */
  readonly tools: readonly InspectedTool[] | null
  /** How many of the tools take parameters; 0 when they could not be listed. */
  readonly takingParameters: number
  readonly suggestion: Suggestion
  /** What the operator should know or do. */
  readonly notes: readonly string[]
}

/** What was asked for without a credential, and what the server's documents say. */
export interface Authorization {
  /** Whether the server refuses requests without a credential. */
  readonly required: boolean
  /** The 401, as far as it is read. */
  readonly challenge: {
    readonly status: number
    readonly scheme: string | null
    readonly scopes: readonly string[]
    /** The `resource_metadata` that it names; followed only on the server's own origin. */
    readonly resourceMetadata: string | null
  } | null
  /** Protected resource metadata (RFC 9728). */
  readonly resource: {
    readonly resource: string
    readonly authorizationServers: readonly string[]
    readonly scopes: readonly string[]
  } | null
  readonly servers: readonly InspectedIssuer[]
}

/** One authorization server that the resource names (RFC 8414). */
export interface InspectedIssuer {
  readonly issuer: string
  /** False when its metadata could not be had, or is about another issuer. */
  readonly found: boolean
  readonly endpoints: Readonly<Record<string, string>>
  /**
   * Names of endpoints that are not on the issuer's own origin: a client uses them only when its
   * settings name them.
   */
  readonly elsewhere: readonly string[]
  /** PKCE with S256 (RFC 7636). */
  readonly pkce: boolean
  readonly grantTypes: readonly string[]
  /** Whether it says that it exchanges tokens (RFC 8693). */
  readonly tokenExchange: boolean
  /** Whether it says that it takes identity assertions (ID-JAG). */
  readonly identityAssertion: boolean
  /** Algorithms of DPoP proofs (RFC 9449); none when it does not bind tokens. */
  readonly dpop: readonly string[]
  /** Whether a client can be known by the URL of its metadata document. */
  readonly clientDocuments: boolean
}

/** What a server lists beside its tools; null for what it refused to list. */
export interface InspectedOthers {
  /** Prompts as tools: in a binding they are named `prompts/NAME`. */
  readonly prompts: readonly InspectedTool[] | null
  /** Templates of resources as tools: in a binding they are named `resources/NAME`. */
  readonly templates: readonly InspectedTool[] | null
  /** How many resources it lists. */
  readonly resources: number | null
}

/** One tool. */
export interface InspectedTool {
  readonly name: string
  /** Parameters that are taken for the caller's credential or identity. */
  readonly parameters: readonly InspectedParameter[]
  /** Parameters that only look so, and are the model's. */
  readonly others: readonly InspectedParameter[]
  /** Parameters that the server wants repeated in a header. */
  readonly headers: readonly { readonly pointer: string; readonly header: string }[]
  /** Whether it is refused with a binding that says nothing of its parameters. */
  readonly refused: boolean
  /** Why no binding makes it usable, but one that leaves something to the model; null when one does. */
  readonly unusable: string | null
}

/** A parameter whose name looks like a credential or an identity. */
export interface InspectedParameter {
  readonly pointer: string
  readonly looksLike: 'credential' | 'subject'
  /** Whether a call cannot do without it. */
  readonly required: boolean
  /** How many tools have a parameter of this name. */
  readonly inTools: number
  /** Whether `parameters: 'everywhere'` fills it. */
  readonly everywhere: boolean
  /** Whether it was taken for the caller's only because of the credential beside it. */
  readonly besideCredential: boolean
  /** Why it is taken for the caller's, or is not. */
  readonly why: string
  /** What would fill it; null where its name does not tell. */
  readonly value: unknown
}

/** What the operator decides about one parameter. */
export interface Decision
  extends Pick<InspectedParameter, 'pointer' | 'looksLike' | 'required' | 'inTools' | 'why'> {
  readonly tools: readonly string[]
  /** What it costs while it is undecided. */
  readonly cost: string
  /** For `parameters` of the placement `argument`; null where nothing is known that could fill it. */
  readonly fill: readonly Readonly<Record<string, unknown>>[] | null
  /** For `leaveToModel`. */
  readonly leave: readonly unknown[]
}

/** What could be declared for the server. */
export interface Suggestion {
  /** The name for the server, a key of `servers`. */
  readonly name: string
  /** The declaration, a value of `servers` of createOnBehalf; null when the server needs none. */
  readonly binding: SuggestedBinding | null
  /** For the source `connection`: a value of `servers` of connections. */
  readonly connection: SuggestedConnection | null
  readonly reasons: readonly string[]
  /**
   * Pointers that the binding does not fill and does not leave to the model. Until the operator has
   * decided, they are taken out of tools that can do without, and the others are refused.
   */
  readonly undecided: readonly string[]
  /** The same, each with what it costs, and with the settings that decide it. */
  readonly decisions: readonly Decision[]
}

/** A binding; every member is one of BindingInput. */
export interface SuggestedBinding {
  readonly url: string
  readonly resource?: string
  readonly source: Readonly<Record<string, unknown>>
  readonly placement: SuggestedPart | readonly SuggestedPart[]
  /** For a stdio server. */
  readonly process?: Readonly<Record<string, unknown>>
}

/** A placement, or a part of one. */
export type SuggestedPart = Readonly<Record<string, unknown>>

/** A server of `connections`; every member is one of ConnectionServer. */
export interface SuggestedConnection {
  readonly resource: string
  readonly issuer: string
  readonly scopes: readonly string[]
  readonly client: Readonly<Record<string, unknown>>
  readonly endpoints?: Readonly<Record<string, string>>
  /** Where its metadata does not announce it. */
  readonly pkce?: 'S256'
}

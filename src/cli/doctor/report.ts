// What `onbehalf doctor` found, as `--json` prints it. Every text in it is printable and short, and
// nothing in it is a secret or is made of one.

/** The whole report. New members may be added; `format` changes when one is taken away. */
export interface Report {
  readonly format: 1
  readonly verdict: Verdict
  readonly issuer: ExaminedIssuer
  /** Null when no token was given. */
  readonly token: TokenFacts | null
  /** What the preset's verifier said of the token. Null when it was not asked. */
  readonly door: DoorAnswer | null
  /** What the MCP server says of itself. Null when none was named. */
  readonly server: ServerFacts | null
  /** What a token exchange answered. Null when none was tried. */
  readonly exchange: ExchangeAnswer | null
  /** What is well, what is wrong, and what to do about it; in the order of the work. */
  readonly findings: readonly Finding[]
  /** TypeScript to paste; empty when nobody knows the issuer. */
  readonly settings: string
}

/** Exit codes 0, 1 and 2. */
export type Verdict = 'works' | 'does not work' | 'could not tell'

/** One thing that was found. */
export interface Finding {
  /** `well`; `wrong`: it does not work so; `unknown`: nobody could tell; `note`: worth knowing. */
  readonly is: 'well' | 'wrong' | 'unknown' | 'note'
  readonly says: string
  /** What to do. */
  readonly fix?: string
}

/** The issuer and its metadata (RFC 8414). */
export interface ExaminedIssuer {
  /** As the operator spelled it. */
  readonly given: string
  /** As its metadata spells it; null when it has none, or one about somebody else. */
  readonly spelled: string | null
  /** Where its metadata was looked for, and what was there. */
  readonly places: readonly { readonly url: string; readonly answer: string }[]
  /** Null when nobody knows: the issuer could not be read, and nothing else says whose it is. */
  readonly preset: {
    readonly name: string
    readonly title: string
    readonly because: string
  } | null
  /** Null without metadata. */
  readonly metadata: IssuerMetadata | null
}

/** What the metadata says. */
export interface IssuerMetadata {
  readonly endpoints: Readonly<Record<string, string>>
  /** Names of endpoints that are not on the issuer's own origin. */
  readonly elsewhere: readonly string[]
  readonly grantTypes: readonly string[]
  /** Whether it announces token exchange (RFC 8693); null when it announces no grants at all. */
  readonly tokenExchange: boolean | null
  /** PKCE with S256 (RFC 7636). */
  readonly pkce: boolean
}

/** What can be said of a token in public. */
export interface TokenFacts {
  /** `JWT`, or `opaque`: only its issuer can read it. */
  readonly form: 'JWT' | 'opaque' | 'encrypted'
  /** Of the header. */
  readonly typ: string | null
  readonly alg: string | null
  readonly issuer: string | null
  readonly audience: readonly string[]
  readonly scopes: readonly string[]
  /** The claims that hold the scopes. */
  readonly scopesIn: readonly string[]
  readonly client: string | null
  /** Claims that show the kind of the token or its issuer: their names, and values that name a kind. */
  readonly marks: readonly string[]
  readonly looksLike: 'access token' | 'ID token' | 'unknown'
  /** Seconds from now; negative when it is over. */
  readonly expiresIn: number | null
  /** It is worth something only with a key (RFC 9449, RFC 8705). */
  readonly bound: boolean
  /** It names who acts for the person (RFC 8693 section 4.1). */
  readonly actor: boolean
}

/** The answer of the preset's verifier. */
export interface DoorAnswer {
  readonly admits: boolean
  /** The audiences that it was asked for. */
  readonly audience: readonly string[]
  /** The scopes that the app would see. */
  readonly scopes: readonly string[]
  /** Why it refused, as the audit would say. */
  readonly reason: string | null
  readonly claim: string | null
  readonly expected: string | null
  readonly found: string | null
}

/** What an MCP server says of itself (RFC 9728). */
export interface ServerFacts {
  readonly url: string
  /** False when it has no such metadata. */
  readonly described: boolean
  readonly authorizationServers: readonly string[]
  readonly scopes: readonly string[]
}

/** The answer to a token exchange. */
export interface ExchangeAnswer {
  readonly done: boolean
  readonly reason: string | null
  /** The `error` of the authorization server. */
  readonly error: string | null
  readonly errorDescription: string | null
  /** The new token; null without one. */
  readonly token: TokenFacts | null
}

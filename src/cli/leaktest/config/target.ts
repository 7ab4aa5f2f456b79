// What a target is: the description that somebody writes of the stack that is tested. Types only;
// read-target.ts reads one from a file.

/** A stack to test. Texts may hold placeholders (placeholders.ts). */
export interface Target {
  /** For the report. */
  readonly name: string
  /** How to start it. Default: it runs already. */
  readonly start?: Start
  readonly chat: Chat
  /** Two people who use it. */
  readonly people: readonly [Person, Person]
  /**
   * The MCP servers that leaktest brings, by name. Default: `notes` and `tasks`, which are honest, and
   * `hostile`, which is not.
   */
  readonly mcp?: Readonly<Record<string, BroughtServer>>
  /** The deployment's secrets, by name: made up for the test, handed in as `{secret.NAME}`. */
  readonly secrets?: Readonly<Record<string, PlantedSecret>>
  /** Where the stack keeps and tells things. */
  readonly sinks?: readonly SinkSource[]
  /** Where a secret may be beside the rules of judge/entitled.ts. */
  readonly entitled?: readonly Entitlement[]
  /**
   * Encodings that the stack is known not to undo in what a server sends back, as a report names
   * them. What is found in one of them is told, and is no leak.
   */
  readonly notRemoved?: readonly string[]
  /** Names of JSON members that hold keyed fingerprints of credentials, which differ by right. */
  readonly fingerprints?: readonly string[]
  /** Whether equal runs can be compared byte by byte. Default true. */
  readonly deterministic?: boolean
}

/** How a stack is started. */
export interface Start {
  /** The program and its arguments. */
  readonly command: readonly string[]
  /** Added to PATH, HOME, LANG and TMPDIR. */
  readonly env?: Readonly<Record<string, string>>
  /** Relative to the file that describes the target. Default: the folder of the run, `{dir}`. */
  readonly cwd?: string
  /** What shows that it is ready. Default: the chat URL answers. */
  readonly ready?: { readonly url: string } | { readonly line: string }
  /** Seconds until it must be ready. Default 60. */
  readonly seconds?: number
}

/** Where people talk with it. */
export interface Chat {
  readonly url: string
  /** The protocol: ChatKit's, or what one message looks like. */
  readonly wire: 'chatkit' | MessageTemplate
  /** Ways of one stack that a request chooses between, handed in as `{variant}`. */
  readonly variants?: readonly string[]
}

/** A POST with one message. `{text}`, `{thread}` and `{variant}` are filled in. */
export interface MessageTemplate {
  readonly headers?: Readonly<Record<string, string>>
  /** JSON. */
  readonly body: unknown
  /** Where the thread's id is in the answer's JSON, as a JSON pointer. Default: it is made up. */
  readonly thread?: string
  /** The URL at which a thread is read again. Default: it cannot be. */
  readonly history?: string
}

/** Somebody who is signed in. */
export interface Person {
  readonly name: string
  /** The audience of the token that leaktest issues. Default: the chat URL. */
  readonly audience?: string
  /** The scope of that token. Default: `tools`. */
  readonly scope?: string
  /** Prints a token of the target's own issuer on its last line. Default: leaktest issues one. */
  readonly token?: {
    readonly command: readonly string[]
    readonly env?: Readonly<Record<string, string>>
  }
  /** How the token is presented. Default: `authorization: Bearer {token}`. */
  readonly headers?: Readonly<Record<string, string>>
}

/** An MCP server that leaktest brings. */
export interface BroughtServer {
  /** Whether it attacks. Default false. */
  readonly hostile?: boolean
  /** A parameter of its tools that takes the credential. Default: none. */
  readonly argument?: string
  /**
   * Another place of the request that takes the credential: `query NAME`, `cookie NAME`, `path` (the first
   * piece of it), `basic` (the password in `Authorization`), or `signature` (an HMAC in `X-Signature`).
   */
  readonly place?: string
  /** Whether it opens sessions, and asks for the credential only then. Default false. */
  readonly session?: boolean
  /** Whether it insists on a credential: in `Authorization`, or in this header. Default false. */
  readonly requires?: boolean | string
  /** The variants that call it. Default: all. */
  readonly variants?: readonly string[]
}

/** A secret of the deployment. */
export interface PlantedSecret {
  /** For people: `client secret`. */
  readonly kind: string
  /** A person's name. Default: nobody's. */
  readonly owner?: string
  /** Default `key`. `prefix:NAME` begins with the whole text of another one. */
  readonly shape?: Shape
  /** The MCP servers, or `model` or `issuer`, that it is for. */
  readonly for?: readonly string[]
}

/** What a secret looks like. */
export type Shape = 'key' | 'opaque' | 'short' | 'odd' | 'jwt' | `prefix:${string}`

/** What a sink is for. */
export type SourceKind = 'database' | 'log' | 'audit' | 'telemetry' | 'file'

/** Files, or a program that prints. */
export type SinkSource =
  | { readonly kind: SourceKind; readonly path: string }
  | { readonly kind: SourceKind; readonly command: readonly string[] }

/** A secret and a place that is meant to have it. `*` at an end stands for the rest. */
export interface Entitlement {
  /** The name of a secret in `secrets`, or a kind. */
  readonly secret: string
  readonly sink: string
}

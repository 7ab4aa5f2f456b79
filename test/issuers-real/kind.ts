// What every issuer here is to the steps: a server that runs, the app as its client, and the things
// that it does in its own way.

import type { Source } from 'onbehalf'
import type { ConfiguredIssuer, IssuerOptions } from 'onbehalf/issuers'
import type { Browser, Person } from './browser.ts'

/** The two MCP servers of the steps, an API, and the app's endpoint. Nobody listens there. */
export const TASKS = 'https://tasks.example/mcp'
export const API = 'https://api.example'
export const NOTES = 'https://notes.example/mcp'
export const APP = 'https://app.example/chat'
/** Where people come back to: of the page, and of connected accounts. */
export const PAGE_REDIRECT = 'https://app.example/signed-in'
export const CONNECT_REDIRECT = 'https://app.example/connected'

/** The page's client: how a person signs in to the app. */
export interface PageClient {
  readonly id: string
  /** Absent: a public client. */
  readonly secret?: string
  readonly scope: string
  /** Parameters of the authorization request beside the usual ones. */
  readonly parameters?: Readonly<Record<string, string>>
}

/** What a sign-in gave to the page. */
export interface SignedIn {
  /** The person's browser, with the issuer's cookies. */
  readonly browser: Browser
  readonly accessToken: string
  readonly idToken?: string | undefined
  readonly refreshToken?: string | undefined
}

/** A client of the issuer with its secret. */
export interface Client {
  readonly id: string
  readonly secret: string
}

/** The client of connected accounts. */
export interface ConnectClient {
  readonly id: string
  /** Absent: a public client. */
  readonly secret?: string
  readonly scopes: readonly string[]
}

/** Who asks about which tokens. */
export interface Introspection extends Client {
  /** Default: those of the page's tokens. */
  readonly audience?: string
  /** Its answer names no audience. */
  readonly assumeAudience?: boolean
  /** Parameters of the authorization request; an empty one is left out. */
  readonly parameters?: Readonly<Record<string, string>>
}

/** What the app declares of an issuer. A text in the place of a thing says why it is not offered. */
export interface Declared {
  readonly issuer: string
  /** The preset, as the app declares it. `app` has the client that exchanges. */
  readonly preset: (options: IssuerOptions) => ConfiguredIssuer
  /** What the page's tokens name as their audience. Absent: the preset knows, or the resource. */
  readonly appAudience?: string
  readonly app: Client
  readonly exchange: ((resource: string) => Source & { readonly type: 'exchange' }) | string
  /** The client of the server Tasks, where that server exchanges once more, for the API. */
  readonly tasksClient?: Client
  /** The issuer exchanges nothing: the app's own token service does. */
  readonly ownTokens?: true
  /** The client that may ask about tokens, and how a person gets a token to be asked about. */
  readonly introspect: Introspection | string
}

/** What a person signs in at. */
export type SignInPlace = Declared & Pick<RealIssuer, 'page'>

/** An issuer that runs. */
export interface RealIssuer extends Declared {
  readonly people: readonly Person[]
  readonly page: PageClient
  readonly connect: ConnectClient | string
  /** Ends the person's sign-in, as a click on "sign out" does. */
  readonly logOut: ((signedIn: SignedIn) => Promise<void>) | string
  /** The same server with the settings that the documentation hands out, where it does. */
  readonly documented?: SignInPlace
  /** From now on, new tokens are signed by a new key. */
  readonly rotateKeys: (() => Promise<void>) | string
  /** Ends the server; and starts it again at the same place, with what it had stored. */
  stop(): Promise<void>
  start(): Promise<void>
}

/** A kind of issuer, not yet installed. */
export interface IssuerKind {
  readonly name: string
  /** What an app declares of the one at this issuer identifier. */
  readonly declare: (issuer: string) => Declared
  /**
   * Gets it from the registries into a folder that may have it already.
   *
   * @throws NotAvailable when it cannot be had.
   */
  install(folder: string): Promise<void>
  /** Starts it with fresh data below `data`. */
  start(folder: string, data: string): Promise<RealIssuer>
}

/** So many people sign in at once. */
export const PEOPLE = 50

/** The people of every issuer. */
export const people: readonly Person[] = Array.from({ length: PEOPLE }, (_, at) => ({
  name: `person${at + 1}`,
  email: `person${at + 1}@people.example`,
  password: `the-password-of-${at + 1}`,
}))

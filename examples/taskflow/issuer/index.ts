// TaskFlow's authorization server: oidc-provider, configured. It has no passwords, so it is for the demo and nothing else.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TaskflowKeys } from '../keys.ts'

/** The three protected resources: absolute URIs, the audiences of access tokens (RFC 8707). */
export interface TaskflowResources {
  readonly chat: string
  readonly mcp: string
  readonly api: string
}

/** Options of {@link createIssuer}. */
export interface IssuerOptions {
  /** The issuer identifier: the URL it listens at, without a trailing slash. */
  readonly issuer: string
  /** The origin of the web page, whose scripts may call the token endpoint; its `/` is the redirect URI. */
  readonly web: string
  readonly resources: TaskflowResources
  readonly keys: TaskflowKeys
  /** The data folder; sessions, grants and refresh tokens are in `issuer.db` in it. */
  readonly dataDir: string
}

/** A running authorization server, for a node:http listener. */
export interface Issuer {
  readonly callback: (request: IncomingMessage, response: ServerResponse) => void
  /** Closes the database. */
  close(): void
}

/** Makes the authorization server; it listens nowhere itself. */
export function createIssuer(options: IssuerOptions): Issuer {
  throw new Error(`No authorization server yet for ${options.issuer}`)
}

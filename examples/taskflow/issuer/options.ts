// The options of TaskFlow's authorization server.

import type { TaskflowKeys } from '../keys.ts'

/** The protected resources. Each absolute URI is the audience of access tokens (RFC 8707). */
export interface TaskflowResources {
  readonly chat: string
  readonly mcp: string
  readonly gateway: string
  /** TaskFlow classic, the MCP server that takes credentials as arguments. */
  readonly classic: string
  /** The address of TaskFlow classic that takes the token in a header and the id as an argument. */
  readonly parts: string
  readonly api: string
}

/** Options of {@link createIssuer}. */
export interface IssuerOptions {
  /** The issuer identifier: the URL where it listens, without a trailing slash. */
  readonly issuer: string
  /**
   * The origin of the web page. Its scripts may call the token endpoint. Its `/` is the redirect
   * URI.
   */
  readonly web: string
  readonly resources: TaskflowResources
  readonly keys: TaskflowKeys
  /** The data folder. Its `issuer.db` holds the sessions, grants and refresh tokens. */
  readonly dataDir: string
  /**
   * Gets the error when the issuer itself fails. The caller gets `server_error`. Default: nobody
   * gets it.
   */
  readonly onFailure?: (error: Error) => void
}

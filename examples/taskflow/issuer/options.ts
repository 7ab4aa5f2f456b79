// The options of TaskFlow's authorization server.

import type { TaskflowKeys } from '../keys.ts'

/** The protected resources: absolute URIs, the audiences of access tokens (RFC 8707). */
export interface TaskflowResources {
  readonly chat: string
  readonly mcp: string
  /** TaskFlow classic, the MCP server that takes credentials as arguments. */
  readonly classic: string
  readonly api: string
}

/** Options of {@link createIssuer}. */
export interface IssuerOptions {
  /** The issuer identifier: the URL it listens at, without a trailing slash. */
  readonly issuer: string
  /**
   * The origin of the web page. Its scripts may call the token endpoint; its `/` is the redirect
   * URI.
   */
  readonly web: string
  readonly resources: TaskflowResources
  readonly keys: TaskflowKeys
  /** The data folder. Its `issuer.db` has the sessions, grants and refresh tokens. */
  readonly dataDir: string
  /**
   * Gets the error when the issuer itself fails; callers get `server_error`. Default: nobody gets
   * it.
   */
  readonly onFailure?: (error: Error) => void
}

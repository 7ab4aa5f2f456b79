// TaskFlow's API as one fetch handler, for the launcher to connect to a port. It has no rule of its
// own.

import { type Door, resourceMetadataResponse } from 'onbehalf'
import { openTasks } from './database.ts'
import { createRoutes } from './routes.ts'
import { createTaskStore } from './task-store.ts'

/** Options of {@link createApi}. */
export interface ApiOptions {
  /**
   * Verifies each request and says who makes it, and for whom. The routes are under the path of the
   * door's resource.
   */
  readonly door: Door
  /** The issuer of the access tokens. The protected resource metadata names it (RFC 9728). */
  readonly authorizationServer: string
  /** The SQLite file of the tasks. Its folder must exist. `:memory:` keeps nothing on disk. */
  readonly database: string
  /** Origins whose pages may read the answers (CORS). Default: none. */
  readonly allowedOrigins?: readonly string[]
  /** Gets every error that the API answers with 500. Default: nobody gets it. */
  readonly onError?: (error: unknown) => void
  /** Gives the time in milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
}

/** The running API. */
export interface Api {
  /** Answers one request. It does not throw, whatever the caller sent. */
  fetch(request: Request): Promise<Response>
  /** Closes the database file. */
  close(): Promise<void>
}

/** Opens the database and creates the API on it. */
export async function createApi(options: ApiOptions): Promise<Api> {
  const {
    door,
    authorizationServer,
    database,
    allowedOrigins = [],
    onError = () => {},
    now = Date.now,
  } = options
  const db = await openTasks(database)
  const routes = createRoutes({
    door,
    db,
    store: createTaskStore(db, now),
    allowedOrigins,
    onError,
  })
  const metadata = {
    resource: door.resource,
    authorization_servers: [authorizationServer],
    scopes_supported: ['tasks:read', 'tasks:write'],
    bearer_methods_supported: ['header'],
    resource_name: 'TaskFlow API',
  } as const
  return {
    fetch: async (request) => resourceMetadataResponse(request, metadata) ?? routes.fetch(request),
    close: () => db.destroy(),
  }
}

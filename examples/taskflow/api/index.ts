// TaskFlow's API as one fetch handler: what the launcher wires. Not a listener, and no rule of its
// own.

import { type Door, resourceMetadataResponse } from 'onbehalf'
import { openTasks } from './database.ts'
import { createRoutes } from './routes.ts'
import { createTaskStore } from './task-store.ts'

/** Options of {@link createApi}. */
export interface ApiOptions {
  /**
   * Verifies each request and tells for whom and by whom it is made; the routes live under the path
   * of its resource.
   */
  readonly door: Door
  /** Issuer of the access tokens, named in the protected resource metadata. */
  readonly authorizationServer: string
  /** The SQLite file of the tasks; `:memory:` keeps nothing. Its folder must exist. */
  readonly database: string
  /** Origins whose pages may read the answers (CORS). Default: none. */
  readonly allowedOrigins?: readonly string[]
  /** Told of every error that was answered with 500. Default: nobody. */
  readonly onError?: (error: unknown) => void
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** The running API. */
export interface Api {
  /** Answers one request; does not throw for anything that a caller sent. */
  fetch(request: Request): Promise<Response>
  /** Closes the database file. */
  close(): Promise<void>
}

/** Opens the database and makes the API over it. */
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

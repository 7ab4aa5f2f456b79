// Reads the person's tasks for a page that holds no token: the web server has the person's token
// exchanged for one that can read at the API, and do nothing else.

import { AuthError, createOnBehalf, type OnBehalfOptions } from 'onbehalf'
import type { TaskflowUrls } from './urls.ts'

/** The path that the page reads. */
export const OWN_TASKS = '/tasks'

/** What it shares with the chat, but for the client that exchanges. */
type OwnTasksOptions = Omit<OnBehalfOptions, 'resource' | 'servers'>

/** Makes the handler of `/tasks`. It gives undefined for any other path. */
export function createOwnTasks(
  urls: TaskflowUrls,
  options: OwnTasksOptions,
): (request: Request) => Promise<Response | undefined> {
  const url = `${urls.api}/tasks?limit=200`
  const onbehalf = createOnBehalf({
    ...options,
    resource: urls.chatkit,
    servers: {
      API: { url, resource: urls.api, source: { type: 'exchange', scopes: ['tasks:read'] } },
    },
  })
  return async (request) => {
    if (new URL(request.url).pathname !== OWN_TASKS) return undefined
    if (request.method !== 'GET')
      return new Response(null, { status: 405, headers: { allow: 'GET' } })
    return onbehalf.handle(request, async (caller) => {
      try {
        const { status, body } = await caller.fetch('API')(url)
        const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
        return new Response(body, { status, headers })
      } catch (error) {
        if (!(error instanceof AuthError)) throw error
        return Response.json(
          { code: 'unavailable', message: 'The tasks cannot be read right now.' },
          { status: 503 },
        )
      }
    })
  }
}

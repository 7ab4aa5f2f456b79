// Whether a server has lost the session of a use, before anything was done in it (MCP 2025-11-25: the
// answer 404 to a request with a session id says so, and that the request was not run).

/** A `fetch` that listens. */
export interface ListeningFetch {
  readonly fetch: typeof globalThis.fetch
  /** Whether the first message was answered with the loss of the session. */
  isLost(): boolean
}

/** Listens to the answers of one use. */
export function lostSession(fetch: typeof globalThis.fetch): ListeningFetch {
  let posts = 0
  let isLost = false
  return {
    isLost: () => isLost && posts === 1,
    async fetch(input, init) {
      const request = input instanceof Request ? input : undefined
      const isPost = (init?.method ?? request?.method) === 'POST'
      // The next message may be under way before the first was answered, and may have been run.
      if (isPost) posts++
      const response = await fetch(input, init)
      const headers = new Headers(init?.headers ?? request?.headers)
      if (isPost && response.status === 404 && headers.has('mcp-session-id')) isLost = true
      return response
    },
  }
}

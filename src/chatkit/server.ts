// The ChatKit server.

import type { ChatCaller, ChatkitServerOptions } from './options.ts'

/** Makes the handler of `POST /chatkit`. */
export function chatkitServer<C extends ChatCaller>(options: ChatkitServerOptions<C>): (request: Request) => Promise<Response> {
  throw new Error(`not built yet: ${typeof options}`)
}

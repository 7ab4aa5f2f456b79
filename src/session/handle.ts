// Which request is for what, below the path of the session.

import { finishSignIn } from './callback.ts'
import type { Keeper } from './keep.ts'
import { answerOwn, endOwn, listOwn, whoAmI } from './own-sign-ins.ts'
import { pageScript, signInsPage } from './page.ts'
import { answerJson, refusalPage } from './pages.ts'
import type { SessionParts } from './parts.ts'
import { refuseTooMany } from './rate-limit.ts'
import { beginSignIn } from './sign-in.ts'
import { signOut } from './sign-out.ts'

type Handler = (request: Request) => Promise<Response>

/** Answers the requests that are the session's own; undefined for any other path. */
export function router(
  parts: SessionParts,
  keeper: Keeper,
  logout: Handler,
): (request: Request) => Promise<Response | undefined> {
  const { path } = parts
  const own = (answer: Parameters<typeof answerOwn>[3]) => (request: Request) =>
    answerOwn(request, parts, keeper, answer)
  const routes: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
    '/sign-in': { GET: (request) => beginSignIn(request, parts) },
    '/callback': { GET: (request) => finishSignIn(request, parts, keeper) },
    '/sign-out': { POST: (request) => signOut(request, parts, keeper) },
    '/me': { GET: own(whoAmI) },
    '/sign-ins': { GET: own(listOwn), DELETE: own(endOwn(undefined)) },
    '/page': { GET: async () => signInsPage(parts) },
    '/page.js': { GET: async () => pageScript() },
    '/back-channel-logout': { POST: logout },
  }

  const routeAt = (below: string) => (Object.hasOwn(routes, below) ? routes[below] : undefined)

  return async (request) => {
    const { pathname } = new URL(request.url)
    if (!pathname.startsWith(`${path}/`)) return undefined
    const below = pathname.slice(path.length)
    const id = /^\/sign-ins\/([\w-]{1,64})$/.exec(below)?.[1]
    const methods = id === undefined ? routeAt(below) : { DELETE: own(endOwn(id)) }
    if (!methods) return undefined
    const handler = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined
    if (!handler)
      return new Response(null, {
        status: 405,
        headers: { allow: Object.keys(methods).join(', ') },
      })
    // The error of a store may quote what it was given, so it ends here.
    return refuseTooMany(request, below, parts.rateLimit)
      .then((refused) => refused ?? handler(request))
      .catch(() => unavailable(below, path))
  }
}

/** People who are on their way get a page; scripts get JSON. */
function unavailable(below: string, path: string): Response {
  if (below === '/sign-in' || below === '/callback')
    return refusalPage({ reason: 'server_unavailable' }, `${path}/sign-in`, [])
  const message = 'The sign-in is not available right now. Try again later.'
  return answerJson({ code: 'unavailable', message }, 503)
}

// The quick way in: a call of one server over node:http. It makes no web request, and keeps what stands
// behind a token between its calls. Whatever is rare goes the usual way, and all of it is decided by the
// same code: the door, the passing on, the answer.

import { hash } from 'node:crypto'
import { callersByToken, type KeepingParts } from '../callers-by-token.ts'
import { isStdio } from '../core/binding.ts'
import { LazyResponse } from '../core/http/lazy-response.ts'
import { onBodyEnd } from '../core/http/on-body-end.ts'
import type { Quick, QuickRequest } from '../core/http/quick.ts'
import { RUN_TOKEN_PREFIX } from './chat/run-tokens.ts'
import { ACCESS_KEY_PREFIX } from './keys/access-keys.ts'
import { type PassingParts, passOn } from './pass-on.ts'
import type { Route, Routes } from './routes.ts'

/** What the quick way is made of. */
interface QuickParts {
  /** The gateway's own address. */
  readonly url: string
  readonly routes: Routes
  readonly parts: PassingParts
  readonly keeping: Omit<KeepingParts, 'digest'>
  /** Called with each request that is taken. */
  readonly begin: () => void
}

/** Tokens that the gateway itself has given out: the door knows nothing of them. */
const OWN_TOKEN = new RegExp(`^bearer +(?:${RUN_TOKEN_PREFIX}|${ACCESS_KEY_PREFIX})`, 'i')

/** Makes the quick way into a gateway. */
export function quickWay({ url, routes, parts, keeping, begin }: QuickParts): Quick {
  const { host } = new URL(url)
  const quick = new Map(
    routes.all.filter((route) => isOverHttp(route, parts)).map((route) => [route.path, route]),
  )
  const digest = (text: string) => hash('sha256', text, 'base64')
  const admit = callersByToken({ ...keeping, digest })

  async function answer(request: QuickRequest, route: Route): Promise<Response> {
    const admission = await admit(request, route.resource)
    if (!admission.ok) return admission.response
    const { caller, end } = admission.value
    try {
      const response = await passOn(request, route, caller, parts)
      if (!(response instanceof LazyResponse && response.unread())) return onBodyEnd(response, end)
      end()
      return response
    } catch (error) {
      end()
      throw error
    }
  }

  return (request) => {
    const route = request.method === 'POST' ? quick.get(request.target) : undefined
    if (!route || !isPlain(request.headers, host)) return undefined
    begin()
    return answer(request, route)
  }
}

/** One server alone. A process works with the sign-in of the request that opened its session. */
function isOverHttp({ isOneServer, servers }: Route, { urlOf }: PassingParts): boolean {
  return isOneServer && servers.every((server) => !isStdio(urlOf(server)))
}

/** Whether nothing in the headers asks for more than the door does: no page, no cookie, no own token. */
function isPlain(headers: Headers, host: string): boolean {
  return (
    headers.get('host') === host &&
    !headers.has('origin') &&
    !headers.has('cookie') &&
    !OWN_TOKEN.test(headers.get('authorization') ?? '')
  )
}

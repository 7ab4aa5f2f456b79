// An app whose page has access tokens in its memory, which live for five minutes on a clock that a
// test moves: the real chat server, the built chat component, and an MCP server. No test lives here.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { agentChat, chatkitServer, memoryThreadStore } from '../../src/chatkit/index.ts'
import type { Caller } from '../../src/index.ts'
import { toNodeListener } from '../../src/mount/node.ts'
import { LIFE, shortLived } from '../short-lived.ts'
import { builtComponent } from './borrow.ts'

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>An app with tokens in its page</title>
<style>html, body { height: 100%; margin: 0 } onbehalf-chat { height: 100% }</style>
<onbehalf-chat history="false"></onbehalf-chat>
<script type="module">
  import '/onbehalf-chat.js'

  const chat = document.querySelector('onbehalf-chat')
  const fresh = async () => {
    const answer = await fetch('/token', { method: 'POST' })
    return answer.ok ? await answer.text() : undefined
  }
  let token = await fresh()
  chat.token = async ({ refresh }) => (refresh ? (token = await fresh()) : token)
  chat.addEventListener('chat-sign-in', (event) =>
    event.detail.waitUntil(fetch('/sign-in', { method: 'POST' })),
  )
  chat.addEventListener('chat-thread', ({ detail }) => history.replaceState(null, '', '#' + detail.id))
  chat.endpoint = '/chatkit'
  if (location.hash) chat.setThread(location.hash.slice(1))
</script>
</html>
`

/** A running app, and what happens to it. */
export interface ShortLivedApp extends AsyncDisposable {
  readonly origin: string
  readonly house: Awaited<ReturnType<typeof shortLived>>
  /** Tokens are numbered. The page gets each once. */
  tokensGiven(): number
  /** All tokens that were given out run out. */
  tokensRunOut(): void
}

/**
 * Starts the app. Its agent makes two calls, and the tokens run out between them. When the person has
 * said "sign out", the page gets no new one until they have signed in again. Where calls wait for an
 * approval, the agent makes one, and is told of its result as the last turn.
 */
export async function startShortLivedApp(
  approvals: 'never' | 'changes' = 'never',
): Promise<ShortLivedApp> {
  const house = await shortLived()
  let given = 0
  let isSignedIn = true
  const tokensRunOut = () => house.clock.forward(LIFE + 1)
  const chat = chatkitServer<Caller>({
    admit: house.onbehalf.admit,
    store: memoryThreadStore(),
    rateLimit: 'none',
    ...agentChat<Caller>({
      approvals,
      async *run({ input }, { caller }) {
        const last = input.at(-1)
        if (last?.role === 'tool') {
          yield { type: 'text_done', text: `approved call: ${last.output}` }
          return
        }
        yield { type: 'text_done', text: `first call: ${await house.call(caller)}` }
        if (approvals !== 'never') return
        tokensRunOut()
        isSignedIn = !(last?.role === 'user' && last.text === 'sign out')
        yield { type: 'text_done', text: `second call: ${await house.call(caller)}` }
      },
    }),
  })
  const component = await builtComponent()
  const as = (type: string) => ({ headers: { 'content-type': type } })
  const routes: Readonly<Record<string, (request: Request) => Response | Promise<Response>>> = {
    '/': () => new Response(PAGE, as('text/html; charset=utf-8')),
    '/onbehalf-chat.js': () => new Response(component, as('text/javascript')),
    '/chatkit': chat.fetch,
    '/token': () =>
      isSignedIn ? new Response(`canary.alice.${++given}`) : new Response(null, { status: 401 }),
    '/sign-in': () => {
      isSignedIn = true
      return new Response(null, { status: 204 })
    },
  }
  const server = createServer(
    toNodeListener(
      async (request) =>
        (await routes[new URL(request.url).pathname]?.(request)) ??
        new Response(null, { status: 404 }),
    ),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    house,
    tokensGiven: () => given,
    tokensRunOut,
    async [Symbol.asyncDispose]() {
      await chat.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await house[Symbol.asyncDispose]()
    },
  }
}

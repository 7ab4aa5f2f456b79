// An app that keeps sign-ins, with the real chat server, the built chat component and a real
// authorization server (oidc-provider), over real HTTP. No test lives here.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chatkitServer, memoryRateLimit, memoryThreadStore } from '../../src/chatkit/index.ts'
import {
  type Caller,
  createOnBehalf,
  memorySecretStore,
  memorySignInStore,
} from '../../src/index.ts'
import { oidc } from '../../src/issuers/index.ts'
import { toNodeListener } from '../../src/mount/node.ts'
import { serverSession } from '../../src/session/index.ts'
import { type RunningProvider, startProvider } from '../oauth/connection/provider.ts'
import { builtComponent } from './borrow.ts'

/** The page of the app. */
export const SESSION_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>An app with a cookie</title>
<style>html, body { height: 100%; margin: 0 } onbehalf-chat { height: 80% }</style>
<p id="person"></p>
<button id="sign-out">Sign out</button>
<onbehalf-chat history="false" start-greeting="What shall we do?"></onbehalf-chat>
<script type="module">
  import '/onbehalf-chat.js'

  const chat = document.querySelector('onbehalf-chat')
  const signIn = () => location.assign('/auth/sign-in?returnTo=/')
  chat.addEventListener('chat-sign-in', signIn)
  document.querySelector('#sign-out').addEventListener('click', async () => {
    const answer = await fetch('/auth/sign-out', { method: 'POST', headers: { 'X-OnBehalf': '1' } })
    location.assign((await answer.json()).location)
  })
  const me = await (await fetch('/auth/me')).json()
  if (me.signedIn) {
    document.querySelector('#person').textContent = me.subject
    chat.person = me.subject
    chat.endpoint = '/chatkit'
  } else signIn()
</script>
</html>
`

/** A running app. */
export interface SessionApp {
  readonly origin: string
  readonly provider: RunningProvider
  /** Everything that the app has answered, with headers, streams too. */
  answers(): Promise<readonly string[]>
  /** The refresh requests that were made. */
  refreshes(): number
  /** Moves the app's clock, and not the issuer's. */
  forward(seconds: number): void
  close(): Promise<void>
}

/** Starts the app and its issuer. */
export async function startSessionApp(): Promise<SessionApp> {
  let offsetMs = 0
  let refreshes = 0
  const now = () => Date.now() + offsetMs
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const resource = `${origin}/chatkit`
  const provider = await startProvider({ resource, redirectUri: `${origin}/auth/callback` })
  const issuer = oidc({ issuer: provider.issuer, audience: resource, now })
  const session = serverSession({
    issuer,
    clientId: 'app',
    origin,
    resource,
    scopes: ['openid', 'tasks:read'],
    store: memorySignInStore(),
    secrets: memorySecretStore(),
    audit: { record: () => {} },
    fetch: async (input, init) => {
      if (init?.body instanceof URLSearchParams && init.body.get('grant_type') === 'refresh_token')
        refreshes++
      return fetch(input, init)
    },
    now,
  })
  const onbehalf = createOnBehalf({
    resource,
    issuer,
    session,
    servers: {},
    audit: { record: () => {} },
    now,
  })
  const chat = chatkitServer<Caller>({
    admit: onbehalf.admit,
    store: memoryThreadStore(),
    rateLimit: memoryRateLimit(),
    async *respond(_thread, message, { caller, newItem }) {
      const said = message?.content.map((part) => part.text).join('') ?? ''
      const text = `${caller.principal.subject} said: ${said}`
      const content = [{ type: 'output_text', text, annotations: [] }] as const
      yield {
        type: 'thread.item.done',
        item: { ...newItem('message'), type: 'assistant_message', content },
      }
    },
  })
  const component = await builtComponent()
  const answers: Promise<string>[] = []
  const html = { 'content-type': 'text/html; charset=utf-8' }
  server.on(
    'request',
    toNodeListener(async (request) => {
      const response = await answerTo(request)
      const copy = response.clone()
      answers.push(copy.text().then((body) => JSON.stringify([[...copy.headers], body])))
      return response
    }),
  )
  async function answerTo(request: Request): Promise<Response> {
    const own = await session.handle(request)
    if (own) return own
    switch (new URL(request.url).pathname) {
      case '/chatkit':
        return chat.fetch(request)
      case '/onbehalf-chat.js':
        return new Response(component, { headers: { 'content-type': 'text/javascript' } })
      case '/':
        return new Response(SESSION_PAGE, { headers: html })
      default:
        return new Response(null, { status: 404 })
    }
  }
  return {
    origin,
    provider,
    answers: () => Promise.all(answers),
    refreshes: () => refreshes,
    forward(seconds) {
      offsetMs += seconds * 1000
    },
    async close() {
      await chat.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await provider.stop()
    },
  }
}

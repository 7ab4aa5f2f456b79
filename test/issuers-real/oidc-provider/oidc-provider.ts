// oidc-provider, the library for Node, in a process of its own. The package's own tests need it, so
// it is installed already.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { oidc } from 'onbehalf/issuers'
import {
  APP,
  type Declared,
  type IssuerKind,
  people,
  type RealIssuer,
  type SignedIn,
  TASKS,
} from '../kind.ts'
import { freePort, serve } from '../program.ts'
import { must } from '../tally.ts'
import { APP_CLIENT, OPAQUE } from './names.ts'

export const oidcProviderKind: IssuerKind = {
  name: 'oidc-provider',
  declare: declared,
  install: async () => {},
  start: async (_folder, data) => startOidcProvider(data),
}

function declared(issuer: string): Declared {
  return {
    issuer,
    preset: (options) => oidc({ issuer, ...options }),
    app: APP_CLIENT,
    exchange: (resource) => ({
      type: 'exchange',
      scopes: [resource === TASKS ? 'tasks:read' : 'notes:read'],
    }),
    introspect: { ...APP_CLIENT, parameters: { resource: OPAQUE }, audience: OPAQUE },
  }
}

async function startOidcProvider(data: string): Promise<RealIssuer> {
  mkdirSync(data, { recursive: true })
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}`
  const start = () =>
    serve(
      {
        command: process.execPath,
        args: [
          '--disable-warning=ExperimentalWarning',
          join(import.meta.dirname, 'server-child.ts'),
          String(port),
          data,
        ],
        cwd: data,
        log: join(data, 'server.log'),
      },
      async () => (await fetch(`${issuer}/.well-known/openid-configuration`)).ok,
    )
  let server = await start()
  const scope = 'openid tasks:read notes:read'
  return {
    ...declared(issuer),
    people,
    page: { id: 'page', scope, parameters: { resource: APP, prompt: 'consent' } },
    connect: { id: 'connecting', scopes: ['tasks:read'] },
    logOut: signOut,
    async rotateKeys() {
      const response = await fetch(`${issuer}/rotate-keys`, { method: 'POST' })
      must(response.status === 204, `the keys were not rotated: ${response.status}`)
    },
    stop: () => server.stop(),
    async start() {
      server = await start()
    },
  }

  /** Asks for the page that signs out, and says yes on it. */
  async function signOut({ browser, idToken }: SignedIn): Promise<void> {
    const page = await browser.send(`${issuer}/session/end?id_token_hint=${idToken}`)
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(await page.text()) ?? []
    const done = await browser.send(`${issuer}/session/end/confirm`, {
      method: 'POST',
      body: new URLSearchParams({ xsrf, logout: 'yes' }),
    })
    must(done.status === 303 || done.status === 302, `the logout answered ${done.status}`)
  }
}

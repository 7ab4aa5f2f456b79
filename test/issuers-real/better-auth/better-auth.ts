// Better Auth with its provider plugin, from the npm registry, in a folder of its own.

import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { betterAuth } from 'onbehalf/issuers'
import {
  APP,
  CONNECT_REDIRECT,
  type Declared,
  type IssuerKind,
  NOTES,
  PAGE_REDIRECT,
  people,
  type RealIssuer,
  TASKS,
} from '../kind.ts'
import { freePort, install, serve } from '../program.ts'
import { must } from '../tally.ts'

/** Its packages name each other by ranges that do not fit together, so each one is pinned. */
const PACKAGES = {
  'better-auth': '1.7.5',
  '@better-auth/core': '1.7.5',
  '@better-auth/oauth-provider': '1.7.5',
  '@better-auth/utils': '0.4.2',
  '@better-fetch/fetch': '1.3.2',
  'better-call': '1.4.0',
}

export const betterAuthKind: IssuerKind = {
  name: 'Better Auth',
  declare: declared,
  install: (folder) => installPackages(folder, 'better-auth', PACKAGES),
  start: (folder, data) => startBetterAuth(join(folder, 'better-auth'), data),
}

/** Installs packages of the npm registry into a folder of their own. */
export async function installPackages(
  folder: string,
  name: string,
  dependencies: Readonly<Record<string, string>>,
): Promise<void> {
  const place = join(folder, name)
  const done = join(place, 'node_modules', '.package-lock.json')
  const manifest = JSON.stringify({ private: true, dependencies })
  const file = join(place, 'package.json')
  if (existsSync(done) && readFileSync(file, 'utf8') === manifest) return
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { recursive: true })
  writeFileSync(file, manifest)
  await install(`${name} of npm`, {
    command: 'npm',
    args: ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--omit=optional'],
    cwd: place,
    log: join(folder, 'install.log'),
  })
}

function declared(issuer: string): Declared {
  return {
    issuer,
    preset: (options) => betterAuth({ issuer, ...options }),
    app: { id: 'app', secret: 'it-has-no-use-here' },
    appAudience: APP,
    ownTokens: true,
    exchange: (resource) => ({
      type: 'exchange',
      scopes: [resource === TASKS ? 'tasks:read' : 'notes:read'],
    }),
    introspect: 'it is known when the server has made its clients',
  }
}

async function startBetterAuth(place: string, data: string): Promise<RealIssuer> {
  mkdirSync(data, { recursive: true })
  writeFileSync(join(data, 'settings.json'), JSON.stringify(settings()))
  // A program finds packages from the folder that it is in.
  const program = join(place, 'server.mjs')
  copyFileSync(join(import.meta.dirname, 'server.mjs'), program)
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const issuer = `${origin}/api/auth`
  const start = () =>
    serve(
      {
        command: process.execPath,
        args: ['--disable-warning=ExperimentalWarning', program, String(port), data],
        cwd: data,
        log: join(data, 'server.log'),
      },
      async () => (await fetch(`${issuer}/.well-known/openid-configuration`)).ok,
    )
  let server = await start()
  const { page, connecting } = JSON.parse(readFileSync(join(data, 'clients.json'), 'utf8'))
  return {
    ...declared(issuer),
    people,
    page: {
      ...page,
      scope: 'openid offline_access tasks:read notes:read',
      parameters: { resource: APP },
    },
    connect: { ...connecting, scopes: ['tasks:read', 'offline_access'] },
    // A token may be asked about by the client that it was issued to.
    introspect: { ...page, parameters: { resource: '' }, assumeAudience: true },
    logOut: 'a sign-out there ends no access token that is a JWT; it lives 5 minutes',
    async rotateKeys() {
      const response = await fetch(`${origin}/rotate-keys`, { method: 'POST' })
      must(response.status === 204, `the keys were not rotated: ${response.status}`)
    },
    stop: () => server.stop(),
    async start() {
      server = await start()
    },
  }
}

/** What the server is filled with. */
function settings() {
  const scopes = ['tasks:read', 'notes:read']
  const client = {
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    skip_consent: true,
    enable_end_session: true,
    scope: `openid offline_access ${scopes.join(' ')}`,
  }
  return {
    people,
    scopes,
    resources: [APP, TASKS, NOTES],
    clients: [
      {
        ...client,
        name: 'page',
        token_endpoint_auth_method: 'client_secret_basic',
        redirect_uris: [PAGE_REDIRECT],
      },
      { ...client, name: 'connecting', redirect_uris: [`${CONNECT_REDIRECT}/Tasks`] },
    ],
  }
}

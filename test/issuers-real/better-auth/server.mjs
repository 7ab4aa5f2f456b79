// The program: Better Auth with its provider plugin, in the folder where it is installed. Its first
// argument is the port, its second the folder of its data. A POST to /rotate-keys ends its keys, so
// that it signs with new ones.
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { oauthProvider } from '@better-auth/oauth-provider'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'
import { jwt } from 'better-auth/plugins'

const [, , port, data] = process.argv
const baseURL = `http://127.0.0.1:${port}`
// People, clients and resources are in a file, which the steps wrote.
const { people, clients, resources, scopes } = JSON.parse(
  readFileSync(join(data, 'settings.json'), 'utf8'),
)
const database = new DatabaseSync(join(data, 'issuer.db'))
const options = {
  baseURL,
  secret: 'the-secret-of-the-cookies-of-this-server',
  database,
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  emailAndPassword: {
    enabled: true,
    // Fifty people sign in at once, and nobody attacks their passwords.
    password: {
      hash: async (password) => password,
      verify: async ({ hash, password }) => hash === password,
    },
  },
  plugins: [
    jwt({ jwks: { keyPairConfig: { alg: 'ES256' }, gracePeriod: 3600 } }),
    oauthProvider({
      loginPage: '/sign-in',
      consentPage: '/consent',
      scopes: ['openid', 'offline_access', ...scopes],
      resources,
      enforcePerClientResources: false,
      accessTokenExpiresIn: 300,
      silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
    }),
  ],
}
const { runMigrations } = await getMigrations(options)
await runMigrations()
const auth = betterAuth(options)
await fill()

/** Makes the people and the clients, once. The ids of the clients are Better Auth's own. */
async function fill() {
  if (database.prepare('select count(*) as n from user').get().n > 0) return
  for (const { name, email, password } of people)
    await auth.api.signUpEmail({ body: { name, email, password } })
  const [{ email, password }] = people
  const signedIn = await auth.api.signInEmail({ body: { email, password }, asResponse: true })
  const cookie = signedIn.headers.getSetCookie().map((line) => line.split(';')[0])
  const headers = new Headers({ cookie: cookie.join('; ') })
  const made = {}
  for (const { name, ...body } of clients) {
    const client = await auth.api.adminCreateOAuthClient({ body, headers })
    made[name] = { id: client.client_id, secret: client.client_secret }
  }
  writeFileSync(join(data, 'clients.json'), JSON.stringify(made))
}

/** The sign-in page. Better Auth leaves it to the app. */
async function signIn(request, response) {
  const url = new URL(request.url, baseURL)
  if (request.method === 'GET') {
    response.setHeader('content-type', 'text/html')
    response.end(
      '<form method="post"><input name="email"><input name="password" type="password"></form>',
    )
    return
  }
  const form = new URLSearchParams((await request.toArray()).join(''))
  const answer = await auth.api.signInEmail({
    body: { email: form.get('email'), password: form.get('password') },
    asResponse: true,
  })
  for (const name of ['sig', 'exp', 'prompt']) url.searchParams.delete(name)
  for (const line of answer.headers.getSetCookie()) response.appendHeader('set-cookie', line)
  response.writeHead(302, { location: `/api/auth/oauth2/authorize${url.search}` }).end()
}

const handle = toNodeHandler(auth)
createServer(async (request, response) => {
  const { pathname } = new URL(request.url, baseURL)
  if (pathname === '/sign-in') return signIn(request, response)
  if (pathname === '/rotate-keys') {
    database.prepare('update jwks set expiresAt = ?').run(new Date(Date.now() - 1000).toISOString())
    response.writeHead(204).end()
    return
  }
  // Where RFC 8414 puts the metadata of an issuer with a path; Better Auth leaves that to the app.
  if (pathname.startsWith('/.well-known/oauth-authorization-server/')) {
    const metadata = await auth.api.getOAuthServerConfig()
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(metadata))
    return
  }
  return handle(request, response)
}).listen(Number(port), '127.0.0.1')

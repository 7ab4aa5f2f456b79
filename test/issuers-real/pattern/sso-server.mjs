// The program: a sign-in as many apps have it. Better Auth with its older provider plugin gives the
// page an ID token and an opaque access token; there is no exchange, no audience, no introspection.
// Its first argument is the port, its second the folder of its data.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db'
import { toNodeHandler } from 'better-auth/node'
import { jwt, oidcProvider } from 'better-auth/plugins'

const [, , port, data] = process.argv
const baseURL = `http://127.0.0.1:${port}`
const { people, clientId, redirectUri } = JSON.parse(
  readFileSync(join(data, 'settings.json'), 'utf8'),
)
const options = {
  baseURL,
  secret: 'the-secret-of-the-cookies-of-this-server',
  // Trusted clients are not in the database, but its tables refer to them.
  database: new DatabaseSync(join(data, 'sso.db'), { enableForeignKeyConstraints: false }),
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  emailAndPassword: {
    enabled: true,
    password: {
      hash: async (password) => password,
      verify: async ({ hash, password }) => hash === password,
    },
  },
  plugins: [
    jwt({
      jwks: { keyPairConfig: { alg: 'RS256', modulusLength: 2048 } },
      jwt: { issuer: baseURL },
    }),
    oidcProvider({
      loginPage: '/sign-in',
      useJWTPlugin: true,
      requirePKCE: true,
      allowPlainCodeChallengeMethod: false,
      accessTokenExpiresIn: 6 * 3600,
      metadata: { issuer: baseURL },
      trustedClients: [
        {
          clientId,
          name: 'TaskFlow',
          type: 'public',
          redirectUrls: [redirectUri],
          disabled: false,
          skipConsent: true,
          metadata: {},
        },
      ],
      // Somebody in no organisation has no tenant.
      getAdditionalUserInfoClaim: (user) => ({
        tenant_id: user.email.startsWith('person1@') ? 'org-1' : null,
        organization_ids: user.email.startsWith('person1@') ? ['org-1'] : [],
        client_id: clientId,
        azp: clientId,
      }),
    }),
  ],
}
const { runMigrations } = await getMigrations(options)
await runMigrations()
const auth = betterAuth(options)
for (const { name, email, password } of people)
  await auth.api.signUpEmail({ body: { name, email, password } })

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
  for (const line of answer.headers.getSetCookie()) response.appendHeader('set-cookie', line)
  response.writeHead(302, { location: `/api/auth/oauth2/authorize${url.search}` }).end()
}

const handle = toNodeHandler(auth)
createServer((request, response) => {
  const { pathname } = new URL(request.url, baseURL)
  if (pathname === '/sign-in') return signIn(request, response)
  // The app serves the metadata at its origin, which is its issuer identifier.
  if (pathname === '/.well-known/openid-configuration')
    request.url = '/api/auth/.well-known/openid-configuration'
  return handle(request, response)
}).listen(Number(port), '127.0.0.1')

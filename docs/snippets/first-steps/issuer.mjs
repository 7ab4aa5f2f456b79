// An issuer for a try on your own machine: it gives everybody's token to whoever asks, so let nothing
// but a test trust it. GET /alice gives a token of Alice's; POST /token exchanges it (RFC 8693). People
// sign in at /authorize without a password.

import { createHash, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { decodeJwt, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'

const { PORT = '8081', GATEWAY = 'http://127.0.0.1:8080/mcp', GATEWAY_CLIENT_SECRET } = process.env
const issuer = `http://127.0.0.1:${PORT}`
const { publicKey, privateKey } = await generateKeyPair('ES256')
/** Another one at each start, so that nobody takes the key of the last start for this one. */
const kid = randomUUID()
const key = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }
if (!GATEWAY_CLIENT_SECRET) throw new Error('set GATEWAY_CLIENT_SECRET')
const groups = { alice: ['staff', 'admins'], bob: ['staff'] }

/** A token about a person that is good at one place, for five minutes. */
const signed = (typ, person, audience, claims) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', typ, kid })
    .setIssuer(issuer)
    .setSubject(person)
    .setAudience(audience)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(privateKey)

const tokenFor = (person, audience, more) =>
  signed('at+jwt', person, audience, {
    scope: 'tools',
    client_id: 'gateway',
    groups: groups[person],
    ...more,
  })

/** Whether it is the gateway that asks: its name and secret, each form-encoded (RFC 6749 section 2.3.1). */
function isGateway({ authorization = '' }) {
  const [name, secret] = Buffer.from(authorization.replace('Basic ', ''), 'base64')
    .toString()
    .split(':')
    .map(decodeURIComponent)
  return name === 'gateway' && secret === GATEWAY_CLIENT_SECRET
}

/** Sign-ins that wait for the gateway to fetch their tokens, by code. */
const codes = new Map()

/** Asks who it is, and sends the browser back to the gateway with a code (RFC 6749 section 4.1). */
function authorize(query) {
  const asked = Object.fromEntries(query)
  const { person, redirect_uri = '', state = '' } = asked
  const isBack = redirect_uri.startsWith(new URL('/', GATEWAY).href)
  if (!isBack) return [400, 'redirect_uri must be an address of the gateway']
  if (!(person in groups)) return [200, signInPage(query)]
  const code = randomUUID()
  codes.set(code, asked)
  return [302, `${redirect_uri}?${new URLSearchParams({ code, state })}`]
}

const signInPage = (query) =>
  `<!doctype html><title>Sign in</title><h1>Who are you?</h1>${Object.keys(groups)
    .map((name) => `<p><a href="/authorize?${query}&person=${name}">Sign in as ${name}</a></p>`)
    .join('')}`

/** The code goes in, the tokens of whoever signed in come out. PKCE: RFC 7636. */
async function redeem(form) {
  const asked = codes.get(form.get('code'))
  codes.delete(form.get('code'))
  const { person, nonce, code_challenge, resource = GATEWAY } = asked ?? {}
  const verifier = form.get('code_verifier') ?? ''
  const isSame = createHash('sha256').update(verifier).digest('base64url') === code_challenge
  if (!isSame) return [400, { error: 'invalid_grant' }]
  const access_token = await tokenFor(person, resource)
  const id_token = await signed('JWT', person, 'gateway', { nonce, name: person })
  return [
    200,
    { access_token, id_token, token_type: 'Bearer', expires_in: 300, scope: 'openid tools' },
  ]
}

async function token(request) {
  if (!isGateway(request.headers)) return [401, { error: 'invalid_client' }]
  const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString())
  return form.get('grant_type') === 'authorization_code' ? redeem(form) : exchange(form)
}

/** The person's token for the gateway goes in, one for the server behind it comes out. */
async function exchange(form) {
  const token = form.get('subject_token') ?? ''
  await jwtVerify(token, publicKey, { issuer, audience: GATEWAY })
  const access_token = await tokenFor(decodeJwt(token).sub, form.get('resource'), {
    act: { sub: 'gateway' },
  })
  const issued_token_type = 'urn:ietf:params:oauth:token-type:access_token'
  return [200, { access_token, issued_token_type, token_type: 'Bearer', expires_in: 300 }]
}

const metadata = {
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/keys`,
  response_types_supported: ['code'],
  code_challenge_methods_supported: ['S256'],
  grant_types_supported: ['authorization_code', 'urn:ietf:params:oauth:grant-type:token-exchange'],
}

async function answer(request) {
  if (request.url.startsWith('/.well-known/')) return [200, metadata]
  if (request.url === '/keys') return [200, { keys: [key] }]
  if (request.url === '/token')
    return token(request).catch(() => [400, { error: 'invalid_request' }])
  const { pathname, searchParams } = new URL(request.url, issuer)
  if (pathname === '/authorize') return authorize(searchParams)
  const person = pathname.slice(1)
  return person in groups ? [200, await tokenFor(person, GATEWAY)] : [404, 'nobody']
}

/** A text is a page, a token or the way back, anything else JSON. */
function headersOf(status, body) {
  if (status === 302) return { location: body }
  if (typeof body !== 'string') return { 'content-type': 'application/json' }
  return { 'content-type': body.startsWith('<') ? 'text/html' : 'text/plain' }
}

createServer(async (request, response) => {
  const [status, body] = await answer(request)
  response.writeHead(status, headersOf(status, body))
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}).listen(Number(PORT), '127.0.0.1', () => console.log(issuer))

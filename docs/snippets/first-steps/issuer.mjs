// An issuer for a try on your own machine: it gives everybody's token to whoever asks, so let nothing
// but a test trust it. GET /alice gives a token of Alice's; POST /token exchanges it (RFC 8693).

import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { decodeJwt, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'

const { PORT = '8081', GATEWAY = 'http://127.0.0.1:8080/mcp', GATEWAY_CLIENT_SECRET } = process.env
const issuer = `http://127.0.0.1:${PORT}`
const { publicKey, privateKey } = await generateKeyPair('ES256')
const key = { ...(await exportJWK(publicKey)), kid: 'first', alg: 'ES256', use: 'sig' }
if (!GATEWAY_CLIENT_SECRET) throw new Error('set GATEWAY_CLIENT_SECRET')
const groups = { alice: ['staff', 'admins'], bob: ['staff'] }

/** A token of a person's that is good at one place, for five minutes. */
const tokenFor = (person, audience, more) =>
  new SignJWT({ scope: 'tools', client_id: 'gateway', groups: groups[person], ...more })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'first' })
    .setIssuer(issuer)
    .setSubject(person)
    .setAudience(audience)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(privateKey)

/** Whether it is the gateway that asks: its name and secret, each form-encoded (RFC 6749 section 2.3.1). */
function isGateway({ authorization = '' }) {
  const [name, secret] = Buffer.from(authorization.replace('Basic ', ''), 'base64')
    .toString()
    .split(':')
    .map(decodeURIComponent)
  return name === 'gateway' && secret === GATEWAY_CLIENT_SECRET
}

/** The person's token for the gateway goes in, one for the server behind it comes out. */
async function exchange(request) {
  if (!isGateway(request.headers)) return [401, { error: 'invalid_client' }]
  const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString())
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
  authorization_endpoint: `${issuer}/authorize`, // nothing is there: nobody signs in
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/keys`,
  response_types_supported: ['code'],
  grant_types_supported: ['urn:ietf:params:oauth:grant-type:token-exchange'],
}

async function answer(request) {
  if (request.url.startsWith('/.well-known/')) return [200, metadata]
  if (request.url === '/keys') return [200, { keys: [key] }]
  if (request.url === '/token')
    return exchange(request).catch(() => [400, { error: 'invalid_request' }])
  const person = request.url.slice(1)
  return person in groups ? [200, await tokenFor(person, GATEWAY)] : [404, 'nobody']
}

createServer(async (request, response) => {
  const [status, body] = await answer(request)
  const isText = typeof body === 'string'
  response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json' })
  response.end(isText ? body : JSON.stringify(body))
}).listen(Number(PORT), '127.0.0.1', () => console.log(issuer))

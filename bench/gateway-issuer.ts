// The issuer of `bench/gateway.ts`: it signs tokens with ES256 and RS256, and exchanges every token.

import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { exportJWK, SignJWT } from 'jose'

/** An issuer with keys of its own. */
export interface Issuer {
  readonly url: string
  /** Signs a token: of every second person with ES256. */
  token(person: number): Promise<string>
  close(): void
}

/** Starts the issuer, in this process: the gateway asks it once for each person. */
export async function startIssuer(): Promise<Issuer> {
  const pairs = {
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  }
  const keys = await Promise.all(
    Object.entries(pairs).map(async ([alg, { publicKey }]) => ({
      ...(await exportJWK(publicKey)),
      kid: alg,
      alg,
      use: 'sig',
    })),
  )
  let issued = 0
  const server = createServer((request, response) => {
    void text(request).then(() => {
      const answer = (body: unknown) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      if (request.url?.startsWith('/.well-known/')) return answer(metadataOf(url))
      if (request.url === '/jwks') return answer({ keys })
      issued += 1
      return answer({
        access_token: `issued-${issued}-${Math.random()}-for-the-server-behind`,
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'use',
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    token(person) {
      const alg = person % 2 === 0 ? 'RS256' : 'ES256'
      return signed(url, `person-${person}`, alg, pairs[alg].privateKey)
    },
    close: () => void server.close(),
  }
}

function metadataOf(url: string) {
  return {
    issuer: url,
    jwks_uri: `${url}/jwks`,
    token_endpoint: `${url}/token`,
    response_types_supported: ['code'],
  }
}

function signed(issuer: string, subject: string, alg: string, key: KeyObject): Promise<string> {
  return new SignJWT({ scope: 'use', client_id: 'agent' })
    .setProtectedHeader({ alg, kid: alg, typ: 'at+jwt' })
    .setIssuer(issuer)
    .setSubject(subject)
    .setAudience('everybody')
    .setIssuedAt()
    .setJti(`of-${subject}`)
    .setExpirationTime('1h')
    .sign(key)
}

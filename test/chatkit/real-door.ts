// Doors as an app has them, with issuers in this process only, and the credentials of all people
// who come. It holds no test.

import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { ChatCaller } from '../../src/chatkit/index.ts'
import type { Principal } from '../../src/core/principal.ts'
import { createAuditor, createDoor } from '../../src/index.ts'
import { jwtVerifier } from '../../src/jwt/index.ts'

const RESOURCE = 'https://chat.example/chatkit'
const TENANTS = 'https://tenants.example'
const ISSUERS = ['https://a.example', 'https://b.example', TENANTS] as const

/** Who they are: the one whose threads they are, and those who are somebody else. */
export const PEOPLE = {
  owner: { issuer: 'https://a.example', subject: 'ada' },
  'another person': { issuer: 'https://a.example', subject: 'bob' },
  'the same subject of another issuer': { issuer: 'https://b.example', subject: 'ada' },
  'the same subject of a tenant': { issuer: TENANTS, subject: 'ada', tenant: 't1' },
  'the same subject of another tenant': { issuer: TENANTS, subject: 'ada', tenant: 't2' },
} as const satisfies Readonly<Record<string, Principal>>

/** Those who are admitted. */
export type Person = keyof typeof PEOPLE

/** Those who are not. */
export const REFUSED = [
  'nobody',
  'the owner with an expired credential',
  'the owner with a credential for another audience',
  'the owner with a forged credential',
] as const

export interface RealDoor {
  readonly url: string
  readonly admit: (
    request: Request,
  ) => Promise<
    | { readonly ok: true; readonly value: ChatCaller }
    | { readonly ok: false; readonly response: Response }
  >
  /** The headers that each of them sends. */
  readonly headers: Readonly<
    Record<Person | (typeof REFUSED)[number], Readonly<Record<string, string>>>
  >
}

/** Makes the doors. */
export async function realDoor(): Promise<RealDoor> {
  const keys = await generateKeyPair('ES256')
  const others = await generateKeyPair('ES256')
  const jwks = {
    keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }],
  }
  const doors = new Map(
    ISSUERS.map((issuer) => {
      const fetch: typeof globalThis.fetch = async (input) => {
        const url = String(input instanceof Request ? input.url : input)
        return Response.json(
          url.includes('.well-known') ? { issuer, jwks_uri: `${issuer}/jwks` } : jwks,
        )
      }
      const verifier = jwtVerifier({
        issuer,
        fetch,
        ...(issuer === TENANTS ? { tenantClaim: 'tid' } : {}),
      })
      const auditor = createAuditor({ record: () => {} })
      return [issuer as string, createDoor({ resource: RESOURCE, verifier, auditor })] as const
    }),
  )
  const bearer = async (
    principal: Principal,
    more: {
      readonly aud?: string
      readonly exp?: string
      readonly key?: typeof keys.privateKey
    } = {},
  ) => {
    const { issuer, subject, tenant } = principal
    const token = await new SignJWT({ client_id: 'page', ...(tenant ? { tid: tenant } : {}) })
      .setProtectedHeader({ alg: 'ES256', kid: 'k', typ: 'at+jwt' })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience(more.aud ?? RESOURCE)
      .setJti(crypto.randomUUID())
      .setIssuedAt(Math.floor(Date.now() / 1000) - 7200)
      .setExpirationTime(more.exp ?? '1h')
      .sign(more.key ?? keys.privateKey)
    return { authorization: `Bearer ${token}` }
  }
  return {
    url: RESOURCE,
    async admit(request) {
      const door = doors.get(issuerOf(request)) ?? doors.get(ISSUERS[0])
      if (!door) throw new TypeError('There is no door')
      const admission = await door.admit(request)
      if (!admission.ok) return admission
      return { ok: true, value: { principal: admission.value.principal, end: async () => {} } }
    },
    headers: {
      owner: await bearer(PEOPLE.owner),
      'another person': await bearer(PEOPLE['another person']),
      'the same subject of another issuer': await bearer(
        PEOPLE['the same subject of another issuer'],
      ),
      'the same subject of a tenant': await bearer(PEOPLE['the same subject of a tenant']),
      'the same subject of another tenant': await bearer(
        PEOPLE['the same subject of another tenant'],
      ),
      nobody: {},
      'the owner with an expired credential': await bearer(PEOPLE.owner, { exp: '-1h' }),
      'the owner with a credential for another audience': await bearer(PEOPLE.owner, {
        aud: 'https://api.example',
      }),
      'the owner with a forged credential': await bearer(PEOPLE.owner, { key: others.privateKey }),
    },
  }
}

/**
 * Chooses the door for a token by what the token says of itself, before anything of it is verified.
 */
function issuerOf(request: Request): string {
  const [, payload = ''] = (request.headers.get('authorization') ?? '').split('.')
  try {
    return String(JSON.parse(Buffer.from(payload, 'base64url').toString()).iss)
  } catch {
    return ''
  }
}

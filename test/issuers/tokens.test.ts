// Each issuer's own tokens, by its documentation, at a door that has the preset and nothing else.

import { describe, expect, it } from 'vitest'
import { createAuditor } from '../../src/core/audit.ts'
import { createDoor } from '../../src/core/door/door.ts'
import { mint, START, signingKey } from '../jwt/issuer.ts'
import { ISSUERS, type IssuerRows, type TokenRow } from './token-rows.ts'

const key = await signingKey('k1', 'RS256')
const stranger = await signingKey('k1', 'RS256')

/** Serves the keys wherever the issuer says that they are. */
const fetch: typeof globalThis.fetch = async (input) => {
  const url = String(input)
  const place = /^(.*)\/\.well-known\/openid-configuration$/.exec(url)
  if (/jwk|certs/.test(url)) return Response.json({ keys: [key.publicJwk] })
  if (!place?.[1]) return new Response(null, { status: 404 })
  // Some issuers have a slash at the end of their name, and some have none.
  const names = ISSUERS.flatMap(({ claims, rows }) => [claims.iss, rows[0]?.claims.iss])
  const issuer = names.find((name) => name === place[1] || name === `${place[1]}/`)
  return issuer === undefined
    ? new Response(null, { status: 404 })
    : Response.json({ issuer, jwks_uri: `${new URL(String(issuer)).origin}/jwks` })
}

async function knock({ preset, header, claims }: IssuerRows, row: TokenRow, signer = key) {
  const issuer = preset({ fetch, now: () => START * 1000, ...row.options })
  const door = createDoor({
    verifier: issuer.verifier,
    ...(issuer.audience ? { audience: issuer.audience } : { resource: 'https://app.example' }),
    auditor: createAuditor({ record() {} }),
  })
  const token = await mint(
    signer,
    { ...claims, ...row.claims },
    { typ: undefined, ...header, ...row.header },
  )
  return door.admit(
    new Request('https://app.example/chat', {
      headers: { authorization: `Bearer ${token.reveal()}` },
    }),
  )
}

describe.each(ISSUERS)('a token of $name', (issuer) => {
  it.each(issuer.rows)(`a token of ${issuer.name}: $kind is $outcome`, async (row) => {
    const admission = await knock(issuer, row)
    expect(admission.ok ? 'admitted' : admission.refusal.reason).toBe(row.outcome)
    if (admission.ok && row.scopes) expect(admission.value.token.scopes).toEqual(row.scopes)
  })

  it.each(issuer.rows)(
    `a token of ${issuer.name} that somebody else signed is refused: $kind`,
    async (row) => {
      expect((await knock(issuer, row, stranger)).ok).toBe(false)
    },
  )
})

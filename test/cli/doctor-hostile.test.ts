// `onbehalf doctor` against issuers, servers and tokens that are made to hurt: whatever they write comes
// out short, printable and without a secret, and no secret goes anywhere but to the issuer that was
// named.

import { describe, expect, it } from 'vitest'
import { Credential } from '../../src/core/credential.ts'
import { mint, signingKey } from '../jwt/issuer.ts'
import {
  KEYCLOAK,
  KEYCLOAK_CLAIMS,
  KEYCLOAK_METADATA,
  SECRET,
  tokenAnswer,
  tokenOf,
  type Visit,
  visit,
  type World,
} from './doctor-world.ts'

const key = await signingKey('k1', 'RS256')
const TASKS = 'https://tasks.example/mcp'
const token = await tokenOf(key, KEYCLOAK_CLAIMS)
const given = {
  issuer: KEYCLOAK,
  token,
  audience: ['app'],
  server: TASKS,
  target: TASKS,
  scopes: ['tasks:read'],
  clientId: 'app',
  clientSecret: SECRET,
}

/** Texts that a stranger may write in any place. */
const encoded = Buffer.from(token.reveal()).toString('base64')
const FOREIGN = (await mint(await signingKey('k2'))).reveal()
const HOSTILE: readonly (readonly [string, string])[] = [
  ['the token', token.reveal()],
  ['the token, encoded', encoded],
  ['the token, in a URL', `https://login.example/?t=${encodeURIComponent(token.reveal())}`],
  ['the end of the token', token.reveal().slice(-40)],
  ['the client’s secret', SECRET.reveal()],
  ['another token', FOREIGN],
  ['the token where a text is cut', 'x'.repeat(190) + token.reveal()],
  ['characters that move the cursor', '\u001b[2J\u001b]0;title\u0007\r\n+ well'],
  ['letters that change direction', '\u202Egnp.\u2066exe\u200b'],
  ['a very long text', 'long '.repeat(40_000)],
  ['code', "'}); process.exit(); //`$" + '{process.env.HOME}`'],
]

/** Checks what was shown. */
function expectSafe({ json, text, report }: Visit): void {
  for (const shown of [json, text]) {
    expect(shown.length).toBeLessThan(64 * 1024)
    for (const secret of [
      token.reveal().slice(-30),
      encoded.slice(40, 90),
      SECRET.reveal(),
      FOREIGN.slice(-30),
    ])
      expect(shown).not.toContain(secret)
    expect(shown).not.toMatch(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/,
    )
  }
  for (const one of textsIn({ ...report, settings: '' })) expect(one.length).toBeLessThan(1100)
  for (const list of listsIn(report)) expect(list.length).toBeLessThanOrEqual(24)
}

function listsIn(value: unknown): readonly (readonly unknown[])[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(listsIn)
  return Array.isArray(value) ? [value, ...inner] : inner
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** A long list of a text, as long as a document may be. */
const manyOf = (text: string) =>
  Array.from({ length: Math.min(2000, Math.ceil(150_000 / text.length)) }, () => text)

describe('a hostile issuer', () => {
  it.each(HOSTILE)('a hostile issuer cannot show in its metadata: %s', async (_, text) => {
    const documents = ['issuer', 'token_endpoint', 'grant_types_supported'].flatMap((member) =>
      [manyOf(text), `https://login.example/${text}`, text].map((value) => ({ [member]: value })),
    )
    const names = Object.keys(KEYCLOAK_METADATA).filter((name) => name !== 'issuer')
    const everywhere = Object.fromEntries(
      names.map((name) => [name, `https://login.example/${text.slice(0, 4000)}`]),
    )
    for (const changed of [...documents, everywhere])
      expectSafe(
        await visit({ metadata: { ...KEYCLOAK_METADATA, ...changed }, keys: [key] }, given),
      )
  })

  it.each(HOSTILE)('a hostile issuer cannot show in its refusals: %s', async (_, text) => {
    const answer = tokenAnswer(400, { error: text, error_description: text, error_uri: text })
    expectSafe(await visit({ metadata: KEYCLOAK_METADATA, keys: [key], answer }, given))
  })

  it.each(HOSTILE)(
    'a hostile issuer cannot show in a token that it issues: %s',
    async (_, text) => {
      const claims = Object.fromEntries(
        ['iss', 'aud', 'typ', 'azp', 'scope', 'token_use', 'ver', 'client_id'].map((name) => [
          name,
          text,
        ]),
      )
      const issued = await mint(key, claims, { typ: text.slice(0, 4000) })
      const answer = tokenAnswer(200, {
        access_token: issued.reveal(),
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: 300,
        scope: 'tasks:read',
      })
      const seen = await visit({ metadata: KEYCLOAK_METADATA, keys: [key], answer }, given)
      expectSafe(seen)
      expect(seen.json).not.toContain(issued.reveal().slice(-30))
    },
  )

  // What is a piece of another token, nobody can tell.
  const recognisable = HOSTILE.filter(([name]) => name !== 'the end of the token')
  it.each(recognisable)('a hostile token shows nothing that hurts: %s', async (_, text) => {
    const long = text.slice(0, 4000)
    const names = ['aud', 'sub', 'typ', 'azp', 'scope', 'scp', 'permissions', 'token_use', 'ver']
    const all = Object.fromEntries(names.map((name) => [name, long]))
    for (const changed of [all, { iss: long }, { aud: [long, long] }, { aud: long }])
      expectSafe(
        await visit(
          { metadata: KEYCLOAK_METADATA, keys: [key] },
          { ...given, token: await tokenOf(key, { ...KEYCLOAK_CLAIMS, ...changed }) },
        ),
      )
    const odd = new Credential(`e30.${Buffer.from(JSON.stringify(text)).toString('base64url')}.x`)
    expectSafe(await visit({ metadata: KEYCLOAK_METADATA }, { issuer: KEYCLOAK, token: odd }))
  })

  it.each(HOSTILE)('a hostile server cannot show in its metadata: %s', async (_, text) => {
    const answer: World['answer'] = (url) =>
      url.startsWith('https://tasks.example/.well-known/')
        ? Response.json({
            resource: TASKS,
            authorization_servers: [`https://login.example/${text}`, text],
            scopes_supported: manyOf(text),
          })
        : undefined
    expectSafe(await visit({ metadata: KEYCLOAK_METADATA, keys: [key], answer }, given))
  })

  it.each([
    ['https://evil.example/realms/acme', 'about another issuer'],
    ['http://127.0.0.1:8080/realms/acme', 'about another issuer'],
    ['https://login.example.evil.example/realms/acme', 'about another issuer'],
    ['https://login.microsoftonline.com/{tenantid}/v2.0', 'a template for many issuers'],
  ])('gets nothing sent to %s because its metadata says so', async (issuer, words) => {
    const metadata = {
      ...KEYCLOAK_METADATA,
      issuer,
      token_endpoint: `${issuer}/token`,
      introspection_endpoint: `${issuer}/introspect`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/jwks`,
    }
    for (const one of [token, new Credential('opaque-0123456789-abcdefgh')]) {
      const seen = await visit({ metadata, keys: [key] }, { ...given, token: one })
      expect(seen.report.verdict).toBe('does not work')
      expect(JSON.stringify(seen.report.findings)).toContain(words)
      const elsewhere = seen.asked.filter(
        ({ url }) => !/^https:\/\/(?:login|tasks)\.example\//.test(url),
      )
      expect(elsewhere).toEqual([])
      expect(seen.asked.filter(({ body }) => body.includes(SECRET.reveal()))).toEqual([])
    }
  })

  it('gets no secret when the token itself names another issuer', async () => {
    const other = 'https://evil.example'
    const stolen = await tokenOf(key, { ...KEYCLOAK_CLAIMS, iss: other })
    const metadata = { ...KEYCLOAK_METADATA, issuer: other, token_endpoint: `${other}/token` }
    const answer: World['answer'] = (url) =>
      url.startsWith(KEYCLOAK) || url.includes('login.example')
        ? new Response(null, { status: 404 })
        : undefined
    const seen = await visit({ metadata, keys: [key], answer }, { ...given, token: stolen })
    expect(seen.report.verdict).toBe('does not work')
    const secrets = [SECRET.reveal(), stolen.reveal()]
    for (const { url, body } of seen.asked)
      for (const one of secrets) expect(url + body).not.toContain(one)
  })

  it('whose answers have no end, or are no JSON, is read within bounds', async () => {
    let pieces = 0
    const endless = () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            // Whoever reads on has a failed test, and not a full memory.
            if (++pieces > 5000) controller.close()
            else controller.enqueue(new TextEncoder().encode(' '.repeat(65_536)))
          },
        }),
      )
    for (const answer of [
      endless,
      () => new Response('[]'),
      () => new Response('{'),
      () => new Response('null'),
    ])
      expect((await visit({ answer }, { issuer: KEYCLOAK })).report).toMatchObject({
        issuer: { metadata: null },
        verdict: 'does not work',
      })
    expect(pieces).toBeLessThan(50)
  })
})

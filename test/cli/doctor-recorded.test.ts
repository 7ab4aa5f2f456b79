// `onbehalf doctor` against recorded issuers: which preset it recognises, what it says of a setup that
// is wrong, and that the settings which it prints compile and are taken.

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { Credential } from '../../src/core/credential.ts'
import { ROOT } from '../architecture/sources.ts'
import { ISSUERS } from '../issuers/token-rows.ts'
import { mint, START, signingKey } from '../jwt/issuer.ts'
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
const world = { metadata: KEYCLOAK_METADATA, keys: [key] }
const exchanging = { server: TASKS, target: TASKS, scopes: ['tasks:read'] }
const client = { clientId: 'app', clientSecret: SECRET }

const issuedAnswer = async (aud: unknown) => ({
  access_token: (
    await mint(key, { ...KEYCLOAK_CLAIMS, aud, azp: 'app', scope: 'tasks:read' })
  ).reveal(),
  issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  token_type: 'Bearer',
  expires_in: 300,
  scope: 'tasks:read',
})

/** The settings that were written, by a name. */
const written: [string, string][] = []

const wrongOf = ({ report }: Visit) =>
  report.findings.filter(({ is }) => is === 'wrong').map(({ says, fix }) => `${says} ${fix}`)

describe('a setup that works', () => {
  it('a setup that works is told with the settings that were tried', async () => {
    const { report, json } = await visit(
      { ...world, answer: tokenAnswer(200, await issuedAnswer(TASKS)) },
      {
        issuer: KEYCLOAK,
        token: await tokenOf(key, KEYCLOAK_CLAIMS),
        audience: ['app'],
        ...exchanging,
        ...client,
      },
    )
    expect(wrongOf({ report } as Visit)).toEqual([])
    expect(report).toMatchObject({
      verdict: 'works',
      issuer: { spelled: KEYCLOAK, preset: { name: 'keycloak' } },
      token: {
        typ: 'JWT',
        audience: ['app'],
        scopes: ['openid', 'tasks:read', 'profile'],
        marks: ['typ=Bearer', 'azp', 'sid', 'auth_time'],
        looksLike: 'access token',
      },
      door: { admits: true, audience: ['app'], scopes: ['openid', 'tasks:read', 'profile'] },
      exchange: { done: true, token: { audience: [TASKS] } },
    })
    expect(report.settings).toBe(`import { Credential, createOnBehalf } from 'onbehalf'
import { keycloak } from 'onbehalf/issuers'

export const onbehalf = createOnBehalf({
  issuer: keycloak({
    url: 'https://login.example',
    realm: 'acme',
    audience: 'app',
    clientId: 'app',
    clientSecret: new Credential(process.env.CLIENT_SECRET ?? ''),
  }),
  servers: {
    Tasks: {
      url: 'https://tasks.example/mcp',
      source: { type: 'exchange', scopes: ['tasks:read'], audience: 'https://tasks.example/mcp' },
    },
  },
})`)
    for (const personal of ['Alice', KEYCLOAK_CLAIMS.sub, KEYCLOAK_CLAIMS.sid, KEYCLOAK_CLAIMS.jti])
      expect(json).not.toContain(personal)
  })

  it('a setup that works sends a JWT nowhere but into the exchange', async () => {
    const token = await tokenOf(key, KEYCLOAK_CLAIMS)
    const { asked } = await visit(world, { issuer: KEYCLOAK, token, audience: ['app'] })
    expect(asked.filter(({ body }) => body !== '')).toEqual([])
  })
})

describe('a setup that is wrong', () => {
  it.each([
    [`${KEYCLOAK}/`, 'the slash at the end'],
    ['https://login.example/realms/Acme', 'upper and lower case'],
    ['https://LOGIN.example/realms/acme/', 'the slash at the end, and in upper and lower case'],
  ])('names the right spelling for %s', async (issuer, difference) => {
    const found = await visit(world, { issuer })
    expect(found.report).toMatchObject({ verdict: 'does not work', issuer: { spelled: KEYCLOAK } })
    expect(wrongOf(found)[0]).toContain(`differ in ${difference} Write ${KEYCLOAK}:`)
    expect(found.report.settings).toContain("realm: 'acme'")
  })

  it.each([
    ['no audience at all', undefined, 'it has no audience'],
    ['the issuer’s own audience', 'account', 'its audience is the issuer’s own, account'],
  ])('names the mapper that is missing when a token has %s', async (_, aud, words) => {
    const token = await tokenOf(key, { ...KEYCLOAK_CLAIMS, aud })
    const found = await visit(world, { issuer: KEYCLOAK, token })
    expect(found.report.verdict).toBe('does not work')
    expect(wrongOf(found)).toEqual([
      `Nothing in the token names your app: ${words} At Keycloak: give the client a mapper of the type Audience`,
    ])
  })

  it('names both audiences when the token is for somebody else', async () => {
    const token = await tokenOf(key, KEYCLOAK_CLAIMS)
    const found = await visit(world, { issuer: KEYCLOAK, token, audience: ['other'] })
    expect(wrongOf(found)[0]).toContain('The door wants the audience other; the token has app')
  })

  it.each([
    [
      400,
      'invalid_request',
      'Standard token exchange is not enabled for the requested client',
      'exchange_invalid_request',
    ],
    [403, 'access_denied', 'Client is not within the token audience', 'exchange_access_denied'],
    [
      401,
      'unauthorized_client',
      'Invalid client or Invalid client credentials',
      'exchange_client_refused',
    ],
    [400, 'invalid_client', 'Requested audience not available: x', 'exchange_target_refused'],
  ])('quotes the issuer that does not exchange: %i %s', async (status, error, words, reason) => {
    const answer = tokenAnswer(status, { error, error_description: words })
    const token = await tokenOf(key, KEYCLOAK_CLAIMS)
    const given = { issuer: KEYCLOAK, token, audience: ['app'], ...exchanging, ...client }
    const found = await visit({ ...world, answer }, given)
    expect(found.report).toMatchObject({
      verdict: 'does not work',
      exchange: { done: false, reason, error, errorDescription: words },
    })
    expect(wrongOf(found)[0]).toContain(`${reason} (it says: ${error}: ${words})`)
    expect(wrongOf(found)[0]).toContain('Standard token exchange')
  })

  it.each([
    ['nobody', undefined, 'is for nobody, and not for'],
    ['the app', 'app', 'is for app, and not for'],
    ['the app too', [TASKS, 'app'], 'is for the app too'],
    ['another server too', [TASKS, 'https://notes.example/mcp'], 'is for others too'],
  ])('says that a new token for %s would not be sent', async (_, aud, words) => {
    const token = await tokenOf(key, KEYCLOAK_CLAIMS)
    const given = { issuer: KEYCLOAK, token, audience: ['app'], ...exchanging, ...client }
    const answer = tokenAnswer(200, await issuedAnswer(aud))
    expect(wrongOf(await visit({ ...world, answer }, given))[0]).toContain(words)
  })

  it('tells an ID token from an access token, and takes it when that is what the page has', async () => {
    const token = await tokenOf(key, {
      ...KEYCLOAK_CLAIMS,
      aud: 'page',
      typ: 'ID',
      at_hash: 'MTIz',
      scope: undefined,
    })
    const found = await visit(world, { issuer: KEYCLOAK, token })
    expect(found.report).toMatchObject({
      verdict: 'does not work',
      token: { looksLike: 'ID token' },
    })
    expect(wrongOf(found)).toHaveLength(1)
    const taken = await visit(world, { issuer: KEYCLOAK, token, idToken: true })
    expect(taken.report).toMatchObject({ verdict: 'works', door: { admits: true, scopes: [] } })
    expect(taken.report.settings).toContain("idTokensFor: 'page'")
  })

  it('says of an expired token whether the door would have admitted it', async () => {
    const over = { iat: START - 600, exp: START - 300, auth_time: START - 600 }
    const token = await tokenOf(key, { ...KEYCLOAK_CLAIMS, ...over })
    const fine = await visit(world, { issuer: KEYCLOAK, token, audience: ['app'] })
    expect(fine.report.door).toMatchObject({ admits: false, reason: null })
    expect(wrongOf(fine)[0]).toContain('expired; before, the door would have admitted it')
    const other = await visit(world, { issuer: KEYCLOAK, token, audience: ['other'] })
    expect(wrongOf(other).join()).toContain('The door wants the audience other')
  })

  it('goes by the issuer in the token when the one that was named has no metadata', async () => {
    const token = await tokenOf(key, KEYCLOAK_CLAIMS)
    const answer = (url: string) =>
      url.includes('/.well-known/') && !url.includes('/realms/acme')
        ? new Response(null, { status: 404 })
        : undefined
    const found = await visit({ ...world, answer }, { issuer: 'https://login.example', token })
    expect(wrongOf(found)[0]).toContain(`If that is your issuer, write ${KEYCLOAK}`)
    expect(found.report.settings).toContain("realm: 'acme'")
  })
})

describe('a token that is no JWT', () => {
  const opaque = new Credential('opaque-0123456789-abcdefghij')
  const claims = { active: true, ...KEYCLOAK_CLAIMS, client_id: 'page' }
  const answering = (place: string, body: object) => (url: string) =>
    url.endsWith(place) ? Response.json(body) : undefined

  it('is asked about by introspection where there is a client', async () => {
    const answer = answering('/introspect', claims)
    const given = { issuer: KEYCLOAK, token: opaque, audience: ['app'], ...client }
    const { report, asked } = await visit({ ...world, answer }, given)
    expect(report).toMatchObject({
      verdict: 'works',
      token: { form: 'opaque' },
      door: { admits: true, scopes: ['openid', 'tasks:read', 'profile'] },
    })
    expect(report.settings).toContain("opaqueTokens: 'introspection',")
    expect(report.settings).toContain("clientId: 'app',")
    expect(asked.map(({ url }) => new URL(url).origin)).not.toContain('https://other.example')
  })

  it('is asked about by userinfo where there is no client, with a warning of what that means', async () => {
    const answer = answering('/userinfo', { sub: KEYCLOAK_CLAIMS.sub, name: 'Alice A' })
    const given = { issuer: KEYCLOAK, token: opaque, audience: ['app'] }
    const { report, json } = await visit({ ...world, answer }, given)
    expect(report).toMatchObject({ verdict: 'works', door: { admits: true } })
    expect(report.settings).toContain("opaqueTokens: 'userinfo',")
    expect(json).toContain('every live token of this issuer is admitted')
    expect(json).not.toContain('Alice')
  })

  it('that has ended is told as that', async () => {
    const answer = answering('/introspect', { active: false })
    const given = { issuer: KEYCLOAK, token: opaque, audience: ['app'], ...client }
    const found = await visit({ ...world, answer }, given)
    expect(wrongOf(found)[0]).toContain('The issuer says that the token is over')
  })

  it('is refused with the setting to write where nobody can be asked', async () => {
    const { jwks_uri, issuer, token_endpoint } = KEYCLOAK_METADATA
    const metadata = { issuer, jwks_uri, token_endpoint }
    const given = { issuer: KEYCLOAK, token: opaque, audience: ['app'] }
    expect(wrongOf(await visit({ ...world, metadata }, given))[0]).toContain('The token is opaque')
  })
})

describe('an issuer in a cluster', () => {
  it('an issuer in a cluster is asked over plain http, and the settings name its host', async () => {
    const issuer = 'http://keycloak:8080/realms/acme'
    const metadata = { issuer, jwks_uri: `${issuer}/certs`, token_endpoint: `${issuer}/token` }
    const token = await tokenOf(key, { ...KEYCLOAK_CLAIMS, iss: issuer })
    const given = { issuer, token, audience: ['app'], insecurelyAllowHttp: ['keycloak:8080'] }
    const { report } = await visit({ metadata, keys: [key] }, given)
    expect(report.findings.filter(({ is }) => is === 'wrong')).toEqual([])
    expect(report).toMatchObject({ verdict: 'works', door: { admits: true } })
    expect(report.settings).toContain("url: 'http://keycloak:8080',")
    expect(report.settings).toContain("insecurelyAllowHttp: ['keycloak:8080'],")
    written.push(['cluster', report.settings])
  })
})

describe('an issuer that cannot be judged', () => {
  it('an issuer that does not answer leaves the question open', async () => {
    const answer = () => new Response(null, { status: 503 })
    const { report } = await visit({ answer }, { issuer: KEYCLOAK })
    expect(report.verdict).toBe('could not tell')
  })

  it('an issuer whose metadata redirects is not followed', async () => {
    const followed: (string | undefined)[] = []
    const answer: World['answer'] = (_, init) => {
      followed.push(init?.redirect)
      return new Response(null, { status: 302, headers: { location: 'https://evil.example' } })
    }
    const { report, json } = await visit({ answer }, { issuer: KEYCLOAK })
    expect(report.issuer.places[0]?.answer).toBe('redirects (HTTP 302), which is not followed')
    expect(new Set(followed)).toEqual(new Set(['manual']))
    expect(json).not.toContain('evil')
  })

  it('an issuer with its keys on another host is told with the setting that names them', async () => {
    const jwks_uri = 'https://keys.example/jwks'
    const metadata = { issuer: 'https://login.example', jwks_uri }
    const claims = { ...KEYCLOAK_CLAIMS, iss: 'https://login.example', typ: undefined }
    const token = await tokenOf(key, claims, { typ: 'at+jwt' })
    const given = { issuer: 'https://login.example', token, audience: ['app'] }
    const { report } = await visit({ metadata, keys: [key] }, given)
    expect(report).toMatchObject({
      verdict: 'works',
      issuer: { metadata: { elsewhere: ['jwks'] } },
    })
    expect(report.settings).toContain(`jwksUri: '${jwks_uri}',`)
  })

  it('an issuer that has no metadata is told with the places that were asked', async () => {
    const { report } = await visit({}, { issuer: 'https://login.example/x' })
    expect(report.verdict).toBe('does not work')
    expect(report.issuer.places.map(({ url, answer }) => `${url} ${answer}`)).toEqual([
      'https://login.example/.well-known/oauth-authorization-server/x HTTP 404',
      'https://login.example/.well-known/openid-configuration/x HTTP 404',
      'https://login.example/x/.well-known/openid-configuration HTTP 404',
    ])
  })
})

describe('the source that is chosen', () => {
  const sourceOf = async (more: Partial<Parameters<typeof visit>[1]>, resource: object = {}) => {
    const answer: World['answer'] = (url) =>
      url.startsWith('https://tasks.example/.well-known/') && Object.keys(resource).length > 0
        ? Response.json({ resource: TASKS, ...resource })
        : undefined
    const token = await tokenOf(key, KEYCLOAK_CLAIMS)
    const given = { issuer: KEYCLOAK, token, audience: ['app'], server: TASKS, ...more }
    const { report } = await visit({ ...world, answer }, given)
    return { settings: report.settings, findings: JSON.stringify(report.findings) }
  }

  it('is connection for a server that trusts another issuer only', async () => {
    const other = {
      authorization_servers: ['https://login.other.example'],
      scopes_supported: ['a'],
    }
    const { settings } = await sourceOf({}, other)
    expect(settings).toContain("source: { type: 'connection' }")
    expect(settings).toContain("issuer: 'https://login.other.example'")
  })

  it('is exchange for a server that trusts this issuer, with the scopes that it names', async () => {
    const own = { authorization_servers: [KEYCLOAK], scopes_supported: ['tasks:read'] }
    const { settings } = await sourceOf({}, own)
    expect(settings).toContain("source: { type: 'exchange', scopes: ['tasks:read'] }")
  })

  it('is own where the token names the server already', async () => {
    const token = await tokenOf(key, { ...KEYCLOAK_CLAIMS, aud: ['app', TASKS] })
    expect((await sourceOf({ token })).settings).toContain("source: { type: 'own' }")
    const shared = await sourceOf({ target: 'app' })
    expect(shared.settings).toContain("source: { type: 'own', audience: 'app' }")
  })

  it('says which scopes the page has to ask for', async () => {
    const { settings, findings } = await sourceOf({ scopes: ['tasks:read', 'tasks:write'] })
    expect(findings).toContain('The token does not hold tasks:write')
    expect(settings).not.toContain('scopesFromIssuer')
  })

  it('leaves the scopes to an issuer that gave them', async () => {
    const issued = { ...(await issuedAnswer(TASKS)), scope: 'tasks:read' }
    const token = await tokenOf(key, { ...KEYCLOAK_CLAIMS, scope: 'openid' })
    const given = { issuer: KEYCLOAK, token, audience: ['app'], ...exchanging, ...client }
    const found = await visit({ ...world, answer: tokenAnswer(200, issued) }, given)
    expect(found.report.settings).toContain('scopesFromIssuer: true')
  })

  it('is a token service where the issuer cannot exchange', async () => {
    const claims = {
      ...KEYCLOAK_CLAIMS,
      iss: 'https://clerk.acme.example',
      aud: 'https://acme.example',
    }
    const { settings, findings } = await sourceOf({
      issuer: 'https://clerk.acme.example',
      token: await tokenOf(key, claims),
      scopes: ['tasks:read'],
    })
    expect(settings).toContain("exchanger: service.exchanger('app')")
    expect(settings).toContain("audiences: { 'https://tasks.example/mcp': ['tasks:read'] }")
    expect(findings).toContain('Clerk has no token exchange')
  })
})

/** What the metadata of each issuer has beside `issuer`, by its documentation or as recorded. */
const ENDPOINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  hydra: { authorization_endpoint: '/oauth2/auth', token_endpoint: '/oauth2/token' },
  spring: { token_endpoint: '/oauth2/token', jwks_uri: '/oauth2/jwks' },
  pingFederate: { token_endpoint: '/as/token.oauth2', jwks_uri: '/pf/JWKS' },
  betterAuth: { token_endpoint: '/api/auth/oauth2/token', jwks_uri: '/api/auth/jwks' },
  zitadel: { token_endpoint: '/oauth/v2/token', jwks_uri: '/oauth/v2/keys' },
}

const presets = ISSUERS.map(({ name, header, claims, rows }) => {
  const row = rows.find(({ outcome }) => outcome === 'admitted')
  return {
    name,
    header: { ...header, ...row?.header },
    claims: { ...claims, ...row?.claims },
    idToken: row?.options?.idTokensFor !== undefined,
  }
})

describe('the provider of an issuer', () => {
  it.each(presets)('is recognised: $name', async ({ name, header, claims, idToken }) => {
    const issuer = String(claims.iss)
    const origin = URL.canParse(issuer) ? new URL(issuer).origin : `https://${issuer}`
    const named = Object.entries({ jwks_uri: '/jwks', ...ENDPOINTS[name] }).map(
      ([member, path]) => [member, `${origin}${path}`] as const,
    )
    const metadata = { issuer, ...Object.fromEntries(named) }
    const { report } = await visit(
      { metadata, keys: [key] },
      {
        issuer: URL.canParse(issuer) ? issuer : origin,
        token: await tokenOf(key, claims, header),
        server: TASKS,
        idToken,
        ...(name === 'workos, sessions' ? { clientId: 'client_01EXAMPLE' } : {}),
      },
    )
    written.push([name, report.settings])
    expect(report.issuer.preset?.name).toBe(name.split(',')[0])
    expect(report.door).toMatchObject({ admits: true })
  })
})

describe('a preset', () => {
  it('is written only for an issuer that it would be about', async () => {
    const issuer = 'https://api.workos.com/other'
    const { report } = await visit({ metadata: { issuer } }, { issuer })
    expect(report.issuer.preset?.name).toBe('oidc')
    expect(report.settings).toContain(`issuer: '${issuer}',`)
  })
})

describe('the settings that are written', () => {
  let folder: string
  beforeAll(() => {
    // Inside the repository: that is where `onbehalf` means this package.
    mkdirSync(join(ROOT, '.data'), { recursive: true })
    folder = mkdtempSync(join(ROOT, '.data', 'doctor-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
  })

  it('compile, and are taken, for each preset', async () => {
    const hostile = await visit(world, {
      issuer: KEYCLOAK,
      token: new Credential('an-opaque-token-of-Keycloak'),
      audience: ["it's `$" + '{process.exit()}`\n*/ // \u2028'],
      server: "https://tasks.example/mcp?a='b",
      scopes: ["it's"],
      clientId: "'; process.exit() //",
    })
    const plain = await visit(world, { issuer: KEYCLOAK })
    expect(written.length).toBeGreaterThan(15)
    const all = [...written, ['hostile', hostile.report.settings], ['plain', plain.report.settings]]
    for (const [name, code = ''] of all) writeFileSync(join(folder, `${name}.ts`), code)
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../tsconfig.base.json',
        compilerOptions: { noEmit: true, customConditions: ['onbehalf-source'] },
        include: ['*.ts', '../../src/**/*.d.ts'],
      }),
    )
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
    const done = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
      encoding: 'utf8',
    })
    expect(done.stdout).toBe('')
    vi.stubEnv('CLIENT_SECRET', SECRET.reveal())
    vi.spyOn(console, 'warn').mockImplementation(() => {}) // of plain http
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('there is no network in a test')
    })
    for (const [name] of all) {
      const made = await import(/* @vite-ignore */ pathToFileURL(join(folder, `${name}.ts`)).href)
      expect(typeof made.onbehalf.admit, name).toBe('function')
    }
    vi.unstubAllGlobals()
  })
})

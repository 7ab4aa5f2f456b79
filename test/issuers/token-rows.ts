// Literal tokens as each issuer's documentation shows them, and what a door with the issuer's preset
// and nothing else makes of them. It has no tests.

import type { ConfiguredIssuer, IssuerOptions } from '../../src/issuers/index.ts'
import {
  auth0,
  authentik,
  betterAuth,
  clerk,
  cognito,
  entra,
  firebase,
  google,
  hydra,
  keycloak,
  oidc,
  okta,
  pingFederate,
  spring,
  supabase,
  workos,
  zitadel,
} from '../../src/issuers/index.ts'
import { START } from '../jwt/issuer.ts'

/** One token, and what becomes of it. */
export interface TokenRow {
  readonly kind: string
  readonly header?: Record<string, unknown>
  readonly claims: Record<string, unknown>
  /** `admitted`, or the reason for the refusal. */
  readonly outcome: string
  readonly scopes?: readonly string[]
  /** Options beside those of the issuer. */
  readonly options?: IssuerOptions
}

/** One issuer: its preset, and its tokens. */
export interface IssuerRows {
  readonly name: string
  readonly preset: (options: IssuerOptions) => ConfiguredIssuer
  /** The header without `alg` and `kid`. */
  readonly header: Record<string, unknown>
  readonly claims: Record<string, unknown>
  readonly rows: readonly TokenRow[]
}

const API = 'https://api.acme.example/'
const TYPED = { typ: 'at+jwt' }
const JWT = { typ: 'JWT' }
const ID_MARKS = { nonce: 'n-0S6_WzA2Mj', at_hash: 'MTIzNDU2Nzg5MDEyMzQ1Ng' }
const times = { iat: START, exp: START + 300 }

const GUID = '6e74172b-be56-4843-9ff4-e66a39bb12e3'
const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47'
const OTHER_TENANT = '11111111-2222-3333-4444-555555555555'
const POOL = 'eu-west-1_AbCdEfGhI'

export const ISSUERS: readonly IssuerRows[] = [
  {
    name: 'oidc',
    preset: (options) =>
      oidc({ issuer: 'https://login.example', audience: 'https://api.acme.example', ...options }),
    header: JWT,
    claims: { ...times, iss: 'https://login.example', sub: 'alice', aud: API, client_id: 'web' },
    rows: [
      { kind: 'access token, RFC 9068', header: TYPED, claims: {}, outcome: 'admitted' },
      {
        kind: 'untyped access token with scopes',
        claims: { scope: 'tasks:read tasks:write' },
        outcome: 'admitted',
        scopes: ['tasks:read', 'tasks:write'],
      },
      { kind: 'untyped access token without scopes', claims: {}, outcome: 'admitted' },
      { kind: 'ID token', claims: { aud: 'web', ...ID_MARKS }, outcome: 'type_refused' },
      { kind: 'bare ID token', claims: { aud: 'web' }, outcome: 'type_refused' },
      {
        kind: 'ID token for the audience, from another client of the person',
        claims: { client_id: undefined, azp: 'phone' },
        outcome: 'type_refused',
      },
      { kind: 'logout token', claims: { events: {}, sid: 's' }, outcome: 'type_refused' },
      {
        kind: 'wrong audience',
        claims: { aud: 'https://other.example', scope: 'a' },
        outcome: 'audience_mismatch',
      },
      {
        kind: "another client's token, with clients named",
        claims: { client_id: 'phone', scope: 'a' },
        outcome: 'claim_invalid',
        options: { clients: ['web'] },
      },
    ],
  },
  {
    name: 'keycloak',
    preset: (options) =>
      keycloak({ url: 'https://login.example', realm: 'acme', audience: 'mcp', ...options }),
    header: JWT,
    claims: {
      ...times,
      iss: 'https://login.example/realms/acme',
      jti: '5a8d0c1e',
      aud: ['mcp', 'account'],
      sub: '8f1d7c9e',
      typ: 'Bearer',
      azp: 'web',
      sid: 'b4f7',
      acr: '1',
      scope: 'openid profile email',
    },
    rows: [
      { kind: 'access token, default', claims: {}, outcome: 'admitted' },
      { kind: 'access token before version 24', claims: { nonce: 'n' }, outcome: 'admitted' },
      { kind: 'access token, RFC 9068', header: TYPED, claims: {}, outcome: 'admitted' },
      {
        kind: 'ID token',
        claims: { typ: 'ID', aud: 'web', scope: undefined, ...ID_MARKS },
        outcome: 'type_refused',
      },
      {
        kind: 'ID token for the audience',
        claims: { typ: 'ID', aud: 'mcp', azp: 'mcp', scope: undefined },
        outcome: 'type_refused',
      },
      { kind: 'refresh token', claims: { typ: 'Refresh' }, outcome: 'type_refused' },
      { kind: 'logout token', claims: { typ: 'Logout', events: {} }, outcome: 'type_refused' },
      { kind: 'wrong audience', claims: { aud: 'account' }, outcome: 'audience_mismatch' },
      {
        kind: 'lightweight access token',
        claims: { aud: undefined },
        outcome: 'audience_mismatch',
      },
      {
        kind: 'token of another realm',
        claims: { iss: 'https://login.example/realms/other' },
        outcome: 'issuer_mismatch',
      },
    ],
  },
  {
    name: 'auth0',
    preset: (options) => auth0({ domain: 'acme.eu.auth0.com', audience: API, ...options }),
    header: JWT,
    claims: {
      ...times,
      iss: 'https://acme.eu.auth0.com/',
      sub: 'auth0|123456',
      aud: [API, 'https://acme.eu.auth0.com/userinfo'],
      azp: 'my_client_id',
      scope: 'openid profile read:patients',
    },
    rows: [
      {
        kind: 'access token, default profile',
        claims: {},
        outcome: 'admitted',
        scopes: ['openid', 'profile', 'read:patients'],
      },
      {
        kind: 'access token with permissions',
        claims: { scope: 'openid', permissions: ['read:patients', 'read:admin'] },
        outcome: 'admitted',
        scopes: ['openid', 'read:patients', 'read:admin'],
      },
      {
        kind: 'access token without scopes',
        claims: { scope: undefined, aud: API },
        outcome: 'admitted',
        scopes: [],
      },
      {
        kind: 'access token, RFC 9068 profile',
        header: TYPED,
        claims: { azp: undefined, client_id: 'my_client_id', jti: '73WakrfVbNJBaAmhQtEeDv' },
        outcome: 'admitted',
      },
      {
        kind: 'ID token',
        claims: { aud: 'my_client_id', azp: undefined, scope: undefined, name: 'Alice' },
        outcome: 'type_refused',
      },
      {
        kind: 'wrong audience',
        claims: { aud: 'https://other.example/' },
        outcome: 'audience_mismatch',
      },
      {
        kind: "token for Auth0's own API",
        claims: { aud: 'https://acme.eu.auth0.com/userinfo' },
        outcome: 'audience_mismatch',
      },
    ],
  },
  {
    name: 'entra',
    preset: (options) => entra({ tenant: TENANT, audience: [GUID, `api://${GUID}`], ...options }),
    header: JWT,
    claims: {
      ...times,
      nbf: START,
      iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
      aud: GUID,
      azp: GUID,
      azpacr: '0',
      oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
      scp: 'Tasks.Read Tasks.Write',
      sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
      tid: TENANT,
      ver: '2.0',
    },
    rows: [
      {
        kind: 'access token, version 2.0',
        claims: {},
        outcome: 'admitted',
        scopes: ['Tasks.Read', 'Tasks.Write'],
      },
      {
        kind: 'access token, version 1.0',
        claims: {
          iss: `https://sts.windows.net/${TENANT}/`,
          aud: `api://${GUID}`,
          azp: undefined,
          appid: GUID,
          ver: '1.0',
        },
        outcome: 'admitted',
      },
      {
        kind: 'ID token of the same registration',
        claims: { azp: undefined, scp: undefined, name: 'Alice', nonce: 'n' },
        outcome: 'type_refused',
      },
      {
        kind: 'ID token without a nonce',
        claims: { azp: undefined, scp: undefined, roles: ['Admin'] },
        outcome: 'type_refused',
      },
      {
        kind: 'token of an application with a role, version 2.0',
        claims: { scp: undefined, roles: ['Tasks.Read.All'], idtyp: 'app' },
        outcome: 'admitted',
      },
      {
        kind: 'token of an application to which nobody gave a role, version 2.0',
        claims: { scp: undefined, azp: OTHER_TENANT, azpacr: '1', idtyp: 'app' },
        outcome: 'type_refused',
      },
      {
        kind: 'token of an application to which nobody gave a role, version 1.0',
        claims: {
          iss: `https://sts.windows.net/${TENANT}/`,
          scp: undefined,
          azp: undefined,
          appid: OTHER_TENANT,
        },
        outcome: 'type_refused',
      },
      {
        kind: 'wrong audience (Microsoft Graph)',
        claims: { aud: '00000003-0000-0000-c000-000000000000' },
        outcome: 'audience_mismatch',
      },
      {
        kind: 'token of another directory',
        claims: { iss: `https://login.microsoftonline.com/${OTHER_TENANT}/v2.0` },
        outcome: 'issuer_mismatch',
      },
    ],
  },
  {
    name: 'entra, two directories',
    preset: (options) => entra({ tenants: [TENANT, OTHER_TENANT], audience: GUID, ...options }),
    header: JWT,
    claims: { ...times, aud: GUID, azp: 'web', scp: 'a', sub: 's' },
    rows: [
      {
        kind: 'token of the first',
        claims: { iss: `https://login.microsoftonline.com/${TENANT}/v2.0` },
        outcome: 'admitted',
      },
      {
        kind: 'token of the second',
        claims: { iss: `https://login.microsoftonline.com/${OTHER_TENANT}/v2.0` },
        outcome: 'admitted',
      },
      {
        kind: 'token of a third',
        claims: {
          iss: 'https://login.microsoftonline.com/99999999-0000-0000-0000-000000000000/v2.0',
        },
        outcome: 'issuer_mismatch',
      },
      {
        kind: 'token of the template',
        claims: { iss: 'https://login.microsoftonline.com/{tenantid}/v2.0' },
        outcome: 'issuer_mismatch',
      },
    ],
  },
  {
    name: 'okta',
    preset: (options) => okta({ domain: 'acme.okta.com', audience: 'api://default', ...options }),
    header: {},
    claims: {
      ...times,
      ver: 1,
      jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
      iss: 'https://acme.okta.com/oauth2/default',
      aud: 'api://default',
      sub: 'alice@acme.example',
      cid: 'nmdP1fcyvdVO11AL7ECm',
      uid: '00ulthapbErVUwVJy4x6',
      scp: ['openid', 'tasks:read'],
    },
    rows: [
      {
        kind: 'access token, default',
        claims: {},
        outcome: 'admitted',
        scopes: ['openid', 'tasks:read'],
      },
      { kind: 'access token without scopes', claims: { scp: undefined }, outcome: 'admitted' },
      {
        kind: 'ID token',
        claims: { aud: 'nmdP1fcyvdVO11AL7ECm', cid: undefined, scp: undefined, amr: ['pwd'] },
        outcome: 'type_refused',
      },
      { kind: 'wrong audience', claims: { aud: 'api://other' }, outcome: 'audience_mismatch' },
      {
        kind: 'access token of the organisation',
        header: { typ: 'application/okta-internal-at+jwt' },
        claims: { iss: 'https://acme.okta.com', aud: 'https://acme.okta.com' },
        outcome: 'type_refused',
      },
    ],
  },
  {
    name: 'cognito',
    preset: (options) => cognito({ userPoolId: POOL, clientId: '1example23456789', ...options }),
    header: {},
    claims: {
      ...times,
      iss: `https://cognito-idp.eu-west-1.amazonaws.com/${POOL}`,
      sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      client_id: '1example23456789',
      token_use: 'access',
      scope: 'phone openid profile email',
      auth_time: START,
      jti: 'j',
      username: 'alice',
    },
    rows: [
      { kind: 'access token, default', claims: {}, outcome: 'admitted' },
      {
        kind: 'access token for a resource',
        claims: { aud: 'https://api.acme.example' },
        outcome: 'admitted',
        options: { audience: API },
      },
      {
        kind: 'access token for nobody',
        claims: { aud: [] },
        outcome: 'audience_mismatch',
      },
      {
        kind: 'access token for another resource',
        claims: { aud: 'https://other.example' },
        outcome: 'audience_mismatch',
      },
      {
        kind: 'ID token',
        claims: {
          token_use: 'id',
          aud: '1example23456789',
          client_id: undefined,
          scope: undefined,
          'cognito:username': 'alice',
        },
        outcome: 'type_refused',
      },
      {
        kind: "another client's token",
        claims: { client_id: '9other' },
        outcome: 'audience_mismatch',
      },
      {
        kind: 'token of another pool',
        claims: { iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other' },
        outcome: 'issuer_mismatch',
      },
    ],
  },
  {
    name: 'google',
    preset: (options) => google({ clientId: 'web.apps.googleusercontent.com', ...options }),
    header: JWT,
    claims: {
      ...times,
      iss: 'https://accounts.google.com',
      sub: '110169484474386276334',
      aud: 'web.apps.googleusercontent.com',
      azp: 'web.apps.googleusercontent.com',
      email: 'alice@acme.example',
    },
    rows: [
      { kind: 'ID token', claims: {}, outcome: 'type_refused' },
      {
        kind: 'ID token, where the app has ID tokens',
        claims: { nonce: 'n' },
        outcome: 'admitted',
        options: { idTokensFor: 'web.apps.googleusercontent.com' },
      },
      {
        kind: 'ID token with the short issuer',
        claims: { iss: 'accounts.google.com' },
        outcome: 'admitted',
        options: { idTokensFor: 'web.apps.googleusercontent.com' },
      },
      {
        kind: "another client's ID token",
        claims: {
          aud: 'other.apps.googleusercontent.com',
          azp: 'other.apps.googleusercontent.com',
        },
        outcome: 'type_refused',
        options: { idTokensFor: 'web.apps.googleusercontent.com' },
      },
    ],
  },
  {
    name: 'clerk',
    preset: (options) =>
      clerk({ domain: 'clerk.acme.example', audience: 'https://acme.example', ...options }),
    header: { typ: 'JWT', cat: 'cl_B7d4PD111AAA' },
    claims: {
      ...times,
      nbf: START,
      iss: 'https://clerk.acme.example',
      azp: 'https://acme.example',
      sid: 'sess_123',
      sub: 'user_123',
      sts: 'active',
      v: 2,
      fva: [7, -1],
    },
    rows: [
      { kind: 'session token, version 2', claims: {}, outcome: 'admitted', scopes: [] },
      {
        kind: 'session token, version 1',
        claims: { v: undefined, fva: undefined },
        outcome: 'admitted',
      },
      {
        kind: 'token from a template, with its audience',
        claims: { sid: undefined, aud: 'https://api.acme.example', jti: 'j' },
        outcome: 'admitted',
        options: { audience: API },
      },
      {
        kind: 'OAuth access token, RFC 9068',
        header: TYPED,
        claims: { azp: undefined, sid: undefined, client_id: 'oauth_app', scope: 'profile' },
        outcome: 'admitted',
        scopes: ['profile'],
        options: { audience: 'oauth_app' },
      },
      {
        kind: 'ID token',
        claims: { aud: 'oauth_app', azp: 'oauth_app', sid: undefined, ...ID_MARKS },
        outcome: 'type_refused',
        options: { audience: 'oauth_app' },
      },
      {
        kind: 'session token of another origin',
        claims: { azp: 'https://evil.example' },
        outcome: 'audience_mismatch',
      },
      {
        kind: 'session token without origin',
        claims: { azp: undefined },
        outcome: 'audience_mismatch',
      },
    ],
  },
  {
    name: 'supabase',
    preset: (options) => supabase({ url: 'https://abc.supabase.co', ...options }),
    header: JWT,
    claims: {
      ...times,
      iss: 'https://abc.supabase.co/auth/v1',
      aud: 'authenticated',
      sub: '123e4567-e89b-12d3-a456-426614174000',
      role: 'authenticated',
      aal: 'aal1',
      session_id: 's1',
      is_anonymous: false,
    },
    rows: [
      { kind: 'session token', claims: {}, outcome: 'admitted', scopes: [] },
      {
        kind: 'token of its OAuth server',
        claims: { client_id: 'c1', scope: 'openid email' },
        outcome: 'admitted',
      },
      {
        kind: "another client's token, with clients named",
        claims: { client_id: 'c2' },
        outcome: 'claim_invalid',
        options: { clients: ['c1'] },
      },
      {
        kind: 'ID token',
        claims: { aud: 'c1', role: undefined, session_id: undefined, auth_time: START, nonce: 'n' },
        outcome: 'type_refused',
      },
      { kind: 'wrong audience', claims: { aud: 'anon' }, outcome: 'audience_mismatch' },
      {
        kind: 'key of the project',
        claims: { iss: 'supabase', role: 'anon', session_id: undefined },
        outcome: 'type_refused',
      },
    ],
  },
  {
    name: 'firebase',
    preset: (options) => firebase({ projectId: 'acme-prod', ...options }),
    header: JWT,
    claims: {
      ...times,
      iss: 'https://securetoken.google.com/acme-prod',
      aud: 'acme-prod',
      auth_time: START,
      user_id: 'u1',
      sub: 'u1',
      firebase: { sign_in_provider: 'password' },
    },
    rows: [
      { kind: 'ID token of the project', claims: {}, outcome: 'admitted', scopes: [] },
      {
        kind: 'ID token of another project',
        claims: { iss: 'https://securetoken.google.com/other', aud: 'other' },
        outcome: 'type_refused',
      },
      {
        kind: 'ID token of another project for this one',
        claims: { iss: 'https://securetoken.google.com/other' },
        outcome: 'issuer_mismatch',
      },
    ],
  },
  {
    name: 'workos, Connect',
    preset: (options) => workos({ domain: 'acme.authkit.app', audience: API, ...options }),
    header: JWT,
    claims: {
      ...times,
      iss: 'https://acme.authkit.app',
      aud: 'https://api.acme.example',
      sub: 'user_01',
      client_id: 'client_01',
      sid: 'app_consent_01',
      scope: 'openid profile',
      jti: 'j',
    },
    rows: [
      { kind: 'user token', claims: {}, outcome: 'admitted' },
      {
        kind: 'ID token',
        claims: { aud: 'client_01', scope: undefined, client_id: undefined },
        outcome: 'type_refused',
      },
      {
        kind: 'wrong audience',
        claims: { aud: 'https://other.example' },
        outcome: 'audience_mismatch',
      },
    ],
  },
  {
    name: 'workos, sessions',
    preset: (options) => workos({ clientId: 'client_01', ...options }),
    header: {},
    claims: {
      ...times,
      iss: 'https://api.workos.com',
      sub: 'user_01',
      org_id: 'org_01',
      role: 'member',
      permissions: ['posts:read'],
      sid: 'session_01',
      jti: 'j',
    },
    rows: [
      { kind: 'session token', claims: {}, outcome: 'admitted', scopes: ['posts:read'] },
      {
        kind: 'session token with the client in its issuer',
        claims: { iss: 'https://api.workos.com/user_management/client_01' },
        outcome: 'admitted',
      },
      {
        kind: "another client's session token",
        claims: { iss: 'https://api.workos.com/user_management/client_02' },
        outcome: 'issuer_mismatch',
      },
      { kind: 'ID token', claims: { aud: 'client_01', nonce: 'n' }, outcome: 'type_refused' },
    ],
  },
  {
    name: 'zitadel',
    preset: (options) =>
      zitadel({ issuer: 'https://acme.zitadel.cloud', audience: '2000', ...options }),
    header: JWT,
    claims: {
      ...times,
      nbf: START,
      iss: 'https://acme.zitadel.cloud',
      sub: '77776025198584418',
      aud: ['1000@acme', '2000'],
      client_id: '1000@acme',
      jti: 'V2_1',
    },
    rows: [
      { kind: 'access token, JWT', claims: {}, outcome: 'admitted', scopes: [] },
      {
        kind: 'ID token',
        claims: { azp: '1000@acme', auth_time: START, amr: ['pwd'], jti: undefined, at_hash: 'h' },
        outcome: 'type_refused',
      },
      {
        kind: 'wrong audience',
        claims: { aud: ['1000@acme', '3000'] },
        outcome: 'audience_mismatch',
      },
    ],
  },
  {
    name: 'authentik',
    preset: (options) =>
      authentik({
        url: 'https://login.example',
        application: 'chat',
        audience: 'client-of-chat',
        ...options,
      }),
    header: JWT,
    claims: {
      ...times,
      iss: 'https://login.example/application/o/chat/',
      sub: '3cb1e',
      aud: 'client-of-chat',
      auth_time: START,
      acr: 'goauthentik.io/providers/oauth2/default',
      azp: 'client-of-chat',
      uid: 'dQv1',
      sid: 's',
    },
    rows: [
      { kind: 'access token, default', claims: {}, outcome: 'admitted' },
      {
        kind: 'ID token',
        claims: { azp: undefined, uid: undefined, at_hash: 'h' },
        outcome: 'type_refused',
      },
      {
        kind: 'wrong audience',
        claims: { aud: 'other', azp: 'other' },
        outcome: 'audience_mismatch',
      },
    ],
  },
  {
    name: 'spring',
    preset: (options) => spring({ issuer: 'https://login.example', audience: 'web', ...options }),
    header: {},
    claims: {
      ...times,
      nbf: START,
      iss: 'https://login.example',
      sub: 'alice',
      aud: 'web',
      scope: ['openid', 'tasks:read'],
      jti: 'j',
    },
    rows: [
      {
        kind: 'access token, default',
        claims: {},
        outcome: 'admitted',
        scopes: ['openid', 'tasks:read'],
      },
      { kind: 'access token without scopes', claims: { scope: undefined }, outcome: 'admitted' },
      {
        kind: 'ID token',
        claims: { scope: undefined, nbf: undefined, azp: 'web', auth_time: START, sid: 's' },
        outcome: 'type_refused',
      },
      { kind: "another client's token", claims: { aud: 'phone' }, outcome: 'audience_mismatch' },
    ],
  },
  {
    name: 'hydra',
    preset: (options) => hydra({ issuer: 'https://hydra.example/', audience: API, ...options }),
    header: JWT,
    claims: {
      ...times,
      nbf: START,
      iss: 'https://hydra.example/',
      sub: 'alice',
      aud: ['https://api.acme.example'],
      client_id: 'web',
      ext: {},
      scp: ['offline', 'tasks:read'],
      jti: 'j',
    },
    rows: [
      {
        kind: 'access token, default',
        claims: {},
        outcome: 'admitted',
        scopes: ['offline', 'tasks:read'],
      },
      { kind: 'access token without scopes', claims: { scp: [] }, outcome: 'admitted' },
      { kind: 'access token without audience', claims: { aud: [] }, outcome: 'audience_mismatch' },
      {
        kind: 'ID token',
        claims: {
          scp: undefined,
          ext: undefined,
          client_id: undefined,
          aud: ['web'],
          at_hash: 'h',
          rat: START,
          sid: 's',
        },
        outcome: 'type_refused',
      },
    ],
  },
  {
    name: 'betterAuth',
    preset: (options) =>
      betterAuth({ issuer: 'https://login.example/api/auth', audience: API, ...options }),
    header: {},
    claims: {
      ...times,
      iss: 'https://login.example/api/auth',
      sub: 'k4w3XZVZ',
      aud: 'https://api.acme.example',
      azp: 'web',
      scope: 'openid tasks:read',
      sid: 's',
    },
    rows: [
      { kind: 'access token, RFC 9068', header: TYPED, claims: {}, outcome: 'admitted' },
      { kind: 'access token, untyped', claims: {}, outcome: 'admitted' },
      {
        kind: 'ID token of the older plugin',
        claims: { aud: 'web', client_id: 'web', scope: undefined },
        outcome: 'type_refused',
      },
      {
        kind: 'ID token of the older plugin, where the app has ID tokens',
        claims: {
          aud: 'web',
          client_id: 'web',
          scope: undefined,
          tenant_id: null,
          organization_ids: [],
        },
        outcome: 'admitted',
        scopes: [],
        options: { idTokensFor: 'web', tenantClaim: 'tenant_id', tenantOptional: true },
      },
      {
        kind: "another client's ID token",
        claims: { aud: 'phone', azp: 'phone', scope: undefined },
        outcome: 'type_refused',
        options: { idTokensFor: 'web' },
      },
      {
        kind: 'ID token for two audiences, issued to the other one',
        claims: { aud: ['web', 'phone'], azp: 'phone', scope: undefined },
        outcome: 'type_refused',
        options: { idTokensFor: 'web' },
      },
      {
        kind: 'ID token for two audiences that does not say to whom it was issued',
        claims: { aud: ['web', 'phone'], azp: undefined, scope: undefined },
        outcome: 'type_refused',
        options: { idTokensFor: 'web' },
      },
      {
        kind: 'wrong audience',
        claims: { aud: 'https://other.example' },
        outcome: 'audience_mismatch',
      },
    ],
  },
  {
    name: 'pingFederate',
    preset: (options) =>
      pingFederate({ issuer: 'https://login.example', audience: 'tasks-api', ...options }),
    header: { 'pi.atm': '1' },
    claims: {
      ...times,
      iss: 'https://login.example',
      sub: 'alice',
      aud: 'tasks-api',
      client_id: 'web',
      scope: ['openid', 'tasks:read'],
    },
    rows: [
      { kind: 'access token, scopes in a list', claims: {}, outcome: 'admitted' },
      {
        kind: 'access token, scopes with spaces',
        claims: { scope: 'openid tasks:read' },
        outcome: 'admitted',
        scopes: ['openid', 'tasks:read'],
      },
      {
        kind: 'ID token',
        claims: { aud: 'web', client_id: undefined, scope: undefined, nonce: 'n' },
        outcome: 'type_refused',
      },
      { kind: 'wrong audience', claims: { aud: 'other-api' }, outcome: 'audience_mismatch' },
    ],
  },
]

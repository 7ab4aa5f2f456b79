// The parsers that read what browsers and issuers send to a session. It has no tests.

import { Credential } from '../../src/core/credential.ts'
import { hostCookie } from '../../src/core/http/cookie.ts'
import { memorySecretStore } from '../../src/core/vault/memory-secret-store.ts'
import { memorySignInStore } from '../../src/core/vault/memory-sign-in-store.ts'
import { oidc } from '../../src/issuers/index.ts'
import { deviceOf } from '../../src/session/device.ts'
import { judgeIdToken } from '../../src/session/id-token.ts'
import { type ServerSession, serverSession } from '../../src/session/index.ts'
import { CHAT, ISSUER, sessionIssuer } from '../session/issuer.ts'
import {
  headersWith,
  NEVER_COMES,
  type Outcome,
  outcomeOf,
  outcomeOfAnswer,
  type StrangerParser,
} from './parser.ts'

const ORIGIN = 'https://app.example'
const START = 1_800_000_000
const now = () => START * 1000
const issuer = await sessionIssuer(now)
const { fetch } = issuer

function session(): ServerSession {
  return serverSession({
    issuer: oidc({ issuer: ISSUER, audience: CHAT, fetch, now }),
    clientId: 'app',
    origin: ORIGIN,
    store: memorySignInStore(),
    secrets: memorySecretStore(),
    audit: { record: () => {} },
    fetch,
    now,
  })
}

async function answered(made: ServerSession, url: string, init: RequestInit): Promise<Outcome> {
  const answer = await made.handle(new Request(url, init))
  return answer ? outcomeOfAnswer(answer) : NEVER_COMES
}

/** A JWT that nobody signed: only its claims are read. */
const jwt = (claims: object) =>
  `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`

export const SESSION_PARSERS: readonly StrangerParser[] = [
  {
    name: 'cookie of a sign-in',
    stranger: 'a caller',
    files: ['src/core/http/cookie.ts'],
    good: () => ['__Host-onbehalf=abc', 'a=b; __Host-onbehalf=abc; c'],
    read(text) {
      const headers = headersWith('cookie', text)
      if (!headers) return NEVER_COMES
      const found = hostCookie('onbehalf', true).read(headers)
      return typeof found === 'string' ? { taken: false, said: found } : { taken: true }
    },
  },
  {
    name: 'where a sign-in leads',
    stranger: 'a page',
    files: ['src/session/sign-in.ts'],
    good: () => ['/auth/sign-in?returnTo=/chat', '/auth/sign-in'],
    async read(text) {
      if (!text.startsWith('/auth/sign-in') || !URL.canParse(`${ORIGIN}${text}`)) return NEVER_COMES
      return answered(session(), `${ORIGIN}${text}`, {})
    },
    share: 0.5,
  },
  {
    name: 'return from a sign-in',
    stranger: 'a page',
    files: ['src/session/callback.ts', 'src/session/flow-cookie.ts'],
    good: () => ['/auth/callback?code=(code)&state=(state)&iss=https://login.example\n(cookie)'],
    async read(text) {
      const made = session()
      const begun = await made.handle(new Request(`${ORIGIN}/auth/sign-in?returnTo=/chat`))
      const { code = '', state = '' } = issuer.agree(new URL(begun?.headers.get('location') ?? ''))
      const [own = ''] = (begun?.headers.getSetCookie()[0] ?? '').split(';')
      const [path = '', ...rest] = text.split('\n')
      const url = `${ORIGIN}${path.replace('(code)', code).replace('(state)', state)}`
      const headers = headersWith('cookie', rest.join('\n').replace('(cookie)', own))
      if (!headers || !path.startsWith('/auth/callback') || !URL.canParse(url)) return NEVER_COMES
      return answered(made, url, { headers })
    },
    share: 0.5,
  },
  {
    name: 'where a request with the cookie comes from',
    stranger: 'a caller',
    files: ['src/session/same-origin.ts', 'src/session/sign-out.ts'],
    good: () => [ORIGIN],
    async read(text) {
      const headers = headersWith('origin', text)
      if (!headers) return NEVER_COMES
      headers.set('x-onbehalf', '1')
      return answered(session(), `${ORIGIN}/auth/sign-out`, { method: 'POST', headers })
    },
  },
  {
    name: 'ID token of a sign-in',
    stranger: 'an issuer',
    files: ['src/session/id-token.ts'],
    good: () => [
      jwt({ iss: ISSUER, aud: 'app', sub: 'alice', exp: START + 60 }),
      jwt({ iss: ISSUER, aud: ['app', 'x'], azp: 'app', sub: 'a', sid: 's', exp: START + 60 }),
    ],
    read(text) {
      if (text === '' || /[\u0000-\u001f\u007f]/.test(text)) return NEVER_COMES
      const rules = { issuers: [ISSUER], clientId: 'app', now: START }
      return outcomeOf(judgeIdToken(new Credential(text), rules))
    },
  },
  {
    name: 'name of a browser',
    stranger: 'a caller',
    files: ['src/session/device.ts'],
    good: () => ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'],
    read: (text) => ({ taken: true, said: deviceOf(text) }),
  },
]

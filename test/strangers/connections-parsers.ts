// The parsers of the connections page: what pages and links say to it, and what is noted of a call with a
// credential that its person keeps. It has no tests.

import { Credential } from '../../src/core/credential.ts'
import { granted } from '../../src/core/errors.ts'
import { memorySecretStore } from '../../src/core/vault/memory-secret-store.ts'
import { staticKeys } from '../../src/core/vault/static-keys.ts'
import { createGateway } from '../../src/gateway/index.ts'
import { memoryCallApprovals } from '../../src/policy/index.ts'
import { alice, ISSUER, MCP, verifiedToken } from '../core/parts.ts'
import { headersWith, NEVER_COMES, outcomeOfAnswer, type StrangerParser } from './parser.ts'

const GATEWAY = 'https://gateway.example'
const presented = { credential: granted(new Credential('a.good.token')), placement: 'cookie' }

/** A gateway where alice is signed in, and has a key. A call with these arguments waits for her. */
async function gateway(waitingWith = '{}') {
  const secrets = memorySecretStore()
  await staticKeys(secrets).put(alice, MCP, new Credential('canary0f-a-key-of-alices'))
  return createGateway({
    url: GATEWAY,
    authorizationServers: [ISSUER],
    verifier: { verify: async () => granted(verifiedToken({ expiresAt: Date.now() / 1000 + 60 })) },
    servers: { Tasks: { url: MCP, source: { type: 'static', of: 'person' } } },
    audience: 'any',
    secrets,
    page: {
      session: {
        present: async () => ({ presented }),
        signInOf: async () => undefined,
        handle: async () => undefined,
      },
      approvals: {
        ...memoryCallApprovals(),
        waiting: async () => [
          {
            id: 'a',
            server: 'Tasks',
            tool: 'add',
            arguments: waitingWith,
            askedAt: 0,
            endsAt: Date.now() + 60_000,
          },
        ],
      },
    },
    audit: { record() {} },
    warn() {},
    fetch: async () => Response.json({ jsonrpc: '2.0', id: 1, result: {} }),
  })
}

const OWN_FORM = { cookie: 'onbehalf=x', 'sec-fetch-site': 'same-origin' }

/** Sends a form of the page, as a browser does. */
async function sent(act: string, body: string, headers: Headers = new Headers(OWN_FORM)) {
  const all = new Headers(headers)
  all.set('content-type', 'application/x-www-form-urlencoded')
  const url = `${GATEWAY}/connections/${act}`
  const request = new Request(url, { method: 'POST', headers: all, body })
  return outcomeOfAnswer(await (await gateway()).fetch(request))
}

export const CONNECTIONS_PARSERS: readonly StrangerParser[] = [
  ...['key', 'disconnect', 'revoke'].map(
    (act): StrangerParser => ({
      name: `form ${act} of the connections page`,
      stranger: 'a page',
      files: ['src/gateway/page/page.ts'],
      good: () => ['which=key%3ATasks&key=a-key-of-twenty-chars', 'which=key:Tasks', 'id=x'],
      read: (body) => sent(act, body),
    }),
  ),
  {
    name: 'where a form of the connections page comes from',
    stranger: 'a page',
    files: ['src/gateway/page/page.ts'],
    good: () => ['same-origin'],
    async read(text) {
      const headers = headersWith('sec-fetch-site', text)
      if (!headers) return NEVER_COMES
      headers.set('cookie', 'onbehalf=x')
      return sent('disconnect', 'which=key:Tasks', headers)
    },
  },
  {
    name: 'link to the connections page',
    stranger: 'a page',
    files: ['src/gateway/page/shown.ts', 'src/gateway/page/page.ts'],
    good: () => ['', '?server=Tasks', '?done=kept&which=key%3ATasks', '/connect?which=account%3Ax'],
    async read(text) {
      const url = `${GATEWAY}/connections${text}`
      if (!URL.canParse(url) || new URL(url).origin !== GATEWAY) return NEVER_COMES
      const request = new Request(url, { headers: { cookie: 'onbehalf=x' } })
      return outcomeOfAnswer(await (await gateway()).fetch(request))
    },
  },
  {
    name: 'body of a call with a key that a person keeps',
    stranger: 'a caller',
    files: ['src/gateway/kept-calls.ts'],
    good: () => [
      JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'add', arguments: {} },
      }),
    ],
    async read(body) {
      const headers = { authorization: 'Bearer a.good.token' }
      const request = new Request(`${GATEWAY}/mcp/Tasks`, { method: 'POST', headers, body })
      return outcomeOfAnswer(await (await gateway()).fetch(request))
    },
  },
  {
    name: 'arguments of a call that waits, on the connections page',
    stranger: 'a model',
    files: ['src/gateway/page/waiting-view.ts'],
    good: () => ['{"amount":500,"to":{"mail":"a@example.com"}}', '[]', '"text"'],
    async read(text) {
      const url = `${GATEWAY}/connections?call=a`
      const request = new Request(url, { headers: { cookie: 'onbehalf=x' } })
      return outcomeOfAnswer(await (await gateway(text)).fetch(request))
    },
  },
]

// Sign-ins and connected accounts in a gateway's file: what is wrong is told with its line, and what
// is right serves the routes, the page and the chat.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Configured, readConfiguration } from '../../src/cli/gateway/configuration.ts'
import { createKeyring } from '../../src/store/index.ts'

const FILE = `url: https://gateway.example/team
issuer: { preset: oidc, issuer: https://login.example, clientId: gateway, clientSecret: env:SECRET }
servers:
  Notes: { url: https://notes.example/mcp, source: { type: connection } }
  Search: { url: https://search.example/mcp, source: { type: static, of: person } }
store: { sqlite: store.db, keyring: keyring.json }
session: {}
accounts:
  Notes:
    issuer: https://accounts.notes.example
    clientId: app
    clientSecret: env:NOTES_SECRET
    scopes: [notes:read]
`
const env = { SECRET: 'canary0f-the-gateways-own', NOTES_SECRET: 'canary0f-the-one-at-notes' }

let folder: string
let opened: Configured[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onbehalf-session-'))
  createKeyring(join(folder, 'keyring.json'))
  opened = []
})
afterEach(async () => {
  await Promise.all(opened.map((one) => one.close()))
  rmSync(folder, { recursive: true, force: true })
})

async function read(text: string): Promise<Configured> {
  const file = join(folder, 'onbehalf.yaml')
  writeFileSync(file, text)
  const configured = await readConfiguration(file, { env, warn() {} })
  opened.push(configured)
  return configured
}

const failureOf = (text: string) => read(text).catch((error: unknown) => error)

describe('a file with session and accounts', () => {
  it('serves the routes of the sign-in and the page, below the path of the gateway', async () => {
    const { gateway } = await read(FILE)
    const get = (path: string) => gateway.fetch(new Request(`https://gateway.example${path}`))
    const page = await get('/team/connections?server=Notes')
    expect(page.headers.get('location')).toBe(
      `/team/auth/sign-in?returnTo=${encodeURIComponent('/team/connections?server=Notes')}`,
    )
    expect(await (await get('/team/auth/me')).json()).toEqual({ signedIn: false })
    expect((await get('/team/auth/nothing')).status).toBe(404)
  })

  it.each<[string, (text: string) => string]>([
    [
      'a preset for an account',
      (text) =>
        text.replace(
          'issuer: https://accounts.notes.example',
          'issuer: { preset: google, clientId: app.apps.googleusercontent.com }',
        ),
    ],
    [
      'a client that registers itself',
      (text) =>
        text
          .replace('    clientId: app\n', '    client: dynamic\n')
          .replace('    clientSecret: env:NOTES_SECRET\n', ''),
    ],
    [
      'a client document',
      (text) =>
        text
          .replace('    clientId: app\n', '    client: document\n')
          .replace('    clientSecret: env:NOTES_SECRET\n', ''),
    ],
    [
      'a client of its own for sign-ins',
      (text) =>
        text.replace('session: {}', 'session: { clientId: pages, clientSecret: env:SECRET }'),
    ],
    [
      'a source of several',
      (text) =>
        text
          .replace(
            'source: { type: connection }',
            'source: { type: static, of: person }, sources: { mail: { type: connection } }, placement: [{ type: header, name: X-Key }, { type: header, name: Authorization, from: mail }]',
          )
          .replace('  Notes:\n    issuer', '  mail:\n    issuer'),
    ],
  ])('takes %s', async (_, change) => {
    const text = change(FILE)
    expect(text).not.toBe(FILE)
    await expect(read(text)).resolves.toBeDefined()
  })

  it('answers for its client document', async () => {
    const { gateway } = await read(
      FILE.replace(
        '    clientId: app\n    clientSecret: env:NOTES_SECRET\n',
        '    client: document\n',
      ),
    )
    const url = 'https://gateway.example/team/connected/client.json'
    expect(await (await gateway.fetch(new Request(url))).json()).toMatchObject({
      client_id: url,
      redirect_uris: ['https://gateway.example/team/connected/Notes'],
    })
  })

  it.each<[string, string, string, string, number]>([
    ['no store', /store:.*\n/.exec(FILE)?.[0] ?? '', '', 'session needs the setting store', 6],
    ['no session', 'session: {}\n', '', 'accounts need the setting session', 7],
    [
      'no account',
      '  Notes:\n    issuer',
      '  Other:\n    issuer',
      'servers.Notes.source is "connection", and accounts has no Notes',
      4,
    ],
    [
      'an account of no server',
      'accounts:\n',
      'accounts:\n  Mail: { issuer: https://m.example, clientId: a }\n',
      'accounts.Mail: no server',
      9,
    ],
    ['no client', '    clientId: app\n', '', 'accounts.Notes.clientId must be given', 9],
    [
      'a secret in the file',
      'env:NOTES_SECRET',
      'not-a-reference',
      'accounts.Notes.clientSecret must be a reference',
      12,
    ],
    [
      'a misspelt member of an account',
      '    scopes',
      '    scope',
      'accounts.Notes.scope: did you mean scopes?',
      13,
    ],
    ['plain http', 'https://accounts', 'http://accounts', 'accounts.Notes.issuer must be', 10],
    [
      'a client of two kinds',
      '    clientId: app',
      '    clientId: app\n    client: dynamic',
      'accounts.Notes.client is "dynamic"',
      12,
    ],
    [
      'a misspelt member of session',
      'session: {}',
      'session: { scope: [openid] }',
      'session.scope: did you mean scopes?',
      7,
    ],
    ['code', 'session: {}', 'session: { onEnded: x }', 'session.onEnded cannot be in a file', 7],
    ['a wrong path', 'session: {}', 'session: { path: auth/ }', 'session.path must be a path', 7],
    [
      'another issuer',
      'session: {}',
      'session: { issuer: https://other.example }',
      'session.issuer must be one of',
      7,
    ],
    [
      'no client for sign-ins',
      'clientId: gateway, clientSecret: env:SECRET }',
      'audience: any }',
      'session.clientId must be given',
      7,
    ],
  ])('is told of %s, with the line', async (_, good, bad, words, line) => {
    const text = FILE.replace(good, bad)
    expect(text).not.toBe(FILE)
    const failure = await failureOf(text)
    expect(failure).toMatchObject({ message: expect.stringContaining(words), place: { line } })
  })
})

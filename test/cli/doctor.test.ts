// `onbehalf doctor` as a person or a script runs it: against real authorization servers, with a setup
// that works and with setups that do not; and its arguments.

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { clientCredentials, clientSecretBasic } from '../../src/oauth/index.ts'
import {
  type RunningIssuer,
  resources,
  startIssuer,
} from '../examples/taskflow/issuer/running-issuer.ts'
import { signIn } from '../examples/taskflow/sign-in.ts'
import { type Loopback, loopback } from '../mcp/loopback.ts'
import { AGENT, type Providers, RESOURCE, startProviders } from '../oauth/providers.ts'
import { secret } from '../oauth/server.ts'
import { runMain, type Told } from './run-main.ts'

afterEach(() => vi.unstubAllEnvs())

async function run(...args: string[]): Promise<Told> {
  return runWith(new AbortController().signal, ...args)
}

async function runWith(signal: AbortSignal, ...args: string[]) {
  const { code, out, note } = await runMain(['doctor', ...args], signal)
  for (const name of ['DOCTOR_TOKEN', 'DOCTOR_SECRET']) {
    const text = process.env[name]
    if (text && text.length > 16) expect(out + note).not.toContain(text.slice(-16))
  }
  return { code, out, note }
}

async function report(...args: string[]) {
  const { code, out, note } = await run(...args, '--json')
  return { code, note, json: out === '' ? undefined : JSON.parse(out) }
}

describe('a real issuer', () => {
  let running: RunningIssuer
  let token: string
  beforeAll(async () => {
    running = await startIssuer()
    token = await signIn({ issuer: running.issuer, as: 'alice', resource: resources.mcp })
  })
  afterAll(() => running.stop())

  /** The MCP server, which exchanges the token that it got for one of the API. */
  const asServer = () => {
    vi.stubEnv('DOCTOR_TOKEN', token)
    vi.stubEnv('DOCTOR_SECRET', running.keys.mcpClientSecret.reveal())
    const client = ['--client-id', 'taskflow-mcp', '--client-secret-env', 'DOCTOR_SECRET']
    return ['--token-env', 'DOCTOR_TOKEN', '--server', resources.api, ...client]
  }

  it('that is set up well is told so, with exit code 0, and its exchange is tried', async () => {
    const args = ['--issuer', running.issuer, '--audience', resources.mcp, ...asServer()]
    const { code, json, note } = await report(...args)
    expect(json.findings.filter(({ is }: { is: string }) => is === 'wrong')).toEqual([])
    expect(code).toBe(0)
    expect(json).toMatchObject({
      verdict: 'works',
      issuer: { spelled: running.issuer, preset: { name: 'oidc' } },
      token: { form: 'JWT', typ: 'at+jwt', audience: [resources.mcp], looksLike: 'access token' },
      door: { admits: true },
      exchange: { done: true, token: { audience: [resources.api], actor: true } },
    })
    expect(note).toContain('onbehalf doctor: asking the issuer for a token exchange')
    const { out } = await run(...args)
    expect(out).toContain(`issuer: '${running.issuer}',`)
    expect(out).toContain('Verdict: works')
    expect(out).toContain('process.env.DOCTOR_SECRET')
  })

  it('whose name has a slash too many is told how it spells itself, with exit code 1', async () => {
    vi.stubEnv('DOCTOR_TOKEN', token)
    const issuer = `${running.issuer}/`
    const { code, json } = await report('--issuer', issuer, '--token-env', 'DOCTOR_TOKEN')
    expect(code).toBe(1)
    expect(json.issuer).toMatchObject({ given: issuer, spelled: running.issuer })
    expect(json.findings[0]).toMatchObject({ is: 'wrong', fix: expect.stringContaining('Write') })
    expect(json.findings[0].says).toContain('the slash at the end')
    expect(json.settings).toContain(`issuer: '${running.issuer}',`)
  })

  it('whose token is for somebody else is told both audiences, with exit code 1', async () => {
    vi.stubEnv('DOCTOR_TOKEN', token)
    const args = ['--issuer', running.issuer, '--token-env', 'DOCTOR_TOKEN']
    const { code, json } = await report(...args, '--audience', resources.chat)
    expect({ code, door: json.door }).toMatchObject({
      code: 1,
      door: { admits: false, reason: 'audience_mismatch' },
    })
    expect(JSON.stringify(json.findings)).toContain(
      `wants the audience ${resources.chat}; the token has ${resources.mcp}`,
    )
  })

  it('that does not exchange for this client is quoted, with exit code 1', async () => {
    token = await signIn({ issuer: running.issuer, as: 'alice', resource: resources.chat })
    const { code, json } = await report('--issuer', running.issuer, ...asServer())
    expect({ code, exchange: json.exchange }).toMatchObject({
      code: 1,
      exchange: { done: false, error: 'invalid_grant', reason: 'exchange_grant_refused' },
    })
  })

  it('that was stopped leaves the question open, with exit code 2', async () => {
    const gone = await startIssuer()
    await gone.stop()
    const { code, json } = await report('--issuer', gone.issuer)
    expect({ code, verdict: json.verdict }).toEqual({ code: 2, verdict: 'could not tell' })
  })

  it('that was stopped gets no name of a preset, and no settings that nobody knows to fit', async () => {
    const gone = await startIssuer()
    await gone.stop()
    const { json } = await report('--issuer', gone.issuer)
    expect(json).toMatchObject({ issuer: { preset: null }, settings: '' })
  })

  it('that was looked at without a token leaves the question open, with exit code 2', async () => {
    const { code, json } = await report('--issuer', running.issuer)
    expect({ code, verdict: json.verdict }).toEqual({ code: 2, verdict: 'could not tell' })
    const left = json.findings.find(({ is }: { is: string }) => is === 'unknown')
    expect(left.fix).toContain('--token-env NAME')
  })
})

describe('a real issuer without token exchange', () => {
  let providers: Providers
  beforeAll(async () => {
    providers = await startProviders()
  })
  afterAll(() => Promise.all([providers.identity.stop(), providers.resource.stop()]))

  it('is named as that, with what it answered', async () => {
    const { issuer } = providers.resource
    const client = clientSecretBasic(secret(AGENT.secret))
    const own = clientCredentials({ issuer, clientId: AGENT.id, client })
    const issued = await own.issue({ resource: RESOURCE, scopes: ['tasks:read'] })
    if (!issued.ok) throw new Error(issued.refusal.reason)
    vi.stubEnv('DOCTOR_TOKEN', issued.value.credential.reveal())
    vi.stubEnv('DOCTOR_SECRET', AGENT.secret)
    const { code, json } = await report(
      ...[
        '--issuer',
        issuer,
        '--token-env',
        'DOCTOR_TOKEN',
        '--server',
        'https://other.example/mcp',
      ],
      ...['--client-id', AGENT.id, '--client-secret-env', 'DOCTOR_SECRET'],
    )
    expect({ code, json }).toMatchObject({
      code: 1,
      json: {
        issuer: { metadata: { tokenExchange: false } },
        door: { admits: true },
        exchange: {
          done: false,
          error: expect.stringMatching(/unsupported_grant_type|invalid_request/),
        },
      },
    })
    expect(json.settings).toContain("source: { type: 'exchange'")
  })
})

describe('an issuer that hangs', () => {
  let hanging: Loopback
  beforeAll(async () => {
    hanging = await loopback(() => {})
  })
  afterAll(() => hanging[Symbol.asyncDispose]())

  it('ends at the deadline with exit code 2', async () => {
    const issuer = `http://127.0.0.1:${hanging.port}`
    const { code, out, note } = await run('--issuer', issuer, '--deadline', '0.2')
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(note).toContain('--deadline')
  })

  it('ends when the person stops the command', async () => {
    const stop = new AbortController()
    const ended = runWith(stop.signal, '--issuer', `http://127.0.0.1:${hanging.port}`)
    await vi.waitFor(() => expect(hanging.received.length).toBeGreaterThan(1))
    stop.abort()
    expect(await ended).toMatchObject({ code: 2, note: expect.stringContaining('stopped') })
  })
})

describe('the arguments', () => {
  const ISSUER = ['--issuer', 'https://login.example']
  it.each<[string, readonly string[], string]>([
    ['nothing', [], '--issuer URL'],
    ['no URL', ['--issuer', 'login.example'], 'must be an absolute URL'],
    ['a URL without --issuer', ['https://login.example'], 'options only'],
    ['plain http', ['--issuer', 'http://login.example'], 'must use https'],
    ['a credential', ['--issuer', 'https://a:b@login.example'], 'must not contain a credential'],
    ['a query', ['--issuer', 'https://login.example?tenant=a'], 'must not have a query'],
    ['a fragment', ['--issuer', 'https://login.example#a'], 'fragment'],
    [
      'a server over plain http',
      [...ISSUER, '--server', 'http://tasks.example'],
      '--server must use',
    ],
    [
      'a public host for plain http',
      ['--issuer', 'http://login.example', '--insecurely-allow-http', 'login.example'],
      'is or can be public',
    ],
    ['the token itself', [...ISSUER, '--token-env', 'eyJhbGciOiJub25lIn0.e30.'], 'not the secret'],
    ['a variable that is not set', [...ISSUER, '--token-env', 'DOCTOR_NOT_SET'], 'is not set'],
    ['an empty audience', [...ISSUER, '--audience', ''], 'must not be empty'],
    ['no time', [...ISSUER, '--deadline', '0'], '--deadline'],
    ['an option that is none', [...ISSUER, '--token', 'x'], 'it takes --issuer'],
    ['an option without its value at the end', ['--issuer'], '--issuer needs a value'],
    [
      'an option without its value before another one',
      [...ISSUER, '--token-env', '--json'],
      '--token-env needs a value',
    ],
  ])('are refused with exit code 2: %s', async (_, args, words) => {
    const { code, out, note } = await run(...args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(note).toContain(words)
    expect(note).not.toContain('eyJ')
  })

  it('are refused when a secret has no client, or is too short to be recognised', async () => {
    vi.stubEnv('DOCTOR_SECRET', 'short')
    const named = [...ISSUER, '--client-secret-env', 'DOCTOR_SECRET']
    expect((await run(...named)).note).toContain('needs --client-id')
    expect((await run(...named, '--client-id', 'app')).note).toContain('shorter than 12')
  })

  it('may name the metadata in place of the issuer', async () => {
    await using server = await loopback((request, response) => {
      const host = String(request.raw.find(([name]) => name === 'host')?.[1])
      const body = JSON.stringify({ issuer: `http://${host}/tenant` })
      response.writeHead(request.url.includes('tenant') ? 200 : 404).end(body)
    })
    const issuer = `http://127.0.0.1:${server.port}/tenant`
    const { json } = await report('--issuer', `${issuer}/.well-known/openid-configuration`)
    expect(json.issuer).toMatchObject({ given: issuer, spelled: issuer })
    const other = `http://127.0.0.1:${server.port}/.well-known/oauth-authorization-server/tenant`
    expect((await report('--issuer', other)).json.issuer).toMatchObject({ spelled: issuer })
  })

  it('--help says what there is', async () => {
    const { code, out } = await run('--help')
    expect(code).toBe(0)
    for (const option of ['--issuer', '--token-env', '--server', '--json', 'could not tell'])
      expect(out).toContain(option)
  })
})

// `onbehalf doctor`: looks at an issuer, asks the door about a token and the issuer for an exchange,
// and says what to write. What it prints is safe to paste into a public issue.

import type { Credential } from 'onbehalf'
import { createRedactor } from 'onbehalf/mcp'
import { readArguments } from './arguments.ts'
import { type Command, CommandError, type Terminal, UsageError } from './command.ts'
import type { Examination } from './doctor/examination.ts'
import { examine } from './doctor/examine.ts'
import { publicReport } from './doctor/public-report.ts'
import { isOnThisMachine, issuerOfDocument } from './doctor/spelling.ts'
import { textOf } from './doctor/text.ts'
import type { Way } from './doctor/way.ts'
import { secretNamed } from './named-secret.ts'
import { checkScheme, isAtHost } from './plain-http.ts'
import { type WaysOut, waysOut } from './ways-out.ts'

const DEFAULT_DEADLINE = 60

const HELP = `Usage: onbehalf doctor --issuer URL [--token-env NAME] [--server URL] [OPTIONS]

Looks at the issuer that people sign in with, and says which settings to write: how its metadata spells it, its endpoints and grants, the
preset that fits, what a token of it is like, whether the door would admit that token, what an exchange answers, and the source of the
binding for an MCP server. It never prints a token, nor anything made of one. What it prints can be pasted into a public issue.

  --issuer URL              the issuer, or the URL of its metadata
  --token-env NAME          the environment variable that holds a token, as your page has it
  --audience TEXT           what the tokens for your app name as their audience; more than once for several. Default: the token’s own
  --id-token                your page has an ID token, and no access token
  --server URL              the MCP server that is to be called
  --target TEXT             what the issuer calls that server, where it is not its URL
  --scopes "A B"            the scopes that the server needs
  --client-id ID            your app at the issuer; with --client-secret-env, --server and --token-env an exchange is tried
  --client-secret-env NAME  the environment variable that holds the client’s secret
  --insecurely-allow-http HOST  a host inside your cluster that speaks plain http
  --json                    one line of JSON instead of text
  --deadline S              seconds for everything; default ${DEFAULT_DEADLINE}

A JWT is sent nowhere but into the exchange. An opaque token is sent to the issuer, which alone can read it. Both go only to the issuer
that you named. Exit code: 0 works, 1 does not, 2 could not tell, or wrong arguments.`

const OPTIONS = {
  issuer: { type: 'string' },
  'token-env': { type: 'string' },
  audience: { type: 'string', multiple: true },
  'id-token': { type: 'boolean' },
  server: { type: 'string' },
  target: { type: 'string' },
  scopes: { type: 'string' },
  'client-id': { type: 'string' },
  'client-secret-env': { type: 'string' },
  'insecurely-allow-http': { type: 'string', multiple: true },
  json: { type: 'boolean' },
  deadline: { type: 'string' },
} as const
const TAKES =
  '--issuer, --token-env, --audience, --id-token, --server, --target, --scopes, --client-id, --client-secret-env, --insecurely-allow-http, --json and --deadline'

const EXIT_CODES = { works: 0, 'does not work': 1, 'could not tell': 2 } as const

/** The command. */
export const doctor: Command = {
  summary: 'looks at an issuer and a token, and says which settings to write',
  help: HELP,
  async run(args, terminal): Promise<number> {
    const asked = parse(args)
    try {
      return await look(asked, terminal, await waysOut())
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      terminal.note(`onbehalf doctor: ${error.message}`)
      return EXIT_CODES['could not tell']
    }
  },
}

async function look(
  { examination, json, deadline }: Request,
  terminal: Terminal,
  { egressFetch, guardedFetch }: WaysOut,
): Promise<number> {
  const secrets = [examination.token, examination.clientSecret].filter((one) => one !== undefined)
  const ended = new AbortController()
  const direct = egressFetch()
  const guarded = guardedFetch({
    allowLoopbackForDevelopment: isOnThisMachine(examination.issuer),
  })
  const signals = [terminal.signal, ended.signal, AbortSignal.timeout(deadline * 1000)]
  const way: Way = {
    fetch: fetchFor(examination, direct, guarded),
    redactor: redactorOf(secrets),
    signal: AbortSignal.any(signals),
    now: Date.now,
    progress: (line) => terminal.note(`onbehalf doctor: ${line}`),
  }
  try {
    const { report, issued } = await examine(examination, way)
    const shown = publicReport(report, issued ? [...secrets, issued] : secrets)
    terminal.out(json ? JSON.stringify(shown) : textOf(shown))
    return EXIT_CODES[report.verdict]
  } catch (error) {
    if (error instanceof UsageError) throw error
    terminal.note(`onbehalf doctor: ${problemOf(error, terminal, way.signal)}`)
    return EXIT_CODES['could not tell']
  } finally {
    ended.abort()
    await direct.close()
  }
}

function redactorOf(secrets: readonly Credential[]): Way['redactor'] {
  const redactor = createRedactor(secrets)
  if (redactor.tooShort > 0)
    throw new UsageError(
      'a token or a secret is shorter than 12 characters: it could not be told from other text',
    )
  return redactor
}

/** Directly to the origins that the operator named; guarded to whatever these name. */
function fetchFor(
  { issuer, server, insecurelyAllowHttp }: Examination,
  direct: typeof globalThis.fetch,
  guarded: typeof globalThis.fetch,
): typeof globalThis.fetch {
  const named = [issuer, ...(server === undefined ? [] : [server])].map(
    (url) => new URL(url).origin,
  )
  return (input, init) => {
    const url = new URL(String(input))
    const isNamed = named.includes(url.origin) || isAtHost(url, insecurelyAllowHttp)
    return isNamed ? direct(input, init) : guarded(input, init)
  }
}

function problemOf(error: unknown, terminal: Terminal, signal: AbortSignal): string {
  if (terminal.signal.aborted) return 'stopped'
  if (signal.aborted) return 'it could not tell in time; --deadline gives it more'
  return error instanceof CommandError ? error.message : 'it could not tell: something failed'
}

/** The arguments, parsed. */
interface Request {
  readonly examination: Examination
  readonly json: boolean
  readonly deadline: number
}

function parse(args: readonly string[]): Request {
  const { values, positionals } = readArguments(args, OPTIONS, TAKES)
  const { json = false, server, target, audience = [] } = values
  if (positionals.length > 0) throw new UsageError('it takes options only: --issuer URL')
  const insecurelyAllowHttp = values['insecurely-allow-http'] ?? []
  const issuer = parseIssuer(values.issuer, insecurelyAllowHttp)
  if (server !== undefined) checkUrl('--server', server, insecurelyAllowHttp)
  const deadline = Number(values.deadline ?? DEFAULT_DEADLINE)
  if (!(deadline > 0 && deadline <= 3600))
    throw new UsageError('--deadline must be a number of seconds, at most 3600')
  const secretVariable = values['client-secret-env']
  const clientSecret = secretNamed('--client-secret-env', secretVariable)
  const clientId = values['client-id']
  if (clientSecret && clientId === undefined)
    throw new UsageError('--client-secret-env needs --client-id')
  if ([...audience, clientId, target].includes(''))
    throw new UsageError('--audience, --client-id and --target must not be empty')
  const examination: Examination = {
    issuer,
    token: secretNamed('--token-env', values['token-env']),
    audience,
    idToken: values['id-token'] ?? false,
    server,
    target,
    scopes: values.scopes?.split(/[\s,]+/).filter(Boolean) ?? [],
    clientId,
    clientSecret,
    secretVariable,
    insecurelyAllowHttp,
  }
  return { examination, json, deadline }
}

/** An issuer is spelled as the operator spells it, but for the path of its metadata. */
function parseIssuer(text: string | undefined, insecurelyAllowHttp: readonly string[]): string {
  if (text === undefined) throw new UsageError('it needs the issuer: --issuer URL')
  const issuer = issuerOfDocument(text.trim())
  checkUrl('--issuer', issuer, insecurelyAllowHttp)
  return issuer
}

/** A URL that is refused may hold a credential: it is not repeated. */
function checkUrl(option: string, text: string, insecurelyAllowHttp: readonly string[]): void {
  if (!URL.canParse(text))
    throw new UsageError(`${option} must be an absolute URL, for example https://login.example`)
  const { search, username, password } = new URL(text)
  if (username !== '' || password !== '')
    throw new UsageError(`${option} must not contain a credential`)
  if (option === '--issuer' && search !== '')
    throw new UsageError('--issuer must not have a query (RFC 8414 section 2)')
  checkScheme(option, new URL(text), insecurelyAllowHttp)
  if (text.includes('#')) throw new UsageError(`${option} must not contain a fragment`)
}

// The program behind `npm run -s token`. It signs a demo person in by the real code flow and prints
// only the access token on stdout.

import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ResponseBodyError } from 'oauth4webapi'
import { z } from 'zod'
import { findPerson, people } from './issuer/accounts.ts'
import { isLoopback, SignInError, signInWithCode } from './issuer/code-flow.ts'
import { scopes as knownScopes } from './issuer/resource-server.ts'

const names = people.map(({ subject }) => subject).join(' or ')

const HELP = `Prints an access token for the running TaskFlow demo.

  npm run -s token -- --as alice

  --as NAME          who signs in: ${names} (required)
  --scope "A B"      exactly these scopes, of: ${knownScopes.join(' ')} (default: all)
  --audience NAME    whom the token is for: chat, mcp, gateway, api, or the resource's URL (default: chat)
  --issuer URL       the authorization server (default: that of the running demo)
  --data DIR         the demo's data folder (default: .data/taskflow)
  --help             this text

A token lives 5 minutes. Exit codes: 0 done, 1 not possible, 2 wrong usage.
`

/** Where the program writes. */
export interface Output {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

/** The arguments are wrong (exit code 2). */
class UsageError extends Error {}
/** The arguments are right, but the sign-in is not possible (exit code 1). */
class CannotError extends Error {}

const demoFile = z.object({
  chatkit: z.url(),
  mcp: z.url(),
  // The note of a demo that started with an older version has none.
  gateway: z.url().optional(),
  api: z.url(),
  issuer: z.url(),
})
type Demo = z.infer<typeof demoFile>

/** Runs the program and gives its exit code. */
export async function main(args: readonly string[], { out, err }: Output): Promise<0 | 1 | 2> {
  try {
    out(await token(args))
    return 0
  } catch (error) {
    if (error instanceof UsageError) {
      err(`token: ${error.message}\nSee: npm run -s token -- --help\n`)
      return 2
    }
    err(`token: ${reason(error)}\n`)
    return 1
  }
}

async function token(args: readonly string[]): Promise<string> {
  const values = parse(args)
  if (values.help) return HELP
  const { as, scope, audience } = values
  if (as === undefined) throw new UsageError(`--as is missing: say who signs in, ${names}`)
  if (!findPerson(as))
    throw new UsageError(
      `nobody is called "${as}" here: use --as ${people.map(({ subject }) => subject).join(' or --as ')}`,
    )
  const scopes = scope?.split(/\s+/).filter((name) => name !== '')
  const unknown = scopes?.find((name) => !knownScopes.includes(name))
  if (unknown !== undefined)
    throw new UsageError(
      `there is no scope "${unknown}": the scopes are ${knownScopes.join(' and ')}`,
    )
  if (scopes?.length === 0)
    throw new UsageError(`--scope is empty: the scopes are ${knownScopes.join(' and ')}`)

  const demo = await readDemo(values.data)
  const issuer = values.issuer ?? demo?.issuer
  if (issuer === undefined)
    throw new CannotError('The demo is not running. Start it with: npm start')
  const at = URL.parse(issuer)
  if (!at || !/^https?:$/.test(at.protocol)) throw new UsageError('--issuer must be an http(s) URL')
  if (at.protocol === 'http:' && !isLoopback(at))
    throw new UsageError('--issuer must use https: plain http is for this machine only')
  const resource =
    audience === undefined
      ? undefined
      : toResource(audience, demo?.issuer === issuer ? demo : undefined)
  const signedIn = await signInWithCode({
    issuer,
    as,
    ...(scopes ? { scope: scopes.join(' ') } : {}),
    ...(resource === undefined ? {} : { resources: [resource] }),
  }).catch((error: unknown) => {
    // The issuer of the running demo is right. One from `--issuer` may be away or be the wrong one.
    if (values.issuer === undefined || !isOutside(error)) throw error
    throw new CannotError(
      isNetwork(error)
        ? `Nobody answers at ${at.origin}: check --issuer, or leave it out for the running demo`
        : `${at.origin}${at.pathname} is no authorization server, or calls itself otherwise: --issuer must be its issuer identifier, letter by letter`,
    )
  })
  const missing = scopes?.filter((name) => !signedIn.scopes.includes(name)) ?? []
  if (missing.length > 0)
    throw new CannotError(`The authorization server did not grant ${missing.join(' ')}`)
  return `${signedIn.accessToken.reveal()}\n`
}

function parse(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const
    const options = {
      as: text,
      scope: text,
      audience: text,
      issuer: text,
      data: text,
      help: { type: 'boolean', short: 'h' },
    } as const
    const { values, tokens } = parseArgs({
      args: [...args],
      options,
      strict: true,
      allowPositionals: false,
      tokens: true,
    })
    const named = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []))
    const twice = named.find((name, at) => named.indexOf(name) !== at)
    if (twice !== undefined) throw new UsageError(`--${twice} is there twice: give it once`)
    return values
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(error instanceof Error ? error.message : 'the arguments cannot be read')
  }
}

/** Reads where the running demo listens. Gives undefined when no demo wrote that down. */
async function readDemo(data: string | undefined): Promise<Demo | undefined> {
  // The runner changes the working folder, and says in ONBEHALF_CWD where the person called it.
  const folder =
    data === undefined
      ? fileURLToPath(new URL('../../.data/taskflow', import.meta.url))
      : resolve(process.env.ONBEHALF_CWD ?? '.', data)
  try {
    return demoFile.parse(JSON.parse(await readFile(join(folder, 'demo.json'), 'utf8')))
  } catch {
    return undefined
  }
}

function toResource(audience: string, demo: Demo | undefined): string {
  if (/^https?:\/\//.test(audience)) return audience
  const known = AUDIENCES.find((name) => name === audience)
  if (known === undefined)
    throw new UsageError(
      `there is no audience "${audience}": use ${AUDIENCES.join(', ')}, or the resource's URL`,
    )
  const resource = demo?.[known === 'chat' ? 'chatkit' : known]
  if (resource === undefined)
    throw new UsageError(
      `--audience ${audience} is known only for the running demo: give the resource's URL with --issuer`,
    )
  return resource
}

const AUDIENCES = ['chat', 'mcp', 'gateway', 'api'] as const

/** Says whether the other side caused an error that has neither our sentence nor an OAuth code. */
function isOutside(error: unknown): boolean {
  return !(error instanceof SignInError) && !(error instanceof Error && 'error' in error)
}

/** Says whether an error means that no answer came. */
function isNetwork(error: unknown): boolean {
  return (
    (error instanceof TypeError && error.cause !== undefined) ||
    (error instanceof DOMException && error.name === 'TimeoutError')
  )
}

/** Makes a sentence for any error. It repeats OAuth error codes, but no other text from outside. */
function reason(error: unknown): string {
  if (error instanceof CannotError || error instanceof SignInError) return error.message
  if (error instanceof ResponseBodyError) return `The authorization server refused: ${error.error}`
  const codes = new Map([
    [
      'invalid_target',
      'The authorization server knows no such resource (invalid_target). Use chat, mcp, gateway, api, or a resource URL of the demo',
    ],
  ])
  const code =
    error instanceof Error && 'error' in error && typeof error.error === 'string'
      ? error.error
      : undefined
  if (code !== undefined) return codes.get(code) ?? 'The authorization server refused the sign-in'
  return 'The authorization server cannot be reached. Start it with: npm start'
}

if (import.meta.main) {
  process.exitCode = await main(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  })
}

// `onbehalf conformance`: tries whether a gateway or an MCP server keeps people and their credentials
// apart. Beside it, it can bring the issuer in front and the server behind, and be hostile as both.

import type { Command, Terminal } from './command.ts'
import { CommandError } from './command.ts'
import { createBench } from './conformance/bench.ts'
import type { Result } from './conformance/check.ts'
import { type Options, readOptions } from './conformance/options.ts'
import { type Report, runChecks } from './conformance/run-checks.ts'
import { handedTokens, issuedTokens, ROLES } from './conformance/tokens.ts'
import { type Issuer, startIssuer } from './conformance/world/issuer.ts'
import { startUpstream, type Upstream } from './conformance/world/upstream.ts'
import { isOwnMachine } from './plain-http.ts'
import { waysOut } from './ways-out.ts'

const HELP = `Usage: onbehalf conformance --target URL --issuer-port PORT [--upstream-port PORT] [OPTIONS]
       onbehalf conformance --target URL --token alice=env:NAME [--token bob=env:NAME …] [OPTIONS]

Tries whether an MCP server or gateway (Streamable HTTP) keeps people and their credentials apart: tokens, metadata, sessions, lists,
hidden parameters, what a server sends back, and what becomes of a call that fails. docs/conformance.md explains every check.

  --target URL          the address that is tested
  --other URL           another address of the same gateway, for sessions that are taken elsewhere
  --issuer-port PORT    starts an issuer on 127.0.0.1 that the target is to trust, and makes all tokens. Its token endpoint exchanges
                        them for any client. Never let anything but a test trust it
  --upstream-port PORT  starts an MCP server on 127.0.0.1 (at /mcp) that is to stand behind the target
  --scope TEXT          the scope of the tokens that are made; default mcp
  --token ROLE=…        a token of your own issuer, as env:NAME or file:PATH. The roles are ${Object.keys(ROLES).join(', ')}
  --log FILE            a file that the target logs to, for a search at the end; again for more
  --only CHECK          only the checks whose name begins so, such as sessions; again for more
  --wait S              seconds that the target may take until it answers at all; default 20
  --insecurely-allow-http HOST  a host inside your cluster that speaks plain http
  --json                one line of JSON instead of text

Exit code: 0 no check failed, 1 one failed, 2 one could not be told (and none failed), or wrong arguments.`

/** The command. */
export const conformance: Command = {
  summary: 'tries whether a gateway or MCP server keeps people apart',
  help: HELP,
  async run(args, terminal): Promise<number> {
    const options = readOptions(args)
    const { egressFetch, guardedFetch } = await waysOut()
    const direct = egressFetch()
    const guarded = guardedFetch({ allowLoopbackForDevelopment: isOwnMachine(options.target) })
    const world = await startWorld(options)
    try {
      tellWorld(world, terminal)
      await untilItAnswers(options, direct, terminal)
      const { target, other, tokens: given, scope, logs, only, json } = options
      const tokens = world.issuer ? issuedTokens(world.issuer, target, scope) : handedTokens(given)
      const { upstream } = world
      const { signal } = terminal
      const bench = createBench({ target, other, tokens, upstream, logs, direct, guarded, signal })
      const onResult = (result: Result) => json || terminal.out(lineOf(result))
      const report = await runChecks(bench, { only, signal, onResult })
      terminal.out(json ? JSON.stringify(report) : summaryOf(report))
      return report.failed > 0 ? 1 : report.unknown > 0 ? 2 : 0
    } finally {
      await Promise.all([world.issuer?.close(), world.upstream?.close(), direct.close()])
    }
  },
}

/** What stands around the target. */
interface World {
  readonly issuer: Issuer | undefined
  readonly upstream: Upstream | undefined
}

async function startWorld({ issuerPort, upstreamPort }: Options): Promise<World> {
  const issuer = issuerPort === undefined ? undefined : await startIssuer(issuerPort).catch(taken)
  try {
    const upstream =
      upstreamPort === undefined ? undefined : await startUpstream(upstreamPort).catch(taken)
    return { issuer, upstream }
  } catch (error) {
    await issuer?.close()
    throw error
  }
}

function taken(): never {
  throw new CommandError('it cannot listen on a port of --issuer-port or --upstream-port')
}

function tellWorld({ issuer, upstream }: World, { note }: Terminal): void {
  if (issuer) note(`onbehalf conformance: the issuer is ${issuer.origin}`)
  if (upstream) note(`onbehalf conformance: the server for behind the target is ${upstream.url}`)
}

/** Milliseconds between two tries. */
const TRY_MS = 100

/** Any answer will do. */
async function untilItAnswers(
  { target, waitSeconds }: Options,
  send: typeof globalThis.fetch,
  { signal }: Terminal,
): Promise<void> {
  const end = performance.now() + waitSeconds * 1000
  while (performance.now() < end) {
    signal.throwIfAborted()
    try {
      const soon = AbortSignal.any([signal, AbortSignal.timeout(waitSeconds * 1000)])
      const response = await send(target, {
        method: 'POST',
        body: '{}',
        redirect: 'manual',
        signal: soon,
      })
      return void response.body?.cancel().catch(() => {})
    } catch {
      await new Promise((resolve) => setTimeout(resolve, TRY_MS))
    }
  }
  throw new CommandError(`${target} did not answer within ${waitSeconds} s. --wait gives it more`)
}

const WORDS = { passed: 'ok  ', failed: 'FAIL', unknown: '?   ', none: '-   ' } as const

function lineOf({ id, says, outcome }: Result): string {
  const why = 'why' in outcome ? `\n     ${outcome.why}` : ''
  return `${WORDS[outcome.kind]} ${id}: ${says}${why}`
}

function summaryOf({ passed, failed, unknown, none }: Report): string {
  return `${passed} passed, ${failed} failed, ${unknown} could not be told, ${none} do not apply`
}

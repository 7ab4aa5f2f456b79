// `onbehalf inspect`: looks at an MCP server, and suggests how to bind it. It calls no tool, and
// never prints the token that it was given.

import type { Credential } from 'onbehalf'
import { createRedactor } from 'onbehalf/mcp'
import { readArguments } from './arguments.ts'
import { type Command, CommandError, type Terminal, UsageError } from './command.ts'
import type { Way } from './inspect/ask.ts'
import { inspectLists, type ListsRequest } from './inspect/inspect-lists.ts'
import { inspectServer } from './inspect/inspect-server.ts'
import type { Report } from './inspect/report.ts'
import { textOf } from './inspect/text.ts'
import { secretNamed } from './named-secret.ts'
import { checkScheme, isAtHost, isOwnMachine } from './plain-http.ts'
import { waysOut } from './ways-out.ts'

const DEFAULT_DEADLINE = 30

const HELP = `Usage: onbehalf inspect URL [--token-env NAME] [--header NAME] [OPTIONS]
       onbehalf inspect [stdio:NAME] --tools FILE… [--truth FILE] [--json]

Looks at an MCP server (Streamable HTTP): the protocol revisions that it speaks, what it says about authorization, its tools with the
parameters that look like credentials or identities, and the binding to declare for it. No tool is called.

  --token-env NAME  the environment variable that holds a token or key for the server; without it, a server that requires one shows
                    its metadata only
  --header NAME     the header that the token goes in, bare; default Authorization: Bearer
  --insecurely-allow-http HOST  a host inside your cluster that speaks plain http
  --tools FILE      judges saved answers to tools/list instead of a server: a file, or a folder of them; again for more. A table for
                    each list: tools, parameters that are taken for the caller's credential or identity, tools that are refused
  --truth FILE      what is right, to be compared with: {"LIST": {"/pointer": ["tool", …] or "all"}}
  --json            one line of JSON instead of text
  --deadline S      seconds for everything; default ${DEFAULT_DEADLINE}

What other URLs the server names are asked only over https at public addresses, unless the inspected URL is on this machine itself.
Exit code: 0 done, 1 the server could not be inspected, 2 wrong arguments.`

const OPTIONS = {
  'token-env': { type: 'string' },
  header: { type: 'string' },
  'insecurely-allow-http': { type: 'string', multiple: true },
  tools: { type: 'string', multiple: true },
  truth: { type: 'string' },
  json: { type: 'boolean' },
  deadline: { type: 'string' },
} as const
const TAKES =
  '--token-env NAME, --header NAME, --insecurely-allow-http HOST, --tools FILE, --truth FILE, --json and --deadline S'

/** The arguments, parsed. */
interface Request {
  readonly url: string
  readonly token: Credential | undefined
  readonly variable: string | undefined
  readonly header: string | undefined
  readonly insecurelyAllowHttp: readonly string[]
  readonly json: boolean
  readonly deadline: number
}

/** The command. */
export const inspect: Command = {
  summary: 'looks at an MCP server and suggests a binding for it',
  help: HELP,
  async run(args, terminal): Promise<number> {
    const saved = parseLists(args)
    if (saved) return inspectLists(saved, terminal)
    const request = parse(args)
    const { url, token, variable, header, json } = request
    const redactor = createRedactor(token ? [token] : [])
    if (redactor.tooShort > 0)
      throw new CommandError(
        `the value of ${variable} is shorter than 12 characters: it could not be told from other text that the server sends`,
      )
    const { egressFetch, guardedFetch } = await waysOut()
    const direct = egressFetch()
    const ended = new AbortController()
    const guarded = guardedFetch({ allowLoopbackForDevelopment: isOwnMachine(url) })
    const way: Way = {
      direct,
      redactor,
      guarded: (input, init) =>
        isAtHost(new URL(String(input)), request.insecurelyAllowHttp)
          ? direct(input, init)
          : guarded(input, init),
      signal: AbortSignal.any([
        terminal.signal,
        ended.signal,
        AbortSignal.timeout(request.deadline * 1000),
      ]),
    }
    try {
      const progress = (line: string) => terminal.note(`onbehalf inspect: ${line}`)
      const headers = token ? credentialHeaders(token, header, variable) : new Headers()
      const { report, refused } = await inspectServer({ url, headers, header, progress }, way)
      // Once more: a server may have kept what an earlier inspection sent.
      const shown: Report = JSON.parse(JSON.stringify(redactor.json(report).value))
      terminal.out(json ? JSON.stringify(shown) : textOf(shown))
      if (!refused) return 0
      throw new CommandError(
        `the server refused the token in ${variable} (HTTP ${refused}), so its tools are not known. ` +
          'Check that the token is for this server (its audience), has not expired, and goes in the right header (--header)',
      )
    } catch (error) {
      throw way.signal.aborted ? late(terminal, request) : error
    } finally {
      ended.abort()
      await direct.close()
    }
  },
}

function late({ signal }: Terminal, { url, deadline }: Request): CommandError {
  if (signal.aborted) return new CommandError('stopped')
  return new CommandError(
    `${url} was not done answering within ${deadline} s. Is it an MCP server? --deadline gives it more time`,
  )
}

/** The arguments for saved lists; undefined when a server is to be inspected. */
function parseLists(args: readonly string[]): ListsRequest | undefined {
  const { values, positionals } = readArguments(args, OPTIONS, TAKES)
  const { tools, truth, json = false } = values
  if (tools === undefined) {
    if (truth !== undefined) throw new UsageError('--truth needs --tools')
    if (positionals.some((text) => text.startsWith('stdio:')))
      throw new UsageError(
        'a child process is inspected by what it answered to tools/list: save that, and name the file with --tools',
      )
    return undefined
  }
  const [url, ...more] = positionals
  if (more.length > 0 || (url !== undefined && !/^stdio:[A-Za-z0-9._-]{1,64}$/.test(url)))
    throw new UsageError('with --tools, it takes no URL but stdio: and a name')
  if (values.header !== undefined || values['token-env'] !== undefined)
    throw new UsageError('with --tools, no server is asked: leave out --header and --token-env')
  return { paths: tools, truth, url, json }
}

function parse(args: readonly string[]): Request {
  const { values, positionals } = readArguments(args, OPTIONS, TAKES)
  const [text, ...more] = positionals
  if (text === undefined || more.length > 0) throw new UsageError('it needs one URL')
  const url = URL.parse(text)
  // A URL that is refused may hold a credential: it is not repeated.
  if (!url) throw new UsageError('the URL must be absolute, for example https://tasks.example/mcp')
  if (url.username !== '' || url.password !== '')
    throw new UsageError(
      'the URL must not contain a credential; put it into an environment variable, and name that with --token-env',
    )
  const { header, json = false, 'insecurely-allow-http': insecurelyAllowHttp = [] } = values
  checkScheme('the URL', url, insecurelyAllowHttp)
  if (url.href.includes('#')) throw new UsageError('the URL must not contain a fragment')
  if (
    header !== undefined &&
    (!/^[A-Za-z0-9-]{1,64}$/.test(header) ||
      /^(?:mcp-|content-|accept|host$|cookie$)/i.test(header))
  )
    throw new UsageError('--header must be the name of a header that a credential can be put into')
  const deadline = Number(values.deadline ?? DEFAULT_DEADLINE)
  if (!(deadline > 0 && deadline <= 3600))
    throw new UsageError('--deadline must be a number of seconds, at most 3600')
  const variable = values['token-env']
  return {
    url: url.href,
    token: secretNamed('--token-env', variable),
    variable,
    header,
    insecurelyAllowHttp,
    json,
    deadline,
  }
}

function credentialHeaders(
  token: Credential,
  header: string | undefined,
  variable: string | undefined,
): Headers {
  const value = token.reveal()
  // `Headers` quotes a value that it refuses.
  if (!/^[\x21-\x7e]+$/.test(value))
    throw new CommandError(`the value of ${variable} has characters that no header can have`)
  return header === undefined
    ? new Headers({ authorization: `Bearer ${value}` })
    : new Headers({ [header]: value })
}

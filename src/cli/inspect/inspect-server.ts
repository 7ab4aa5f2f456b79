// An inspection, step by step: greet without a credential, read what is published, then list the
// tools with the credential.

import { CommandError } from '../command.ts'
import { promptTools, templateTools } from './as-tools.ts'
import { type Answer, opensLegacyStream, type Way } from './ask.ts'
import { lookAtAuthorization } from './authorization.ts'
import { printable } from './printable.ts'
import { type Greeting, greet, type Lists, leave, listAll } from './protocol.ts'
import type { Authorization, InspectedOthers, Report } from './report.ts'
import { suggest } from './suggest.ts'
import { ambiguousPointers, inspectTools } from './tools.ts'

/** What is inspected, and with what. */
export interface Inspection {
  readonly url: string
  /** The header with the credential; none without one. */
  readonly headers: Headers
  /** The header's name, when the operator chose it. */
  readonly header: string | undefined
  readonly progress: (line: string) => void
}

/**
 * Inspects a server.
 *
 * @returns The report, its texts printable; `refused` is the status of a server that refused the
 *   credential.
 * @throws CommandError when there is no server, or not one of MCP.
 */
export async function inspectServer(
  { url, headers, header, progress }: Inspection,
  way: Way,
): Promise<{ readonly report: Report; readonly refused?: number }> {
  const armed = [...headers].length > 0
  progress(`greeting ${url} without a credential`)
  const stranger = { url, headers: new Headers() }
  const unknown = await greet(stranger, way)
  if (unknown.open && armed) await leave(stranger, unknown.open, way)
  const refusal = refusedIn(unknown)
  if (!unknown.open && unknown.revisions.length === 0 && refusal === undefined)
    throw await notMcp(stranger, unknown.answers, way)
  const authorization = await lookAtAuthorization(url, unknown.answers, way, progress)
  if (refusal !== undefined && !armed && !saysMcp(unknown, authorization))
    throw unknownServer(url, refusal)

  const target = armed ? { url, headers } : stranger
  if (armed) progress('greeting it with the credential')
  const greeting = armed ? await greet(target, way) : unknown
  const refused = armed ? refusedIn(greeting) : undefined
  if (armed && !greeting.open && greeting.revisions.length === 0 && refused === undefined)
    throw await notMcp(target, greeting.answers, way)
  if (greeting.open) progress('listing its tools, prompts and resources')
  const lists = greeting.open ? await listAll(target, greeting.open, way) : undefined
  const listed = lists?.tools
  if (greeting.open) await leave(target, greeting.open, way)

  const looked = listed ? await inspectTools(listed.entries, way.signal) : undefined
  const { tools = null, takingAny: takingParameters = 0 } = looked ?? {}
  const { server } = greeting
  const notes = [
    ...(authorization.required && !armed
      ? [
          'To see its tools, put a token for it into an environment variable, and name that: --token-env NAME',
        ]
      : []),
    ...(listed?.more
      ? ['It lists more tools than were looked at: 2,048 at most, and 20 pages']
      : []),
    ...(greeting.open && !listed ? ['It refused to list its tools'] : []),
    ...(authorization.servers.some(({ found }) => !found)
      ? [
          'An authorization server could not be read: it is down, answers for another issuer, or is not at a public https address',
        ]
      : []),
    ...(elsewhere(url, authorization.challenge?.resourceMetadata)
      ? ['Its 401 points to metadata on another origin, which was not followed']
      : []),
  ]
  const found = {
    ...{ url, server, revisions: greeting.revisions },
    ...{ authorization, tools, takingParameters },
  }
  const others = await inspectOthers(lists, way.signal)
  const suggestion = suggest({
    ...found,
    header,
    ambiguous: ambiguousPointers(listed?.entries ?? [], tools ?? []),
  })
  const report: Report = { format: 1, ...found, ...others, suggestion, notes }
  return { report: allPrintable(report), ...(refused === undefined ? {} : { refused }) }
}

/** Looks at the prompts and the templates of resources, and counts the resources. */
async function inspectOthers(
  lists: Lists | undefined,
  signal: AbortSignal,
): Promise<InspectedOthers> {
  const { prompts, templates, resources } = lists ?? {}
  const look = async (tools: Parameters<typeof inspectTools>[0]) =>
    (await inspectTools(tools, signal)).tools
  return {
    prompts: prompts ? await look(promptTools(prompts.entries)) : null,
    templates: templates ? await look(templateTools(templates.entries)) : null,
    resources: resources ? resources.entries.length : null,
  }
}

/** The status with which whoever greeted was sent away. */
function refusedIn({ answers, open }: Greeting): number | undefined {
  if (open) return undefined
  return answers.find(({ status }) => status === 401 || status === 403)?.status
}

async function notMcp(
  { url, headers }: Pick<Inspection, 'url' | 'headers'>,
  answers: readonly Answer[],
  way: Way,
): Promise<CommandError> {
  if (await opensLegacyStream(url, headers, way))
    return new CommandError(
      `${url} speaks HTTP+SSE, the older transport (MCP 2024-11-05), and was not looked at further. caller.fetch carries a credential to it: give it to the SSE client transport of your SDK. If it has an address for Streamable HTTP too, often /mcp, inspect that`,
    )
  const seen = [...new Set(answers.map(({ status }) => status))].join(' and ')
  const down = answers.every(({ status }) => status >= 500)
  return new CommandError(
    down
      ? `${url} answers with errors (HTTP ${seen}). Look into the server’s own log`
      : `${url} answers (HTTP ${seen}), but does not speak MCP over Streamable HTTP. Check the path: it is often /mcp`,
  )
}

/**
 * Whether a server that sends everybody away says anything that one of MCP says: a challenge (MCP
 * wants one), metadata of a protected resource, or a JSON-RPC message.
 */
function saysMcp({ answers }: Greeting, authorization: Authorization): boolean {
  return (
    typeof authorization.challenge?.scheme === 'string' ||
    authorization.servers.length > 0 ||
    answers.some(({ json }) => json?.jsonrpc === '2.0')
  )
}

function unknownServer(url: string, status: number): CommandError {
  return new CommandError(
    `${url} sends everybody away (HTTP ${status}), and says nothing of MCP: nobody knows whether it is an MCP server. Check the path, which is often /mcp; or give a token or key for it: --token-env NAME, and --header NAME where it is no Bearer token`,
  )
}

function elsewhere(url: string, link: string | null | undefined): boolean {
  return typeof link === 'string' && URL.parse(link)?.origin !== new URL(url).origin
}

/** A copy with every text printable; what the server sent is nowhere else. */
function allPrintable<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value, (_, one: unknown) =>
      typeof one === 'string' ? printable(one, 2000) : one,
    ),
  )
}

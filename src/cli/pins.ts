// `onbehalf pins`: shows which tools have changed since they were pinned, and approves a change or
// drops pins. A pin holds digests and the names of tools.

import { sqliteToolPins } from 'onbehalf/store'
import { postgresToolPins } from 'onbehalf/store/postgres'
import { type Arguments, readArguments } from './arguments.ts'
import { type Command, CommandError, type Terminal, UsageError } from './command.ts'
import { DATABASE_OPTIONS, POSTGRES_HELP, withDatabase } from './databases.ts'

const HELP = `Usage: onbehalf pins list|approve RESOURCE TOOL [FINGERPRINT]|clear RESOURCE [TOOL] --database FILE|--postgres [--json]

  list                   lists the servers whose tools are pinned, and the tools that are refused because their
                         definitions have changed since
  approve RESOURCE TOOL  accepts the changed definition of a tool, for every person, also in running processes. The
                         earlier one is refused from then on. First look at what has changed: the text of a tool
                         speaks to the model
  clear RESOURCE [TOOL]  drops the pins of a server, or of one of its tools. What is listed next is pinned, whatever
                         it is

  RESOURCE         the resource identifier of the server's binding, as \`pins list\` and the audit show it
  TOOL             the tool's name, as \`pins list\` shows it
  FINGERPRINT      the beginning of the definition's fingerprint: needed when several changes of the tool were seen
  --database FILE  the SQLite database that the app's pins are kept in
  ${POSTGRES_HELP}
  --json           one line of JSON instead of text

Exit code: 0 done, 1 not done, 2 wrong arguments.`

/** The pins of either database. */
type Pins = ReturnType<typeof sqliteToolPins>

const OPTIONS = {
  database: { type: 'string' },
  ...DATABASE_OPTIONS,
  json: { type: 'boolean' },
} as const
const TAKES = '--database FILE, --postgres, --schema NAME and --json'
type Values = Arguments<typeof OPTIONS>['values']

/** How many operands each action takes. */
const OPERANDS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  list: [0, 0],
  approve: [2, 3],
  clear: [1, 2],
}

/** The command. */
export const pins: Command = {
  summary: 'lists the tools that have changed, and approves changes',
  help: HELP,
  async run(args, terminal): Promise<number> {
    const { values, positionals } = readArguments(args, OPTIONS, TAKES)
    const [name = '', ...operands] = positionals
    const counts = Object.hasOwn(OPERANDS, name) ? OPERANDS[name] : undefined
    if (!counts) throw new UsageError('it needs one of list, approve, clear')
    if (operands.length < counts[0] || operands.length > counts[1])
      throw new UsageError(`${name} takes other operands`)
    const [resource = '', tool, fingerprint = ''] = operands
    return withPins(values, (opened) => {
      if (name === 'list') return list(opened, values, terminal)
      if (name === 'clear') return clear(opened, { resource, tool }, values, terminal)
      return approve(opened, { resource, tool: tool ?? '', fingerprint }, values, terminal)
    })
  },
}

/** Opens the database that is named. */
function withPins<T>(values: Values, work: (pins: Pins) => Promise<T>): Promise<T> {
  return withDatabase(values.database, values, ({ kind, database }) =>
    work(kind === 'sqlite' ? sqliteToolPins(database) : postgresToolPins(database)),
  )
}

async function list(opened: Pins, { json }: Values, terminal: Terminal): Promise<number> {
  const servers = await opened.servers()
  const changes = (await opened.changes()).map((change) => ({
    ...change,
    since: new Date(change.since).toISOString(),
  }))
  if (json) {
    terminal.out(JSON.stringify({ servers, changes }))
    return 0
  }
  for (const { resource, owners, tools } of servers)
    terminal.out(`${resource}: tools pinned ${tools}, people ${owners}`)
  for (const { resource, tool, label, fingerprint, since } of changes)
    terminal.out(`changed since ${since}: ${resource} ${label || tool} ${fingerprint}`)
  if (servers.length + changes.length === 0) terminal.out('No tool is pinned.')
  else if (changes.length === 0) terminal.out('No tool has changed.')
  return 0
}

async function approve(
  opened: Pins,
  asked: { readonly resource: string; readonly tool: string; readonly fingerprint: string },
  { json }: Values,
  terminal: Terminal,
): Promise<number> {
  const { resource, tool } = asked
  const seen = (await opened.changes()).filter(
    (change) =>
      change.resource === resource &&
      (change.label === tool || change.tool === tool) &&
      change.fingerprint.startsWith(asked.fingerprint),
  )
  const [only, ...others] = seen
  if (others.length > 0)
    throw new CommandError(
      `several changes of ${tool} were seen. Name the one that you looked at: ${seen.map(({ fingerprint }) => fingerprint).join(', ')}`,
    )
  const approved = only !== undefined && (await opened.approve(resource, tool, only.fingerprint))
  const text = approved
    ? `The changed definition of ${tool} is approved.`
    : `No such change of ${tool} is known: \`onbehalf pins list\` shows what is.`
  const fingerprint = only?.fingerprint ?? null
  terminal.out(json ? JSON.stringify({ resource, tool, fingerprint, approved }) : text)
  return approved ? 0 : 1
}

async function clear(
  opened: Pins,
  { resource, tool }: { readonly resource: string; readonly tool: string | undefined },
  { json }: Values,
  terminal: Terminal,
): Promise<number> {
  const cleared = await opened.clear(resource, tool)
  const what = tool === undefined ? resource : `${tool} at ${resource}`
  const text =
    cleared > 0
      ? `The pins of ${what} are dropped: ${cleared}.`
      : `Nothing is pinned for ${what}: \`onbehalf pins list\` shows what is.`
  terminal.out(json ? JSON.stringify({ resource, tool: tool ?? null, cleared }) : text)
  return cleared > 0 ? 0 : 1
}

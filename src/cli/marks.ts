// `onbehalf marks`: lists the servers that sent a credential back, and clears their marks. A mark
// holds no credential.

import { sqliteReflectionMarks } from 'onbehalf/store'
import { postgresReflectionMarks } from 'onbehalf/store/postgres'
import { readArguments } from './arguments.ts'
import { type Command, type Terminal, UsageError } from './command.ts'
import { DATABASE_OPTIONS, POSTGRES_HELP, withDatabase } from './databases.ts'

const HELP = `Usage: onbehalf marks list|clear RESOURCE --database FILE|--postgres [--json]

  list            lists the servers that sent a credential back, and since when they are marked
  clear RESOURCE  removes the mark of a server, so that a server in quarantine is called again, also by running
                  processes. It is marked again if it sends a credential back again: first look at what it did

  RESOURCE         the resource identifier of the server's binding, as \`marks list\` and the audit show it
  --database FILE  the SQLite database that the app's reflection marks are kept in
  ${POSTGRES_HELP}
  --json           one line of JSON instead of text

Exit code: 0 done, 1 not done, 2 wrong arguments.`

const OPTIONS = {
  database: { type: 'string' },
  ...DATABASE_OPTIONS,
  json: { type: 'boolean' },
} as const
const TAKES = '--database FILE, --postgres, --schema NAME and --json'

/** The marks of either database. */
type Marks = ReturnType<typeof sqliteReflectionMarks>

/** The command. */
export const marks: Command = {
  summary: 'lists the servers that sent a credential back, and clears their marks',
  help: HELP,
  async run(args, terminal): Promise<number> {
    const { values, positionals } = readArguments(args, OPTIONS, TAKES)
    const [name, ...operands] = positionals
    if (name !== 'list' && name !== 'clear') throw new UsageError('it needs one of list, clear')
    if (operands.length !== (name === 'clear' ? 1 : 0))
      throw new UsageError(
        name === 'clear'
          ? 'clear needs the resource of one server'
          : 'list takes nothing but options',
      )
    return withDatabase(values.database, values, ({ kind, database }) => {
      const found =
        kind === 'sqlite' ? sqliteReflectionMarks(database) : postgresReflectionMarks(database)
      return name === 'list'
        ? list(found, values.json === true, terminal)
        : clear(found, operands[0] ?? '', values.json === true, terminal)
    })
  },
}

async function list(marked: Marks, json: boolean, terminal: Terminal): Promise<number> {
  const found = (await marked.list()).map(({ resource, since }) => ({
    resource,
    since: new Date(since).toISOString(),
  }))
  const lines = found.map(({ resource, since }) => `${since}  ${resource}`)
  terminal.out(
    json
      ? JSON.stringify({ marks: found })
      : lines.length > 0
        ? lines.join('\n')
        : 'No server is marked.',
  )
  return 0
}

async function clear(
  marked: Marks,
  resource: string,
  json: boolean,
  terminal: Terminal,
): Promise<number> {
  const cleared = await marked.clear(resource)
  const text = cleared
    ? `The mark of ${resource} is cleared.`
    : `${resource} is not marked: \`onbehalf marks list\` shows what is.`
  terminal.out(json ? JSON.stringify({ resource, cleared }) : text)
  return cleared ? 0 : 1
}

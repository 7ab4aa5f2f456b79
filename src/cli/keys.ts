// `onbehalf keys`: makes, rotates and retires the master keys of stored secrets. It never prints a
// key.

import {
  createKeyring,
  fileMasterKeys,
  KeyringError,
  keyUse,
  listKeyring,
  retireKey,
  rewrap,
  rotateKeyring,
} from 'onbehalf/store'
import { readArguments } from './arguments.ts'
import { type Command, CommandError, type Terminal, UsageError } from './command.ts'
import { DATABASE_OPTIONS, type NamedPostgres, POSTGRES_HELP, withDatabases } from './databases.ts'

/** The arguments, parsed. */
interface Request extends NamedPostgres {
  readonly keyring: string
  readonly databases: readonly string[]
  /** What follows the subcommand's name. */
  readonly operands: readonly string[]
}

/** What a subcommand found or did, for people and for `--json`. */
interface Answer {
  readonly json: Readonly<Record<string, unknown>>
  readonly text: string
  readonly exitCode?: number
}

type Subcommand = (request: Request, terminal: Terminal) => Promise<Answer>

const DEFAULT_KEYRING = '.data/keyring.json'

const HELP = `Usage: onbehalf keys init|list|rotate|rewrap|retire ID [--keyring FILE] [--database FILE]... [--postgres] [--json]

  init       makes a keyring with its first key; never overwrites one
  list       lists the keys (never their values); with --database, how many rows are under each
  rotate     adds a key; from then on new secrets are sealed under it, also in running processes
  rewrap     seals what is in the databases under the current key; may be stopped and run again
  retire ID  drops a key for good; refuses while anything in the databases is sealed under it

  --keyring FILE   default ${DEFAULT_KEYRING}. Keep a backup of it, apart from the databases' backups: without it they cannot be
                   read. A backup of a database needs the keys of its time, also those retired since
  --database FILE  a SQLite database that the keyring is used with; name every database for rewrap and retire
  ${POSTGRES_HELP}
  --json           one line of JSON instead of text

To rotate without stopping anything: keys rotate, keys rewrap, then keys retire with the id of the old key.
Exit code: 0 done, 1 not done, 2 wrong arguments.`

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  init,
  list,
  rotate,
  rewrap: rewrapAll,
  retire,
}

const OPTIONS = {
  keyring: { type: 'string' },
  database: { type: 'string', multiple: true },
  ...DATABASE_OPTIONS,
  json: { type: 'boolean' },
} as const
const TAKES = '--keyring FILE, --database FILE, --postgres, --schema NAME and --json'

/** The command. */
export const keys: Command = {
  summary: 'makes, rotates and retires the master keys of stored secrets',
  help: HELP,
  async run(args, terminal): Promise<number> {
    const { values, positionals } = readArguments(args, OPTIONS, TAKES)
    const [name, ...operands] = positionals
    const subcommand =
      name !== undefined && Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined
    if (!subcommand) throw new UsageError(`it needs one of ${Object.keys(SUBCOMMANDS).join(', ')}`)
    if (operands.length !== (name === 'retire' ? 1 : 0))
      throw new UsageError(
        name === 'retire' ? 'retire needs the id of one key' : `${name} takes nothing but options`,
      )
    const request = {
      keyring: values.keyring ?? DEFAULT_KEYRING,
      databases: values.database ?? [],
      postgres: values.postgres,
      schema: values.schema,
      operands,
    }
    const { json, text, exitCode = 0 } = await subcommand(request, terminal).catch(asOurs)
    terminal.out(values.json ? JSON.stringify(json) : text)
    return exitCode
  },
}

/** The message of a keyring's error says what to do. */
function asOurs(error: unknown): never {
  throw error instanceof KeyringError ? new CommandError(error.message) : error
}

async function init({ keyring }: Request): Promise<Answer> {
  const key = createKeyring(keyring)
  const text = `Made ${keyring} with the key ${key.id}; only you can read it.\nKeep a backup apart from the databases': without it, what is stored cannot be read.`
  return { json: { keyring, key }, text }
}

async function list({ keyring, databases, ...named }: Request): Promise<Answer> {
  const known = listKeyring(keyring)
  const counted = databases.length > 0 || named.postgres === true
  const used = new Map<string, number>()
  await withDatabases(databases, named, async (opened) => {
    for (const { database } of opened)
      for (const [id, rows] of await keyUse(database)) used.set(id, (used.get(id) ?? 0) + rows)
  })
  const listed = known.map((key, index) => ({
    ...key,
    current: index === known.length - 1,
    ...(counted ? { rows: used.get(key.id) ?? 0 } : {}),
  }))
  const missing = [...used]
    .filter(([id]) => !known.some((key) => key.id === id))
    .map(([id, rows]) => ({ id, rows }))
  const lines = [
    ...listed.map(
      ({ id, created, current, rows }) =>
        `${id}  ${created}${counted ? `  ${rows} rows` : ''}${current ? '  current' : ''}`,
    ),
    ...missing.map(
      ({ id, rows }) => `${id}  MISSING from the keyring: ${rows} rows cannot be read`,
    ),
  ]
  return {
    json: { keyring, keys: listed, ...(counted ? { missing } : {}) },
    text: lines.join('\n'),
  }
}

async function rotate({ keyring }: Request): Promise<Answer> {
  const key = rotateKeyring(keyring)
  const text = `The key ${key.id} is now the current one of ${keyring}.\nBack the keyring up, then: onbehalf keys rewrap --keyring ${keyring} --database FILE (or --postgres)`
  return { json: { keyring, key }, text }
}

async function rewrapAll(
  { keyring, databases, ...named }: Request,
  { signal }: Terminal,
): Promise<Answer> {
  needsDatabases(databases, named)
  const masterKeys = fileMasterKeys(keyring)
  let rewrapped = 0
  let left = 0
  await withDatabases(databases, named, async (opened) => {
    for (const { database } of opened) {
      const report = await rewrap(database, masterKeys, { signal })
      rewrapped += report.rewrapped
      left += report.left
    }
  })
  const stopped = signal.aborted
  const rest = stopped
    ? 'stopped; run it again to go on'
    : 'they cannot be opened: see `onbehalf keys list` for missing keys'
  const text = `${rewrapped} rows re-wrapped${left > 0 ? `; ${left} left (${rest})` : ''}`
  return {
    json: { keyring, rewrapped, left, stopped },
    text,
    exitCode: left > 0 || stopped ? 1 : 0,
  }
}

async function retire({ keyring, databases, operands, ...named }: Request): Promise<Answer> {
  needsDatabases(databases, named)
  const [id = ''] = operands
  const done = await withDatabases(databases, named, (opened) =>
    retireKey(
      keyring,
      opened.map(({ database }) => database),
      id,
    ),
  )
  if (done.retired)
    return {
      json: { keyring, id, ...done },
      text: `The key ${id} is retired and no longer in the keyring.`,
    }
  const text = `The key ${id} is still needed: ${done.rows} rows are under it. Run \`onbehalf keys rewrap\` first.`
  return { json: { keyring, id, ...done }, text, exitCode: 1 }
}

function needsDatabases(databases: readonly string[], { postgres }: NamedPostgres): void {
  if (databases.length === 0 && !postgres)
    throw new UsageError(
      'name every database that the keyring is used with: --database FILE, --postgres',
    )
}

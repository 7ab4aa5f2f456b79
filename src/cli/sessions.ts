// `onbehalf sessions`: lists the sign-ins that an app keeps on its server, and ends those of a person.
// It needs no key: what it reads holds no secret.

import type { WhichSignIns } from 'onbehalf'
import { sqliteSignInStore } from 'onbehalf/store'
import { postgresSignInStore } from 'onbehalf/store/postgres'
import { readArguments } from './arguments.ts'
import { type Command, type Terminal, UsageError } from './command.ts'
import { DATABASE_OPTIONS, POSTGRES_HELP, withDatabase } from './databases.ts'
import { printable } from './inspect/printable.ts'

const HELP = `Usage: onbehalf sessions list|end --database FILE|--postgres [--issuer URL --subject NAME] [--id ID] [--json]

  list             lists the sign-ins, the newest first: those of a person, or of everybody (1,000 at most)
  end              ends all sign-ins of a person, or one. Their cookies open nothing from then on; work that is
                   under way in their name ends within 5 seconds; the app revokes their tokens within 10 minutes

  --issuer URL     with --subject: the issuer that the person signs in with, as \`sessions list\` shows it
  --subject NAME   with --issuer: the person's name there (\`sub\`)
  --id ID          one sign-in, as \`sessions list\` shows it
  --database FILE  the SQLite database that the app's sign-ins are kept in
  ${POSTGRES_HELP}
  --json           one line of JSON instead of text

Exit code: 0 done, 1 not done, 2 wrong arguments.`

const OPTIONS = {
  issuer: { type: 'string' },
  subject: { type: 'string' },
  id: { type: 'string' },
  database: { type: 'string' },
  ...DATABASE_OPTIONS,
  json: { type: 'boolean' },
} as const
const TAKES =
  '--issuer URL, --subject NAME, --id ID, --database FILE, --postgres, --schema NAME and --json'

type Store = ReturnType<typeof sqliteSignInStore>

/** The command. */
export const sessions: Command = {
  summary: 'lists the sign-ins that an app keeps, and ends those of a person',
  help: HELP,
  async run(args, terminal): Promise<number> {
    const { values, positionals } = readArguments(args, OPTIONS, TAKES)
    const [name, ...operands] = positionals
    if ((name !== 'list' && name !== 'end') || operands.length > 0)
      throw new UsageError('it needs one of list, end, and takes nothing else but options')
    const which = whichOf(values)
    if (name === 'end' && which === 'all')
      throw new UsageError('end needs --issuer and --subject, or --id')
    return withDatabase(values.database, values, ({ kind, database }) => {
      const store = kind === 'sqlite' ? sqliteSignInStore(database) : postgresSignInStore(database)
      return name === 'list'
        ? list(store, which, values.json === true, terminal)
        : end(store, which, values.json === true, terminal)
    })
  },
}

/** A subject alone is nobody: another issuer may use the same one. */
function whichOf({
  issuer,
  subject,
  id,
}: {
  readonly issuer?: string | undefined
  readonly subject?: string | undefined
  readonly id?: string | undefined
}): WhichSignIns {
  if ((issuer === undefined) !== (subject === undefined))
    throw new UsageError('--issuer and --subject belong together: a person is known by both')
  if (issuer !== undefined && subject !== undefined) {
    if (id !== undefined) throw new UsageError('--id stands without --issuer and --subject')
    return { issuer, subject }
  }
  return id === undefined ? 'all' : { ids: [id] }
}

async function list(
  store: Store,
  which: WhichSignIns,
  json: boolean,
  terminal: Terminal,
): Promise<number> {
  const found = (await store.list(which)).map(
    ({ id, issuer, subject, device, startedAt, usedAt, endsAt }) => ({
      id,
      issuer,
      subject,
      device,
      startedAt: timeOf(startedAt),
      usedAt: timeOf(usedAt),
      endsAt: timeOf(endsAt),
    }),
  )
  const lines = found.map(
    ({ id, issuer, subject, device, startedAt, usedAt }) =>
      `${id}  ${printable(subject)} at ${printable(issuer)}  ${device}, since ${startedAt}, last used ${usedAt}`,
  )
  const text = lines.length > 0 ? lines.join('\n') : 'Nobody is signed in.'
  terminal.out(json ? JSON.stringify({ signIns: found }) : text)
  return 0
}

async function end(
  store: Store,
  which: WhichSignIns,
  json: boolean,
  terminal: Terminal,
): Promise<number> {
  const ended = await store.end(which, Date.now() / 1000)
  const text =
    ended > 0
      ? `${ended === 1 ? 'One sign-in is' : `${ended} sign-ins are`} ended.`
      : 'There is no such sign-in: `onbehalf sessions list` shows what there is.'
  terminal.out(json ? JSON.stringify({ ended }) : text)
  return ended > 0 ? 0 : 1
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}

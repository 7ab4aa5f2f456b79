// `onbehalf access-keys`: makes, lists and revokes the personal access keys of a gateway, for the operator.

import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import {
  type AccessKey,
  type AccessKeys,
  accessKeys as keysOver,
  serversForKeys,
} from 'onbehalf/gateway'
import { readArguments } from './arguments.ts'
import { type Command, CommandError, type Terminal, UsageError } from './command.ts'
import { type OpenAudit, openAudit } from './gateway/audit.ts'
import { ConfigError } from './gateway/place.ts'
import { readText } from './gateway/read-file.ts'
import { secretReader } from './gateway/references.ts'
import { checkNames, isMap, mapIn, type Settings } from './gateway/settings.ts'
import { openStore } from './gateway/store.ts'
import { printable } from './inspect/printable.ts'

const HELP = `Usage: onbehalf access-keys create|list|revoke --config FILE --issuer URL --subject NAME [--json]

  create           makes a key for a person and shows it, this one time: --name NAME, --server NAME (again for more),
                   --scope SCOPE (again for more), --days DAYS (90 if not given, 365 at most)
  list             lists the keys of a person, the newest first
  revoke           revokes one: --id ID, as \`access-keys list\` shows it

  --config FILE    the gateway's file, with accessKeys: true and a store
  --issuer URL     the issuer that the person signs in with
  --subject NAME   the person's name there (\`sub\`)
  --json           one line of JSON instead of text

A key stands for the person at the servers that it names, with its scopes and no others. The person must have agreed
to that: every key is a consent, which the audit records with each use. An audit in a file or in PostgreSQL also gets that a
key is made or revoked here.
Exit code: 0 done, 1 not done, 2 wrong arguments.`

const OPTIONS = {
  config: { type: 'string' },
  issuer: { type: 'string' },
  subject: { type: 'string' },
  name: { type: 'string' },
  server: { type: 'string', multiple: true },
  scope: { type: 'string', multiple: true },
  days: { type: 'string' },
  id: { type: 'string' },
  json: { type: 'boolean' },
} as const
const TAKES =
  '--config FILE, --issuer URL, --subject NAME, --name NAME, --server NAME, --scope SCOPE, --days DAYS, --id ID and --json'

const DAY_MS = 24 * 3600 * 1000

/** The arguments, as they are read. */
type Values = ReturnType<typeof readArguments<typeof OPTIONS>>['values']

/** Whose keys they are. */
interface Person {
  readonly issuer: string
  readonly subject: string
}

/** The command. */
export const accessKeys: Command = {
  summary: 'makes, lists and revokes the personal access keys of a gateway',
  help: HELP,
  async run(args, terminal): Promise<number> {
    const { values, positionals } = readArguments(args, OPTIONS, TAKES)
    const [name, ...operands] = positionals
    if ((name !== 'create' && name !== 'list' && name !== 'revoke') || operands.length > 0)
      throw new UsageError(
        'it needs one of create, list, revoke, and takes nothing else but options',
      )
    const { config, issuer, subject } = values
    if (config === undefined || issuer === undefined || subject === undefined)
      throw new UsageError('it needs --config, --issuer and --subject: a person is known by both')
    const person = { issuer, subject }
    return withKeys(config, (keys, servers) => {
      switch (name) {
        case 'create':
          return create(keys, person, servers, values, terminal)
        case 'list':
          return list(keys, person, values, terminal)
        case 'revoke':
          return revoke(keys, person, values, terminal)
      }
    })
  },
}

/** Opens the store that the file names, and closes it after the work. */
async function withKeys(
  file: string,
  work: (keys: AccessKeys, servers: readonly string[]) => Promise<number>,
): Promise<number> {
  let store: Awaited<ReturnType<typeof openStore>>
  let audit: OpenAudit | undefined
  try {
    const settings = settingsOf(file)
    if (settings.accessKeys !== true)
      throw new CommandError(`${file} does not have accessKeys: true, so its gateway takes no keys`)
    const secretOf = secretReader({ file, env: process.env })
    const folder = dirname(resolve(file))
    store = await openStore(settings, folder, secretOf)
    if (!store) throw new CommandError(`${file} names no store: keys are kept in one`)
    const { secrets, consents } = store
    // Standard output has what this command says.
    if ((settings.audit ?? 'stdout') !== 'stdout') audit = openAudit(settings, folder, store)
    const sink = audit?.sink ?? { record() {} }
    return await work(keysOver({ secrets, consents, audit: sink }), serversIn(settings))
  } catch (error) {
    throw error instanceof ConfigError ? new CommandError(`${file}: ${error.message}`) : error
  } finally {
    await audit?.close()
    await store?.close()
  }
}

/** The servers that keys can be for. */
function serversIn(settings: Settings): readonly string[] {
  return serversForKeys(
    Object.fromEntries(
      Object.entries(mapIn(settings, 'servers')).filter(
        (entry): entry is [string, Readonly<Record<string, never>>] => isMap(entry[1]),
      ),
    ),
    settings.session !== undefined,
  )
}

function settingsOf(file: string): Settings {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new CommandError(`the file ${file} cannot be read`)
  }
  return checkNames(readText(text).settings)
}

async function create(
  keys: AccessKeys,
  person: Person,
  known: readonly string[],
  { name, server: servers = [], scope: scopes = [], days = '90', json }: Values,
  { out, note }: Terminal,
): Promise<number> {
  if (name === undefined || servers.length === 0)
    throw new UsageError('create needs --name and --server')
  const unknown = servers.find((server) => !known.includes(server))
  if (unknown !== undefined)
    throw new UsageError(
      `${printable(unknown)} is no server that keys can be for; there are: ${known.join(', ') || 'none'}. A key comes without a token of the person, so the source must be static, connection or client-credentials`,
    )
  if (!/^\d{1,3}$/.test(days) || Number(days) < 1 || Number(days) > 365)
    throw new UsageError('--days must be from 1 to 365')
  const until = new Date(Date.now() + Number(days) * DAY_MS)
  const { key, record } = await keys
    .create(person, { name, servers, scopes, until })
    .catch((error: unknown) => {
      throw error instanceof TypeError ? new UsageError(error.message) : error
    })
  if (json) out(JSON.stringify({ key: key.reveal(), ...shown(record) }))
  else {
    out(key.reveal())
    note(`The key ${record.id} is good until ${shown(record).endsAt}. It is not shown again.`)
  }
  return 0
}

async function list(
  keys: AccessKeys,
  person: Person,
  { json }: Values,
  { out }: Terminal,
): Promise<number> {
  const found = (await keys.list(person)).map(shown)
  if (json) out(JSON.stringify({ keys: found }))
  else if (found.length === 0) out('There are no keys.')
  for (const { id, name, servers, scopes, endsAt, revokedAt } of json ? [] : found) {
    const state = revokedAt === undefined ? `until ${endsAt}` : `revoked ${revokedAt}`
    const what = [...servers, ...scopes].map(printable).join(', ')
    out(`${id}  ${printable(name)}  ${state}  ${what}`)
  }
  return 0
}

async function revoke(
  keys: AccessKeys,
  person: Person,
  { id, json }: Values,
  { out }: Terminal,
): Promise<number> {
  if (id === undefined) throw new UsageError('revoke needs --id')
  const revoked = await keys.revoke(person, id)
  const text = revoked ? 'The key is revoked.' : 'There is no such key of this person.'
  out(json ? JSON.stringify({ revoked }) : text)
  return revoked ? 0 : 1
}

function shown({ createdAt, endsAt, revokedAt, ...same }: AccessKey) {
  return {
    ...same,
    createdAt: timeOf(createdAt),
    endsAt: timeOf(endsAt),
    ...(revokedAt === undefined ? {} : { revokedAt: timeOf(revokedAt) }),
  }
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}

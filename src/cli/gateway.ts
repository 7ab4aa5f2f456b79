// `onbehalf gateway`: serves what a YAML file says, and takes over its changes while it runs.

import { unwatchFile, watchFile } from 'node:fs'
import { readArguments } from './arguments.ts'
import { type Command, CommandError, type Terminal, UsageError } from './command.ts'
import { ADDRESS_VARIABLE, runCommand, watchEnvironment } from './gateway/beside.ts'
import { type Configured, readConfiguration } from './gateway/configuration.ts'
import { ConfigError } from './gateway/place.ts'
import { SCHEMA } from './gateway/schema.ts'
import { type Served, serveGateway } from './gateway/serve.ts'
import { serveStatus } from './gateway/status.ts'
import { watchTls } from './gateway/tls.ts'
import { growNewSpaceOnce } from './heap.ts'

const HELP = `Usage: onbehalf gateway --config FILE [--check] [--json]
       onbehalf gateway --config FILE -- COMMAND [ARGUMENT…]
       onbehalf gateway --schema

Serves MCP servers behind one address, for agents in any language: it verifies who calls, puts the person's own
credential for each server into the request, hides what the model must not see, takes credentials out of what comes
back, and writes the audit. Each server is at /mcp/NAME, named subsets are at /mcp/SUBSET, all of them at /mcp.

  --config FILE  the file, in YAML. docs/gateway.md explains the settings
  --check        reads the file, says what is wrong with it and in which line, and ends
  --schema       prints the JSON Schema of the file, for editors
  --json         one line of JSON instead of text

It listens on 127.0.0.1:8080 unless the file says otherwise. It reads the file again when it changes; when the new
one is wrong, it says so and goes on with the old one. /healthz and /readyz are for load balancers. SIGTERM: it takes
no new requests, and ends when those under way are done, or after 4 seconds.

With -- COMMAND the gateway is up while the command runs. The command finds the file's url in ONBEHALF_GATEWAY_URL; the
variables that the file refers to are taken out of its environment. What the gateway says goes to standard error.
Exit code: 0 done, 1 something is wrong with the file or the address, 2 wrong arguments; with -- COMMAND, the command's.`

const OPTIONS = {
  config: { type: 'string' },
  check: { type: 'boolean' },
  schema: { type: 'boolean' },
  json: { type: 'boolean' },
} as const
const TAKES = '--config FILE, --check, --schema and --json'
/** Milliseconds between two looks at the file. It works on every file system. */
const WATCH_MS = 500

/** The command. */
export const gateway: Command = {
  summary: 'serves MCP servers behind one address, for agents in any language',
  help: HELP,
  async run(args, terminal): Promise<number> {
    const end = args.indexOf('--')
    const command = end < 0 ? undefined : args.slice(end + 1)
    const own = end < 0 ? args : args.slice(0, end)
    const { values, positionals } = readArguments(own, OPTIONS, TAKES)
    if (positionals.length > 0) throw new UsageError(`it takes ${TAKES}`)
    if (command?.length === 0) throw new UsageError('-- needs a command behind it')
    if (command && (values.check || values.schema))
      throw new UsageError('--check and --schema run no command')
    if (values.schema) {
      terminal.out(JSON.stringify(SCHEMA, null, values.json ? undefined : 2))
      return 0
    }
    const { config: file, json = false, check = false } = values
    if (file === undefined) throw new UsageError('it needs --config FILE')
    if (command) return serveBeside(file, command, json, terminal)
    const configured = await configurationIn(file, json, terminal, { isCheck: check })
    if (!configured) return 1
    if (!check) return serve(file, configured, json, terminal)
    tellRoutes(configured, json, terminal)
    await configured.close()
    return 0
  },
}

/** Serves while the command runs. Standard output is the command's alone. */
async function serveBeside(
  file: string,
  command: readonly string[],
  json: boolean,
  terminal: Terminal,
): Promise<number> {
  const quiet = { ...terminal, out: terminal.note }
  const environment = watchEnvironment(process.env)
  const configured = await configurationIn(file, json, quiet, { env: environment.env })
  if (!configured) return 1
  const env = { ...environment.withoutRead(), [ADDRESS_VARIABLE]: configured.url }
  return serve(file, configured, json, quiet, () => runCommand(command, env, terminal))
}

/** The configuration; undefined when there is something wrong with it, which is told. */
async function configurationIn(
  file: string,
  json: boolean,
  { out, note }: Terminal,
  {
    before,
    isCheck = false,
    env = process.env,
  }: {
    readonly before?: Configured
    readonly isCheck?: boolean
    readonly env?: Readonly<Record<string, string | undefined>>
  } = {},
): Promise<Configured | undefined> {
  try {
    return await readConfiguration(file, {
      env,
      warn: (message) => note(`warning: ${message}`),
      isCheck,
      ...(before ? { after: before.gateway, telemetry: before.telemetry } : {}),
    })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const { message: problem, place } = error
    if (json) out(JSON.stringify({ ok: false, file, ...place, problem }))
    else note(`${file}${place ? `:${place.line}:${place.column}` : ''}: ${problem}`)
    return undefined
  }
}

function tellRoutes({ gateway, url }: Configured, json: boolean, { out }: Terminal): void {
  const { origin } = new URL(url)
  const routes = gateway.routes.map(({ path, servers }) => ({ url: `${origin}${path}`, servers }))
  if (json) out(JSON.stringify({ ok: true, url, routes }))
  else for (const { url, servers } of routes) out(`${url}  ${servers.join(', ')}`)
}

/** Serves until the work is done; without work, until the person wants it to stop. */
async function serve(
  file: string,
  first: Configured,
  json: boolean,
  terminal: Terminal,
  work?: () => Promise<number>,
): Promise<number> {
  let served: Served
  try {
    served = await serveGateway(first.gateway, first.listen, undefined, first.tls?.context)
  } catch (error) {
    await first.close()
    await first.telemetry?.close()
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new CommandError(`it cannot listen on ${first.listen.host}:${first.listen.port}${code}`)
  }
  growNewSpaceOnce()
  tellRoutes(first, json, terminal)
  terminal.note(`listening on ${first.listen.host}:${first.listen.port}`)
  const running = watched(file, first, served, json, terminal)
  const { listen: statusListen } = first.status
  let endStatus: (() => void) | undefined
  try {
    if (statusListen) endStatus = await serveStatus(statusListen, () => running.now().status.read())
    return await (work?.() ?? ended(terminal.signal).then(() => 0))
  } finally {
    endStatus?.()
    const last = await running.stop()
    await served.drain()
    await last.close()
    await last.telemetry?.close()
  }
}

/** Takes over the changes of the file. */
function watched(
  file: string,
  first: Configured,
  served: Served,
  json: boolean,
  terminal: Terminal,
): { now(): Configured; stop(): Promise<Configured> } {
  let current = first
  let reading: Promise<void> = Promise.resolve()
  const followTls = () =>
    current.tls ? watchTls(current.tls, served.certify, terminal.note) : () => {}
  let unfollowTls = followTls()
  const reread = async () => {
    const next = await configurationIn(file, json, terminal, { before: current }).catch(
      () => undefined,
    )
    if (!next) return terminal.note(`${file} has changed, and is not used: the old one goes on`)
    const before = current
    current = next
    // Its store is what the requests under way still read from.
    void served.replace(next.gateway).then(() => before.close().catch(() => {}))
    if ((before.tls === undefined) !== (next.tls === undefined))
      terminal.note('tls was switched on or off in the file: that is used after a restart')
    else if (next.tls) served.certify(next.tls.context)
    if (JSON.stringify(next.status.listen) !== JSON.stringify(first.status.listen))
      terminal.note('status has changed in the file: that is used after a restart')
    unfollowTls()
    unfollowTls = followTls()
    terminal.note(`${file} has changed, and is used now`)
  }
  watchFile(file, { interval: WATCH_MS }, (now, before) => {
    if (now.mtimeMs !== before.mtimeMs) reading = reading.then(reread)
  })
  return {
    now: () => current,
    async stop() {
      unwatchFile(file)
      await reading
      unfollowTls()
      return current
    },
  }
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

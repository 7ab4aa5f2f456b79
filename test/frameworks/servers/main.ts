// Runs real MCP servers that others wrote against a recording backend: `npm run test:servers`.
// Arguments name some of them. It installs them into .data/servers (or ONBEHALF_SERVERS), says what
// could not be had, and ends what it started.

import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { freePort, type Server, serve } from '../../issuers-real/program.ts'
import { NotAvailable, say, Tally } from '../../issuers-real/tally.ts'
import { appWith } from './app.ts'
import { backendWith, recorderBefore } from './backend.ts'
import { NOT_TRIED, SERVERS } from './list.ts'
import { packageFolder } from './packages.ts'
import { bindingOf, prove } from './prove.ts'
import type { Place, RealServer } from './server.ts'

/** With fewer servers that others wrote, the run shows too little. */
const FEWEST = 8
/** Programs reach the backend without the proxy of the machine. */
const WITHOUT_PROXY = { HTTP_PROXY: '', HTTPS_PROXY: '', http_proxy: '', https_proxy: '' }

const cache = resolve(process.env.ONBEHALF_SERVERS ?? '.data/servers')
mkdirSync(cache, { recursive: true })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => process.exit(143))

const wanted = process.argv.slice(2).map((word) => word.toLowerCase())
const isWanted = ({ name, form }: RealServer) =>
  wanted.length === 0 || wanted.some((word) => `${name} ${form}`.toLowerCase().includes(word))
const tally = new Tally()
const passed = new Set<string>()
const notTried: string[] = wanted.length > 0 ? [] : [...NOT_TRIED]
for (const server of SERVERS.filter(isWanted)) await run(server)
for (const line of notTried) say(`not tried: ${line}`)
say(`${passed.size} servers that others wrote`)
say(tally.summary())
const enough = wanted.length > 0 ? tally.passed > 0 : passed.size >= FEWEST
if (!enough && tally.failed === 0) say(`too few: at least ${FEWEST} servers must run`)
process.exit(tally.failed > 0 || !enough ? 1 : 0)

async function run(server: RealServer): Promise<void> {
  const { name, form } = server
  let folder: string
  try {
    folder = await packageFolder(cache, server.package)
  } catch (error) {
    if (!(error instanceof NotAvailable)) throw error
    notTried.push(`${name}, ${form}: ${error.message}`)
    return
  }
  const { from, version } = server.package
  const title = `${form}: ${name} ${version} (${from})`
  const holds = await tally.step(title, () => tryOut(server, folder))
  if (holds && !server.isOurs) passed.add(name)
}

async function tryOut(server: RealServer, folder: string): Promise<string> {
  const port = await freePort()
  const backend = server.isBackend
    ? await recorderBefore(port)
    : await backendWith(server.answer ?? ((_, echo) => ({ echo })))
  const place: Place = { folder, port, backend: backend.origin }
  const ends: (() => Promise<void>)[] = [() => backend.stop()]
  try {
    const running = await started(server, place)
    if (running) ends.unshift(() => running.stop())
    const url = running && urlOf(server, place)
    const app = await appWith(bindingOf(server, server.binding(place), url), () => {})
    ends.unshift(() => app.close())
    const headers = server.headers?.(place) ?? {}
    return await prove(server, app, backend, { headers, ...(url === undefined ? {} : { url }) })
  } finally {
    for (const end of ends) await end()
  }
}

function urlOf({ path = '/mcp', isBackend }: RealServer, { port, backend }: Place): string {
  return `${isBackend ? backend : `http://127.0.0.1:${port}`}${path}`
}

/** Starts a server over HTTP, and waits until it answers anything. */
async function started(server: RealServer, place: Place): Promise<Server | undefined> {
  const program = server.program?.(place)
  if (!program) return undefined
  const log = join(place.folder, 'server.log')
  const env = { ...WITHOUT_PROXY, ...program.env }
  const answers = async () => {
    const answer = await fetch(`http://127.0.0.1:${place.port}/`, { redirect: 'manual' })
    await answer.body?.cancel()
    return true
  }
  return serve({ ...program, env, cwd: place.folder, log }, answers)
}

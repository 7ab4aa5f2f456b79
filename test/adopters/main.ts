// Runs fresh projects that adopt the packed package: `npm run test:adopters`. Arguments name some of
// them. Each is outside the repository, installed from the registry, and shows a refusal, streams, and
// two people apart. ONBEHALF_ADOPTERS is the folder for them; default one of the system's temporary
// files.

import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort, install, serve } from '../issuers-real/program.ts'
import { say, Tally } from '../issuers-real/tally.ts'
import type { Adopter, Program, Site } from './adopter.ts'
import { ADOPTERS } from './list.ts'
import { packed } from './packed.ts'
import { prove } from './prove.ts'
import { startWorld, type World } from './world.ts'

const APPS = join(import.meta.dirname, 'apps')
const home = resolve(process.env.ONBEHALF_ADOPTERS ?? join(tmpdir(), 'onbehalf-adopters'))
mkdirSync(home, { recursive: true })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => process.exit(143))

const wanted = process.argv.slice(2).map((word) => word.toLowerCase())
const isWanted = ({ name }: Adopter) =>
  wanted.length === 0 || wanted.some((word) => name.toLowerCase().includes(word))

say('packing')
const tarball = packed(home)
const world = await startWorld()
const tally = new Tally()
for (const adopter of ADOPTERS.filter(isWanted))
  await tally.step(adopter.name, () => tryOut(adopter, world))
await world.close()
say(tally.summary())
process.exit(tally.failed > 0 || tally.passed === 0 ? 1 : 0)

async function tryOut(adopter: Adopter, world: World): Promise<string> {
  const told = await siteOf(adopter, world)
  const site = { ...told, env: { ...told.env, ...adopter.env?.(told) } }
  await installed(adopter, site)
  const beside = await adopter.beside?.(site)
  try {
    return await built(adopter, { ...site, env: { ...site.env, ...beside?.env } }, async () => {
      const shown = [await (beside?.prove() ?? (adopter.prove ?? prove)(site.origin, world))]
      if (adopter.more) shown.push(await adopter.more(site.origin, world))
      return shown.join('; ')
    })
  } finally {
    await beside?.close()
  }
}

/** Builds the project, and shows what must hold while it runs. */
async function built(
  adopter: Adopter,
  site: Site,
  proveIt: () => Promise<string>,
): Promise<string> {
  for (const program of adopter.build?.(site) ?? []) await run(program, site, 'build.log')
  const log = join(site.folder, 'server.log')
  const start = { ...adopter.start(site), cwd: site.folder, env: site.env, log }
  const server = await serve(start, async () => (await fetch(site.origin)).status > 0)
  try {
    return await proveIt()
  } finally {
    await server.stop()
  }
}

/** A folder with the app's files, and nothing of the last run but what was installed. */
async function siteOf({ name, files }: Adopter, { issuer, mcpUrl, apiUrl }: World): Promise<Site> {
  const folder = join(home, name.toLowerCase().replace(/[^a-z0-9]+/g, '-'))
  mkdirSync(folder, { recursive: true })
  for (const old of readdirSync(folder))
    if (old !== 'node_modules') rmSync(join(folder, old), { recursive: true })
  for (const [from, to] of Object.entries(files))
    cpSync(join(APPS, from), join(folder, to), { recursive: true })
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const settings = {
    ORIGIN: origin,
    PORT: String(port),
    ISSUER: issuer,
    MCP_URL: mcpUrl,
    API_URL: apiUrl,
    // As an app of `onbehalf init` calls them.
    TASKS_URL: mcpUrl,
    RESOURCE: `${origin}/chat`,
    CLIENT_ID: 'app',
    CLIENT_SECRET: 'app-secret',
  }
  // What the repository's own commands run with is not an adopter's.
  const own = { NODE_OPTIONS: '', NO_PROXY: '127.0.0.1', NODE_ENV: '', ONBEHALF_CWD: folder }
  const env = { ...settings, ...own }
  return { folder, port, origin, env }
}

async function installed({ packages }: Adopter, site: Site): Promise<void> {
  const project = {
    name: 'adopter',
    private: true,
    type: 'module',
    dependencies: { onbehalf: `file:${tarball}`, ...packages },
  }
  writeFileSync(join(site.folder, 'package.json'), JSON.stringify(project, undefined, 2))
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  await run({ command: 'npm', args }, site, 'install.log')
}

async function run(program: Program, { folder, env }: Site, log: string): Promise<void> {
  await install(program.args.join(' '), { ...program, cwd: folder, env, log: join(folder, log) })
}

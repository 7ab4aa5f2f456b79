// Goal G11: measures the time from the start of a process to its first answered request, with the
// embedded store, compared with `node -e 0`. It measures the published form: a very small program
// imports the build by its public subpaths.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { median, spread } from './median.ts'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const ROUNDS = 5
/** How often each of the two starts in one round. */
const STARTS = 5

const PROGRAM = `import { createServer } from 'node:http'
import { chatkitServer } from 'onbehalf/chatkit'
import { openSqlite, sqliteThreadStore } from 'onbehalf/store'

const principal = { issuer: 'https://issuer.example', subject: 'alice' }
const chatkit = chatkitServer({
  admit: async () => ({ ok: true, value: { principal, end: async () => {} } }),
  store: sqliteThreadStore(openSqlite(process.argv[2])),
  async *respond() {},
})
const server = createServer(chatkit.listener)
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
`

/** Measures and gives `startVsNode`. */
export async function start(report: (line: string) => void): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'onbehalf-bench-'))
  try {
    const program = await installPackage(folder)
    const rounds: { readonly node: number; readonly ours: number }[] = []
    for (let round = 0; round <= ROUNDS; round++) {
      const node: number[] = []
      const ours: number[] = []
      for (let index = 0; index < STARTS; index++) {
        node.push(await emptyRun())
        ours.push(await firstAnswer(program, join(folder, `${round}-${index}.db`)))
      }
      // The first round only fills the file cache.
      if (round > 0) rounds.push({ node: median(node), ours: median(ours) })
    }
    const node = rounds.map((round) => round.node)
    const ours = rounds.map((round) => round.ours)
    report(`node -e 0                           ${median(node).toFixed(1)} ms (${spread(node)})`)
    report(`to the first answered request       ${median(ours).toFixed(1)} ms (${spread(ours)})`)
    return median(rounds.map((round) => round.ours / round.node))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Builds the package into a folder, as it is published, and writes the program there. */
async function installPackage(folder: string): Promise<string> {
  const built = join(folder, 'dist')
  run(
    join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    join(ROOT, 'tsconfig.build.json'),
    '--outDir',
    built,
  )
  run(join(ROOT, 'scripts', 'join-build.mjs'), built)
  await copyFile(join(ROOT, 'package.json'), join(folder, 'package.json'))
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction')
  await mkdir(join(folder, 'app'))
  const program = join(folder, 'app', 'start.mjs')
  await writeFile(program, PROGRAM)
  return program
}

function run(program: string, ...options: string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...options], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`The build failed:\n${stdout}${stderr}`)
}

/** Runs `node -e 0` and gives the milliseconds until its end. */
async function emptyRun(): Promise<number> {
  const begun = performance.now()
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit')
  return performance.now() - begun
}

/** Starts the program and gives the milliseconds until its first answer. */
async function firstAnswer(program: string, database: string): Promise<number> {
  const begun = performance.now()
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program, database],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const [port]: unknown[] = await once(createInterface(child.stdout), 'line')
  await listThreads(Number(port))
  const taken = performance.now() - begun
  const gone = once(child, 'exit')
  child.kill()
  await gone
  return taken
}

function listThreads(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    const sent = request(
      { host: '127.0.0.1', port, method: 'POST', path: '/chatkit', headers },
      (answer) => {
        if (answer.statusCode !== 200)
          reject(new Error(`The first request was answered with ${answer.statusCode}`))
        answer.resume().on('end', () => resolve())
      },
    )
    sent.on('error', reject)
    sent.end(JSON.stringify({ type: 'threads.list', params: {} }))
  })
}

// Runs one of the repository's commands on the pinned Node, started by any Node from 20 on.
// Installs the dependencies first when they are missing or older than the lockfile. Plain
// JavaScript without imports from node_modules, because it runs before they exist.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, lstatSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pinnedNode } from './pinned-node.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const source = '--conditions=onbehalf-source'

const vitest = 'node_modules/vitest/vitest.mjs'

/**
 * Each command: programs that run one after the other. The tests get the caller's arguments, or the
 * last program where there are none.
 */
const commands = {
  start: [['examples/taskflow/start.ts']],
  token: [['examples/taskflow/token.ts']],
  // Python in front of the gateway and behind it. It installs its packages by itself.
  'start:python': [['examples/python/start.ts']],
  bench: [['--expose-gc', 'bench/main.ts']],
  // An official suite, or proxies of others, which it installs by itself. The argument names it.
  conformance: [['test/conformance/main.ts']],
  'conformance:chatkit': [['test/chatkit/conformance-server.ts']],
  check: [['scripts/check.mjs']],
  map: [['scripts/map.mjs']],
  unit: [[vitest]],
  // The files that can run longer are those that import test/long.ts. Those with processes that
  // answer in time run one by one, and not beside those that only compute.
  'test:long': [
    [vitest, 'related', '--run', 'test/long.ts', '--project', 'whole', '--maxWorkers', '1'],
    [vitest, 'related', '--run', 'test/long.ts', '--project', 'pure'],
    ['test/faults/main.ts'],
  ],
  // Half an hour of mixed load on the gateway. Options: --minutes, --calls, --people.
  'test:long gateway': [['test/gateway/load/main.ts']],
  'test:faults': [['test/faults/main.ts']],
  // Real issuers, which it installs by itself. Arguments name some of them.
  'test:issuers': [['test/issuers-real/main.ts']],
  // Real MCP servers, which it installs by itself. Arguments name some of them.
  'test:servers': [['test/frameworks/servers/main.ts']],
  // The Python example in a browser, and Python clients, with packages that it installs by itself.
  'test:python': [['test/python/main.ts']],
  // Real MCP clients, which it installs by itself. Arguments name some of them.
  'test:clients': [['test/clients-real/main.ts']],
  // The stores behind a real PgBouncer, which it unpacks by itself.
  'test:pooler': [['test/pooler/main.ts']],
  // Fresh projects over the packed package, which it installs by itself. Arguments name some of them.
  'test:adopters': [['test/adopters/main.ts']],
  // The image's steps without Docker, and the Helm chart. Arguments name a part.
  'test:deploy': [['test/deploy/main.ts']],
  // Parts are named, or --all: it takes minutes for each.
  mutation: [['test/mutation/run.mjs']],
  test: [['scripts/check.mjs'], [vitest, 'run']],
}

const [name = '', ...rest] = process.argv.slice(2)
// Vitest watches by itself when it is on a terminal. `unit` watches only on request.
if (name === 'unit' && !rest.includes('--watch')) rest.unshift('--run')
if (name === 'test:long') process.env.ONBEHALF_LONG = '1'
// Some commands have a part that is run alone.
const part = `${name} ${rest[0]}`
if (part in commands) rest.shift()
const steps = commands[part] ?? commands[name]
if (!steps) {
  console.error(`run: unknown command "${name}". Known: ${Object.keys(commands).join(', ')}`)
  process.exit(2)
}

installWhenNeeded()
const node = pinnedNode()
if (!node) {
  console.error(
    `No Node is pinned for ${process.platform}-${process.arch}, and ${process.version} is too old. Use Node 22.19 or newer.`,
  )
  process.exit(1)
}
const taker = steps.find(([program]) => program === vitest) ?? steps.at(-1)
let failed = 0
for (const step of steps) {
  const code = await run(node, [
    source,
    '--disable-warning=ExperimentalWarning',
    ...step,
    ...(step === taker ? rest : []),
  ])
  // What takes long is run to its end: each part says something of its own.
  if (code !== 0 && name !== 'test:long') process.exit(code)
  failed ||= code
}
process.exitCode = failed

function installWhenNeeded() {
  const installed = join(root, 'node_modules', '.package-lock.json')
  const wanted = join(root, 'package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) {
    console.error(
      'node_modules is a link to another folder, and npm ci would empty that folder. Remove the link and run the same command again.',
    )
    process.exit(1)
  }
  console.error('Installing dependencies (npm ci), once …')
  const npm = process.env.npm_execpath
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  // Standard output belongs to the command, which may print one line of JSON. So the output of npm
  // goes to standard error.
  const options = { cwd: root, stdio: ['ignore', 2, 2] }
  const done = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' })
  if (done.status !== 0) {
    console.error(
      'The installation failed. npm says why above. Solve that and run the same command again.',
    )
    process.exit(1)
  }
}

/**
 * Runs a program to its end and resolves to its exit code. Passes termination signals on, so that
 * the program can end cleanly.
 */
function run(program, args) {
  return new Promise((resolve) => {
    // npm changes into the repository, but a relative path on the command line is meant from the
    // folder that the person is in.
    const from = process.cwd() === root ? (process.env.INIT_CWD ?? root) : process.cwd()
    const env = { ...process.env, ONBEHALF_CWD: from }
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', env })
    const pass = (signal) => child.kill(signal)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, pass)
    whenAbandoned(() => pass('SIGTERM'))
    child.on('error', (error) => {
      console.error(`${program} could not be started: ${error.message}`)
      resolve(1)
    })
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)))
  })
}

/**
 * Calls `end` when our parent is gone. npm signals the shell that started us, and a shell such as
 * dash ends without passing the signal on.
 */
function whenAbandoned(end) {
  if (process.env.npm_lifecycle_event === undefined) return
  const { ppid } = process
  const timer = setInterval(() => {
    if (process.ppid === ppid) return
    clearInterval(timer)
    end()
  }, 100)
  timer.unref()
}

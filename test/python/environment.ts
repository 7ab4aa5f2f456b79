// Python environments, each made once for a list of packages.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { install, outputOf } from '../issuers-real/program.ts'
import { NotAvailable } from '../issuers-real/tally.ts'

/** The packages of the example. */
export const REQUIREMENTS: string = join(
  import.meta.dirname,
  '../../examples/python/requirements.txt',
)

/**
 * Gives a Python that has packages.
 *
 * @param packages What pip installs: names with versions, or `--requirement` and a file.
 * @throws NotAvailable when they cannot be had.
 */
export async function pythonWith(cache: string, packages: readonly string[]): Promise<string> {
  const wanted = createHash('sha256')
    .update(readFileSync(REQUIREMENTS))
    .update(packages.join('\n'))
    .digest('hex')
    .slice(0, 12)
  const folder = join(cache, `environment-${wanted}`)
  const python = join(folder, 'python', 'bin', 'python')
  const done = join(folder, 'installed')
  if (existsSync(done)) return python
  const check = 'import sys, venv; sys.exit(sys.version_info < (3, 10))'
  const { code } = await outputOf({ command: 'python3', args: ['-c', check] })
  if (code !== 0) throw new NotAvailable('there is no Python of 3.10 or newer')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const log = join(folder, 'install.log')
  const make = { command: 'python3', args: ['-m', 'venv', 'python'], cwd: folder, log }
  await install('an environment of Python', make)
  const args = ['-m', 'pip', 'install', '--quiet', ...packages]
  await install('the packages', { command: python, args, cwd: folder, log })
  writeFileSync(done, '')
  return python
}

// Gets packages that others wrote from the registries, each into a folder of its own.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { install, outputOf } from '../../issuers-real/program.ts'
import { NotAvailable } from '../../issuers-real/tally.ts'

/** A package with its version. */
export interface Package {
  readonly from: 'npm' | 'PyPI'
  readonly name: string
  readonly version: string
}

/**
 * Installs a package, unless the folder has it already. Gives the folder of the package.
 *
 * @throws NotAvailable when it cannot be had.
 */
export async function packageFolder(cache: string, wanted: Package): Promise<string> {
  const { from, name, version } = wanted
  const folder = join(cache, `${name.replaceAll(/[@/]+/g, '-').replace(/^-/, '')}-${version}`)
  const done = join(folder, 'installed')
  if (existsSync(done) && readFileSync(done, 'utf8') === from) return folder
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  if (from === 'npm') await installFromNpm(folder, wanted)
  else await installFromPyPI(folder, wanted)
  writeFileSync(done, from)
  return folder
}

/** A file of an installed package of npm. */
export function moduleFile(folder: string, path: string): string {
  return join(folder, 'node_modules', path)
}

/** A program of an installed package of PyPI. */
export function pythonProgram(folder: string, name: string): string {
  return join(folder, 'python', 'bin', name)
}

async function installFromNpm(folder: string, { name, version }: Package): Promise<void> {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  await install(`${name}@${version} from npm`, {
    command: 'npm',
    args: ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`],
    cwd: folder,
    log: join(folder, 'install.log'),
  })
}

async function installFromPyPI(folder: string, { name, version }: Package): Promise<void> {
  const check = 'import sys, venv; sys.exit(sys.version_info < (3, 10))'
  const { code } = await outputOf({ command: 'python3', args: ['-c', check] })
  if (code !== 0) throw new NotAvailable('there is no Python of 3.10 or newer')
  const log = join(folder, 'install.log')
  await install('an environment of Python', {
    command: 'python3',
    args: ['-m', 'venv', 'python'],
    cwd: folder,
    log,
  })
  await install(`${name}==${version} from PyPI`, {
    command: pythonProgram(folder, 'pip'),
    args: ['install', '--quiet', `${name}==${version}`],
    cwd: folder,
    log,
  })
}

// The package as it would be published: built, and packed into a tarball. No test lives here.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

/**
 * Builds and packs.
 *
 * @returns The path of the tarball in `folder`. Its name changes with its content, so that npm takes
 *   no older one for it.
 */
export function packed(folder: string): string {
  const npm = (...args: string[]) =>
    execFileSync('npm', args, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  npm('run', '--silent', 'build')
  for (const name of readdirSync(folder)) if (name.endsWith('.tgz')) rmSync(join(folder, name))
  const [name = ''] = npm('pack', '--silent', '--pack-destination', folder)
    .trim()
    .split('\n')
    .slice(-1)
  const from = join(folder, name)
  const digest = createHash('sha256').update(readFileSync(from)).digest('hex').slice(0, 12)
  const to = join(folder, `onbehalf-${digest}.tgz`)
  renameSync(from, to)
  return to
}

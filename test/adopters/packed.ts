// The package as it would be published: built, and packed into a tarball. No test lives here.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

/**
 * Builds and packs, into a folder of this run's own: another run may pack at the same time.
 *
 * @param home Where that folder is made. It is removed when the process ends.
 * @returns The path of the tarball. Its name changes with its content, so that npm takes no older one
 *   for it.
 */
export function packed(home: string): string {
  const folder = mkdtempSync(join(home, 'packed-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const npm = (...args: string[]) =>
    execFileSync('npm', args, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  npm('run', '--silent', 'build')
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

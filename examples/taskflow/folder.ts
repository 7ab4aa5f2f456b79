// The folder that TaskFlow keeps its data in, made when it is not there.

import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it that are missing, for nobody else to read. Level by level:
 * `mkdir` with `recursive` never ends below a folder such as /proc, which is there and in which
 * nothing can be made.
 *
 * @throws Error that names the folder and what to do.
 */
export async function makeFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) return
  if (dirname(path) !== path) await makeFolder(dirname(path))
  await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      `The folder ${path} cannot be made (${error.code}). Choose another one with --data.`,
    )
  })
}

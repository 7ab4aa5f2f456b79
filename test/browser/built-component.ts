// The chat component as it is published: built by the script that builds the package, for tests that load what an app loads.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The text of the built module. */
export async function builtComponent(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'onbehalf-built-'))
  try {
    await promisify(execFile)(process.execPath, ['scripts/build-web.mjs', folder], { cwd: ROOT })
    return await readFile(join(folder, 'web', 'onbehalf-chat.js'), 'utf8')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

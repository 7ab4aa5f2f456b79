// Builds the chat component with the script of the package, so that tests load what an app loads.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Returns the text of the built module. Tests take it from `builtComponent` of borrow.ts, which
 * builds once.
 */
export async function buildComponent(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'onbehalf-built-'))
  try {
    await promisify(execFile)(process.execPath, ['scripts/build-web.mjs', folder], { cwd: ROOT })
    return await readFile(join(folder, 'web', 'onbehalf-chat.js'), 'utf8')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

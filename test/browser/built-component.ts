// Builds the chat component with the script of the package, so that tests load what an app loads.

import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The text of each built module, by its file name. */
export type BuiltModules = Readonly<Record<string, string>>

/** Builds the modules. Tests take them from borrow.ts, which builds once. */
export async function buildComponent(): Promise<BuiltModules> {
  const folder = await mkdtemp(join(tmpdir(), 'onbehalf-built-'))
  try {
    await promisify(execFile)(process.execPath, ['scripts/build-web.mjs', folder], { cwd: ROOT })
    const names = (await readdir(join(folder, 'web'))).filter((name) => name.startsWith(NAME))
    const texts = names.map((name) => readFile(join(folder, 'web', name), 'utf8'))
    return Object.fromEntries(
      (await Promise.all(texts)).map((text, index) => [names[index] ?? '', text]),
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const NAME = 'onbehalf-chat'

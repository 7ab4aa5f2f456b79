// `npm run test:deploy`: runs the Dockerfile's steps without Docker and starts what they made, and renders
// the Helm chart with the real Helm, which it builds by itself where Go is there. Arguments name a part:
// image, helm.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { tryHelm } from './helm.ts'
import { tryImage } from './try-image.ts'

const root = join(import.meta.dirname, '../..')
const folder = join(root, '.data', 'deploy')
mkdirSync(folder, { recursive: true })

const parts: Readonly<Record<string, () => Promise<string>>> = {
  image: () => tryImage(root, folder),
  helm: () => tryHelm(root, folder),
}
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !Object.hasOwn(parts, name))
if (unknown.length > 0) throw new Error(`the parts are ${Object.keys(parts).join(', ')}`)
let failed = 0
for (const [name, part] of Object.entries(parts)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  try {
    console.log(`ok    ${name}: ${await part()}`)
  } catch (error) {
    failed += 1
    console.log(`FAIL  ${name}: ${error instanceof Error ? error.message : error}`)
  }
}
process.exitCode = failed === 0 ? 0 : 1

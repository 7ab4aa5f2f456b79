// Writes the app of docs/sessions.md, word for word: its first code is lib/app.ts, and the chapter on
// Next.js names the files of its own. Replaced are only the addresses, and the lines that say what an
// app imports there.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const page = readFileSync('sessions.md', 'utf8')
const codes = [...page.matchAll(/```tsx?\n([\s\S]*?)```/g)].map(([, code]) => code)
const app = codes[0]
  .replaceAll('https://app.example', process.env.ORIGIN)
  .replaceAll('https://login.example', process.env.ISSUER)
write('lib/app.ts', app + readFileSync('chat.ts', 'utf8'))

const named = codes.flatMap((code) => {
  const [, path] = /^\/\/ (app\/\S+)$/m.exec(code) ?? []
  return path ? [[path, code]] : []
})
if (named.length !== 3) throw new Error(`The page has ${named.length} files of an app`)
for (const [path, code] of named)
  write(path, code.replace(/^declare const .* \/\/ (import .* from '@\/lib\/app')$/m, '$1'))

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

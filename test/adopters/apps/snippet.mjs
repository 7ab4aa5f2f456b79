// Writes a snippet of a page, word for word: `node snippet.mjs PAGE LANGUAGE FILE`, with the number of
// the snippet among those of that language behind it. Default: the first.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const [page, language, file, at = '1'] = process.argv.slice(2)
const all = [
  ...readFileSync(page, 'utf8').matchAll(
    new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'),
  ),
]
const code = all[Number(at) - 1]?.[1]
if (code === undefined) throw new Error(`${page} has no snippet ${at} of ${language}`)
mkdirSync(dirname(file), { recursive: true })
writeFileSync(file, code)

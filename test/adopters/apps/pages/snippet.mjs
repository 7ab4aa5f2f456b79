// Writes a page of docs/chat/frameworks.md, word for word: `node snippet.mjs LANGUAGE FILE`.

import { readFileSync, writeFileSync } from 'node:fs'

const [language, file] = process.argv.slice(2)
const code = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(
  readFileSync('frameworks.md', 'utf8'),
)?.[1]
if (code === undefined) throw new Error(`The page has no ${language}`)
writeFileSync(file, code)

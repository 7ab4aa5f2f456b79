// Prints the tree of source, page, examples and tests, each file with its first sentence.
// `npm run map`, `npm run map -- src/core` for a part, `npm run -s map -- --json` for programs.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const args = process.argv.slice(2)
const json = args.includes('--json')
const wanted = args.filter((arg) => !arg.startsWith('-')).map((arg) => arg.replace(/\/+$/, ''))
const WIDTH = 100

/** Of tests the folders are enough: a test's name says what it is about. */
const entries = ['src', 'web', 'examples', 'test']
  .flatMap((folder) => list(folder, 0, folder === 'test'))
  .filter(({ path }) => wanted.length === 0 || wanted.some((part) => isWithin(path, part)))

if (json) {
  console.log(JSON.stringify(entries.map(({ path, sentence }) => ({ path, sentence }))))
} else {
  const shown = entries.map(({ path, depth, sentence }) => ({
    label: `${'  '.repeat(depth)}${depth === 0 ? path : posix.basename(path)}${path.endsWith('/') && depth > 0 ? '/' : ''}`,
    sentence,
  }))
  const column = Math.max(0, ...shown.map(({ label }) => label.length)) + 2
  for (const { label, sentence } of shown) {
    const [first = '', ...more] = wrap(sentence, Math.max(40, WIDTH - column))
    console.log(`${label.padEnd(column)}${first}`.trimEnd())
    for (const line of more) console.log(`${' '.repeat(column)}${line}`)
  }
}

/** A folder and what is in it, folders first. */
function list(folder, depth, foldersOnly) {
  const inside = readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules' && !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const folders = inside.filter((entry) => entry.isDirectory())
  const files = inside.filter(
    ({ name }) => !foldersOnly && name.endsWith('.ts') && !name.endsWith('.d.ts'),
  )
  return [
    { path: `${folder}/`, depth, sentence: '' },
    ...folders.flatMap(({ name }) => list(posix.join(folder, name), depth + 1, foldersOnly)),
    ...files.map(({ name }) => {
      const path = posix.join(folder, name)
      return { path, depth: depth + 1, sentence: firstSentence(path) }
    }),
  ]
}

function isWithin(path, part) {
  return path === part || path.startsWith(`${part}/`)
}

/** The first sentence of the comment that a file opens with. */
function firstSentence(path) {
  const lines = readFileSync(join(root, path), 'utf8').split('\n')
  if (lines[0]?.startsWith('#!')) lines.shift()
  const comment = []
  for (const line of lines) {
    const text = /^(?:\/\/|\/\*\*?| \*(?!\/))(.*)$/.exec(line)?.[1]
    if (text === undefined) break
    comment.push(text.replace(/\*\/\s*$/, '').trim())
  }
  const text = comment.join(' ').trim()
  // A sentence ends with a full stop or a colon before a space, not in "e.g." or in "index.ts".
  return /^.*?[.!?](?=\s+[A-Z`'"(<]|$)/.exec(text)?.[0] ?? text
}

/** Words in lines of at most `width` characters. */
function wrap(text, width) {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1]
    if (line && line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = line ? `${line} ${word}` : word
  }
  return lines
}

// Makes the table of letters that look like Latin ones from Unicode's data. Run it when the data changes:
//   node --conditions=onbehalf-source scripts/look-alikes.ts
// A test says when that was forgotten.

import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(root, 'test', 'unicode')

/** Small capitals look like small letters, and the data has no rows that say so. */
const SMALL_CAPITALS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [...'ᴀaʙbᴄcᴅdᴇeꜰfɢgʜhɪiᴊjᴋkʟlᴍmɴnᴏoᴘpʀrꜱsᴛtᴜuᴠvᴡwʏyᴢz'.matchAll(/(.)(.)/gu)].map(
      ([, from, to]) => [from, to],
    ),
  ),
  ĸ: 'k',
  ᴎ: 'n',
  ᴦ: 'r',
}

/** What else is read so at a glance. */
const OURS = 'пn ηn мm ʍm нh вb тt τt κk ßs æa œo ⲈE'

/** The letters in place of each Latin one. */
function table(): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const add = (from: string, to: string): void => {
    // What the decomposition gives already needs no row.
    const plain = bare(from)
    if (plain !== to && (found.get(plain) !== to || plain === from)) found.set(from, to)
  }
  for (const [from, to] of Object.entries(SMALL_CAPITALS)) add(from, to)
  for (const row of readFileSync(join(folder, 'confusables-latin.txt'), 'utf8')
    .trim()
    .split('\n')) {
    const [source = '', target = ''] = row.split(' ; ').map(textOf)
    const letter = bare(target)
    add(source, SMALL_CAPITALS[letter] ?? letter)
  }
  for (const pair of OURS.split(' ')) add(pair.slice(0, -1), pair.slice(-1))
  // In these scripts a small letter is a small capital.
  for (const [from, to] of [...found])
    if (/[\p{Script=Coptic}\p{Script=Cherokee}]/u.test(from) && from.toLowerCase() !== from)
      if (!found.has(from.toLowerCase())) add(from.toLowerCase(), to.toLowerCase())
  return found
}

function textOf(codes: string): string {
  return codes
    .split(' ')
    .map((code) => String.fromCodePoint(Number.parseInt(code, 16)))
    .join('')
}

/** As `name.ts` has it: decomposed, and without marks and what cannot be seen. */
function bare(text: string): string {
  return text.normalize('NFKD').replace(/[\p{M}\p{Default_Ignorable_Code_Point}]/gu, '')
}

/** The text of the file. */
export function lookAlikes(): string {
  const byLetter = new Map<string, string[]>()
  for (const [from, to] of table()) byLetter.set(to, [...(byLetter.get(to) ?? []), from])
  const rows = [...byLetter].sort(([a], [b]) => (a < b ? -1 : 1))
  // By number: the letters of some scripts turn the line around them.
  const lines = rows.flatMap(([letter, others]) =>
    wrapped([`${letter}:`, ...others.map((one) => `${one.codePointAt(0)?.toString(36)}`).sort()]),
  )
  const license = readFileSync(join(folder, 'LICENSE'), 'utf8').trim().split('\n')
  return `// Written by scripts/look-alikes.ts from Unicode's confusables.txt (UTS #39); a change here is lost
// the next time. The data was modified: it is the part that looks like Latin letters. Its license:
//
${license.map((line) => `// ${line}`.trimEnd()).join('\n')}

/** Each Latin letter, and after it those that look like it: their code points, to the base 36. */
export const LOOK_ALIKES: string = \`
${lines.join('\n')}
\`
`
}

/** Words in lines of at most 100 characters. */
function wrapped(words: readonly string[]): readonly string[] {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length > 98) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(join(root, 'src', 'mcp', 'arguments', 'look-alikes.ts'), lookAlikes())

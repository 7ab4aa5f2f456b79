// Writes llms.txt: the pages of the documentation, each with its first sentence, for a model that is
// asked about this package. `node scripts/llms.ts [--check]`; a test runs the check.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
const FILE = join(ROOT, 'llms.txt')

const text = llmsText()
if (process.argv.includes('--check')) {
  if (readFileSync(FILE, 'utf8') !== text) {
    console.error('llms.txt is not what the pages say. Run: node scripts/llms.ts')
    process.exit(1)
  }
} else writeFileSync(FILE, text)

function llmsText(): string {
  const { description } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const pages = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md') && !path.startsWith('reference'))
    .map((path) => posix.join('docs', path))
    .sort()
  const line = (page: string) => {
    const { title, sentence } = headOf(readFileSync(join(ROOT, page), 'utf8'))
    return `- [${title}](${page}): ${sentence}`
  }
  return [
    '# onbehalf',
    '',
    `> ${description}`,
    '',
    'Paths are those of the npm package: node_modules/onbehalf/docs/…',
    '',
    '## Begin',
    '',
    '- [README](README.md): three quick starts, and every subpath',
    '- [SECURITY](SECURITY.md): what is promised, and what is not',
    '- [CHANGELOG](CHANGELOG.md): what changed',
    '',
    'Every export of every subpath, with its doc comment: docs/reference/README.md',
    '',
    '## Docs',
    '',
    ...pages.map(line),
    '',
  ].join('\n')
}

/** The title of a page, and the first sentence after it, without links and line breaks. */
function headOf(page: string): { readonly title: string; readonly sentence: string } {
  const title = /^# (.+)$/m.exec(page)?.[1] ?? ''
  const paragraph = page
    .slice(page.indexOf(title) + title.length)
    .split(/\n{2,}/)
    .find((part) => /^[A-Z`*[]/.test(part.trim()))
  const plain = (paragraph ?? '')
    .replace(/\s+/g, ' ')
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .trim()
  return {
    title: title.replaceAll('`', ''),
    sentence: /^.*?[.:](?= [A-Z]|$)/.exec(plain)?.[0] ?? plain,
  }
}

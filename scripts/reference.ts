// Writes the reference: each subpath's exports, with what their doc comments say. It reads the source
// as text. `node scripts/reference.ts [folder]`, default docs/reference. The build runs it, so that what
// is published is never older than the comments.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, posix, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
const FOLDER = resolve(process.argv[2] ?? join(ROOT, 'docs', 'reference'))

const DECLARATION =
  /^export (?:declare )?(?:async )?(?:abstract )?(?:function\*?|class|const|interface|type) (\w+)/gm

interface Exported {
  readonly name: string
  /** The source file that declares it, and its name there. */
  readonly file: string
  readonly original: string
}

interface Declared {
  readonly kind: 'function' | 'class' | 'constant' | 'interface' | 'type'
  readonly code: string
  readonly comment: string
}

rmSync(FOLDER, { recursive: true, force: true })
mkdirSync(FOLDER, { recursive: true })
for (const [name, text] of pagesOf()) writeFileSync(join(FOLDER, name), text)

/** The pages, by file name. */
function pagesOf(): Map<string, string> {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const made = new Map<string, string>()
  const index: string[] = []
  for (const [subpath, target] of Object.entries<{ 'onbehalf-source'?: string }>(exports)) {
    const source = target['onbehalf-source']
    if (!source?.startsWith('./src/')) continue
    const title = posix.join('onbehalf', subpath)
    const name = `${subpath === '.' ? 'onbehalf' : subpath.slice(2).replaceAll('/', '-')}.md`
    made.set(name, pageOf(title, join(ROOT, source)))
    index.push(`- [${title}](${name})`)
  }
  made.set(
    'README.md',
    `# Reference\n\nEvery export of every subpath, with what its comment in the source says. It is generated.\n\n${index.join('\n')}\n`,
  )
  return made
}

function pageOf(title: string, source: string): string {
  const entries = exportsOf(source).map(({ name, file, original }) => {
    const declared = declarationOf(original, file)
    return { name, order: declared.kind === 'function' ? 0 : 1, text: entryOf(name, declared) }
  })
  entries.sort((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1))
  const [head = ''] = /^\/\/ .*(?:\n\/\/ .*)*/.exec(readFileSync(source, 'utf8')) ?? []
  const about = head
    .replace(/^\/\/ ?/gm, '')
    .replace(/\s+/g, ' ')
    .replace(/^onbehalf\S*: /, '')
  const sentence = `${about.charAt(0).toUpperCase()}${about.slice(1)}`
  return `# ${title}\n\n${sentence}\n\n${entries.map(({ text }) => text).join('\n')}`
}

/** What a module exports, with the files that declare it. */
function exportsOf(file: string): readonly Exported[] {
  const text = readFileSync(file, 'utf8')
  const found: Exported[] = []
  for (const [, names = '', from] of text.matchAll(
    /^export (?:type )?\{([^}]*)\} from '([^']+)'/gm,
  ))
    for (const part of names.split(',')) {
      const [name = '', as] = part
        .trim()
        .replace(/^type /, '')
        .split(/ as /)
      if (name === '') continue
      const origin = originOf(name, join(dirname(file), from ?? ''))
      found.push(as === undefined ? origin : { ...origin, name: as })
    }
  for (const [, name = ''] of text.matchAll(DECLARATION)) found.push({ name, file, original: name })
  return found
}

/** The file that declares a name, behind files that only pass it on. */
function originOf(name: string, file: string): Exported {
  const passed = exportsOf(file).find((one) => one.name === name)
  return passed ?? { name, file, original: name }
}

/** A declaration, without its body, and its doc comment. */
function declarationOf(name: string, file: string): Declared {
  const text = readFileSync(file, 'utf8')
  const match = new RegExp(
    `^export (?:async )?(function\\*?|class|const|interface|type) ${name}\\b`,
    'm',
  ).exec(text)
  if (!match) throw new Error(`${relative(ROOT, file)} does not declare ${name}`)
  const before = text.slice(0, match.index)
  const [comment = ''] = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.exec(before) ?? []
  const rest = text.slice(match.index).replace(/^export /, '')
  const word = match[1] ?? ''
  const kind = word === 'const' ? 'constant' : word.startsWith('function') ? 'function' : word
  return { kind: kind as Declared['kind'], code: codeOf(kind, rest), comment: plain(comment) }
}

function codeOf(kind: string, rest: string): string {
  // The signature of a function ends at the brace that opens its body: the first that ends a line.
  if (kind === 'function') return (/^[\s\S]*?(?= \{$)/m.exec(rest)?.[0] ?? rest).trim()
  if (kind === 'constant') return (/^[^=]*(?==)/.exec(rest)?.[0] ?? '').trim()
  if (kind === 'class') return (/^[^{]*/.exec(rest)?.[0] ?? '').trim()
  if (kind === 'interface') return (/^[\s\S]*?^\}|^.*\{\}$/m.exec(rest)?.[0] ?? rest).trim()
  return (
    /^[\s\S]*?(?=\n\n|\n(?:export|\/\*\*|function|const)|$(?![\s\S]))/.exec(rest)?.[0] ?? ''
  ).trim()
}

/** The text of a doc comment. Its examples stay; the pages of docs have whole ones. */
function plain(comment: string): string {
  return comment
    .replace(/^\/\*\*|\*\/\s*$/g, '')
    .replace(/^[ \t]*\* ?/gm, '')
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/^@param (\w+) /gm, '- `$1`: ')
    .replace(/^@returns /gm, '- gives ')
    .replace(/^@throws /gm, '- throws ')
    .replace(/\n*^@example\s*/gm, '\n\n')
    .replace(/^```ts$/gm, '```js')
    .trim()
}

function entryOf(name: string, { code, comment }: Declared): string {
  return `## ${name}\n\n${comment === '' ? '' : `${comment}\n\n`}\`\`\`typescript\n${code}\n\`\`\`\n`
}

// What is published is whole: every page that ships links to what ships, and llms.txt names each of
// them.

import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly files: readonly string[]
}

/** npm ships these whatever `files` says. */
const SHIPPED = ['README.md', 'LICENSE', 'package.json', ...files]

const isShipped = (path: string) =>
  SHIPPED.some((entry) => path === entry || path.startsWith(`${entry}/`))

const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    // The build makes the reference, and nobody writes it.
    .filter((path) => path.endsWith('.md') && !path.startsWith('reference'))
    .map((path) => posix.join('docs', path)),
]
  .filter(isShipped)
  .sort()

describe('the package', () => {
  it.each(pages)('has all that %s links to', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8')
    const links = [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, link = '']) =>
      posix.join(posix.dirname(page), link),
    )
    expect(links.filter((link) => !isShipped(link))).toEqual([])
  })

  it('has an llms.txt that names every page of docs once, and none that is not there', () => {
    const text = readFileSync(join(ROOT, 'llms.txt'), 'utf8')
    const named = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, path = '']) => path)
    expect(named.filter((path) => path.startsWith('docs/')).sort()).toEqual(
      pages.filter((page) => page.startsWith('docs/')),
    )
    expect(named.filter((path) => !isShipped(path))).toEqual([])
  })

  it('has an llms.txt as scripts/llms.ts writes it', () => {
    const script = join(ROOT, 'scripts', 'llms.ts')
    const { stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' })
    expect(stderr.replace(/^.*Warning.*\n.*\n/, '')).toBe('')
  })
})

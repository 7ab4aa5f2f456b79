// Reads source files for the architecture test: their lines, code and imports.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root folder. */
export const ROOT: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** One file, as the rules see it. */
export interface Source {
  /** Relative to the root, with slashes. */
  readonly path: string
  readonly text: string
  readonly lines: number
  /** The text without comments, because the examples in comments import, too. */
  readonly code: string
  /** What it imports or exports from, types included. */
  readonly imports: readonly string[]
}

/** The text of a file of the repository. `path` is relative to the root. */
export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** A source made of a path and a text. */
export function sourceOf(path: string, text: string): Source {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
  // Only statements and import(), because SQL has the word "from", too.
  const found = code.matchAll(
    /(?:^\s*(?:import|export)\b[^'"]*?\bfrom\s+|^\s*import\s+|\bimport\s*\(\s*)['"]([^'"\n]+)['"]/gm,
  )
  return {
    path,
    text,
    lines: text.trimEnd().split('\n').length,
    code,
    imports: [...found].map((match) => match[1] ?? ''),
  }
}

/** Every TypeScript file of a folder, in order of its path. */
export function sourcesUnder(folder: string): Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .filter((entry) => !entry.parentPath.includes('node_modules'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
    .map((path) => sourceOf(path, read(path)))
}

/** The file that a relative import of `path` means, or undefined for a package. */
export function targetOf(path: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined
}

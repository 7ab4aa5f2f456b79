// Reads survivors.md: the changes that no test notices, each with the reason why that is all right.

import { readFileSync } from 'node:fs'

/** A change that no test noticed. */
export interface Survivor {
  readonly file: string
  readonly line: number
  readonly original: string
  readonly replacement: string
}

/** More characters of a change say nothing more. */
const MAX_CHARS = 80

/** How a change stands in the file. It names no line number, because lines move. */
export function lineOf({ file, original, replacement }: Survivor): string {
  return `\`${file}\`: \`${brief(original)}\` → \`${brief(replacement)}\``
}

/** The changes of one part that are explained. */
export function explained(part: string): ReadonlySet<string> {
  const text = readFileSync(new URL('survivors.md', import.meta.url), 'utf8')
  const section = text.split(/^## /m).find((one) => one.startsWith(`${part}\n`)) ?? ''
  return new Set([...section.matchAll(/^- (`.+` → `.*?`)$/gm)].map((match) => match[1] ?? ''))
}

/** One line, short, without what would end the code span. */
function brief(code: string): string {
  const line = code.replace(/\s+/g, ' ').replaceAll('`', "'").trim()
  return line.length > MAX_CHARS ? `${line.slice(0, MAX_CHARS - 1)}…` : line
}

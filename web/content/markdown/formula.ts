// Formulas in TeX, as models write them. Markdown would take their backslashes and stars, so they
// are found before it looks. draw-formula.ts draws them.

/** `\(…\)`, `\[…\]` and `$$…$$` are formulas whatever is in them. */
const MARKED = /^(?:\\\([^\n]{0,2000}?\\\)|\\\[[\s\S]{0,5000}?\\\]|\$\$(?!\$)[\s\S]{1,5000}?\$\$)/
/** `$…$` is one only where it cannot be two prices: pandoc's rule, and a sign of TeX or one word. */
const DOLLARS = /^\$(?![\s$])[^$\n]{0,300}?(?<![\s\\])\$(?![\p{L}\p{N}$])/u
const SIGNS = /[\\^_{}=+<>|]/
/** One that has a line of its own, or several. */
const BLOCK = /^ {0,3}(?:\$\$(?!\$)[\s\S]{1,5000}?\$\$|\\\[[\s\S]{1,5000}?\\\])[ \t]*(?:\n|$)/

/** Returns the formula that the text begins with, with its marks. */
export function formulaAt(text: string): string | undefined {
  const marked = MARKED.exec(text)?.[0]
  if (marked !== undefined) return marked
  const found = DOLLARS.exec(text)?.[0]
  return found !== undefined && (SIGNS.test(found) || !/\s/.test(found)) ? found : undefined
}

/**
 * Returns where in the first `length` characters a formula in dollars begins, or -1. After a letter
 * there is none.
 */
export function dollarsIn(text: string, length: number): number {
  for (const { index } of text.slice(0, length).matchAll(/(?<![\p{L}\p{N}\\$])\$/gu))
    if (formulaAt(text.slice(index)) !== undefined) return index
  return -1
}

/** Returns the lines of a formula that the text begins with. */
export function formulaBlock(text: string): string | undefined {
  return BLOCK.exec(text)?.[0]
}

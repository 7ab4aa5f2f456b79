// Reads the member names that a `patternProperties` pattern spells out. It reads the text of the
// pattern and never runs it, because a foreign pattern may take for ever (threat 30).

/**
 * Reads the names of `^name$`, `^(a|b)$` and `^(?:a|b)$`. Undefined for a pattern that is more than
 * a list of names.
 */
export function literalNames(pattern: string): readonly string[] | undefined {
  const inner = /^\^(?:\((?:\?:)?([^()]*)\)|([^()|]*))\$$/.exec(pattern)
  const list = inner?.[1] ?? inner?.[2]
  if (list === undefined) return undefined
  if (/(?<!\\)\./.test(list)) return undefined
  const names = list.split('|').map((name) => name.replace(/\\([-_./])/g, '$1'))
  return names.every((name) => /^[\p{L}\p{N} _./@:-]+$/u.test(name)) ? names : undefined
}

/** Makes the pattern that matches a list of names. */
export function patternOf(names: readonly string[]): string {
  return `^(?:${names.map((name) => name.replaceAll('.', '\\.')).join('|')})$`
}

/** Finds the words in any other pattern that could be names. */
export function namesWithin(pattern: string): readonly string[] {
  return pattern.match(/[\p{L}][\p{L}\p{N}_-]*/gu) ?? []
}

// The member names that a `patternProperties` pattern spells out, read from its text: a foreign
// pattern is never run (threat 30).

/**
 * The names of `^name$`, `^(a|b)$` and `^(?:a|b)$`; undefined for a pattern that means more than a
 * list of names.
 */
export function literalNames(pattern: string): readonly string[] | undefined {
  const inner = /^\^(?:\((?:\?:)?([^()]*)\)|([^()|]*))\$$/.exec(pattern)
  const list = inner?.[1] ?? inner?.[2]
  if (list === undefined) return undefined
  const names = list.split('|').map((name) => name.replace(/\\([-_./])/g, '$1'))
  return names.every((name) => /^[\p{L}\p{N} _./@:-]+$/u.test(name) && !/(?<!\\)\./.test(list))
    ? names
    : undefined
}

/** The pattern of a list of names. */
export function patternOf(names: readonly string[]): string {
  return `^(?:${names.map((name) => name.replaceAll('.', '\\.')).join('|')})$`
}

/** The words in any other pattern that could be names. */
export function namesWithin(pattern: string): readonly string[] {
  return pattern.match(/[\p{L}][\p{L}\p{N}_-]*/gu) ?? []
}

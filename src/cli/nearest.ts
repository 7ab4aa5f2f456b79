// The word that somebody probably meant. Pure.

/** The nearest of the words; undefined when none is near. Longer texts are no misspelt words. */
export function nearest(text: string, words: readonly string[]): string | undefined {
  const typed = plain(text)
  if (typed.length > 40) return undefined
  const most = Math.max(1, Math.floor(typed.length / 3))
  const [best] = words
    .map((word) => ({ word, distance: distanceOf(typed, plain(word)) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance)
  return best?.word ?? words.find((word) => typed.length >= 4 && plain(word).startsWith(typed))
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[-_]/g, '')
}

/** How many letters must be added, left out or replaced (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + Number(letter !== b[j - 1]),
        ),
      )
    row = next
  }
  return row[b.length] ?? 0
}

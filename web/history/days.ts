// The names of the days and months in which conversations began.

const DAY_MS = 86_400_000

/**
 * Returns a name for each time that is the first of its day or month in a list with the newest
 * first: today, yesterday, and before that the month. Without an order there are no names, because
 * each would come again and again.
 *
 * @param times ISO 8601. One that is missing belongs to the one before.
 */
export function namesOfDays(
  times: readonly (string | undefined)[],
  now: Date,
  language: string,
): readonly (string | undefined)[] {
  const dates = times.map((time) => new Date(time ?? ''))
  const valid = dates.map(Number).filter((date) => !Number.isNaN(date))
  if (valid.some((date, at) => at > 0 && date > (valid[at - 1] ?? date))) return []
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const month = new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric' })
  let before = ''
  return dates.map((date) => {
    if (Number.isNaN(Number(date))) return undefined
    const days = daysBetween(date, now)
    const name = days < 2 ? relative.format(-Math.max(0, days), 'day') : month.format(date)
    if (name === before) return undefined
    before = name
    return name.charAt(0).toLocaleUpperCase(language) + name.slice(1)
  })
}

/** Counts the midnights between two times, where the person is. */
function daysBetween(from: Date, to: Date): number {
  const [start, end] = [new Date(from), new Date(to)].map((date) => date.setHours(0, 0, 0, 0))
  // A day in which the clocks change has another length.
  return Math.round(((end ?? 0) - (start ?? 0)) / DAY_MS)
}

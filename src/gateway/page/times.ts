// Writes times for people. There is no script that could know their zone, so it is UTC. Pure.

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

/** A time, in words, and to the second for programs. Both are seconds since the epoch. */
export function timeOf(at: number, now: number): string {
  const ago = Math.max(0, now - at)
  const [unit, seconds] = UNITS.find(([, seconds]) => ago >= seconds) ?? []
  const words =
    unit === undefined || seconds === undefined
      ? 'just now'
      : `${Math.floor(ago / seconds)} ${unit}${ago < 2 * seconds ? '' : 's'} ago`
  return `<time datetime="${new Date(at * 1000).toISOString()}">${words} (${dayOf(at)})</time>`
}

/** The same, without how long ago that is. */
export function dayOf(at: number): string {
  return `${new Date(at * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

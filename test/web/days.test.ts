// The days and months that a list of conversations names.

import { expect, it } from 'vitest'
import { namesOfDays } from '../../web/history/days.ts'

const NOW = new Date(2026, 2, 30, 0, 30)
const at = (...date: [number, number, number, number]) => new Date(...date).toISOString()

it('names today, yesterday and each month once, by the midnights where the person is', () => {
  const times = [
    // The clock of the server is ahead.
    at(2026, 2, 30, 1),
    at(2026, 2, 30, 0),
    at(2026, 2, 29, 23),
    undefined,
    at(2026, 2, 29, 0),
    at(2026, 2, 28, 23),
    at(2026, 2, 1, 0),
    at(2025, 2, 31, 12),
  ]
  expect(namesOfDays(times, NOW, 'en')).toEqual([
    'Today',
    undefined,
    'Yesterday',
    undefined,
    undefined,
    'March 2026',
    undefined,
    'March 2025',
  ])
  expect(namesOfDays([at(2026, 2, 29, 12)], NOW, 'de')).toEqual(['Gestern'])
})

it('names nothing in a list that is in another order, nor where there is no time', () => {
  const times = [at(2026, 2, 30, 0), at(2026, 1, 1, 0), at(2026, 2, 30, 0)]
  expect(namesOfDays(times, NOW, 'en')).toEqual([])
  expect(namesOfDays(['', 'soon', undefined], NOW, 'en')).toEqual([undefined, undefined, undefined])
})

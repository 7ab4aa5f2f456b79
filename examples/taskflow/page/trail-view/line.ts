// Draws the way of an answer as one line: page, chat, exchange, tools, API. Each leg has the colours
// of its keys, a leg that was stopped is red, one that nobody took is dotted, and one without a key
// is a thin line.
import { el, icon } from '../dom.ts'
import { coloured, type Hues } from './key.ts'
import type { Leg, LegName } from './legs.ts'

/** The five stations. Each leg leads from one to the next. */
const STATIONS = ['Page', 'Chat', 'Exchange', 'Tools', 'API'] as const

/** What a leg leads from and to. */
export const WAYS: Readonly<Record<LegName, string>> = {
  chat: 'Page → Chat',
  exchange: 'Chat → Exchange',
  tools: 'Exchange → Tools',
  api: 'Tools → API',
}

/** Draws the line. The list below it says the same, so it is one picture for a screen reader. */
export function drawLine(legs: readonly Leg[], hues: Hues): HTMLElement {
  const reached = legs.filter(({ hops }) => hops.length > 0).map(({ name }) => WAYS[name])
  return el(
    'div',
    { class: 'line', role: 'img', 'aria-label': `The way: ${reached.join(', ')}` },
    ...STATIONS.flatMap((station, index) => {
      const leg = legs[index]
      return [
        el('span', { class: 'station' }, el('span', { class: 'dot' }), station),
        leg && drawLeg(leg, hues),
      ]
    }).filter((part) => part !== undefined),
  )
}

function drawLeg(leg: Leg, hues: Hues): HTMLElement {
  const state = stateOf(leg)
  const colours = leg.keys.map(({ fingerprint = '' }) =>
    coloured(el('span', { class: 'colour' }), fingerprint, hues),
  )
  return el(
    'span',
    { class: `way ${state}` },
    el('span', { class: 'track' }, ...colours),
    state === 'stopped' ? icon('cross') : state === 'taken' ? markOf(leg, hues) : undefined,
  )
}

function stateOf({ stopped, skipped, byCookie, hops }: Leg): string {
  if (stopped) return 'stopped'
  if (skipped) return 'skipped'
  if (byCookie) return 'cookie'
  return hops.length === 0 ? 'untaken' : 'taken'
}

function markOf({ keys }: Leg, hues: Hues): HTMLElement {
  const [first] = keys
  const mark = el('span', { class: 'mark' }, icon('key'))
  return first?.fingerprint === undefined ? mark : coloured(mark, first.fingerprint, hues)
}

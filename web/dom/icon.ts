// Small drawings of our own, as lines on a 24 × 24 grid: for the protocol's icon names (section
// 9.5) and for the component's buttons.

import { type Attributes, attribute } from './dom.ts'

/** The drawings, as SVG path data. Those in `FILLED` are areas. */
const SHAPES = {
  bolt: 'M13 3L5 14h6l-1 7 8-11h-6z',
  'book-closed': 'M5 4h14v16H7a2 2 0 0 1-2-2zM5 18a2 2 0 0 1 2-2h12',
  calendar: 'M4 6h16v14H4zM4 10h16M8 3v4M16 3v4',
  chart: 'M4 20h16M7 20v-6M12 20V5M17 20v-9',
  check: 'M5 12l5 5 9-10',
  'check-circle': 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8 12l3 3 5-6',
  'chevron-left': 'M15 5l-7 7 7 7',
  'chevron-right': 'M9 5l7 7-7 7',
  'circle-question': 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9 10c0-4 6-4 6 0 0 2-3 2-3 4M12 17h0',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3 2',
  document: 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6',
  dot: 'M12 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  'dots-horizontal': 'M5 12h0M12 12h0M19 12h0',
  'empty-circle': 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
  'external-link': 'M10 5H5v14h14v-5M14 4h6v6M20 4l-9 9',
  globe: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c-5 5-5 13 0 18 5-5 5-13 0-18z',
  keys: 'M3 14a4 4 0 1 0 8 0 4 4 0 1 0-8 0M10 11l9-7M16 7l2 3',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v6M12 7h0',
  lightbulb: 'M9 18h6M10 21h4M8 14a6 6 0 1 1 8 0c-1 1-1 2-1 4H9c0-2 0-3-1-4z',
  mail: 'M3 5h18v14H3zM3 6l9 7 9-7',
  'map-pin': 'M12 21c-4-5-6-8-6-11a6 6 0 0 1 12 0c0 3-2 6-6 11zM12 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  phone: 'M5 4h4l2 5-3 2c1 3 3 5 5 6l2-3 5 2v4c-9 2-17-7-15-16z',
  play: 'M7 4l13 8-13 8z',
  plus: 'M12 5v14M5 12h14',
  reload: 'M20 11a8 8 0 1 0-2 6M20 5v6h-6',
  star: 'M12 3l3 6 6 1-5 4 2 7-6-4-6 4 2-7-5-4 6-1z',
  search: 'M10 4a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM14 14l7 7',
  sparkle: 'M12 4c1 5 3 7 8 8-5 1-7 3-8 8-1-5-3-7-8-8 5-1 7-3 8-8z',
  'square-image': 'M4 4h16v16H4zM4 17l5-5 4 4 2-2 5 4M15 8h0',
  'settings-slider': 'M4 8h9M17 8h3M15 6v4M4 16h3M11 16h9M9 14v4',
  user: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 21c1-4 4-6 8-6s7 2 8 6',
  write: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  menu: 'M4 7h16M4 12h16M4 17h10',
  trash: 'M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12',
  send: 'M12 19V5M6 11l6-6 6 6',
  stop: 'M8 8h8v8H8z',
  clip: 'M20 11l-8 8a5 5 0 0 1-7-7l8-8a3 3 0 0 1 5 5l-8 8a2 2 0 0 1-3-3l7-7',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h10v11H9zM6 15H5V4h10v2',
  good: 'M8 20v-9l4-7a2 2 0 0 1 2 3l-1 3h6a1 1 0 0 1 1 2l-1 7a2 2 0 0 1-2 1zM4 11h4v9H4z',
  bad: 'M8 4v9l4 7a2 2 0 0 0 2-3l-1-3h6a1 1 0 0 0 1-2l-1-7a2 2 0 0 0-2-1zM4 4h4v9H4z',
  mic: 'M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5 11a7 7 0 0 0 14 0M12 18v3',
  quote: 'M10 12H5V7h5v5l-3 5M19 12h-5V7h5v5l-3 5',
  warning: 'M12 4l9 16H3zM12 10v4M12 17h0',
  latest: 'M12 5v14M6 13l6 6 6-6',
} as const

/** A name that has a drawing. */
export type IconName = keyof typeof SHAPES

/** Names that share a drawing. */
const ALIKE: Readonly<Record<string, IconName>> = {
  agent: 'sparkle',
  analytics: 'chart',
  'book-clock': 'book-closed',
  'book-open': 'book-closed',
  'check-circle-filled': 'check-circle',
  images: 'square-image',
  maps: 'map-pin',
  'notebook-pencil': 'write',
  notebook: 'document',
  'page-blank': 'document',
  profile: 'user',
  'profile-card': 'user',
  'sparkle-double': 'sparkle',
  'square-text': 'document',
  'star-filled': 'star',
  'write-alt': 'write',
  'write-alt2': 'write',
}

const FILLED = new Set(['star-filled', 'dot', 'play'])

const added = new Map<string, string>()

/**
 * Adds drawings: SVG path data by name, as lines on a 24 × 24 grid, or the name of another drawing.
 */
export function addIcons(shapes: Readonly<Record<string, string>>): void {
  for (const [name, shape] of Object.entries(shapes)) added.set(name, shape)
}

/**
 * Returns the drawing of a name as attributes: of the picture, and of the path in it. A name
 * without a drawing gets a circle.
 */
export function drawing(name: string): { readonly svg: Attributes; readonly path: Attributes } {
  const plain = name.replace('lucide:', '')
  const given = added.get(name) ?? added.get(plain) ?? plain
  const own = Object.hasOwn(ALIKE, given) ? ALIKE[given] : given
  // Decorative, so it has no name for assistive technology: what it stands beside has one.
  const svg = {
    viewBox: '0 0 24 24',
    class: FILLED.has(name) ? 'icon filled' : 'icon',
    'aria-hidden': true,
  }
  return {
    svg,
    path: { d: shapeOf(own ?? '') },
  }
}

function shapeOf(name: string): string {
  if (isDrawn(name)) return SHAPES[name]
  // Path data begins with a move.
  return name.startsWith('M') ? name : SHAPES['empty-circle']
}

function isDrawn(name: string): name is IconName {
  return Object.hasOwn(SHAPES, name)
}

/** The drawing of any name. */
export function icon(name: string): SVGSVGElement {
  const { svg, path } = drawing(name)
  const drawn = element('svg', svg)
  drawn.append(element('path', path))
  return drawn
}

/** An SVG element. Attribute names are our own, and none of them loads or runs anything. */
function element<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes,
): SVGElementTagNameMap[K] {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) attribute(made, name, value)
  return made
}

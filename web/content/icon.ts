// Small drawings of our own for the icon names of the protocol (section 9.5): lines on a 24 × 24 grid. A name without a drawing gets a plain one.

const CIRCLE = 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z'
const PAGE = 'M6 3h8l4 4v14H6zM14 3v4h4'
const BOOK = 'M5 4h14v16H7a2 2 0 0 1-2-2zM5 18a2 2 0 0 1 2-2h12'
const SQUARE = 'M4 4h16v16H4z'
const PERSON = 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 21c1-4 4-6 8-6s7 2 8 6'
const PENCIL = 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3'
const STAR = 'M12 3l2.7 6 6.3.6-4.8 4.3 1.4 6.4L12 17l-5.6 3.3 1.4-6.4L3 9.6 9.3 9z'
const SPARK = 'M11 5c.6 4 2.4 5.8 6 6.5-3.6.7-5.4 2.5-6 6.5-.6-4-2.4-5.8-6-6.5 3.6-.7 5.4-2.5 6-6.500z'
const BARS = 'M4 20h16M7 20v-6M12 20V5M17 20v-9'

/** The drawings, as SVG path data. Those in `FILLED` are areas. */
const SHAPES: Readonly<Record<string, string>> = {
  agent: 'M5 9h14v10H5zM12 9V5M9 13v2M15 13v2M3 13v2M21 13v2',
  analytics: 'M4 20h16M4 16l5-6 4 3 7-8',
  atom: 'M12 11v2M4 12c0-3 16-3 16 0s-16 3-16 0zM12 4c3 0 3 16 0 16s-3-16 0-16z',
  batch: 'M4 8l8-4 8 4-8 4zM4 12l8 4 8-4M4 16l8 4 8-4',
  bolt: 'M13 3L5 14h6l-1 7 8-11h-6z',
  'book-open': 'M12 6c-2-2-5-2-9-2v14c4 0 7 0 9 2 2-2 5-2 9-2V4c-4 0-7 0-9 2zM12 6v14',
  'book-closed': BOOK,
  'book-clock': `${BOOK}M12 7v3h3`,
  bug: 'M8 9h8v6a4 4 0 0 1-8 0zM9 9a3 3 0 0 1 6 0M4 8l4 3M20 8l-4 3M3 15h5M16 15h5M12 9v10',
  calendar: 'M4 6h16v14H4zM4 10h16M8 3v4M16 3v4',
  chart: BARS,
  check: 'M5 12.500l4.5 4.500L19 7.5',
  'check-circle': `${CIRCLE}M8 12l3 3 5-6`,
  'check-circle-filled': `${CIRCLE}M8 12l3 3 5-6`,
  'chevron-left': 'M15 5l-7 7 7 7',
  'chevron-right': 'M9 5l7 7-7 7',
  'circle-question': `${CIRCLE}M9.5 9.500c0-3.5 5-3.5 5 0 0 2-2.5 2-2.5 4M12 17h.01`,
  clock: `${CIRCLE}M12 7v5l3 2`,
  compass: `${CIRCLE}M15.5 8.500l-2 5-5 2 2-5z`,
  confetti: 'M4 20l5-12 7 7zM14 8c0-3 2-4 4-4M17 12c2-1 3-1 4 0M12 4v1M20 8h.01',
  cube: 'M12 3l8 4.500v9L12 21l-8-4.500v-9zM4 7.500l8 4.5 8-4.500M12 12v9',
  desktop: 'M3 5h18v11H3zM9 20h6M12 16v4',
  document: `${PAGE}M9 12h6M9 16h6`,
  dot: 'M12 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  'dots-horizontal': 'M5 12h.01M12 12h.01M19 12h.01',
  'dots-vertical': 'M12 5v.01M12 12v.01M12 19v.01',
  'empty-circle': CIRCLE,
  'external-link': 'M10 5H5v14h14v-5M14 4h6v6M20 4l-9 9',
  globe: `${CIRCLE}M3 12h18M12 3c-5 5-5 13 0 18 5-5 5-13 0-18z`,
  keys: 'M3 14a4 4 0 1 0 8 0 4 4 0 1 0-8 0M10 11l9-7M16 6.500l2 3',
  lab: 'M10 3h4M11 3v6L5 19c-.5 1 0 2 1 2h12c1 0 1.5-1 1-2L13 9V3M8 15h8',
  images: 'M3 7h14v13H3zM7 4h14v12M4 18l4-4 3 3 2-2 3 3',
  info: `${CIRCLE}M12 11v6M12 7.500h.01`,
  lifesaver: `${CIRCLE}M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM6 6l3 3M18 6l-3 3M6 18l3-3M18 18l-3-3`,
  lightbulb: 'M9 18h6M10 21h4M8 14a6 6 0 1 1 8 0c-1 1-1 2-1 4H9c0-2 0-3-1-4z',
  mail: 'M3 5h18v14H3zM3 6l9 7 9-7',
  'map-pin': 'M12 21c-4-5-6-8-6-11a6 6 0 0 1 12 0c0 3-2 6-6 11zM12 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  maps: 'M3 6l6-2 6 2 6-2v14l-6 2-6-2-6 2zM9 4v14M15 6v14',
  mobile: 'M7 3h10v18H7zM11 18h2',
  name: 'M3 6h18v12H3zM8 9a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM14 10h4M14 14h4',
  notebook: 'M6 3h13v18H6zM4 7h4M4 12h4M4 17h4',
  'notebook-pencil': 'M18 12v9H6V3h7M4 7h4M4 12h4M4 17h4M12 12l7-8 2 2-8 7z',
  'page-blank': PAGE,
  phone: 'M5 4h4l2 5-3 2c1 3 3 5 5 6l2-3 5 2v4c-9 2-17-7-15-16z',
  play: 'M7 4l13 8-13 8z',
  plus: 'M12 5v14M5 12h14',
  profile: `${CIRCLE}M12 7a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM6 19c2-4 10-4 12 0`,
  'profile-card': 'M4 4h16v16H4zM12 7a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM7 18c2-3 8-3 10 0',
  reload: 'M20 11a8 8 0 1 0-2.3 6M20 5v6h-6',
  star: STAR,
  'star-filled': STAR,
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.500L21 21',
  sparkle: SPARK,
  'sparkle-double': `${SPARK}M18 3v5M15.5 5.500h5`,
  'square-code': `${SQUARE}M10 9l-3 3 3 3M14 9l3 3-3 3`,
  'square-image': `${SQUARE}M4 17l5-5 4 4 2-2 5 4M15 8h.01`,
  'square-text': `${SQUARE}M8 9h8M8 12h8M8 15h5`,
  suitcase: 'M3 8h18v12H3zM9 8V4h6v4M3 13h18',
  'settings-slider': 'M4 8h9M17 8h3M15 6v4M4 16h3M11 16h9M9 14v4',
  user: PERSON,
  wreath: 'M8 5c-6 5-4 13 3 15M16 5c6 5 4 13-3 15M5 10l3 2M6 16l3-1M19 10l-3 2M18 16l-3-1',
  write: PENCIL,
  'write-alt': `${PENCIL}M13 20h7`,
  'write-alt2': 'M18 13v7H4V6h7M10 14l9-9',
}

const FILLED = new Set(['check-circle-filled', 'star-filled', 'dot', 'play'])

/** A drawing; decorative, so it has no name for assistive technology: what it stands beside has one. */
export function icon(name: string): SVGSVGElement {
  const drawn = svg('svg', { viewBox: '0 0 24 24', class: FILLED.has(name) ? 'icon filled' : 'icon', 'aria-hidden': 'true' })
  drawn.append(svg('path', { d: (Object.hasOwn(SHAPES, name) ? SHAPES[name] : undefined) ?? CIRCLE }))
  return drawn
}

/** An SVG element. Attribute names are our own, and none of them loads or runs anything. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number>>,
): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value))
  return element
}

// Small drawings of our own for the icon names of the protocol (section 9.5): lines on a 24 × 24 grid. A name without a drawing gets a plain one.

const CIRCLE = 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z'

/** The drawings, as SVG path data. Those in 'FILLED' are areas. */
const SHAPES: Readonly<Record<string, string>> = {
  bolt: 'M13 3L5 14h6l-1 7 8-11h-6z',
  'book-closed': 'M5 4h14v16H7a2 2 0 0 1-2-2zM5 18a2 2 0 0 1 2-2h12',
  calendar: 'M4 6h16v14H4zM4 10h16M8 3v4M16 3v4',
  chart: 'M4 20h16M7 20v-6M12 20V5M17 20v-9',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  'check-circle': `${CIRCLE}M8 12l3 3 5-6`,
  'chevron-left': 'M15 5l-7 7 7 7',
  'chevron-right': 'M9 5l7 7-7 7',
  'circle-question': `${CIRCLE}M9.5 9.5c0-3.5 5-3.5 5 0 0 2-2.5 2-2.5 4M12 17h.01`,
  clock: `${CIRCLE}M12 7v5l3 2`,
  document: 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6',
  dot: 'M12 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  'dots-horizontal': 'M5 12h.01M12 12h.01M19 12h.01',
  'empty-circle': CIRCLE,
  'external-link': 'M10 5H5v14h14v-5M14 4h6v6M20 4l-9 9',
  globe: `${CIRCLE}M3 12h18M12 3c-5 5-5 13 0 18 5-5 5-13 0-18z`,
  keys: 'M3 14a4 4 0 1 0 8 0 4 4 0 1 0-8 0M10 11l9-7M16 6.5l2 3',
  info: `${CIRCLE}M12 11v6M12 7.5h.01`,
  lightbulb: 'M9 18h6M10 21h4M8 14a6 6 0 1 1 8 0c-1 1-1 2-1 4H9c0-2 0-3-1-4z',
  mail: 'M3 5h18v14H3zM3 6l9 7 9-7',
  'map-pin': 'M12 21c-4-5-6-8-6-11a6 6 0 0 1 12 0c0 3-2 6-6 11zM12 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  phone: 'M5 4h4l2 5-3 2c1 3 3 5 5 6l2-3 5 2v4c-9 2-17-7-15-16z',
  play: 'M7 4l13 8-13 8z',
  plus: 'M12 5v14M5 12h14',
  reload: 'M20 11a8 8 0 1 0-2.3 6M20 5v6h-6',
  star: 'M12 3l2.7 6 6.3.6-4.8 4.3 1.4 6.4L12 17l-5.6 3.3 1.4-6.4L3 9.6 9.3 9z',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L21 21',
  sparkle: 'M11 5c.6 4 2.4 5.8 6 6.5-3.6.7-5.4 2.5-6 6.5-.6-4-2.4-5.8-6-6.5 3.6-.7 5.4-2.5 6-6.5z',
  'square-image': 'M4 4h16v16H4zM4 17l5-5 4 4 2-2 5 4M15 8h.01',
  'settings-slider': 'M4 8h9M17 8h3M15 6v4M4 16h3M11 16h9M9 14v4',
  user: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 21c1-4 4-6 8-6s7 2 8 6',
  write: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
}

/** Names that share a drawing. */
const ALIKE: Readonly<Record<string, string>> = {
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

/** The drawing of a name as path data, and whether its area is filled. */
export function drawing(name: string): { readonly path: string; readonly filled: boolean } {
  const own = (Object.hasOwn(ALIKE, name) ? ALIKE[name] : undefined) ?? name
  return { path: (Object.hasOwn(SHAPES, own) ? SHAPES[own] : undefined) ?? CIRCLE, filled: FILLED.has(name) }
}

/** A drawing; decorative, so it has no name for assistive technology: what it stands beside has one. */
export function icon(name: string): SVGSVGElement {
  const { path, filled } = drawing(name)
  const drawn = svg('svg', { viewBox: '0 0 24 24', class: filled ? 'icon filled' : 'icon', 'aria-hidden': 'true' })
  drawn.append(svg('path', { d: path }))
  return drawn
}

/** An SVG element. Attribute names are our own, and none of them loads or runs anything. */
function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number>>,
): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value))
  return element
}

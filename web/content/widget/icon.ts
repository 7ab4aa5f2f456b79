// The icons that the protocol names, drawn as lines of our own. A name without a drawing, or of another set, gets a plain dot.

import type { VNode } from './vnode.ts'

/** Paths in a square of 24, by name; several names may share one. */
const PATHS: Readonly<Record<string, string>> = {
  check: 'M5 13l4 4L19 7',
  'check-circle': 'M12 3a9 9 0 100 18 9 9 0 000-18zM8 12l3 3 5-6',
  'check-circle-filled': 'M12 3a9 9 0 100 18 9 9 0 000-18zM8 12l3 3 5-6',
  'chevron-left': 'M15 5l-7 7 7 7',
  'chevron-right': 'M9 5l7 7-7 7',
  search: 'M10.5 4a6.5 6.5 0 100 13 6.5 6.5 0 000-13zM15.5 15.5L20 20',
  calendar: 'M4 6h16v14H4zM4 10h16M8 3v5M16 3v5',
  clock: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 7v5l3 2',
  mail: 'M3 6h18v12H3zM3 7l9 7 9-7',
  phone: 'M6 3h4l1 5-2 2a12 12 0 005 5l2-2 5 1v4a2 2 0 01-2 2A16 16 0 014 5a2 2 0 012-2z',
  user: 'M12 4a4 4 0 100 8 4 4 0 000-8zM4 20a8 8 0 0116 0',
  info: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 11v5M12 8v.01',
  'circle-question': 'M12 3a9 9 0 100 18 9 9 0 000-18zM9.5 9.5a2.5 2.5 0 113.5 2.3c-.7.3-1 .8-1 1.7M12 16.5v.01',
  globe: 'M12 3a9 9 0 100 18 9 9 0 000-18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18',
  star: 'M12 4l2.5 5 5.5.8-4 3.9 1 5.5-5-2.6-5 2.6 1-5.5-4-3.9 5.5-.8z',
  sparkle: 'M12 3l2 7 7 2-7 2-2 7-2-7-7-2 7-2z',
  reload: 'M20 12a8 8 0 11-2.5-5.8M20 3v5h-5',
  play: 'M7 5l12 7-12 7z',
  plus: 'M12 5v14M5 12h14',
  'external-link': 'M14 4h6v6M20 4l-9 9M18 14v5H5V6h5',
  document: 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6',
  chart: 'M5 20V10M12 20V4M19 20v-7',
  bolt: 'M13 3L5 13h6l-1 8 8-10h-6z',
  keys: 'M8 14a4 4 0 110-8 4 4 0 010 8zM11.5 11L20 19M17 16l2-2',
  images: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4',
  lightbulb: 'M9 18h6M10 21h4M12 3a6 6 0 00-4 10.5c.7.7 1 1.5 1 2.5h6c0-1 .3-1.8 1-2.5A6 6 0 0012 3z',
  'map-pin': 'M12 21c-5-6-7-8-7-11a7 7 0 0114 0c0 3-2 5-7 11zM12 8a2 2 0 100 4 2 2 0 000-4z',
  'dots-horizontal': 'M5 12h.01M12 12h.01M19 12h.01',
  'dots-vertical': 'M12 5v.01M12 12v.01M12 19v.01',
  'settings-slider': 'M4 8h9M17 8h3M15 6v4M4 16h3M11 16h9M9 14v4',
  suitcase: 'M4 8h16v11H4zM9 8V5h6v3',
  cube: 'M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 12l8-4.5M12 12v9M12 12L4 7.5',
  book: 'M5 4h6a1 1 0 011 1v15a2 2 0 00-2-1H5zM19 4h-6a1 1 0 00-1 1v15a2 2 0 012-1h5z',
  write: 'M4 20l1-5L16 4l4 4L9 19z',
  bug: 'M8 9a4 4 0 118 0v6a4 4 0 11-8 0zM4 9l4 2M20 9l-4 2M4 17l4-2M20 17l-4-2M4 13h4M16 13h4',
}

const ALIKE: Readonly<Record<string, string>> = {
  'star-filled': 'star',
  'sparkle-double': 'sparkle',
  profile: 'user',
  name: 'user',
  'profile-card': 'document',
  notebook: 'document',
  'notebook-pencil': 'document',
  'page-blank': 'document',
  'square-text': 'document',
  'square-image': 'images',
  'book-open': 'book',
  'book-closed': 'book',
  'book-clock': 'book',
  'write-alt': 'write',
  'write-alt2': 'write',
  maps: 'map-pin',
  batch: 'cube',
  analytics: 'chart',
}

const DOT = 'M12 9a3 3 0 100 6 3 3 0 000-6z'

/** An icon as it is to be; it says nothing to a screen reader. */
export function icon(name: string, more: Omit<VNode, 'tag' | 'svg' | 'children'> = {}): VNode {
  const own = Object.hasOwn(ALIKE, name) ? (ALIKE[name] ?? name) : name
  const path = Object.hasOwn(PATHS, own) ? PATHS[own] : DOT
  return {
    ...more,
    tag: 'svg',
    svg: true,
    attributes: { class: 'w-icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', ...more.attributes },
    children: [{ tag: 'path', svg: true, attributes: { d: path } }],
  }
}

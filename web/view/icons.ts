// The pictures of the component's own buttons and lines.

import { type Attributes, button } from '../dom.ts'

const PATHS = {
  menu: ['M4 7h16', 'M4 12h16', 'M4 17h10'],
  plus: ['M12 5v14', 'M5 12h14'],
  pencil: ['M4 20l4-1L19 8l-3-3L5 16l-1 4z'],
  trash: ['M5 7h14', 'M10 7V5h4v2', 'M7 7l1 12h8l1-12'],
  send: ['M12 19V5', 'M6 11l6-6 6 6'],
  stop: ['M8 8h8v8H8z'],
  clip: ['M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.5 3.5 0 0 1 5 5l-8.5 8.5a2 2 0 0 1-3-3L14 7'],
  close: ['M6 6l12 12', 'M18 6L6 18'],
  copy: ['M9 9h10v11H9z', 'M6 15H5V4h10v2'],
  check: ['M5 12.5l4.5 4.5L19 7.5'],
  up: ['M8 20V11l4-7a2 2 0 0 1 2 2.4L13 10h5.5a1.5 1.5 0 0 1 1.5 1.8l-1.3 6.8A1.8 1.8 0 0 1 17 20z', 'M4 11h4v9H4z'],
  down: ['M16 4v9l-4 7a2 2 0 0 1-2-2.4l1-3.6H5.5A1.5 1.5 0 0 1 4 12.2l1.3-6.8A1.8 1.8 0 0 1 7 4z', 'M20 4h-4v9h4z'],
  retry: ['M19 12a7 7 0 1 1-2-5', 'M19 4v4h-4'],
  warning: ['M12 4l9 16H3z', 'M12 10v4', 'M12 17v.5'],
  info: ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', 'M12 11v5', 'M12 8v.5'],
  file: ['M6 3h8l4 4v14H6z', 'M14 3v4h4'],
  latest: ['M12 5v14', 'M6 13l6 6 6-6'],
} as const

/** The name of a picture. */
export type IconName = keyof typeof PATHS

const SVG = 'http://www.w3.org/2000/svg'

/** A picture that screen readers pass over. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg')
  const attributes = { viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false', class: 'icon' }
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value)
  for (const d of PATHS[name]) {
    const path = document.createElementNS(SVG, 'path')
    path.setAttribute('d', d)
    svg.append(path)
  }
  return svg
}

/** A button that shows a picture; its label is what is read, and what a mouse is told. */
export function iconButton(name: IconName, label: string, onClick: () => void, attributes: Attributes = {}): HTMLButtonElement {
  return button({ class: 'icon-button', 'aria-label': label, title: label, ...attributes }, onClick, icon(name))
}

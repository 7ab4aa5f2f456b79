// Makes elements of a text of SVG, without the browser's parser, which Trusted Types forbid. It makes
// only what draws: no style, script, link, picture or address.

const SVG = 'http://www.w3.org/2000/svg'

const ELEMENTS = new Set(
  'svg defs marker g rect circle ellipse line polyline polygon path text tspan title'.split(' '),
)
const ATTRIBUTES = new Set(
  'viewBox width height x y x1 y1 x2 y2 cx cy r rx ry dx dy d points transform fill stroke stroke-width stroke-dasharray stroke-linecap stroke-linejoin opacity font-size font-weight font-style text-anchor dominant-baseline marker-end marker-start markerWidth markerHeight refX refY orient id'.split(
    ' ',
  ),
)
const MARKUP = /<!--[\s\S]*?-->|<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|[^<]+/g
const ATTRIBUTE = /([\w:-]+)="([^"<]*)"/g
/** Levels of elements; a drawing has five or so. */
const MAX_DEPTH = 32
/** Each drawing has its own markers, because the names are those of the whole page. */
let drawings = 0

/** Returns the drawing, or undefined when the text is no SVG. */
export function svgOf(text: string): Element | undefined {
  const prefix = `d${++drawings}-`
  const root = document.createDocumentFragment()
  const open: (Element | DocumentFragment)[] = [root]
  /** Levels below an element that is left out. */
  let left = 0
  for (const [whole, closes, name, attributes, isEmpty] of text.matchAll(MARKUP)) {
    if (name === undefined) {
      if (left === 0 && !whole.startsWith('<')) open.at(-1)?.append(decoded(whole))
    } else if (closes) {
      if (left > 0) left--
      else if (open.length > 1) open.pop()
    } else if (left > 0 || !ELEMENTS.has(name) || open.length > MAX_DEPTH) {
      if (!isEmpty) left++
    } else {
      const element = document.createElementNS(SVG, name)
      for (const [, key = '', value = ''] of (attributes ?? '').matchAll(ATTRIBUTE))
        setAllowed(element, key, decoded(value), prefix)
      open.at(-1)?.append(element)
      if (!isEmpty) open.push(element)
    }
  }
  const drawing = root.firstElementChild
  return drawing?.localName === 'svg' ? drawing : undefined
}

/** An address could ask somebody for something. Only markers of the drawing itself are pointed at. */
function setAllowed(element: Element, name: string, value: string, prefix: string): void {
  if (!ATTRIBUTES.has(name)) return
  const own = /^url\(#([\w-]+)\)$/.exec(value)?.[1]
  if (name === 'id') element.setAttribute(name, prefix + value)
  else if (own !== undefined) element.setAttribute(name, `url(#${prefix}${own})`)
  else if (!/url|image|\\/i.test(value)) element.setAttribute(name, value)
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|(\w{1,6}));/g, (whole, code?: string, name = '') => {
    if (code === undefined) return NAMED[name] ?? whole
    const point = Number(code)
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole
  })
}

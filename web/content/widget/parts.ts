// Tables, items of lists, and pictures of widgets.

import type { JsonObject } from '../../../src/chatkit/protocol/json.ts'
import { defined } from '../../client/json.ts'
import { imageAddress } from '../address.ts'
import { foreignLink, LOADING } from '../link.ts'
import { shown } from '../visible.ts'
import { type Drawing, isBlocked, isBusy, keyOf, take } from './drawing.ts'
import { icon } from './icon.ts'
import {
  blockStyle,
  boxStyle,
  color,
  flag,
  number,
  objects,
  oneOf,
  size,
  spacing,
  text,
} from './values.ts'
import type { VNode } from './vnode.ts'

/** Draws the children of a component. */
type Children = (component: JsonObject) => readonly VNode[]

/** Draws a picture if it may be loaded, else a link to it. */
export function picture(component: JsonObject, { host }: Drawing): VNode {
  const given = text(component, 'src') ?? ''
  const alt = shown(text(component, 'alt') ?? '')
  const address = imageAddress(given, host.allowedImageDomains, true)
  if (address === undefined) {
    // The link is made once: its text and its address never change.
    return {
      tag: 'span',
      key: `link ${given}`,
      inner: {
        make: () => ({
          element: foreignLink(given, alt || host.text('imageBlocked')),
          set: () => {},
        }),
        text: '',
      },
    }
  }
  const fit = oneOf(component, 'fit', ['cover', 'contain', 'fill', 'scale-down', 'none'])
  return {
    tag: 'img',
    ...keyOf(component),
    attributes: {
      class: flag(component, 'frame') ? 'w-image w-frame' : 'w-image',
      alt,
      ...LOADING,
      src: address,
    },
    style: {
      ...blockStyle(component),
      ...defined({
        'object-fit': fit,
        'object-position': oneOf(component, 'position', POSITIONS),
        background: color(component.background),
      }),
    },
  }
}

const POSITIONS = [
  'top left',
  'top',
  'top right',
  'left',
  'center',
  'right',
  'bottom left',
  'bottom',
  'bottom right',
] as const
const LINES = { start: 'top', center: 'middle', end: 'bottom' } as const
const WIDTHS = { xs: '4rem', sm: '6rem', md: '9rem', lg: '14rem', xl: '20rem' } as const

/** Draws a table. `inside` draws what a cell holds. */
export function table(component: JsonObject, drawing: Drawing, inside: Children): VNode {
  const rows = objects(component, 'children')
    .filter(() => take(drawing))
    .map((row): VNode => {
      const header = flag(row, 'header')
      const cells = objects(row, 'children').filter(() => take(drawing))
      return {
        tag: 'tr',
        ...keyOf(row),
        children: cells.map((cell) => tableCell(cell, header, inside)),
      }
    })
  // The table scrolls by itself, so a keyboard must reach it.
  return {
    tag: 'div',
    ...keyOf(component),
    attributes: { class: 'w-table', tabindex: 0, role: 'group' },
    children: [{ tag: 'table', children: [{ tag: 'tbody', children: rows }] }],
  }
}

function tableCell(cell: JsonObject, header: boolean, inside: Children): VNode {
  const span = (name: string) => Math.min(50, Math.max(1, Math.floor(number(cell, name) ?? 1)))
  const width = oneOf(cell, 'colSize', ['xs', 'sm', 'md', 'lg', 'xl'])
  return {
    tag: header ? 'th' : 'td',
    ...keyOf(cell),
    attributes: {
      ...(header ? { scope: 'col' } : {}),
      colspan: span('colSpan'),
      rowspan: span('rowSpan'),
    },
    style: {
      ...spacing('padding', cell.padding),
      ...defined({
        width: size(cell.width) ?? (width && WIDTHS[width]),
        'text-align': oneOf(cell, 'align', ['start', 'center', 'end']),
        'vertical-align': LINES[oneOf(cell, 'vAlign', ['start', 'center', 'end']) ?? 'center'],
      }),
    },
    children: inside(cell),
  }
}

/** Controls within an item. An item with one of them cannot be a button itself. */
const WORKED = 'a, button, input, select, textarea, label, summary'

/** Draws an item of a list. The person may press it as a whole. `listed`: it stands in a list. */
export function listItem(
  component: JsonObject,
  drawing: Drawing,
  children: readonly VNode[],
  listed: boolean,
): VNode {
  const action = objects(component, 'onClickAction')[0]
  const style = boxStyle(component, 'row')
  const item = { tag: listed ? 'li' : 'div', ...keyOf(component), attributes: { class: 'w-item' } }
  if (!action) return { ...item, style, children }
  const press = (event: Event) => {
    const { currentTarget: from, target } = event
    if (!(from instanceof Element) || !(target instanceof Element)) return
    // A press on a control within the item is not a press on the item.
    if (target !== from && from.contains(target.closest(WORKED))) return
    drawing.act(action, { from })
  }
  const works = children.some(isWorked)
  const own = { 'aria-busy': isBusy(action, drawing), 'aria-disabled': isBlocked(action, drawing) }
  const content: VNode = {
    tag: 'div',
    attributes: {
      class: 'w-item-action',
      ...(works ? {} : { role: 'button', tabindex: 0, ...own }),
    },
    style,
    children,
    on: {
      click: press,
      keydown(event) {
        if (!(event instanceof KeyboardEvent) || event.target !== event.currentTarget) return
        if (event.key !== 'Enter' && event.key !== ' ') return
        event.preventDefault()
        press(event)
      },
    },
  }
  if (!works) return { ...item, children: [content] }
  // Keyboards cannot reach a button within a button: the item's own button stands beside the
  // content.
  const open: VNode = {
    tag: 'button',
    attributes: {
      type: 'button',
      class: 'w-button w-ghost',
      'aria-label': drawing.host.text('more'),
      ...own,
    },
    children: [icon('chevron-right')],
    on: { click: press },
  }
  return { ...item, attributes: { class: 'w-item w-worked' }, children: [content, open] }
}

function isWorked(node: VNode | string): boolean {
  if (typeof node === 'string') return false
  return (
    node.inner !== undefined ||
    node.attributes?.tabindex === 0 ||
    WORKED.split(', ').includes(node.tag) ||
    (node.children ?? []).some(isWorked)
  )
}

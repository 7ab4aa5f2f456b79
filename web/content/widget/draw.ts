// A widget's components as nodes. What is not known is drawn as its children, or not at all; how deep and how many is bounded.

import type { JsonObject } from '../../../src/chatkit/json.ts'
import type { ItemHost } from '../../item-view.ts'
import { imageAddress } from '../address.ts'
import { foreignLink } from '../link.ts'
import { markdownView } from '../markdown/view.ts'
import { shown } from '../visible.ts'
import { chart } from './chart.ts'
import { button, checkbox, datePicker, editable, field, radioGroup, select, textarea } from './controls.ts'
import { icon } from './icon.ts'
import { blockStyle, boxStyle, color, flag, number, objects, oneOf, size, spacing, text, textStyle } from './values.ts'
import type { VNode } from './vnode.ts'

/** What drawing needs, and how much more may be drawn. */
export interface Drawing {
  readonly host: ItemHost
  /** Tells apart the fields of two widgets on one page. */
  readonly prefix: string
  /** The action whose end is waited for, if any. */
  readonly waiting: { readonly action: JsonObject } | undefined
  /** Runs an action; `own` is the value of the field that sends it. */
  act(action: JsonObject, from: Element, own?: readonly [string, string | boolean]): void
  /** Components that may still be drawn. */
  left: number
}

/** Levels and components of a widget that are drawn. */
const DEEPEST = 24
export const MOST_COMPONENTS = 1500

/** The nodes of a component's children. */
export function childrenOf(component: JsonObject, drawing: Drawing, depth: number): readonly VNode[] {
  if (depth > DEEPEST) return []
  return objects(component, 'children').flatMap((child) => draw(child, drawing, depth))
}

function keyOf(component: JsonObject): { readonly key?: string } {
  const key = text(component, 'key') ?? text(component, 'id')
  return key === undefined ? {} : { key }
}

/** The nodes of one component: none, or one. */
export function draw(component: JsonObject, drawing: Drawing, depth: number): readonly VNode[] {
  if (drawing.left <= 0) return []
  drawing.left -= 1
  const key = keyOf(component)
  const inside = () => childrenOf(component, drawing, depth + 1)
  const box = (direction: 'row' | 'column', tag = 'div', more: Partial<VNode> = {}): VNode => ({
    tag,
    ...key,
    attributes: { class: 'w-box' },
    style: boxStyle(component, direction),
    children: inside(),
    ...more,
  })
  const label = (name: string) => shown(text(component, name) ?? '')

  switch (component.type) {
    case 'Box':
      return [box(component.direction === 'row' ? 'row' : 'column')]
    case 'Row':
      return [box('row', 'div', { attributes: { class: 'w-box w-row' } })]
    case 'Col':
    case 'Basic':
    case 'Card':
      return [box(component.direction === 'row' ? 'row' : 'column')]
    case 'Form':
      return [form(component, box(component.direction === 'row' ? 'row' : 'column'), drawing)]
    case 'Spacer':
      return [
        {
          tag: 'div',
          ...key,
          attributes: { class: 'w-spacer' },
          style: optional({ 'min-height': size(component.minSize), 'min-width': size(component.minSize) }),
        },
      ]
    case 'Divider':
      return [
        {
          tag: 'hr',
          ...key,
          attributes: { class: flag(component, 'flush') ? 'w-divider w-flush' : 'w-divider' },
          style: optional({
            'border-color': color(component.color),
            'border-top-width': size(component.size),
            'margin-block': spacing('margin', component.spacing).margin,
          }),
        },
      ]
    case 'Transition':
      return inside()
    case 'Text':
      return [
        component.editable !== undefined && component.editable !== false
          ? editable(component, drawing)
          : words('p', 'w-text', component, key),
      ]
    case 'Title':
      return [words('h4', 'w-title', component, key)]
    case 'Caption':
      return [words('p', 'w-caption', component, key)]
    case 'Markdown':
      return [
        {
          tag: 'div',
          ...key,
          key: key.key ?? 'markdown',
          inner: { make: () => markdownView(drawing.host), text: text(component, 'value') ?? '' },
        },
      ]
    case 'Badge': {
      const tone = oneOf(component, 'color', ['secondary', 'success', 'danger', 'warning', 'info', 'discovery']) ?? 'secondary'
      const variant = oneOf(component, 'variant', ['solid', 'soft', 'outline']) ?? 'soft'
      const pill = flag(component, 'pill') ? ' w-pill' : ''
      return [
        {
          tag: 'span',
          ...key,
          attributes: { class: `w-badge w-${tone} w-${variant}${pill}`, dir: 'auto' },
          children: [label('label')],
        },
      ]
    }
    case 'Icon':
      return [
        icon(text(component, 'name') ?? '', {
          ...key,
          style: optional({ color: color(component.color), ...iconSize(component) }),
        }),
      ]
    case 'Image':
      return [picture(component, drawing, key)]
    case 'Button':
      return [button(component, drawing)]
    case 'Input':
      return [field(component, drawing)]
    case 'Textarea':
      return [textarea(component, drawing)]
    case 'Select':
      return [select(component, drawing)]
    case 'DatePicker':
      return [datePicker(component, drawing)]
    case 'Checkbox':
      return [checkbox(component, drawing)]
    case 'RadioGroup':
      return [radioGroup(component, drawing)]
    case 'Label': {
      const name = text(component, 'fieldName')
      const target = name === undefined ? {} : { for: `${drawing.prefix}${name}` }
      return [
        {
          tag: 'label',
          ...key,
          attributes: { class: 'w-label', dir: 'auto', ...target },
          style: textStyle(component),
          children: [label('value')],
        },
      ]
    }
    case 'Chart':
      return [chart(component, key.key)]
    case 'Table':
      return [table(component, drawing, depth, key)]
    case 'ListViewItem':
      return [listItem(component, drawing, depth, key)]
    default:
      return inside()
  }
}

/** Words of a widget. A text that is being written tells so, and is not read out letter by letter. */
function words(tag: string, name: string, component: JsonObject, key: { readonly key?: string }): VNode {
  const grade = oneOf(component, 'size', ['xs', 'sm', 'md', 'lg', 'xl', '2xl', '3xl', '4xl', '5xl']) ?? 'md'
  const clamp = number(component, 'maxLines') === undefined ? '' : ' w-clamp'
  const cut = flag(component, 'truncate') ? ' w-truncate' : ''
  return {
    tag,
    ...key,
    attributes: { class: `${name} w-${grade}${clamp}${cut}`, dir: 'auto', 'aria-busy': flag(component, 'streaming') },
    style: textStyle(component),
    children: [shown(text(component, 'value') ?? '')],
  }
}

function form(component: JsonObject, box: VNode, drawing: Drawing): VNode {
  const action = objects(component, 'onSubmitAction')[0]
  return {
    ...box,
    tag: 'form',
    attributes: { class: 'w-box w-form', novalidate: true, 'data-form': true },
    on: {
      submit(event) {
        event.preventDefault()
        if (action && event.currentTarget instanceof Element) drawing.act(action, event.currentTarget)
      },
    },
  }
}

function picture(component: JsonObject, { host }: Drawing, key: { readonly key?: string }): VNode {
  const given = text(component, 'src') ?? ''
  const alt = shown(text(component, 'alt') ?? '')
  const address = imageAddress(given, host.allowedImageDomains, true)
  if (address === undefined) {
    // A link, made once: what it says and where it leads are both on it.
    return {
      tag: 'span',
      ...key,
      key: `link ${given}`,
      inner: { make: () => ({ element: foreignLink(given, alt || host.text('imageBlocked')), set: () => {} }), text: '' },
    }
  }
  const fit = oneOf(component, 'fit', ['cover', 'contain', 'fill', 'scale-down', 'none'])
  return {
    tag: 'img',
    ...key,
    attributes: {
      class: flag(component, 'frame') ? 'w-image w-frame' : 'w-image',
      src: address,
      alt,
      loading: 'lazy',
      decoding: 'async',
      referrerpolicy: 'no-referrer',
    },
    style: { ...blockStyle(component), ...optional({ 'object-fit': fit, background: color(component.background) }) },
  }
}

function table(component: JsonObject, drawing: Drawing, depth: number, key: { readonly key?: string }): VNode {
  const rows = objects(component, 'children').map((row): VNode => {
    drawing.left -= 1
    const header = flag(row, 'header')
    const cells =
      drawing.left <= 0
        ? []
        : objects(row, 'children').map((cell): VNode => {
            const span = (name: string) => Math.min(50, Math.max(1, Math.floor(number(cell, name) ?? 1)))
            return {
              tag: header ? 'th' : 'td',
              attributes: { ...(header ? { scope: 'col' } : {}), colspan: span('colSpan'), rowspan: span('rowSpan') },
              style: {
                ...spacing('padding', cell.padding),
                ...optional({
                  width: size(cell.width),
                  'text-align': oneOf(cell, 'align', ['start', 'center', 'end']),
                  'vertical-align': { start: 'top', center: 'middle', end: 'bottom' }[
                    oneOf(cell, 'vAlign', ['start', 'center', 'end']) ?? 'center'
                  ],
                }),
              },
              children: childrenOf(cell, drawing, depth + 2),
            }
          })
    return { tag: 'tr', children: cells }
  })
  // It scrolls by itself, so a keyboard must be able to get to it.
  return {
    tag: 'div',
    ...key,
    attributes: { class: 'w-table', tabindex: 0, role: 'group' },
    children: [{ tag: 'table', children: [{ tag: 'tbody', children: rows }] }],
  }
}

function listItem(component: JsonObject, drawing: Drawing, depth: number, key: { readonly key?: string }): VNode {
  const action = objects(component, 'onClickAction')[0]
  const children = childrenOf(component, drawing, depth + 1)
  const style = boxStyle(component, 'row')
  if (!action) return { tag: 'li', ...key, attributes: { class: 'w-item' }, style, children }
  const own = drawing.waiting?.action === action
  return {
    tag: 'li',
    ...key,
    attributes: { class: 'w-item' },
    children: [
      {
        tag: 'div',
        attributes: {
          class: 'w-item-action',
          role: 'button',
          tabindex: 0,
          'aria-busy': own,
          'aria-disabled': isBlocked(action, drawing),
        },
        style,
        children,
        on: {
          click: (event) => event.currentTarget instanceof Element && drawing.act(action, event.currentTarget),
          keydown(event) {
            if (
              !(event instanceof KeyboardEvent) ||
              event.target !== event.currentTarget ||
              (event.key !== 'Enter' && event.key !== ' ')
            )
              return
            event.preventDefault()
            if (event.currentTarget instanceof Element) drawing.act(action, event.currentTarget)
          },
        },
      },
    ],
  }
}

/** Whether an action cannot be sent now: another one is under way, or an answer is being written that it would come between. */
export function isBlocked(action: JsonObject, { host, waiting }: Pick<Drawing, 'host' | 'waiting'>): boolean {
  return waiting !== undefined || (host.busy && action.streaming !== false && action.handler !== 'client')
}

function iconSize(component: JsonObject): Record<string, string | undefined> {
  const grade = oneOf(component, 'size', ['xs', 'sm', 'md', 'lg', 'xl', '2xl', '3xl'])
  const one =
    grade && { xs: '0.75rem', sm: '0.875rem', md: '1rem', lg: '1.25rem', xl: '1.5rem', '2xl': '2rem', '3xl': '2.5rem' }[grade]
  return { width: one, height: one }
}

function optional(style: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(style).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

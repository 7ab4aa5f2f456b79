// Turns a widget's components into nodes. An unknown component is drawn as its children, or not at
// all. Depth and number are bounded.

import type { JsonObject } from '../../../src/chatkit/protocol/json.ts'
import { markdownView } from '../markdown/view.ts'
import { shown } from '../visible.ts'
import { chart } from './chart.ts'
import { checkbox, radioGroup, select } from './choices.ts'
import { button, datePicker, editable, field, textarea } from './controls.ts'
import { type Drawing, keyOf, MAX_DEPTH, take } from './drawing.ts'
import { icon } from './icon.ts'
import { listItem, picture, table } from './parts.ts'
import {
  boxStyle,
  color,
  defined,
  flag,
  lookup,
  number,
  objects,
  oneOf,
  size,
  spacing,
  text,
  textStyle,
} from './values.ts'
import type { VNode } from './vnode.ts'

/** Returns the nodes of a component's children. */
export function childrenOf(
  component: JsonObject,
  drawing: Drawing,
  depth: number,
): readonly VNode[] {
  const children = objects(component, 'children')
  if (depth > MAX_DEPTH) {
    if (children.length > 0) drawing.bounds.cut = true
    return []
  }
  return children.flatMap((child) => draw(child, drawing, depth))
}

/** Returns the nodes of one component: none, or one. */
export function draw(component: JsonObject, drawing: Drawing, depth: number): readonly VNode[] {
  if (!take(drawing)) return []
  const key = keyOf(component)
  const inside = () => childrenOf(component, drawing, depth + 1)
  const box = (direction: 'row' | 'column', name = 'w-box'): VNode => ({
    tag: 'div',
    ...key,
    attributes: { class: name },
    style: boxStyle(component, direction),
    children: inside(),
  })
  const label = (name: string) => shown(text(component, name) ?? '')

  switch (component.type) {
    case 'Box':
      return [box(component.direction === 'row' ? 'row' : 'column')]
    case 'Row':
      return [box('row', 'w-box w-row')]
    case 'Col':
    case 'Basic':
    case 'Card':
      return [box(component.direction === 'row' ? 'row' : 'column')]
    case 'Form':
      return [form(component, drawing, depth)]
    case 'Spacer':
      return [
        {
          tag: 'div',
          ...key,
          attributes: { class: 'w-spacer' },
          style: defined({
            'min-height': size(component.minSize),
            'min-width': size(component.minSize),
          }),
        },
      ]
    case 'Divider':
      return [
        {
          tag: 'hr',
          ...key,
          attributes: { class: flag(component, 'flush') ? 'w-divider w-flush' : 'w-divider' },
          style: defined({
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
      const tone =
        oneOf(component, 'color', [
          'secondary',
          'success',
          'danger',
          'warning',
          'info',
          'discovery',
        ]) ?? 'secondary'
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
          style: defined({ color: color(component.color), ...iconSize(component) }),
        }),
      ]
    case 'Image':
      return [picture(component, drawing)]
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
      return [chart(component, drawing)]
    case 'Table':
      return [table(component, drawing, (cell) => childrenOf(cell, drawing, depth + 2))]
    case 'ListViewItem':
      return [listItem(component, drawing, inside(), depth === 0)]
    default:
      return inside()
  }
}

/**
 * Draws a text of a widget. A text that is still being written says so, so that a screen reader
 * does not read it letter by letter.
 */
function words(
  tag: string,
  name: string,
  component: JsonObject,
  key: { readonly key?: string },
): VNode {
  const grade =
    oneOf(component, 'size', ['xs', 'sm', 'md', 'lg', 'xl', '2xl', '3xl', '4xl', '5xl']) ?? 'md'
  const clamp = number(component, 'maxLines') === undefined ? '' : ' w-clamp'
  const cut = flag(component, 'truncate') ? ' w-truncate' : ''
  return {
    tag,
    ...key,
    attributes: {
      class: `${name} w-${grade}${clamp}${cut}`,
      dir: 'auto',
      'aria-busy': flag(component, 'streaming'),
    },
    style: textStyle(component),
    children: [shown(text(component, 'value') ?? '')],
  }
}

function form(component: JsonObject, drawing: Drawing, depth: number): VNode {
  const submit = objects(component, 'onSubmitAction')[0]
  return {
    tag: 'form',
    ...keyOf(component),
    attributes: { class: 'w-box w-form', novalidate: true, 'data-form': true },
    style: boxStyle(component, component.direction === 'row' ? 'row' : 'column'),
    children: childrenOf(component, { ...drawing, submit }, depth + 1),
    on: {
      submit(event) {
        event.preventDefault()
        if (submit && event.currentTarget instanceof Element)
          drawing.act(submit, { from: event.currentTarget, checked: true })
      },
    },
  }
}

const ICON_SIZES = {
  xs: '0.75rem',
  sm: '0.875rem',
  md: '1rem',
  lg: '1.25rem',
  xl: '1.5rem',
  '2xl': '2rem',
  '3xl': '2.5rem',
}

function iconSize(component: JsonObject): Record<string, string | undefined> {
  const edge = lookup(component, 'size', ICON_SIZES)
  return { width: edge, height: edge }
}

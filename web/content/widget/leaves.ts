// The components of a widget that hold no others and send no action: texts, badges, lines.

import type { JsonObject } from '../../../src/chatkit/protocol/json.ts'
import { defined } from '../../client/json.ts'
import { markdownView } from '../markdown/view.ts'
import { shown } from '../visible.ts'
import { type Drawing, keyOf } from './drawing.ts'
import { icon } from './icon.ts'
import { color, flag, lookup, number, oneOf, size, spacing, text, textStyle } from './values.ts'
import type { VNode } from './vnode.ts'

/** Empty space. */
export function spacer(component: JsonObject): VNode {
  const least = size(component.minSize)
  return {
    tag: 'div',
    ...keyOf(component),
    attributes: { class: 'w-spacer' },
    style: defined({ 'min-height': least, 'min-width': least }),
  }
}

/** A line between two parts. */
export function divider(component: JsonObject): VNode {
  return {
    tag: 'hr',
    ...keyOf(component),
    attributes: { class: flag(component, 'flush') ? 'w-divider w-flush' : 'w-divider' },
    style: defined({
      'border-color': color(component.color),
      'border-top-width': size(component.size),
      'margin-block': spacing('margin', component.spacing).margin,
    }),
  }
}

/**
 * A text. One that is still being written says so, so that a screen reader does not read it letter
 * by letter.
 */
export function words(tag: string, name: string, component: JsonObject): VNode {
  const grade =
    oneOf(component, 'size', ['xs', 'sm', 'md', 'lg', 'xl', '2xl', '3xl', '4xl', '5xl']) ?? 'md'
  const clamp = number(component, 'maxLines') === undefined ? '' : ' w-clamp'
  const cut = flag(component, 'truncate') ? ' w-truncate' : ''
  return {
    tag,
    ...keyOf(component),
    attributes: {
      class: `${name} w-${grade}${clamp}${cut}`,
      dir: 'auto',
      'aria-busy': flag(component, 'streaming'),
    },
    style: textStyle(component),
    children: [visibleText(component, 'value')],
  }
}

/** Markdown. Its key keeps it apart from every other `div`, which cannot draw Markdown. */
export function markdown(component: JsonObject, { host }: Drawing): VNode {
  return {
    tag: 'div',
    key: 'markdown',
    ...keyOf(component),
    inner: { make: () => markdownView(host), text: text(component, 'value') ?? '' },
  }
}

/** A short word on a coloured ground. */
export function badge(component: JsonObject): VNode {
  const tone =
    oneOf(component, 'color', ['secondary', 'success', 'danger', 'warning', 'info', 'discovery']) ??
    'secondary'
  const variant = oneOf(component, 'variant', ['solid', 'soft', 'outline']) ?? 'soft'
  const pill = flag(component, 'pill') ? ' w-pill' : ''
  return {
    tag: 'span',
    ...keyOf(component),
    attributes: { class: `w-badge w-${tone} w-${variant}${pill}`, dir: 'auto' },
    children: [visibleText(component, 'label')],
  }
}

/** An icon. */
export function iconOf(component: JsonObject): VNode {
  const edge = lookup(component, 'size', ICON_SIZES)
  return icon(text(component, 'name') ?? '', {
    ...keyOf(component),
    style: defined({ color: color(component.color), width: edge, height: edge }),
  })
}

/** The name of a field. */
export function label(component: JsonObject, { prefix }: Drawing): VNode {
  const name = text(component, 'fieldName')
  return {
    tag: 'label',
    ...keyOf(component),
    attributes: {
      class: 'w-label',
      dir: 'auto',
      for: name === undefined ? undefined : `${prefix}${name}`,
    },
    style: textStyle(component),
    children: [visibleText(component, 'value')],
  }
}

function visibleText(component: JsonObject, name: string): string {
  return shown(text(component, name) ?? '')
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

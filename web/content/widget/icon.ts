// The icons of a widget, as nodes: the drawings are those of the other items.

import { drawing } from '../icon.ts'
import type { VNode } from './vnode.ts'

/** An icon as it is to be; it says nothing to a screen reader. */
export function icon(name: string, more: Omit<VNode, 'tag' | 'svg' | 'children'> = {}): VNode {
  const { path, filled } = drawing(name)
  return {
    ...more,
    tag: 'svg',
    svg: true,
    attributes: { class: filled ? 'icon filled' : 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', ...more.attributes },
    children: [{ tag: 'path', svg: true, attributes: { d: path } }],
  }
}

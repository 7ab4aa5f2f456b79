// The icons of a widget, as nodes. Their drawings are the ones of the other items.

import { drawing } from '../../dom/icon.ts'
import type { VNode } from './vnode.ts'

/** Returns the node of an icon. A screen reader skips it. */
export function icon(name: string, more: Omit<VNode, 'tag' | 'svg' | 'children'> = {}): VNode {
  const { svg, path } = drawing(name)
  return {
    ...more,
    tag: 'svg',
    svg: true,
    attributes: svg,
    children: [{ tag: 'path', svg: true, attributes: path }],
  }
}

// The icons of a widget, as nodes: the drawings are those of the other items.

import { drawing } from '../../dom/icon.ts'
import type { VNode } from './vnode.ts'

/** An icon as it is to be; it says nothing to a screen reader. */
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

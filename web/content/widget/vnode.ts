// Describes the elements of a widget, and changes the page to match. Elements stay where they can,
// so that the person's text and cursor stay.

import { type Attributes, attribute, write } from '../../dom/dom.ts'

/** A part of a widget that draws itself: Markdown that grows. */
export interface Inner {
  readonly element: HTMLElement
  set(text: string): void
}

/** The description of one element. */
export interface VNode {
  readonly tag: string
  /** The next drawing keeps an element whose tag and key are the same. */
  readonly key?: string
  readonly svg?: boolean
  readonly attributes?: Attributes
  /** CSS properties by name. Their values were checked already. */
  readonly style?: Readonly<Record<string, string>>
  readonly children?: readonly (VNode | string)[]
  readonly on?: Readonly<Record<string, (event: Event) => void>>
  /** Draws its text by itself. */
  readonly inner?: { readonly make: () => Inner; readonly text: string }
}

interface Kept {
  node: VNode
  readonly inner?: Inner
}

const SVG = 'http://www.w3.org/2000/svg'

/** Draws nodes into elements. Each widget has its own painter. */
export interface Painter {
  /** Changes an element's children to match the nodes. */
  children(parent: Element, nodes: readonly (VNode | string)[]): void
}

/** Makes a painter. */
export function painter(): Painter {
  const kept = new WeakMap<Element, Kept>()

  function make(node: VNode): Element {
    const inner = node.inner?.make()
    const element =
      inner?.element ??
      (node.svg ? document.createElementNS(SVG, node.tag) : document.createElement(node.tag))
    kept.set(element, { node: { tag: node.tag }, ...(inner ? { inner } : {}) })
    for (const name of Object.keys(node.on ?? {}))
      element.addEventListener(name, (event) => kept.get(element)?.node.on?.[name]?.(event))
    update(element, node)
    return element
  }

  function update(element: Element, node: VNode): void {
    const state = kept.get(element)
    if (!state) return
    const before = state.node
    state.node = node
    for (const name of Object.keys(before.attributes ?? {}))
      if (!(name in (node.attributes ?? {}))) element.removeAttribute(name)
    for (const [name, value] of Object.entries(node.attributes ?? {}))
      attribute(element, name, value)
    if (element instanceof HTMLElement || element instanceof SVGElement) {
      for (const name of Object.keys(before.style ?? {}))
        if (!(name in (node.style ?? {}))) element.style.removeProperty(name)
      for (const [name, value] of Object.entries(node.style ?? {}))
        element.style.setProperty(name, value)
    }
    if (node.inner) state.inner?.set(node.inner.text)
    else children(element, node.children ?? [])
  }

  function fits(element: Element | undefined, node: VNode): boolean {
    const before = element && kept.get(element)?.node
    return before !== undefined && before.tag === node.tag && before.key === node.key
  }

  function children(parent: Element, nodes: readonly (VNode | string)[]): void {
    const [only] = nodes
    if (nodes.length === 1 && typeof only === 'string') {
      write(parent, only)
      return
    }
    const old = [...parent.childNodes]
    // Two components may have the same key. Their order tells them apart.
    const keyed = new Map<string, Element[]>()
    for (const child of old) {
      const key = child instanceof Element ? kept.get(child)?.node.key : undefined
      if (key === undefined || !(child instanceof Element)) continue
      keyed.set(key, [...(keyed.get(key) ?? []), child])
    }
    const next = nodes.map((node, index): Node => {
      if (typeof node === 'string') return document.createTextNode(node)
      const same = node.key === undefined ? old[index] : keyed.get(node.key)?.shift()
      if (same instanceof Element && fits(same, node)) {
        update(same, node)
        return same
      }
      return make(node)
    })
    const left = new Set(next)
    for (const child of old) if (!left.has(child)) child.remove()
    const page = parent.getRootNode()
    const focused =
      page instanceof Document || page instanceof ShadowRoot ? page.activeElement : null
    for (const [index, child] of next.entries())
      if (parent.childNodes[index] !== child)
        parent.insertBefore(child, parent.childNodes[index] ?? null)
    // An element that moves loses the focus.
    if (focused instanceof HTMLElement && parent.contains(focused) && !focused.matches(':focus'))
      focused.focus()
  }

  return { children }
}

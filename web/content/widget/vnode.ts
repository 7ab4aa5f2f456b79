// What a widget is to look like, and how the page is brought there: elements stay where they can, so that what a person typed and where they are stays.

import { type Attributes, attribute, write } from '../../dom/dom.ts'

/** Something with a life of its own within a widget: Markdown that grows. */
export interface Inner {
  readonly element: HTMLElement
  set(text: string): void
}

/** One element as it is to be. */
export interface VNode {
  readonly tag: string
  /** An element is kept for the next drawing when tag and key are the same. */
  readonly key?: string
  readonly svg?: boolean
  readonly attributes?: Attributes
  /** CSS properties by name, their values checked already. */
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

/** Draws nodes into elements; one for each widget. */
export interface Painter {
  /** Brings an element's children to what the nodes say. */
  children(parent: Element, nodes: readonly (VNode | string)[]): void
}

/** A new painter. */
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
    // Two components may say the same key: then it is the order that tells them apart.
    const keyed = new Map<string, Element[]>()
    for (const one of old) {
      const key = one instanceof Element ? kept.get(one)?.node.key : undefined
      if (key === undefined || !(one instanceof Element)) continue
      keyed.set(key, [...(keyed.get(key) ?? []), one])
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
    for (const one of old) if (!left.has(one)) one.remove()
    const page = parent.getRootNode()
    const focused =
      page instanceof Document || page instanceof ShadowRoot ? page.activeElement : null
    for (const [index, one] of next.entries())
      if (parent.childNodes[index] !== one)
        parent.insertBefore(one, parent.childNodes[index] ?? null)
    // An element that is moved loses the focus.
    if (focused instanceof HTMLElement && parent.contains(focused) && !focused.matches(':focus'))
      focused.focus()
  }

  return { children }
}

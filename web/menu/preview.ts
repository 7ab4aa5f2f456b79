// Shows a widget of the page beside an entity, while the mouse or the focus is on it.

import { el } from '../dom/dom.ts'
import type { MenuParts } from './parts.ts'

/** Keeps the preview this far from the edges of the chat, in pixels. */
const MARGIN_PX = 8

/** Listens in the root for entities that can be previewed. */
export function showPreviews({ root, settings, entityOf, draw }: MenuParts): void {
  let shown: HTMLElement | undefined
  let over: Element | undefined

  function hide(): void {
    shown?.remove()
    shown = undefined
    over = undefined
  }

  async function enter({ target }: Event): Promise<void> {
    const anchor = target instanceof Element ? (target.closest('.entity') ?? undefined) : undefined
    if (anchor === over) return
    hide()
    const entity = anchor && entityOf(anchor)
    if (!anchor || !entity) return
    over = anchor
    // An error of the page is the page's; there is no preview then.
    const widget = await settings.entities?.preview?.(entity).catch(() => null)
    if (!widget || over !== anchor) return
    // Nothing in it can be pressed: it goes when the mouse moves.
    shown = el('div', { class: 'preview', role: 'tooltip', inert: true }, draw(widget))
    root.firstElementChild?.append(shown)
    place(shown, anchor)
  }

  root.addEventListener('pointerover', (event) => void enter(event))
  root.addEventListener('focusin', (event) => void enter(event))
  root.addEventListener('focusout', hide)
  root.addEventListener('scroll', hide, { capture: true })
  root.host.addEventListener('pointerleave', hide)
}

/** Puts the preview above its anchor, or below it where there is no room. */
function place(preview: HTMLElement, anchor: Element): void {
  const frame = preview.offsetParent?.getBoundingClientRect() ?? new DOMRect()
  const at = anchor.getBoundingClientRect()
  const { width, height } = preview.getBoundingClientRect()
  const above = at.top - frame.top - height - MARGIN_PX
  const top = above >= MARGIN_PX ? above : at.bottom - frame.top + MARGIN_PX
  const left = Math.min(at.left - frame.left, frame.width - width - MARGIN_PX)
  preview.style.top = `${top}px`
  preview.style.left = `${Math.max(MARGIN_PX, left)}px`
}

// Tabs as WAI-ARIA describes them. One tab is in the tab order, and the arrow keys move between
// them.
import { byId } from './dom.ts'

/** Turns the buttons with `role=tab` in a tab list into tabs. */
export function createTabs(listId: string): void {
  const tabs = [...byId(listId, HTMLElement).querySelectorAll<HTMLButtonElement>('[role=tab]')]

  function select(chosen: HTMLButtonElement): void {
    for (const tab of tabs) {
      const selected = tab === chosen
      tab.setAttribute('aria-selected', String(selected))
      tab.tabIndex = selected ? 0 : -1
      byId(tab.getAttribute('aria-controls') ?? '', HTMLElement).hidden = !selected
    }
  }

  for (const [index, tab] of tabs.entries()) {
    // The panel scrolls, so a keyboard must be able to reach it.
    byId(tab.getAttribute('aria-controls') ?? '', HTMLElement).tabIndex = 0
    tab.addEventListener('click', () => select(tab))
    tab.addEventListener('keydown', ({ key }) => {
      const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0
      const next = tabs[(index + step + tabs.length) % tabs.length]
      if (step === 0 || !next) return
      select(next)
      next.focus()
    })
  }
}

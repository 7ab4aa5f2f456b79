// The keys that do something anywhere in the component.

/** What a key does. */
type Shortcut = 'leave' | 'newThread' | 'search' | 'toField' | 'shortcuts'

/** Does what the keys say while the cursor is in the element. */
export function listenForShortcuts(
  element: HTMLElement,
  act: Readonly<Record<Shortcut, () => void>>,
): void {
  element.addEventListener('keydown', (event) => {
    const shortcut = shortcutOf(event)
    if (!shortcut) return
    // A dialog closes by its own key.
    if (shortcut !== 'leave') event.preventDefault()
    act[shortcut]()
  })
}

/** Returns what a key is for. One that a field takes is for nothing else. */
function shortcutOf(event: KeyboardEvent): Shortcut | undefined {
  const { altKey, shiftKey, target } = event
  const key = event.key.toLowerCase()
  if (event.isComposing) return undefined
  if (key === 'escape') return event.defaultPrevented ? undefined : 'leave'
  if (altKey) return undefined
  if (event.ctrlKey || event.metaKey)
    return shiftKey ? (key === 'o' ? 'newThread' : undefined) : key === 'k' ? 'search' : undefined
  if (target instanceof Element && target.matches('input, textarea, select')) return undefined
  return key === '/' ? 'toField' : key === '?' ? 'shortcuts' : undefined
}

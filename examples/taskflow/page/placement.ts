// The switch "How the credential travels": which of the operator's servers the next message uses.
// It is a wish of the page and says nothing of who asks.
import { byId } from './dom.ts'

/** Kept for this tab. Not a credential. */
const CHOSEN = 'taskflow.placement'

/**
 * Brings the switch back to where it stood in this tab; tells what a message takes along, now and
 * whenever it changes.
 */
export function createPlacement(chosen: (metadata: { readonly placement: string }) => void): void {
  const choice = byId('placement', HTMLSelectElement)
  const kept = sessionStorage.getItem(CHOSEN)
  if (kept !== null && [...choice.options].some(({ value }) => value === kept)) choice.value = kept
  choice.addEventListener('change', () => {
    sessionStorage.setItem(CHOSEN, choice.value)
    chosen({ placement: choice.value })
  })
  chosen({ placement: choice.value })
}

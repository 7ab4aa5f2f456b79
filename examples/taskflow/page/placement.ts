// The switch "How the credential travels". It chooses which of the operator's servers the next
// message uses. It is a wish of the page and does not say who asks.
import { byId } from './dom.ts'

/** Where the tab's storage keeps the choice, which is no credential. */
const CHOICE_KEY = 'taskflow.placement'

/**
 * Sets the switch to the last choice in this tab. It calls `onChoice` with the metadata for
 * messages, now and after each change.
 */
export function createPlacement(
  onChoice: (metadata: { readonly placement: string }) => void,
): void {
  const choice = byId('placement', HTMLSelectElement)
  const kept = sessionStorage.getItem(CHOICE_KEY)
  if (kept !== null && [...choice.options].some(({ value }) => value === kept)) choice.value = kept
  choice.addEventListener('change', () => {
    sessionStorage.setItem(CHOICE_KEY, choice.value)
    onChoice({ placement: choice.value })
  })
  onChoice({ placement: choice.value })
}

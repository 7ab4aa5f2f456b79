// The switch "How the credential travels". It chooses which of the operator's servers the next
// message uses. It is a wish of the page and does not say who asks.
import { byId } from './dom.ts'

/** Where the tab's storage keeps the choice, which is no credential. */
const CHOICE_KEY = 'taskflow.placement'

/** What each placement does, in a sentence. */
const MEANINGS: Readonly<Record<string, string>> = {
  header: 'In the Authorization header of each request, as MCP has it. The model sees nothing.',
  argument:
    'In parameters of each tool, filled in after the model has written its call. The model does not see the parameters.',
  session: 'Once, when the server’s session opens. Later calls carry only the session’s id.',
  prompt:
    'The model gets a reference in its prompt and repeats it. The token replaces it in the call.',
  meta: 'In the _meta of each request, beside the arguments. The model sees nothing.',
  basic: 'In the Authorization header as a password, beside your id. The model sees nothing.',
  query: 'In the query of the address. Servers like to log addresses; nothing of ours does.',
  cookie: 'As a cookie of each request. The model sees nothing.',
  path: 'As a piece of the address’s path. What is approved is the address without it.',
  parts:
    'In a header of the server’s own, and your id in a parameter of each tool, filled in later.',
  env: 'In the environment of a process that runs for you alone and speaks MCP over stdio.',
}

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
  const choose = () => {
    byId('placement-meaning', HTMLElement).textContent = MEANINGS[choice.value] ?? ''
    onChoice({ placement: choice.value })
  }
  choice.addEventListener('change', () => {
    sessionStorage.setItem(CHOICE_KEY, choice.value)
    choose()
  })
  choose()
}

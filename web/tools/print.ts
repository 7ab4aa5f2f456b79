// Prints what is on the page of a conversation. The host page would print one screenful of it, so it is
// printed from a document of its own.

/** Paper has no part that is out of sight, and nothing to press. */
const WHOLE =
  ':host{display:block;height:auto;overflow:visible}*{content-visibility:visible!important}button,footer{display:none!important}'

/** Prints the items that an element of the component holds. */
export function printEntries(place: HTMLElement): void {
  const root = place.getRootNode()
  const entries = place.querySelector('.entries')
  if (!(root instanceof ShadowRoot) || !entries) return
  const frame = document.createElement('iframe')
  frame.className = 'print-page'
  // Some browsers replace the first document of a frame once more, until it is loaded.
  frame.addEventListener('load', () => print(frame, entries, root, place), { once: true })
  root.append(frame)
}

function print(
  frame: HTMLIFrameElement,
  entries: Element,
  { adoptedStyleSheets }: ShadowRoot,
  { dir, lang }: HTMLElement,
): void {
  const { contentDocument: page, contentWindow } = frame
  const view = contentWindow as (Window & typeof globalThis) | null
  if (!page || !view) {
    frame.remove()
    return
  }
  const host = page.createElement('main')
  Object.assign(host, { dir, lang })
  page.body.append(host)
  // The rules of `:host` count for a shadow alone.
  const shadow = host.attachShadow({ mode: 'open' })
  shadow.adoptedStyleSheets = [...adoptedStyleSheets.map(rulesOf), WHOLE].map((rules) => {
    const sheet = new view.CSSStyleSheet()
    sheet.replaceSync(rules)
    return sheet
  })
  shadow.append(page.importNode(entries, true))
  view.addEventListener('afterprint', () => frame.remove())
  view.print()
}

function rulesOf({ cssRules }: CSSStyleSheet): string {
  return [...cssRules].map(({ cssText }) => cssText).join('')
}

// What a real browser holds, gets and sends: where tests look for tokens. No test lives here.

import type { BrowserContext, Page } from 'playwright-core'

/** Notes all that a browser sends and gets from now on, headers included. */
export function trafficOf(context: BrowserContext): () => Promise<readonly string[]> {
  const traffic: Promise<string>[] = []
  context.on('response', (response) => {
    traffic.push(
      response.allHeaders().then((headers) => JSON.stringify([response.url(), headers])),
      response.text().catch(() => ''),
    )
  })
  context.on('request', (request) => {
    const sent = request.allHeaders().then((headers) => JSON.stringify(headers))
    traffic.push(sent, Promise.resolve(request.postData() ?? ''))
  })
  return () => Promise.all(traffic)
}

/** What scripts of the page can read: memory, storage, the document, cookies that are not HttpOnly. */
export function heldBy(page: Page): Promise<string> {
  return page.evaluate<string>(`(async () => JSON.stringify([
    { ...localStorage }, { ...sessionStorage }, document.cookie, document.documentElement.outerHTML,
    (await indexedDB.databases()).map(({ name }) => name), location.href, history.state, window.name,
    Object.getOwnPropertyNames(globalThis).map((name) => { try { return String(globalThis[name]) } catch { return '' } }),
  ]))()`)
}

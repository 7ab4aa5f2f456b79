// What a real browser holds, gets and sends: where tests look for tokens. No test lives here.

import type { BrowserContext, Page } from 'playwright-core'

/** Notes all that a browser sends and gets from now on, headers included. */
export function trafficOf(context: BrowserContext): () => Promise<readonly string[]> {
  const traffic: Promise<string>[] = []
  context.on('response', (response) => {
    traffic.push(
      unlessClosed(response.allHeaders().then((headers) => [response.url(), headers])),
      unlessClosed(response.text()),
    )
  })
  context.on('request', (request) => {
    traffic.push(unlessClosed(request.allHeaders()), Promise.resolve(request.postData() ?? ''))
  })
  return () => Promise.all(traffic)
}

/** A request that is under way when its page is closed has nothing more to tell. */
function unlessClosed(told: Promise<unknown>): Promise<string> {
  return told.then(
    (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
    () => '',
  )
}

/** What scripts of the page can read: memory, storage, the document, cookies that are not HttpOnly. */
export function heldBy(page: Page): Promise<string> {
  return page.evaluate<string>(`(async () => JSON.stringify([
    { ...localStorage }, { ...sessionStorage }, document.cookie, document.documentElement.outerHTML,
    (await indexedDB.databases()).map(({ name }) => name), location.href, history.state, window.name,
    Object.getOwnPropertyNames(globalThis).map((name) => { try { return String(globalThis[name]) } catch { return '' } }),
  ]))()`)
}

// A page in the real browser that shows one widget, under the strictest policy that the component
// promises to work with. It holds no test.

import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'

const ENTRY = `
  import { widgetItem } from './widget-item.ts'
  const sent = []
  const host = {
    busy: false,
    allowedImageDomains: [],
    text: (key) => key,
    answer: async () => {},
    act: (action) => new Promise((resolve, reject) => sent.push({ action, resolve, reject })),
  }
  const item = (widget) => ({ id: 'i1', thread_id: 't1', created_at: '', type: 'widget', widget })
  let view
  window.stage = {
    host,
    show(widget) {
      view = widgetItem(host)
      view.update(item(widget))
      document.body.replaceChildren(view.element)
    },
    update: (widget) => view.update(item(widget)),
    sent: () => sent.map(({ action }) => action),
    settle: (index, problem) => (problem ? sent[index].reject(new Error(problem)) : sent[index].resolve()),
  }
`

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

export interface Stage {
  readonly page: Page
  /** Every request that the page made, but for itself. */
  readonly requests: readonly string[]
  /** Errors of the page, refusals of its policy included. */
  readonly problems: readonly string[]
  show(widget: object): Promise<void>
  update(widget: object): Promise<void>
  /** The actions so far. */
  sent(): Promise<unknown[]>
  settle(index: number, problem?: string): Promise<void>
  close(): Promise<void>
}

/** Opens it. */
export async function openStage(browser: Browser): Promise<Stage> {
  const resolveDir = fileURLToPath(new URL('../../../web/content/widget', import.meta.url))
  const bundled = await build({
    stdin: { contents: ENTRY, resolveDir, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
  })
  const script = bundled.outputFiles[0]?.text ?? ''
  const server = createServer((request, response) => {
    if (request.url === '/stage.js')
      return response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
    const page =
      '<!doctype html><html lang="en"><title>Widget</title><script type="module" src="/stage.js"></script><body></body></html>'
    return response
      .writeHead(200, { 'content-type': 'text/html', 'content-security-policy': POLICY })
      .end(page)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const page = await browser.newPage()
  const requests: string[] = []
  const problems: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  await page.goto(origin)
  await page.waitForFunction('window.stage !== undefined')
  requests.length = 0
  const call = (name: string, ...values: unknown[]) =>
    page.evaluate(`window.stage.${name}(...${JSON.stringify(values)})`)
  return {
    page,
    requests,
    problems,
    show: async (widget) => void (await call('show', widget)),
    update: async (widget) => void (await call('update', widget)),
    sent: async () => JSON.parse(await page.evaluate('JSON.stringify(window.stage.sent())')),
    settle: async (index, problem) => void (await call('settle', index, problem)),
    async close() {
      await page.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

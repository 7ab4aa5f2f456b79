// The content alone, in the real Chromium, on a page with the strictest policy: it allows no
// Trusted Types policy, and loads nothing but the page's own files. It records what the content
// asks of its host, and what the browser asks of the network.

import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { libraries } from '../../../scripts/web-libraries.ts'
import { borrowBrowser } from '../../browser/borrow.ts'

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** A page with the content on it. */
export interface ContentPage {
  readonly page: Page
  /** The addresses that the browser asked for, or tried to. */
  readonly requests: readonly string[]
  /** Scripts that failed, dialogs that opened, policy violations: what must not happen. */
  readonly troubles: readonly string[]
  /** Shows an item, or the item of that id as it is now. */
  show(item: unknown): Promise<void>
  /** Shows text as Markdown, as a notice does. */
  markdown(text: string): Promise<void>
  /** What the content asked of its host: `['act', action, itemId]`, `['answer', input, itemId]`. */
  calls(): Promise<readonly unknown[]>
}

export interface ContentPageOptions {
  readonly allowedImageDomains?: readonly string[]
  readonly dark?: boolean
  readonly width?: number
}

/**
 * The host of the items, as plain JavaScript of the page. Actions end when the test calls
 * `release()`, or fail with its argument.
 */
const FIXTURE = `
import { itemView, markdownView } from './web/content/index.ts'
import { styleSheets } from './web/style/sheets.ts'
import { purify } from './web/content/markdown/purify.ts'
import { word } from './web/settings/words.ts'
const options = JSON.parse(decodeURIComponent(location.hash.slice(1)) || '{}')
const calls = []
let waiting = []
const call = (kind) => (...given) => {
  const [what, item] = kind === 'act' ? given : [given[1], given[0]]
  calls.push([kind, JSON.parse(JSON.stringify(what)), item.id])
  return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
}
const host = { act: call('act'), answer: call('answer'), busy: false, allowedImageDomains: options.allowedImageDomains ?? [], text: (key, values) => word({}, key, values) }
const sheet = new CSSStyleSheet()
sheet.replaceSync(':host{color-scheme:' + (options.dark ? 'dark' : 'light') + ';height:auto;padding:1rem}')
const chat = document.createElement('main')
document.body.append(chat)
const root = chat.attachShadow({ mode: 'open' })
root.adoptedStyleSheets = [...styleSheets(), sheet]
const views = new Map()
const show = (item) => {
  const view = views.get(item.id)
  if (view) return view[0].update(views.get(item.id)[1] = item)
  const made = itemView(item, host)
  views.set(item.id, [made, item])
  root.append(made.element)
}
const notice = markdownView(host)
notice.element.id = 'notice'
root.append(notice.element)
globalThis.content = {
  calls, host, root, show, purify,
  markdown: (text) => notice.set(text),
  setBusy(busy) { host.busy = busy; for (const [view, item] of views.values()) view.update(item) },
  release(message) { for (const one of waiting) message ? one.reject(new Error(message)) : one.resolve(); waiting = [] },
  fresh: (text) => { const view = markdownView(host); view.set(text); return view.element.innerHTML },
  grown: (text, step) => { const view = markdownView(host); for (let i = step; i < text.length + step; i += step) view.set(text.slice(0, i)); return view.element.innerHTML },
  items: (list) => { for (const item of list) show(item) },
}
document.documentElement.dataset.ready = ''
`

/** Registers the browser and the server with the test file. */
export function contentPages(): { open(options?: ContentPageOptions): Promise<ContentPage> } {
  let browser: Browser
  let server: Server
  let origin = ''

  beforeAll(async () => {
    const root = join(dirname(fileURLToPath(import.meta.url)), '../../..')
    const [bundle, axe] = await Promise.all([
      build({
        stdin: { contents: FIXTURE, resolveDir: root, loader: 'js' },
        bundle: true,
        write: false,
        loader: { '.css': 'text' },
        format: 'esm',
        conditions: ['onbehalf-source'],
        ...libraries,
      }),
      readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js')),
    ])
    const page =
      '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Content</title><meta name="viewport" content="width=device-width">' +
      '<link rel="icon" href="data:,"><script src="/axe.js"></script></head><body><script type="module" src="/bundle.js"></script></body></html>'
    const files: Readonly<Record<string, readonly [string, string | Uint8Array]>> = {
      '/': ['text/html', page],
      '/bundle.js': ['text/javascript', bundle.outputFiles[0]?.text ?? ''],
      '/axe.js': ['text/javascript', axe],
      '/own.svg': [
        'image/svg+xml',
        '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="teal"/></svg>',
      ],
    }
    server = createServer((request, response) => {
      const [type, body] = files[request.url?.split('?')[0] ?? ''] ?? ['text/plain', undefined]
      response.writeHead(body === undefined ? 404 : 200, {
        'content-type': type,
        'content-security-policy': POLICY,
      })
      response.end(body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    browser = await borrowBrowser()
  }, 180_000)
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()))
  })
  afterAll(async () => {
    await browser?.close()
    await new Promise((resolve) => server.close(resolve))
  })

  return {
    async open({ width = 800, ...options } = {}) {
      const context = await browser.newContext({
        viewport: { width, height: 900 },
        permissions: ['clipboard-read', 'clipboard-write'],
      })
      context.setDefaultTimeout(10_000)
      const requests: string[] = []
      const troubles: string[] = []
      const page = await context.newPage()
      page.on('pageerror', (error) => troubles.push(`error: ${error.message}`))
      page.on('dialog', (dialog) => {
        troubles.push(`dialog: ${dialog.message()}`)
        void dialog.dismiss()
      })
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning')
          troubles.push(`console: ${message.text()}`)
      })
      context.on('request', (request) => requests.push(request.url()))
      await page.goto(`${origin}/#${encodeURIComponent(JSON.stringify(options))}`)
      await page.waitForSelector('html[data-ready]', { state: 'attached' })
      return {
        page,
        requests,
        troubles,
        // As a text: a literal that nests too deep is more than the page's parser takes.
        show: (item) =>
          page.evaluate(`content.show(JSON.parse(${JSON.stringify(JSON.stringify(item))}))`),
        markdown: (text) => page.evaluate(`content.markdown(${JSON.stringify(text)})`),
        calls: () => page.evaluate('content.calls'),
      }
    },
  }
}

/** Nothing ran, and nothing was asked of another origin or even tried. */
export async function expectHarmless({ page, requests, troubles }: ContentPage): Promise<void> {
  expect(await page.evaluate('globalThis.owned')).toBeUndefined()
  expect(await page.evaluate('Object.keys(Object.prototype)')).toEqual([])
  const own = new URL(page.url()).origin
  expect(requests.filter((url) => !url.startsWith('data:') && new URL(url).origin !== own)).toEqual(
    [],
  )
  expect(troubles).toEqual([])
  expect(
    await page.evaluate(
      `content.root.querySelectorAll('script,iframe,object,embed,style,link,base,meta,video,audio,[onerror],[onload],[style*="url"]').length`,
    ),
  ).toBe(0)
}

/** What axe finds to be serious or critical, with where. */
export async function seriousFindings({ page }: ContentPage): Promise<readonly string[]> {
  return await page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => id + ' ' + JSON.stringify(node.target) + ' ' + node.html.slice(0, 120))))`)
}

/** An item with what every item has; the id is new unless one is given. */
export function item(
  type: string,
  fields: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> & { readonly id: string } {
  return {
    id: `item_${randomUUID()}`,
    thread_id: 'thr_1',
    created_at: '2026-11-27T09:00:00Z',
    type,
    ...fields,
  }
}

/** An answer of one part. */
export function answer(
  text: string,
  annotations: readonly unknown[] = [],
): ReturnType<typeof item> {
  return item('assistant_message', { content: [{ type: 'output_text', text, annotations }] })
}

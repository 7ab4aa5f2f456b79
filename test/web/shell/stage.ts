// The component on a page with a strict policy, in the real browser. The server says what a test
// tells it.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { borrowBrowser } from '../../browser/borrow.ts'
import { thread } from '../support.ts'

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const STYLE = 'html, body { margin: 0; height: 100%; }'

/** Sets the element up as the address asks; `told` is all that the element tells the page. */
const START = `
  import './index.ts'
  const options = JSON.parse(decodeURIComponent(location.hash.slice(1)) || '{}')
  const chat = document.createElement('onbehalf-chat')
  globalThis.chat = chat
  globalThis.told = []
  for (const name of ['thread', 'error', 'response-start', 'response-end', 'client-effect', 'action', 'response']) {
    chat.addEventListener('chat-' + name, ({ detail }) => told.push({ name, detail }))
  }
  globalThis.signedIn = true
  let token = 'canary-old'
  chat.token = async ({ refresh }) => {
    if (refresh) token = globalThis.signedIn ? 'canary-fresh' : undefined
    return token
  }
  Object.assign(chat, options)
  if (options.tool) chat.onClientTool = async ({ params }) => ({ heard: params })
  chat.endpoint = '/chatkit'
  document.body.append(chat)
`

/** A request of the protocol. */
export interface Asked {
  readonly type: string
  readonly params: Readonly<Record<string, unknown>>
  readonly token: string
}

/** What a request is answered with: JSON, or events by hand. */
export type Answer = (asked: Asked, reply: Reply) => void | Promise<void>

/** An answer in a test's hand. */
export interface Reply {
  json(value: unknown, status?: number): void
  send(event: object, id?: string): void
  end(): void
  /** The connection breaks. */
  cut(): void
}

/** The stage of one test. */
export interface Stage {
  readonly page: Page
  readonly asked: readonly Asked[]
  /** By the type of the request. */
  readonly answers: Record<string, Answer>
  /** What the element told the page, in order. */
  told(): Promise<{ readonly name: string; readonly detail: Record<string, unknown> }[]>
  field(): Locator
  say(text: string): Promise<void>
  /** Resolves when no answer is being written. */
  idle(): Promise<void>
}

/** Registers a browser and a server with the test file, and gives what opens the page. */
export function stages(): (options?: object, context?: BrowserContextOptions) => Promise<Stage> {
  let browser: Browser
  let server: Server
  let origin: string
  let script: string
  let answers: Record<string, Answer> = {}
  let asked: Asked[] = []
  let troubles: string[] = []
  let uploads: (request: IncomingMessage, response: ServerResponse) => void = () => undefined

  async function chatkit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { type, params } = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    const one: Asked = {
      type,
      params,
      token: (request.headers.authorization ?? '').replace('Bearer ', ''),
    }
    asked.push(one)
    const reply: Reply = {
      json: (value, status = 200) =>
        void response
          .writeHead(status, { 'content-type': 'application/json' })
          .end(JSON.stringify(value)),
      send(event, id) {
        if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(`${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(event)}\n\n`)
      },
      end: () => void response.end(),
      cut: () => void response.destroy(),
    }
    const answer = answers[type]
    if (answer) await answer(one, reply)
    else reply.json({ code: 'not_found', message: 'There is none.' }, 404)
  }

  beforeAll(async () => {
    const resolveDir = fileURLToPath(new URL('../../../web', import.meta.url))
    const stdin = { contents: START, resolveDir, loader: 'ts' } as const
    const [bundled, launched] = await Promise.all([
      build({ stdin, bundle: true, write: false, format: 'esm', loader: { '.css': 'text' } }),
      borrowBrowser(),
    ])
    script = bundled.outputFiles[0]?.text ?? ''
    browser = launched
    server = createServer((request, response) => {
      if (request.url === '/chatkit') return void chatkit(request, response)
      if (request.url?.startsWith('/upload')) return void uploads(request, response)
      if (request.url === '/start.js')
        return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
      if (request.url === '/style.css')
        return void response.writeHead(200, { 'content-type': 'text/css' }).end(STYLE)
      if (request.url !== '/') return void response.writeHead(404).end()
      const html =
        '<!doctype html><html lang="en"><head><title>Chat</title><link rel="stylesheet" href="/style.css"></head><body><script type="module" src="/start.js"></script></body></html>'
      response
        .writeHead(200, {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': POLICY,
        })
        .end(html)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  }, 180_000)
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()))
    expect(troubles).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    server?.closeAllConnections()
    await new Promise((resolve) => server?.close(resolve))
  })

  return async (options = {}, contextOptions = {}) => {
    asked = []
    troubles = []
    answers = { 'threads.list': (_one, { json }) => json({ data: [], has_more: false }) }
    uploads = (request, response) => {
      request.resume()
      request.on('end', () => response.writeHead(200).end())
    }
    const context = await browser.newContext({
      viewport: { width: 900, height: 640 },
      ...contextOptions,
    })
    const page = await context.newPage()
    page.setDefaultTimeout(10_000)
    page.on('pageerror', (error) => troubles.push(`error: ${error.message}`))
    page.on('console', (message) => {
      if (/Content Security Policy|Trusted/.test(message.text()))
        troubles.push(`policy: ${message.text()}`)
    })
    page.on('request', (request) => {
      if (!request.url().startsWith(origin)) troubles.push(`elsewhere: ${request.url()}`)
    })
    await page.goto(`${origin}/#${encodeURIComponent(JSON.stringify(options))}`)
    const field = () => page.getByRole('textbox', { name: 'Message' })
    await field().waitFor()
    return {
      page,
      answers,
      get asked() {
        return asked
      },
      told: () => page.evaluate('told'),
      field,
      async say(text) {
        await field().fill(text)
        await field().press('Enter')
      },
      idle: () => page.locator('[role=log][aria-busy=false]').waitFor(),
    }
  }
}

/**
 * Expects that what a function returns becomes right before long. Only the machine decides how long
 * that takes.
 */
export function eventually<T>(value: () => T | Promise<T>) {
  return expect.poll(value, { timeout: 10_000 })
}

/** The event that makes a thread. */
export const created: object = { type: 'thread.created', thread: thread() }

/** The event that brings a whole item. */
export function done(item: object): object {
  return { type: 'thread.item.done', item }
}

/** The event that begins an item. */
export function added(item: object): object {
  return { type: 'thread.item.added', item }
}

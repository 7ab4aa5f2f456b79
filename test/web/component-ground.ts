// What tests of the published component share: the real browser over the real server. It holds no
// test.

import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { nodeListener } from '../../examples/taskflow/listen.ts'
import {
  type ChatCaller,
  chatkitServer,
  memoryThreadStore,
  suggestions,
} from '../../src/chatkit/index.ts'
import { diskAttachments } from '../../src/store/index.ts'
import { borrowBrowser, builtModules } from '../browser/borrow.ts'
import type { BuiltModules } from '../browser/built-component.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** A page whose server has rendered its body. */
const pageOf = (body: string) =>
  `<!doctype html><html lang="en"><title>Chat</title><script type="module" src="/start.js"></script><body>${body}</body></html>`

/** The element is what is built, and not its source, for React, too. */
const BUILT: Plugin = {
  name: 'the built component',
  setup(on) {
    on.onResolve({ filter: /^\.\.\/index\.ts$/ }, ({ importer }) =>
      importer.includes('/web/react/') ? { path: '/onbehalf-chat.js', external: true } : undefined,
    )
  },
}

/** One page over one server, new for each test. */
export interface Ground {
  readonly page: Page
  /** What the answer that is being written says next; `END` ends it, `NEXT a|b` suggests messages. */
  word(text: string): void
  /** The types of the requests that came. */
  readonly asked: readonly string[]
  /** Streams that are open. */
  readonly open: number
  field(): Locator
  answers(): Locator
  say(text: string): Promise<void>
}

/**
 * Registers a browser, the built component and a server with the test file.
 *
 * @param start The page's own module, in TSX. It may import packages, and `/onbehalf-chat.js`,
 * which is the built component; `onbehalf/react` stands on the same.
 * @param body What the server has rendered.
 */
export function componentGround(start: string, body: () => string = () => ''): Ground {
  let browser: Browser
  let script: string
  let modules: BuiltModules
  let server: Server
  let folder: string
  let page: Page
  let origin: string
  let asked: string[]
  let open: number
  let word: (text: string) => void
  const foreign: string[] = []
  const troubles: string[] = []

  beforeAll(async () => {
    const [bundled, launched, built] = await Promise.all([
      build({
        stdin: { contents: start, resolveDir: ROOT, loader: 'tsx' },
        bundle: true,
        write: false,
        format: 'esm',
        jsx: 'automatic',
        external: ['/onbehalf-chat.js', '/onbehalf-chat-official.js'],
        conditions: ['onbehalf-source'],
        plugins: [BUILT],
        // Where there is React, its strict mode mounts everything twice.
        define: { 'process.env.NODE_ENV': '"development"' },
      }),
      borrowBrowser(),
      builtModules(),
    ])
    script = bundled.outputFiles[0]?.text ?? ''
    modules = built
    browser = launched
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
  })

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onbehalf-component-'))
    const words: string[] = []
    let wake = () => {}
    word = (text) => {
      words.push(text)
      wake()
    }
    const store = memoryThreadStore()
    const caller: ChatCaller = {
      principal: { issuer: 'https://issuer.example', subject: 'alice' },
      end: async () => {},
    }
    server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
    const attachments = diskAttachments(folder, {
      store,
      url: `${origin}/attachments`,
      key: new Uint8Array(32).fill(7),
    })
    const chatkit = chatkitServer<ChatCaller>({
      admit: async () => ({ ok: true, value: caller }),
      store,
      attachments,
      async *respond(_thread, message, { newItem, signal }) {
        const item = { ...newItem('message'), type: 'assistant_message' } as const
        const said: string[] = []
        if (message?.attachments[0]) said.push(`Got ${message.attachments[0].name}.`)
        else {
          yield { type: 'thread.item.added', item: { ...item, content: [] } }
          for (;;) {
            while (words.length === 0 && !signal.aborted) {
              await new Promise<void>((resolve) => {
                wake = resolve
                signal.addEventListener('abort', () => resolve(), { once: true })
              })
            }
            const one = words.shift()
            if (one === undefined || one === 'END') break
            if (one.startsWith('NEXT ')) {
              yield suggestions(one.slice(5).split('|'))
              continue
            }
            said.push(one)
            const update = {
              type: 'assistant_message.content_part.text_delta',
              content_index: 0,
              delta: one,
            } as const
            yield { type: 'thread.item.updated', item_id: item.id, update }
          }
        }
        yield {
          type: 'thread.item.done',
          item: {
            ...item,
            content: [{ type: 'output_text', text: said.join(''), annotations: [] }],
          },
        }
      },
    })
    const files = nodeListener(
      async (request) => (await attachments.fetch(request)) ?? new Response(null, { status: 404 }),
    )
    server.on('request', (request, response) => {
      if (request.url === '/chatkit') {
        open += 1
        response.once('close', () => (open -= 1))
        return void chatkit.listener(request, response)
      }
      const module = modules[request.url?.slice(1) ?? '']
      if (module !== undefined)
        return response.writeHead(200, { 'content-type': 'text/javascript' }).end(module)
      if (request.url === '/start.js')
        return response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
      if (request.url?.startsWith('/token'))
        return response.writeHead(200, { 'content-type': 'text/plain' }).end('alice')
      if (request.url === '/')
        return response
          .writeHead(200, { 'content-type': 'text/html', 'content-security-policy': POLICY })
          .end(pageOf(body()))
      return void files(request, response)
    })
    asked = []
    open = 0
    page = await browser.newPage({ viewport: { width: 900, height: 700 } })
    page.setDefaultTimeout(8000)
    foreign.length = 0
    troubles.length = 0
    page.on('request', (request) => {
      if (!request.url().startsWith(origin) && !/^(?:blob|data):/.test(request.url()))
        foreign.push(request.url())
    })
    page.on('request', (request) => {
      if (request.url() === `${origin}/chatkit`) asked.push(request.postDataJSON().type)
    })
    page.on('pageerror', (error) => troubles.push(error.message))
    await page.goto(origin)
  })
  afterEach(async () => {
    await page.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await rm(folder, { recursive: true, force: true })
    expect([foreign, troubles]).toEqual([[], []])
  })

  const field = () => page.getByRole('textbox', { name: 'Message' })
  return {
    get page() {
      return page
    },
    get asked() {
      return asked
    },
    get open() {
      return open
    },
    word: (text) => word(text),
    field,
    answers: () => page.locator('.entry[data-type=assistant_message] .md'),
    async say(text) {
      await field().fill(text)
      await field().press('Enter')
    },
  }
}

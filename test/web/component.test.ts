// The component in the real browser over the real server: an answer that is taken up after a reload in its middle, one that is stopped, a form, and a file.

import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { nodeListener } from '../../examples/taskflow/listen.ts'
import { type ChatCaller, chatkitServer, memoryThreadStore } from '../../src/chatkit/index.ts'
import { diskAttachments } from '../../src/store/index.ts'
import { launchBrowser } from '../browser/browser.ts'

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const PAGE =
  '<!doctype html><html lang="en"><title>Chat</title><script type="module" src="/start.js"></script><onbehalf-chat></onbehalf-chat></html>'

const START = `
  import './index.ts'
  const chat = document.querySelector('onbehalf-chat')
  chat.token = async () => 'alice'
  chat.attachments = { strategy: 'two-phase' }
  chat.addEventListener('chat-thread', ({ detail }) => detail.id && sessionStorage.setItem('thread', detail.id))
  chat.endpoint = '/chatkit'
  const thread = sessionStorage.getItem('thread')
  if (thread) chat.setThread(thread)
`

let browser: Browser
let script: string
let server: Server
let folder: string
let page: Page
let origin: string
const foreign: string[] = []
const troubles: string[] = []
/** What the answer that is being written says next; `END` ends it. */
let word: (text: string) => void

beforeAll(async () => {
  const resolveDir = fileURLToPath(new URL('../../web', import.meta.url))
  const [bundled, launched] = await Promise.all([
    build({
      stdin: { contents: START, resolveDir, loader: 'ts' },
      bundle: true,
      write: false,
      format: 'esm',
      loader: { '.css': 'text' },
    }),
    launchBrowser(),
  ])
  script = bundled.outputFiles[0]?.text ?? ''
  browser = launched
}, 120_000)
afterAll(() => browser?.close())

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onbehalf-component-'))
  const words: string[] = []
  let wake = () => {}
  word = (text) => {
    words.push(text)
    wake()
  }
  const store = memoryThreadStore()
  const caller: ChatCaller = { principal: { issuer: 'https://issuer.example', subject: 'alice' }, end: async () => {} }
  server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const attachments = diskAttachments(folder, { store, url: `${origin}/attachments`, key: new Uint8Array(32).fill(7) })
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
          said.push(one)
          const update = { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: one } as const
          yield { type: 'thread.item.updated', item_id: item.id, update }
        }
      }
      yield {
        type: 'thread.item.done',
        item: { ...item, content: [{ type: 'output_text', text: said.join(''), annotations: [] }] },
      }
    },
  })
  const files = nodeListener(async (request) => (await attachments.fetch(request)) ?? new Response(null, { status: 404 }))
  server.on('request', (request, response) => {
    if (request.url === '/chatkit') return void chatkit.listener(request, response)
    if (request.url === '/start.js') return response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
    if (request.url === '/')
      return response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': POLICY }).end(PAGE)
    return void files(request, response)
  })
  page = await browser.newPage({ viewport: { width: 900, height: 700 } })
  page.setDefaultTimeout(8000)
  foreign.length = 0
  troubles.length = 0
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !/^(?:blob|data):/.test(request.url())) foreign.push(request.url())
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
const answers = () => page.locator('.entry[data-type=assistant_message] .md')

async function say(text: string): Promise<void> {
  await field().fill(text)
  await field().press('Enter')
}

test('an answer goes on through a reload in its middle, nothing lost and nothing doubled', async () => {
  await say('slowly')
  word('One ')
  await page.getByText('One', { exact: true }).waitFor()
  await page.reload()
  word('two ')
  await page.getByText('One two', { exact: true }).waitFor()
  word('three.')
  word('END')
  await page.getByText('One two three.', { exact: true }).waitFor()
  await page.locator('[role=log][aria-busy=false]').waitFor()
  expect(await answers().allTextContents()).toEqual(['One two three.'])
})

test('an answer is stopped for good, and what was written stays', async () => {
  await say('slowly')
  word('Half ')
  await page.getByText('Half', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.locator('[role=log][aria-busy=false]').waitFor()
  await page.reload()
  await page.getByText('Half', { exact: true }).waitFor()
  expect(await answers().count()).toBe(1)
})

test('a file goes with a message', async () => {
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') })
  await page.getByText('notes.txt').waitFor()
  await field().fill('Here it is')
  await expect.poll(() => page.getByRole('button', { name: 'Send' }).getAttribute('aria-disabled')).toBeNull()
  await field().press('Enter')
  await page.locator('.md', { hasText: 'Got notes.txt.' }).waitFor()
  await page.reload()
  await page.locator('.md', { hasText: 'Got notes.txt.' }).waitFor()
})

// Formulas, diagrams and the colours of code, in the real browser, with the modules as they are
// published, under the strictest policy.

import { createServer, type Server } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { borrowBrowser, builtModules } from '../browser/borrow.ts'
import { answerItem, thread } from './support.ts'

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; require-trusted-types-for 'script'; trusted-types 'none'"
const START = `
  import '/onbehalf-chat.js'
  const chat = document.createElement('onbehalf-chat')
  globalThis.chat = chat
  globalThis.start = (own) => {
    Object.assign(chat, own, { endpoint: '/chatkit', history: false })
    document.body.append(chat)
    return chat.setThread('thr_1')
  }
`
let browser: Browser
let server: Server
let origin: string
let page: Page
let text: string
let loaded: string[]
const troubles: string[] = []

beforeAll(async () => {
  const modules = await builtModules()
  browser = await borrowBrowser()
  server = createServer(async (request, response) => {
    const name = request.url?.slice(1) ?? ''
    if (name === 'chatkit') {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      const isList = JSON.parse(body).type === 'items.list'
      const answer = isList ? { data: [answerItem('a', text)], has_more: false } : thread()
      response.writeHead(200, { 'content-type': 'application/json' })
      return void response.end(JSON.stringify(answer))
    }
    const script = name === 'start.js' ? START : modules[name]
    if (script === undefined) {
      response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': POLICY })
      return void response.end(
        '<!doctype html><html lang="en"><title>Chat</title><link rel="icon" href="data:,"><script type="module" src="/start.js"></script>',
      )
    }
    loaded.push(name)
    response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}, 120_000)
afterEach(async () => {
  await page.close()
  expect(troubles.splice(0)).toEqual([])
})
afterAll(async () => {
  await browser.close()
  server.closeAllConnections()
  server.close()
})

/** Opens a conversation with one answer. `own` is an object of settings, as JavaScript. */
async function open(said: string, own = '{}'): Promise<void> {
  text = said
  loaded = []
  page = await browser.newPage({ viewport: { width: 800, height: 1600 } })
  page.setDefaultTimeout(8000)
  page.on('pageerror', (error) => troubles.push(error.message))
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()))
  await page.goto(origin)
  await page.evaluate(`start(${own})`)
  await page.locator('.md').waitFor()
}

const later = () => loaded.filter((name) => /-(?:draw|formula|diagram|code)\.js$/.test(name)).sort()
const FENCE = '```'

it('formulas are drawn as MathML, and the dollars of prices stay', async () => {
  await open(
    'Inline \\(a_1 * b_1 * c\\), $E = mc^2$ and $n$. It costs $5, or $6 to $7 in US$8.\n\n$$\n\\sum_{k=1}^n k\n= \\frac{n(n+1)}{2}\n- 0\n$$\n\nBroken \\(\\nosuch{\\) stays.',
  )
  await expect.poll(() => page.locator('math').count()).toBe(4)
  const shown = await page.locator('.md').innerText()
  expect(shown).toContain('It costs $5, or $6 to $7 in US$8.')
  expect(shown).toContain('\\(\\nosuch{\\)')
  expect(await page.locator('.display math[display=block] mfrac').count()).toBe(1)
  expect(await page.locator('.md li, .md h3').count()).toBe(0)
  expect(later()).toEqual(['onbehalf-chat-draw.js', 'onbehalf-chat-formula.js'])
})

it('code gets its colours, and stays the same text', async () => {
  const code = 'const answer: number = 42 // why\n<script>alert(1)</script>'
  await open(`${FENCE}ts\n${code}\n${FENCE}\n\n${FENCE}nosuch\nplain\n${FENCE}`)
  await page.locator('.hl-keyword', { hasText: 'const' }).waitFor()
  expect(await page.locator('pre code').allTextContents()).toEqual([code, 'plain'])
  const [plain, coloured] = await page.evaluate<string[]>(
    `['pre code', '.hl-keyword'].map((one) => getComputedStyle(chat.shadowRoot.querySelector(one)).color)`,
  )
  expect(plain).not.toBe(coloured)
  expect(later()).toEqual(['onbehalf-chat-code.js', 'onbehalf-chat-draw.js'])
})

it('a diagram is drawn, its text is a press away, and an unknown kind stays text', async () => {
  await open(
    `${FENCE}mermaid\nflowchart TD\n  A[Ask <img src=x onerror=alert(1)>]-->|yes & no|B{Known?}\n  B-->C\n  style A fill:url(http://evil.invalid/x)\n${FENCE}\n\n${FENCE}mermaid\npie title Pets\n  "Dogs" : 3\n${FENCE}`,
  )
  const drawing = page.locator('.diagram svg')
  await drawing.waitFor()
  expect(await drawing.locator('text').allTextContents()).toContain('Known?')
  expect(await drawing.locator('polyline').first().getAttribute('marker-end')).toMatch(/^url\(#d\d/)
  expect(
    await drawing.locator('xpath=.//*[local-name()="style" or local-name()="img"]').count(),
  ).toBe(0)
  expect(await drawing.evaluate((svg) => svg.outerHTML)).not.toContain('evil')
  await page.getByRole('button', { name: 'Show the text' }).click()
  await page.locator('pre', { hasText: 'flowchart TD' }).waitFor()
  expect(await page.locator('pre', { hasText: 'Pets' }).isVisible()).toBe(true)
  expect(later()).toEqual(['onbehalf-chat-diagram.js', 'onbehalf-chat-draw.js'])
})

it('an answer without any of them loads nothing more', async () => {
  await open('Plain **words**, `code` and a list:\n\n- one')
  await page.evaluate(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
  )
  expect(later()).toEqual([])
  await page.close()
  await open(`$x^2$\n\n${FENCE}ts\nlet a\n${FENCE}`, '{ rich: false }')
  await page.locator('pre').waitFor()
  expect([await page.locator('.md').innerText(), later()]).toEqual([
    expect.stringContaining('$x^2$'),
    [],
  ])
})

it('the page draws with its own renderers, and what fails stays text', async () => {
  await open(
    `$x^2$\n\n${FENCE}mermaid\npie\n${FENCE}\n\n${FENCE}ts\nlet a\n${FENCE}`,
    `{ renderers: {
      formula: (tex, isDisplay) => { const one = document.createElement('b'); one.textContent = tex + isDisplay; return one },
      diagram: async (source) => { const one = document.createElement('i'); one.textContent = 'drawn ' + source; return one },
      code: () => { throw new Error('no') } } }`,
  )
  await page.locator('.diagram i', { hasText: 'drawn pie' }).waitFor()
  expect(await page.locator('.tex b').textContent()).toBe('x^2false')
  expect(await page.locator('pre', { hasText: 'let a' }).isVisible()).toBe(true)
  expect(later()).toEqual(['onbehalf-chat-draw.js'])
})

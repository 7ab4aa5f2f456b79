// Issue 15: what an answer costs the chat component in a long conversation. The same answer streams
// into an empty conversation and into one of a thousand items, in turns, in the real browser. The
// time is that of the page's main thread, which other programs on the machine do not prolong.

import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../test/browser/browser.ts'
import { buildComponent } from '../test/browser/built-component.ts'
import { median, spread } from './median.ts'

const ITEMS = 1000
const PAIRS = 9
const PIECE_EVERY_MS = 16
/** About 3 kB: prose, lists, code and a table. */
const ANSWER = `Here is **what I found**, with some _words_ around it.\n\n${'- a line of a list, with `code`\n'.repeat(20)}\n\`\`\`ts\n${'const answer = question(42)\n'.repeat(20)}\`\`\`\n\n| name | due |\n|---|---|\n${'| a task | today |\n'.repeat(10)}\n${'A sentence that says something and ends. '.repeat(30)}`
/** What some of the thousand items hold besides: formulas, code and diagrams. */
const RICH: Readonly<Record<number, string>> = {
  1: ' The root is $x_1 = \\frac{-b}{2a}$.\n\n$$\n\\sum_{k=1}^n k = \\frac{n(n+1)}{2}\n$$',
  5: `\n\n\`\`\`ts\n${'const answer = question(42)\n'.repeat(8)}\`\`\``,
  9: '\n\n```mermaid\nflowchart TD\n  A[Ask] --> B{Known?}\n  B -->|yes| C[Say]\n  B -->|no| A\n```',
}
const PIECES = ANSWER.match(/[\s\S]{1,16}/g) ?? []

const HTML = `<!doctype html><meta charset="utf-8"><style>html,body{margin:0;height:100%}</style><script type="module" src="/onbehalf-chat.js"></script>
<onbehalf-chat endpoint="/chatkit" history="false"></onbehalf-chat>`

/** One answer: how long the main thread worked, its longest task, and how many frames it drew. */
interface Cost {
  readonly taskMs: number
  readonly longestMs: number
  readonly frames: number
}

/**
 * Measures and gives `taskTime1000VsEmpty`, the `longestTaskMs` in the long conversation, and
 * `gzipKb`, the size of the module, and `gzipKbRich`, those of the modules that it loads later.
 */
export async function component(
  report: (line: string) => void,
): Promise<Readonly<Record<string, unknown>>> {
  const modules = await buildComponent()
  const module = modules['onbehalf-chat.js'] ?? ''
  const server = createServer(async (request, response): Promise<void> => {
    const script = modules[request.url?.slice(1) ?? '']
    if (script !== undefined)
      return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
    if (request.url !== '/chatkit')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end(HTML)
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const { type } = JSON.parse(body)
    await answer(type, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const browser = await launchBrowser()
  const costs: { readonly empty: Cost[]; readonly long: Cost[] } = { empty: [], long: [] }
  try {
    await measure(browser, origin, false)
    for (let pair = 0; pair < PAIRS; pair++) {
      costs.empty.push(await measure(browser, origin, false))
      costs.long.push(await measure(browser, origin, true))
    }
  } finally {
    await browser.close()
    server.closeAllConnections()
    server.close()
  }
  const of = (which: readonly Cost[], what: keyof Cost) => which.map((cost) => cost[what])
  for (const [name, which] of Object.entries(costs))
    report(
      `${name}: ${median(of(which, 'taskMs')).toFixed(0)} ms of tasks (${spread(of(which, 'taskMs'))}), the longest ${median(of(which, 'longestMs')).toFixed(0)} ms (${spread(of(which, 'longestMs'))}), ${median(of(which, 'frames'))} frames`,
    )
  const ratio = median(of(costs.long, 'taskMs')) / median(of(costs.empty, 'taskMs'))
  return {
    taskTime1000VsEmpty: Number(ratio.toFixed(3)),
    longestTaskMs: Number(median(of(costs.long, 'longestMs')).toFixed(1)),
    gzipKb: kilobytes(module),
    gzipKbRich: Object.fromEntries(
      ['formula', 'diagram', 'code'].map((kind) => [
        kind,
        kilobytes(modules[`onbehalf-chat-${kind}.js`] ?? ''),
      ]),
    ),
  }
}

function kilobytes(text: string): number {
  return Number((gzipSync(text, { level: 9 }).length / 1000).toFixed(1))
}

/** Opens a conversation, sends a message, and measures until its answer is there. */
async function measure(browser: Browser, origin: string, isLong: boolean): Promise<Cost> {
  const page = await browser.newPage({ viewport: { width: 900, height: 700 } })
  try {
    await page.goto(origin)
    await page.getByRole('textbox').waitFor()
    if (isLong) {
      await page.evaluate(`document.querySelector('onbehalf-chat').setThread('thr_1')`)
      await page.getByText(`Answer ${ITEMS - 1}`).waitFor()
    }
    await page.evaluate(
      `globalThis.frames = 0; (function next() { frames++; requestAnimationFrame(next) })()`,
    )
    // What opening the conversation left behind is no cost of the answer.
    await page.requestGC()
    await browser.startTracing(page, { categories: ['toplevel', '__metadata'] })
    // Nothing looks for anything on the page meanwhile: a search would cost more than the answer.
    await page.evaluate(`document.querySelector('onbehalf-chat').sendMessage({ text: 'go' })`)
    const frames = await page.evaluate<number>('frames')
    return { ...tasksIn(await browser.stopTracing()), frames }
  } finally {
    await page.close()
  }
}

/** Adds up the tasks of the page's main thread, the one that worked most. */
function tasksIn(trace: Buffer): { readonly taskMs: number; readonly longestMs: number } {
  const { traceEvents } = JSON.parse(trace.toString('utf8')) as {
    readonly traceEvents: readonly {
      readonly name: string
      readonly ph: string
      readonly pid: number
      readonly tid: number
      readonly tdur?: number
      readonly args?: { readonly name?: string }
    }[]
  }
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  )
  const byThread = new Map<string, number[]>()
  for (const { name, ph, pid, tid, tdur } of traceEvents) {
    const thread = `${pid} ${tid}`
    if (
      name !== 'ThreadControllerImpl::RunTask' ||
      ph !== 'X' ||
      tdur === undefined ||
      !mains.has(thread)
    )
      continue
    byThread.set(thread, [...(byThread.get(thread) ?? []), tdur / 1000])
  }
  const sums = [...byThread.values()].map((tasks) => ({
    taskMs: tasks.reduce((sum, one) => sum + one, 0),
    longestMs: Math.max(...tasks),
  }))
  const busiest = sums.sort((a, b) => b.taskMs - a.taskMs)[0]
  if (!busiest) throw new Error('The trace has no task of a page')
  return busiest
}

async function answer(type: string, response: ServerResponse): Promise<void> {
  const base = { thread_id: 'thr_1', created_at: '2026-01-01T00:00:00Z' }
  const thread = { id: 'thr_1', created_at: base.created_at, status: { type: 'active' } }
  const user = (id: string, text: string) => ({
    ...base,
    id,
    type: 'user_message',
    content: [{ type: 'input_text', text }],
    attachments: [],
  })
  const said = (id: string, text: string) => ({
    ...base,
    id,
    type: 'assistant_message',
    content: [{ type: 'output_text', text, annotations: [] }],
  })
  const json = (value: unknown) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  if (type === 'threads.get_by_id') return json(thread)
  if (type === 'items.list') {
    // The newest first, all at once: the page that a person gets by scrolling up for long.
    json({
      has_more: false,
      data: Array.from({ length: ITEMS }, (_, index) =>
        index % 2 === 0
          ? user(`i${index}`, `Question ${index}`)
          : said(
              `i${index}`,
              `Answer ${index}\n\n- one\n- two\n\nAnd **more** words.${RICH[index % 16] ?? ''}`,
            ),
      ).toReversed(),
    })
    return
  }
  if (type !== 'threads.create' && type !== 'threads.add_user_message') return json({})
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (event: object) => response.write(`data: ${JSON.stringify(event)}\n\n`)
  if (type === 'threads.create') send({ type: 'thread.created', thread })
  send({ type: 'thread.item.done', item: user('u', 'go') })
  send({ type: 'thread.item.added', item: said('a', '') })
  for (const delta of PIECES) {
    const update = { type: 'assistant_message.content_part.text_delta', content_index: 0, delta }
    send({ type: 'thread.item.updated', item_id: 'a', update })
    await new Promise((resolve) => setTimeout(resolve, PIECE_EVERY_MS))
  }
  send({ type: 'thread.item.done', item: said('a', `${ANSWER}\n\nTHE END`) })
  response.end()
}

// The parsers by which the component reads what a chat server sends. It has no tests.

import { parseKept } from '../../web/chat/kept.ts'
import { readOlder, readThread } from '../../web/chat/read-thread.ts'
import { parseJson } from '../../web/client/json.ts'
import {
  parseEvent,
  parseItems,
  parseThread,
  parseUpload,
  parseUploaded,
} from '../../web/client/parse.ts'
import { Refused, Unreachable } from '../../web/client/refused.ts'
import { readFrames } from '../../web/client/sse.ts'
import { createWire, type Wire } from '../../web/client/wire.ts'
import { deepLinkOf } from '../../web/content/deep-link.ts'
import { formulaAt, formulaBlock } from '../../web/content/markdown/formula.ts'
import { shown } from '../../web/content/visible.ts'
import { readable, spelled } from '../../web/rich/flow-chart.ts'
import { manualClock } from '../web/support.ts'
import {
  bytesOf,
  fromJson,
  headersWith,
  NEVER_COMES,
  type Outcome,
  outcomeOfMaybe,
  type StrangerParser,
} from './parser.ts'

const ITEM = { id: 'i1', thread_id: 't1', created_at: '2026-01-01T00:00:00Z' }
const MESSAGE = {
  ...ITEM,
  type: 'assistant_message',
  content: [
    {
      type: 'output_text',
      text: 'Hi',
      annotations: [{ type: 'annotation', source: { type: 'url', title: 'x', url: 'https://x' } }],
    },
  ],
}
const FORM = {
  ...ITEM,
  type: 'structured_input',
  status: 'pending',
  inputs: [
    { id: 'q', type: 'multiple_choice', question: '?', options: [{ value: 'a' }], multiple: true },
  ],
}
const WORKFLOW = {
  ...ITEM,
  type: 'workflow',
  workflow: {
    type: 'custom',
    tasks: [{ type: 'web_search', queries: ['x'], sources: [{ title: 'y' }] }],
  },
}

/** Events of each kind that a server sends. */
const EVENTS: readonly string[] = [
  { type: 'thread.created', thread: { id: 't1', title: 'x', status: { type: 'active' } } },
  { type: 'thread.item.done', item: MESSAGE },
  { type: 'thread.item.added', item: FORM },
  { type: 'thread.item.replaced', item: WORKFLOW },
  {
    type: 'thread.item.updated',
    item_id: 'i1',
    update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: 'x' },
  },
  {
    type: 'thread.item.updated',
    item_id: 'i1',
    update: { type: 'workflow.task.added', task_index: 0, task: { type: 'thought', content: 'x' } },
  },
  { type: 'client_effect', name: 'x', data: { a: 1 } },
  { type: 'notice', level: 'warning', message: 'x', title: 'y' },
  { type: 'error', code: 'x', message: 'y', allow_retry: true },
].map((event) => JSON.stringify(event))

const isOurs = (error: unknown) => error instanceof Refused || error instanceof Unreachable

/** A wire to a server that answers everything in one way. */
function wireTo(answer: () => Response): Wire {
  return createWire(
    () => ({
      endpoint: 'https://chat.example/chatkit',
      isOwnOrigin: false,
      token: undefined,
      fetch: async () => answer(),
      metadata: {},
      resumable: true,
      extraHeaders: true,
      language: undefined,
    }),
    { clock: manualClock(60_000), onResponse: () => {} },
  )
}

/** Reads JSON with a reader that gives undefined for what it does not understand. */
function fromValue(read: (value: unknown) => unknown): StrangerParser['read'] {
  return (text) => {
    const parsed = fromJson(text)
    return parsed ? outcomeOfMaybe(read(parsed.value)) : NEVER_COMES
  }
}

async function readStream(text: string): Promise<Outcome> {
  const bytes = bytesOf(text)
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 1000) controller.enqueue(bytes.slice(at, at + 1000))
      controller.close()
    },
  })
  const events: unknown[] = []
  for await (const { data } of readFrames(body)) events.push(parseEvent(parseJson(data)))
  return { taken: events.some((event) => event !== undefined), value: events }
}

export const PAGE_PARSERS: readonly StrangerParser[] = [
  {
    name: 'stream of events',
    stranger: 'a chat server',
    files: ['web/client/sse.ts', 'web/client/json.ts', 'web/chat/runner.ts'],
    good: () => [
      EVENTS.map((event, index) => `id: r.${index}\ndata: ${event}\n\n`).join(''),
      `:\r\n\r\ndata:${EVENTS[0]}\r\n\r\n`,
    ],
    read: readStream,
    mayThrow: (error) => error instanceof RangeError && /too long/.test(error.message),
  },
  {
    name: 'event',
    stranger: 'a chat server',
    files: ['web/client/parse.ts', 'web/client/parse-item.ts'],
    good: () => EVENTS,
    read: fromValue(parseEvent),
  },
  {
    name: 'thread',
    stranger: 'a chat server',
    files: ['web/client/parse.ts'],
    good: () => [JSON.stringify({ id: 't1', title: 'x', onbehalf_run: { state: 'running' } })],
    read: fromValue(parseThread),
  },
  {
    name: 'page of items',
    stranger: 'a chat server',
    files: ['web/client/parse.ts', 'web/client/parse-item.ts'],
    good: () => [JSON.stringify({ data: [MESSAGE, FORM, WORKFLOW], has_more: true, after: 'i1' })],
    read: fromValue((value) => {
      const { data } = parseItems(value)
      return data.length > 0 ? data : undefined
    }),
  },
  {
    name: 'announced upload',
    stranger: 'a chat server',
    files: ['web/client/parse.ts'],
    good: () => [
      JSON.stringify({
        id: 'a1',
        type: 'image',
        name: 'x',
        mime_type: 'image/png',
        preview_url: 'https://x/y',
        upload_descriptor: { url: 'https://x/y', method: 'PUT', headers: { a: 'b' } },
      }),
    ],
    read: fromValue(parseUpload),
  },
  {
    name: 'answer of a chat server',
    stranger: 'a chat server',
    files: ['web/client/wire.ts', 'web/chat/read-thread.ts'],
    good: () => [JSON.stringify({ id: 't1', data: [MESSAGE] })],
    async read(text) {
      const wire = wireTo(() => new Response(bytesOf(text)))
      const read = [await readThread(wire, 't1'), await readOlder(wire, 't1', 'i1')]
      return { taken: true, value: read }
    },
    mayThrow: isOurs,
  },
  {
    name: 'refusal of a chat server',
    stranger: 'a chat server',
    files: ['web/client/wire.ts', 'web/client/post.ts'],
    good: () => [JSON.stringify({ code: 'x', message: 'No.' })],
    async read(text) {
      const headers = headersWith('retry-after', text.slice(0, 20))
      const wire = wireTo(
        () => new Response(bytesOf(text), { status: 400, ...(headers ? { headers } : {}) }),
      )
      const refused = await wire
        .ask('threads.delete', { thread_id: 't' })
        .catch((error: unknown) => {
          if (error instanceof Refused && error.message.length <= 1000) return error
          throw error
        })
      return { taken: refused instanceof Refused && refused.message === 'No.', value: refused }
    },
  },
  {
    name: 'answer to an upload',
    stranger: 'a chat server',
    files: ['web/client/parse.ts'],
    good: () => [JSON.stringify({ id: 'a1', type: 'file', name: 'x', mime_type: 'text/plain' })],
    read: (text) => outcomeOfMaybe(parseUploaded(text)),
  },
  {
    name: 'what was kept in the tab',
    stranger: 'a page',
    files: ['web/chat/kept.ts'],
    good: () => [
      JSON.stringify([
        [
          't1',
          { written: { text: 'x', quoted: '' }, unsent: [{ ...MESSAGE, type: 'user_message' }] },
        ],
      ]),
    ],
    read(text) {
      const kept = parseKept(text)
      return { taken: kept.some(([, { unsent }]) => unsent.length > 0), value: kept }
    },
  },
  {
    name: 'link for the page itself',
    stranger: 'a model',
    files: ['web/content/deep-link.ts'],
    good: () => ['chatkit-link://order?id=7', 'chatkit-link://a/b?x=1&y=%20'],
    read: (text) => outcomeOfMaybe(deepLinkOf(text)),
  },
  {
    name: 'name with characters that nobody sees',
    stranger: 'a chat server',
    files: ['web/content/visible.ts'],
    good: () => ['a\u202eb', '👩\u200d💻'],
    read(text) {
      if (/\u202e/.test(shown(text))) throw new Error('it passes')
      return { taken: true }
    },
  },
  {
    name: 'formula of an answer',
    stranger: 'a model',
    files: ['web/content/markdown/formula.ts'],
    good: () => ['$x^2$ and', '$$\na\n= b\n$$\n', '\\(a_1\\)', '\\[a\\]'],
    read(text) {
      const found = formulaAt(text) ?? formulaBlock(text)
      if (found !== undefined && !text.startsWith(found)) throw new Error('it is not in the text')
      return { taken: found !== undefined }
    },
  },
  {
    name: 'flow chart of an answer',
    stranger: 'a model',
    files: ['web/rich/flow-chart.ts'],
    good: () => ['flowchart TD\n A["x (y)"]-->|z|B', 'graph LR;A -- no --> B'],
    read(text) {
      const chart = spelled(text)
      return { taken: chart !== undefined, value: chart && readable(chart.source) }
    },
  },
]

// The parsers that read what a page sends to the ChatKit server and to its files. It has no tests.

import { parseArguments } from '../../src/chatkit/agent/call-arguments.ts'
import { questionItem } from '../../src/chatkit/agent/questions/question-record.ts'
import { QUESTION_WORDS } from '../../src/chatkit/agent/questions/question-words.ts'
import { takeAnswer } from '../../src/chatkit/agent/questions/take-answer.ts'
import { waitingQuestions } from '../../src/chatkit/agent/questions/waiting.ts'
import { type ChatCaller, chatkitServer, memoryThreadStore } from '../../src/chatkit/index.ts'
import type { WidgetItem } from '../../src/chatkit/protocol/item.ts'
import type { JsonValue } from '../../src/chatkit/protocol/json.ts'
import { DEFAULT_LIMITS } from '../../src/chatkit/protocol/limits.ts'
import { ANSWER } from '../../src/chatkit/protocol/ours.ts'
import { parseRequest } from '../../src/chatkit/protocol/parse-request.ts'
import { decodeBase64Strict, mediaTypeOf } from '../../src/chatkit/requests/transcription.ts'
import { ChatkitStreamError } from '../../src/chatkit/runs/stream-error.ts'
import { TooLarge } from '../../src/store/attachments/attachment-folder.ts'
import { BadForm, takeFormFile } from '../../src/store/attachments/form-file.ts'
import { cleanName, headersOf, plainType } from '../../src/store/attachments/media-types.ts'
import { signedLinks } from '../../src/store/attachments/signed-links.ts'
import { alice } from '../core/parts.ts'
import {
  bytesOf,
  fromJson,
  headersWith,
  NEVER_COMES,
  type Outcome,
  outcomeOf,
  outcomeOfMaybe,
  type StrangerParser,
} from './parser.ts'

/** A question that waits, and its card. */
const BASE = { id: 'card', thread_id: 't', created_at: '2026-11-30T00:00:00.000Z' }
const CARD: WidgetItem = { ...BASE, type: 'widget', widget: { type: 'Card', children: [] } }
const QUESTION = questionItem(
  { ...BASE, id: 'q' },
  {
    id: 'q',
    card: 'card',
    server: 'Tasks',
    expiresAtMs: Date.parse('2026-12-01'),
    fields: [{ name: 'street', label: 'Street', required: true, kind: { type: 'text' } }],
  },
)

const INPUT = {
  content: [
    { type: 'input_text', text: 'Hello' },
    { type: 'input_tag', id: 't1', text: 'Task', data: { a: [1, { b: null }] }, group: 'x' },
  ],
  attachments: [],
  quoted_text: 'before',
  inference_options: { model: 'm', tool_choice: { id: 'x' } },
}

/** One request of each kind that a page sends. */
const REQUESTS: readonly string[] = [
  { type: 'threads.create', params: { input: INPUT }, metadata: { a: { b: 1 } } },
  { type: 'threads.add_user_message', params: { thread_id: 't', input: INPUT } },
  { type: 'threads.add_client_tool_output', params: { thread_id: 't', result: { a: 1 } } },
  {
    type: 'threads.add_structured_input',
    params: {
      thread_id: 't',
      item_id: 'i',
      input: { status: 'answered', answers: { q1: { values: ['x'], skipped: false } } },
    },
  },
  { type: 'threads.retry_after_item', params: { thread_id: 't', item_id: 'i' } },
  {
    type: 'threads.custom_action',
    params: { thread_id: 't', item_id: 'i', action: { type: 'a', payload: [1, 'x', { b: {} }] } },
  },
  { type: 'threads.get_by_id', params: { thread_id: 't' } },
  { type: 'threads.list', params: { limit: 5, order: 'asc' } },
  { type: 'threads.update', params: { thread_id: 't', title: 'New' } },
  { type: 'items.list', params: { thread_id: 't', limit: 5, order: 'desc', after: 'i' } },
  { type: 'items.feedback', params: { thread_id: 't', item_ids: ['i'], kind: 'positive' } },
  { type: 'attachments.create', params: { name: 'a.txt', size: 5, mime_type: 'text/plain' } },
  { type: 'attachments.delete', params: { attachment_id: 'a' } },
  { type: 'input.transcribe', params: { audio_base64: 'AAAA', mime_type: 'audio/webm' } },
  { type: 'onbehalf.runs.stop', params: { thread_id: 't' } },
  { type: 'onbehalf.threads.search', params: { query: 'words', limit: 5 } },
  { type: 'onbehalf.runs.resume', params: { thread_id: 't', after: 'r.1' } },
].map((request) => JSON.stringify(request))

/** Sends a body, and counts what the server did not expect as a fault. */
async function send(body: string, headers: Headers = new Headers()): Promise<Outcome> {
  const unexpected: unknown[] = []
  const server = chatkitServer<ChatCaller>({
    admit: async () => ({ ok: true, value: { principal: alice, end: async () => {} } }),
    store: memoryThreadStore(),
    async *respond() {},
    rateLimit: 'none',
    onError: (error) => unexpected.push(error),
  })
  if (!headers.has('content-type')) headers.set('content-type', 'application/json')
  const init = { method: 'POST', headers, body: bytesOf(body) }
  const response = await server.fetch(new Request('https://chat.example/chatkit', init))
  const text = await response.text()
  await server.close()
  if (unexpected.length > 0 || response.status >= 500)
    throw unexpected[0] ?? new Error(`it answers ${response.status}`)
  return response.status === 200
    ? { taken: true, value: text }
    : { taken: false, said: [response.status, text] }
}

/** A form, as a browser sends it. */
const FORM = [
  '--b1',
  'Content-Disposition: form-data; name="note"',
  '',
  'x',
  '--b1',
  'Content-Disposition: form-data; name="file"; filename="a\u00e9.txt"',
  'Content-Type: text/plain',
  '',
  'some bytes \u00ff\u0000',
  '--b1--',
  '',
].join('\r\n')

async function readForm(contentType: string, body: Uint8Array): Promise<Outcome> {
  async function* source() {
    for (let at = 0; at < body.length; at += 4096) yield body.subarray(at, at + 4096)
  }
  const file = await takeFormFile(contentType, source(), 1024 * 1024, async ({ name, bytes }) => {
    let size = 0
    for await (const chunk of bytes) size += chunk.length
    return { name, size }
  })
  return outcomeOfMaybe(file)
}

const isBadForm = (error: unknown) => error instanceof BadForm || error instanceof TooLarge
const LINKS = signedLinks('https://chat.example/files', new Uint8Array(32).fill(7))
const PLACE = { folder: '0'.repeat(32), id: `atc_${'1'.repeat(32)}` }

export const CHAT_PARSERS: readonly StrangerParser[] = [
  {
    name: 'ChatKit request',
    stranger: 'a page',
    files: [
      'src/chatkit/protocol/parse-request.ts',
      'src/chatkit/protocol/shape.ts',
      'src/chatkit/requests/transcription.ts',
    ],
    good: () => REQUESTS,
    read(text) {
      const parsed = fromJson(text)
      return parsed ? outcomeOf(parseRequest(parsed.value, DEFAULT_LIMITS)) : NEVER_COMES
    },
  },
  {
    name: 'body of a ChatKit request',
    stranger: 'a page',
    files: [
      'src/chatkit/http/body.ts',
      'src/chatkit/requests/read-request.ts',
      'src/chatkit/requests/idempotency.ts',
    ],
    good: () => REQUESTS.filter((text) => /threads\.(?:create|list)"/.test(text)),
    read: (text) => send(text, new Headers({ 'idempotency-key': 'k' })),
  },
  {
    name: 'body of a ChatKit request about what is not there',
    stranger: 'a page',
    files: ['src/chatkit/requests/read-request.ts'],
    good: () => REQUESTS.filter((text) => !/threads\.(?:create|list)"/.test(text)),
    async read(text) {
      const outcome = await send(text)
      return JSON.stringify(outcome.said ?? '').includes('not as the protocol says')
        ? outcome
        : { ...outcome, taken: true }
    },
  },
  ...[
    ['idempotency-key', 'key-1', 'src/chatkit/requests/idempotency.ts'],
    ['content-type', 'application/json; charset=utf-8', 'src/chatkit/http/body.ts'],
  ].map(
    ([name = '', good = '', file = '']): StrangerParser => ({
      name: `${name} header of a ChatKit request`,
      stranger: 'a page',
      files: [file],
      good: () => [good],
      read(text) {
        const headers = headersWith(name, text)
        return headers ? send(REQUESTS[0] ?? '', headers) : NEVER_COMES
      },
    }),
  ),
  {
    name: 'recording',
    stranger: 'a page',
    files: ['src/chatkit/requests/transcription.ts'],
    good: () => ['AAAA', 'AA==', 'audio/webm;codecs=opus'],
    read: (text) => outcomeOfMaybe(decodeBase64Strict(text) ?? mediaTypeOf(text)),
  },
  {
    name: "arguments of a page's tool",
    stranger: 'a model',
    files: ['src/chatkit/agent/call-arguments.ts'],
    good: () => ['{"a":1}', '[]'],
    read: (text) => outcomeOfMaybe(parseArguments(text)),
    mayThrow: (error) => error instanceof SyntaxError,
  },
  {
    name: "answer to a server's question",
    stranger: 'a page',
    files: [
      'src/chatkit/agent/questions/take-answer.ts',
      'src/chatkit/agent/questions/read-values.ts',
    ],
    good: () => ['{"question":"q","values":{"f0":"Elm 7"}}'],
    async read(text) {
      const parsed = fromJson(text)
      if (!parsed) return NEVER_COMES
      const item = await takeAnswer({ type: ANSWER, payload: parsed.value as JsonValue }, CARD, {
        context: { history: async () => [QUESTION], newItem: () => BASE },
        words: QUESTION_WORDS,
        waiting: waitingQuestions(),
      })
      return { taken: item !== undefined, value: item }
    },
    mayThrow: (error) => error instanceof ChatkitStreamError,
  },
  {
    name: 'form with a file',
    stranger: 'a page',
    files: ['src/store/attachments/form-file.ts'],
    good: () => [FORM],
    read: (text) => readForm('multipart/form-data; boundary=b1', bytesOf(text)),
    mayThrow: isBadForm,
  },
  {
    name: 'content-type of a form',
    stranger: 'a page',
    files: ['src/store/attachments/form-file.ts', 'src/store/attachments/upload.ts'],
    good: () => ['multipart/form-data; boundary=b1', 'multipart/form-data;boundary="b1"'],
    read: (text) =>
      headersWith('content-type', text) ? readForm(text, bytesOf(FORM)) : NEVER_COMES,
    mayThrow: isBadForm,
  },
  {
    name: 'signed link',
    stranger: 'a page',
    files: ['src/store/attachments/signed-links.ts'],
    good: () => [LINKS.sign(PLACE, 'download', 2_000_000_000)],
    read(text) {
      LINKS.read(text)
      return URL.canParse(text)
        ? outcomeOfMaybe(LINKS.verify(new URL(text), 'download', 1_900_000_000))
        : NEVER_COMES
    },
  },
  {
    name: 'name of a file',
    stranger: 'a page',
    files: ['src/store/attachments/media-types.ts'],
    good: () => ['a.txt', 'C:\\x\\é.pdf'],
    read(text) {
      const name = cleanName(text)
      const headers = new Headers(headersOf(name, plainType(text) ?? 'text/plain'))
      const isWhole = /^[^\r\n]*$/.test(headers.get('content-disposition') ?? '')
      if (!isWhole || /[/\\]/.test(name) || name.length > 255) throw new Error('the name is unsafe')
      return { taken: true, value: name }
    },
  },
]

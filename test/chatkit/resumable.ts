// What the tests of resumable runs share: a client that keeps the ids of events, and an answer that
// goes on when it is told to. It holds no test.

import type {
  AnswerContext,
  AnswerEvent,
  AssistantMessageItem,
  ChatCaller,
  Respond,
} from '../../src/chatkit/index.ts'
import { errorText } from '../../src/chatkit/protocol/named-text.ts'
import { type Loose, message, type TestChat } from './support.ts'

/** One event with its id, where it has one. */
export interface Frame {
  readonly id: string | undefined
  readonly event: Loose
}

/** The metadata by which a client asks for a run that goes on when it is gone. */
export const RESUMABLE = { metadata: { 'onbehalf/resumable': true } }

export const INTERRUPTED = {
  id: undefined,
  event: {
    type: 'error',
    code: 'custom',
    ...errorText('interrupted'),
    allow_retry: true,
  },
}

export const GONE = {
  id: undefined,
  event: { type: 'error', code: 'stream.error', allow_retry: false },
}

/** A stream that is read as far as a test wants. */
export interface FrameReader {
  /** The next event; undefined at the end. */
  next(): Promise<Frame | undefined>
  /** So many events, or all that are left. */
  take(most?: number): Promise<Frame[]>
  /** Reads up to an event of this type, or with an update of it, or to the end. */
  until(type: string): Promise<Frame[]>
  cancel(): Promise<void>
}

/** Reads a stream; refuses one that is none. */
export async function frameReader(response: Response): Promise<FrameReader> {
  const { body } = response
  if (response.headers.get('content-type') !== 'text/event-stream' || !body) {
    throw new Error(`no stream: ${response.status} ${await response.text()}`)
  }
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  async function next(): Promise<Frame | undefined> {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (text.startsWith(':') && end >= 0) {
        // A comment, which keeps a quiet stream open.
        text = text.slice(end + 2)
        continue
      }
      if (end >= 0) {
        const [, id, data] = /^(?:id: ([^\n]+)\n)?data: ([^\n]*)$/.exec(text.slice(0, end)) ?? []
        if (data === undefined) throw new Error(`no frame: ${text.slice(0, end)}`)
        text = text.slice(end + 2)
        return { id, event: JSON.parse(data) }
      }
      const { done, value } = await reader.read()
      if (done) return undefined
      text += decoder.decode(value, { stream: true })
    }
  }
  async function takeWhile(more: (frames: readonly Frame[]) => boolean): Promise<Frame[]> {
    const frames: Frame[] = []
    while (more(frames)) {
      const frame = await next()
      if (!frame) break
      frames.push(frame)
    }
    return frames
  }
  return {
    next,
    take: (most = Number.POSITIVE_INFINITY) => takeWhile((frames) => frames.length < most),
    until: (type) =>
      takeWhile((frames) => {
        const event = frames.at(-1)?.event
        return event?.type !== type && event?.update?.type !== type
      }),
    cancel: () => reader.cancel(),
  }
}

/** Begins a resumable answer in a new thread. */
export async function begin(chat: TestChat, who = 'alice', text = 'hi') {
  const reader = await frameReader(
    await chat.send(who, 'threads.create', { input: message(text) }, RESUMABLE),
  )
  const first = await reader.next()
  const thread: string = first?.event.thread.id
  return { reader, first, thread, run: first?.id?.split('.')[0] ?? '' }
}

/** Joins the newest run of a thread. */
export async function resume(
  chat: TestChat,
  thread_id: string,
  after?: string,
  who = 'alice',
): Promise<FrameReader> {
  return frameReader(
    await chat.send(who, 'onbehalf.runs.resume', {
      thread_id,
      ...(after === undefined ? {} : { after }),
    }),
  )
}

export function answer(
  context: Pick<AnswerContext<ChatCaller>, 'newItem'>,
  text: string,
): AssistantMessageItem {
  return {
    ...context.newItem('message'),
    type: 'assistant_message',
    content: [{ type: 'output_text', text, annotations: [] }],
  }
}

export function delta(item_id: string, text: string): AnswerEvent {
  const update = {
    type: 'assistant_message.content_part.text_delta',
    content_index: 0,
    delta: text,
  } as const
  return { type: 'thread.item.updated', item_id, update }
}

/** An answer of words, each when it is told to say it. */
export interface Steps {
  readonly respond: Respond<ChatCaller>
  /** Says so many more words. */
  say(words?: number): void
  /** Completes the message and ends. */
  finish(): void
  /** The signal of the newest answer. */
  signal(): AbortSignal | undefined
}

/**
 * Makes such an answer: `w0 w1 w2 …` in one message. The message "noop" gets an answer without
 * items.
 *
 * @param tail What each word ends with.
 */
export function steps(tail = ' '): Steps {
  let words = 0
  let finished = false
  let wake = () => {}
  let signal: AbortSignal | undefined
  return {
    async *respond(_thread, userMessage, context) {
      if (userMessage?.content[0]?.text === 'noop') return
      signal = context.signal
      const item = answer(context, '')
      yield { type: 'thread.item.added', item }
      let text = ''
      for (let said = 0; said < words || !finished; ) {
        if (said < words) {
          const word = `w${said}${tail}`
          text += word
          said += 1
          yield delta(item.id, word)
          continue
        }
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      yield {
        type: 'thread.item.done',
        item: { ...item, content: [{ type: 'output_text', text, annotations: [] }] },
      }
    },
    say(more = 1) {
      words += more
      wake()
    },
    finish() {
      finished = true
      wake()
    },
    signal: () => signal,
  }
}

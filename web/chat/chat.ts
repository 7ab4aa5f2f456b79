// The conversation's logic: which thread is on show, what is being said in it, and what the person can do about it. It draws nothing.

import type { Item } from '../../src/chatkit/protocol/item.ts'
import { record } from '../client/json.ts'
import type { ThreadHead } from '../client/parse.ts'
import { parseItem } from '../client/parse-item.ts'
import { isSignedOut, Refused, Unreachable } from '../client/refused.ts'
import { applyEvent } from '../state/apply-event.ts'
import {
  cutAfter,
  EMPTY_CONVERSATION,
  hasPending,
  lastQuestion,
  pendingToolCall,
  withFailure,
  withOlder,
  withOwnMessage,
  withoutNotice,
  withStored,
  withToolOutput,
} from '../state/conversation.ts'
import type { Chat, ChatParts, ChatState, Draft } from './parts.ts'
import { readOlder, readThread } from './read-thread.ts'
import { createRunner, type RunRequest } from './runner.ts'

/** Makes a chat, with a new conversation on show. */
export function createChat(parts: ChatParts): Chat {
  const { wire, listener, newId } = parts
  let state: ChatState = {
    conversation: EMPTY_CONVERSATION,
    phase: 'idle',
    lost: false,
    loadingOlder: false,
  }
  /** What the button beside an error does. */
  let again: () => Promise<void> = async () => undefined
  /** Counts the threads that were put on show: an answer that comes for an earlier one is dropped. */
  let visit = 0

  function change(next: Partial<ChatState>): void {
    const before = state.conversation.thread
    state = { ...state, ...next }
    const { thread } = state.conversation
    if (thread?.id !== before?.id || thread?.title !== before?.title) listener.threadChanged(thread)
    listener.changed(state)
  }

  const update = (conversation: ChatState['conversation']) => change({ conversation })
  const threadId = () => state.conversation.thread?.id
  const runner = createRunner(parts, () => state, change)

  /** Shows what went wrong, and remembers what the button beside it does. */
  function fail(
    error: unknown,
    fallback: 'failed' | 'notSent' | 'unreachable' | 'broken',
    repeat: () => Promise<void>,
  ): void {
    again = repeat
    const message = messageOf(error, fallback)
    update(
      withFailure(state.conversation, {
        message,
        remedy: isSignedOut(error) ? 'sign-in' : 'retry',
      }),
    )
    listener.failed(
      message,
      error instanceof Refused ? error.code : 'unreachable',
      error instanceof Refused ? error.status : undefined,
    )
  }

  function messageOf(error: unknown, fallback: Parameters<ChatParts['text']>[0]): string {
    if (isSignedOut(error)) return parts.text('signedOut')
    return (
      (error instanceof Refused && error.message) ||
      parts.text(error instanceof Refused ? 'failed' : fallback)
    )
  }

  /** Reads a thread and its newest items; the truth about whatever did not end properly. */
  async function read(id: string): Promise<ThreadHead> {
    const here = visit
    const { thread, page } = await readThread(wire, id)
    if (here === visit) update(withStored(state.conversation, thread, page.data, page.after))
    return thread
  }

  /** Follows a request's stream, then what it leads to: the truth after a bad end, a tool of the page, an answer that goes on. */
  async function run(request: RunRequest): Promise<void> {
    const here = visit
    const end = await runner.run(request)
    if (here !== visit) return
    const id = threadId()
    if (end.kind === 'refused') throw end.error
    again = retryAnswer
    if (end.kind === 'broken') {
      if (id !== undefined && !isSignedOut(end.error)) await read(id).catch(() => undefined)
      if (here === visit)
        fail(
          end.error,
          'broken',
          end.resumable && id !== undefined ? () => comeBack(id) : retryAnswer,
        )
      return
    }
    if ((end.kind === 'over' && hasPending(state.conversation)) || end.reread) {
      if (id !== undefined) await read(id).catch(() => undefined)
      if (here !== visit) return
    }
    const call = pendingToolCall(state.conversation)
    if (end.kind === 'over' && call && id !== undefined && !state.conversation.failure)
      await runTool(id, call)
  }

  async function runTool(
    id: string,
    call: NonNullable<ReturnType<typeof pendingToolCall>>,
  ): Promise<void> {
    const here = visit
    const outcome = await runner.tool(call)
    if (!outcome || here !== visit) return
    const post = async (): Promise<void> => {
      update({ ...withToolOutput(state.conversation, call.id), failure: undefined })
      await shown(
        {
          type: 'threads.add_client_tool_output',
          params: { thread_id: id, result: outcome.result },
        },
        post,
      )
    }
    await post()
  }

  /** Runs a request whose refusal is shown in the conversation. */
  async function shown(request: RunRequest, repeat: () => Promise<void>): Promise<void> {
    const here = visit
    try {
      await run(request)
    } catch (error) {
      if (here === visit) fail(error, 'unreachable', repeat)
    }
  }

  async function retryAnswer(): Promise<void> {
    const id = threadId()
    const last = lastQuestion(state.conversation)
    if (!last || id === undefined || state.phase !== 'idle') return
    update(cutAfter(state.conversation, last.id))
    await shown(
      { type: 'threads.retry_after_item', params: { thread_id: id, item_id: last.id } },
      retryAnswer,
    )
  }

  /** Back in a thread whose answer may still be going on. */
  async function comeBack(id: string): Promise<void> {
    const here = visit
    change({ phase: 'loading', conversation: { ...state.conversation, failure: undefined } })
    try {
      const thread = await read(id)
      if (here !== visit) return
      change({ phase: 'idle' })
      if (thread.run)
        await shown({ type: 'onbehalf.runs.resume', params: { thread_id: id } }, () => comeBack(id))
      else if (pendingToolCall(state.conversation)) unanswered()
    } catch (error) {
      if (here !== visit) return
      change({ phase: 'idle' })
      if (error instanceof Refused && error.status === 404) {
        // Gone, or never this person's: nothing to go on with, and nothing to try again.
        change({
          conversation: withFailure(EMPTY_CONVERSATION, {
            message: parts.text('gone'),
            remedy: 'none',
          }),
        })
        listener.failed(parts.text('gone'), error.code, error.status)
      } else fail(error, 'unreachable', () => comeBack(id))
    }
  }

  /** A tool of the page was called, and the page left before it answered. It is not run again: it may have been done. */
  function unanswered(): void {
    again = retryAnswer
    update(withFailure(state.conversation, { message: parts.text('interrupted'), remedy: 'retry' }))
  }

  async function send(draft: Draft, key: string): Promise<void> {
    const { text, attachments, quotedText, inferenceOptions } = draft
    const id = threadId()
    const content = text === '' ? [] : [{ type: 'input_text' as const, text }]
    const quoted = quotedText === undefined ? {} : { quoted_text: quotedText }
    const base = { id: `local_${newId()}`, thread_id: id ?? '', created_at: parts.timestamp() }
    const own: Item = {
      ...base,
      type: 'user_message',
      content,
      attachments,
      ...quoted,
      inference_options: inferenceOptions,
    }
    change({ conversation: withOwnMessage({ ...state.conversation, canStop: true }, own) })
    const input = {
      content,
      attachments: attachments.map((one) => one.id),
      ...quoted,
      inference_options: inferenceOptions,
    }
    const here = visit
    try {
      await run(
        id === undefined
          ? { type: 'threads.create', params: { input }, idempotencyKey: key }
          : {
              type: 'threads.add_user_message',
              params: { thread_id: id, input },
              idempotencyKey: key,
            },
      )
      // Stopped or cut before the server said that it has the message. Trying again asks with the same key, so it is not taken twice.
      const unsent = state.conversation.entries.some(
        ({ item, standing }) => item.id === own.id && standing === 'unsent',
      )
      if (here === visit && unsent) fail(new Unreachable(''), 'notSent', () => send(draft, key))
    } catch (error) {
      if (here !== visit) return
      // It arrived the first time: what is wanted is its answer.
      if (error instanceof Refused && error.code === 'still_running' && id !== undefined)
        return await rejoin(id, own.id)
      fail(error, 'notSent', () => send(draft, key))
    }
  }

  async function rejoin(id: string, ownId: string): Promise<void> {
    const { conversation } = state
    update({
      ...conversation,
      entries: conversation.entries.filter(({ item }) => item.id !== ownId),
    })
    await comeBack(id)
  }

  function leave(): void {
    visit++
    runner.leave()
    again = async () => undefined
  }

  /** For actions of the content, which shows what was refused itself. */
  async function asked(request: () => Promise<void>): Promise<void> {
    try {
      await request()
    } catch (error) {
      throw new Error(messageOf(error, 'unreachable'))
    }
  }

  return {
    get state() {
      return state
    },
    async open(id) {
      leave()
      const blank = {
        id,
        title: undefined,
        status: { type: 'active' as const },
        allowedImageDomains: [],
        run: undefined,
      }
      change({
        conversation: { ...EMPTY_CONVERSATION, thread: blank },
        phase: 'loading',
        lost: false,
        loadingOlder: false,
      })
      await comeBack(id)
    },
    startNew() {
      leave()
      change({ conversation: EMPTY_CONVERSATION, phase: 'idle', lost: false, loadingOlder: false })
    },
    leave() {
      leave()
      change({ phase: 'idle', lost: false, loadingOlder: false })
    },
    async send(draft) {
      if (
        state.phase !== 'idle' ||
        (state.conversation.thread?.status.type ?? 'active') !== 'active'
      )
        return
      await send(draft, newId())
    },
    stop: () => runner.stop(),
    async remedy() {
      if (state.phase !== 'idle') return
      const here = visit
      const { failure } = state.conversation
      if (failure?.remedy === 'sign-in') {
        try {
          await wire.signInAgain()
        } catch {
          return
        }
      }
      if (here !== visit || state.phase !== 'idle') return
      update({ ...state.conversation, failure: undefined })
      await again()
    },
    async act(action, itemId, { streaming }) {
      const id = threadId()
      if (id === undefined) throw new Error(parts.text('failed'))
      const params = { thread_id: id, action, ...(itemId === undefined ? {} : { item_id: itemId }) }
      const here = visit
      await asked(async () => {
        if (streaming) {
          if (state.phase !== 'idle') throw new Refused(409, '')
          return await run({ type: 'threads.custom_action', params })
        }
        const item = parseItem(
          record(await wire.ask('threads.sync_custom_action', params)).updated_item,
        )
        if (item && here === visit)
          update(applyEvent(state.conversation, { type: 'thread.item.replaced', item }))
      })
    },
    async answer(itemId, input) {
      const id = threadId()
      await asked(async () => {
        if (state.phase !== 'idle' || id === undefined) throw new Refused(409, '')
        await run({
          type: 'threads.add_structured_input',
          params: { thread_id: id, item_id: itemId, input },
        })
      })
    },
    async loadOlder() {
      const id = threadId()
      const here = visit
      const after = state.conversation.older
      if (id === undefined || state.loadingOlder || after === undefined) return
      change({ loadingOlder: true })
      try {
        const page = await readOlder(wire, id, after)
        if (here === visit) update(withOlder(state.conversation, page.data, page.after))
      } catch (error) {
        if (here === visit) listener.failed(messageOf(error, 'unreachable'), undefined, undefined)
      } finally {
        if (here === visit) change({ loadingOlder: false })
      }
    },
    dismiss: (noticeId) => update(withoutNotice(state.conversation, noticeId)),
    async feedback(itemIds, kind) {
      const id = threadId()
      if (id !== undefined)
        await asked(
          async () =>
            void (await wire.ask('items.feedback', { thread_id: id, item_ids: itemIds, kind })),
        )
    },
    retitle(title) {
      const { thread } = state.conversation
      if (thread) update({ ...state.conversation, thread: { ...thread, title } })
    },
  }
}

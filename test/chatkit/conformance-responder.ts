// The fixed responder of the recorded exchanges. Its answer depends only on the last part of the
// message, and its item ids are fixed.

import {
  type Act,
  type Annotation,
  type AnswerContext,
  type AnswerEvent,
  type AssistantContent,
  type AssistantMessageItem,
  type AttachmentStorage,
  type ChatCaller,
  type ChatkitServerOptions,
  ChatkitStreamError,
  type ItemUpdate,
  type Respond,
  streamWidget,
  type Task,
  type WidgetRoot,
} from '../../src/chatkit/index.ts'

function text(value: string, annotations: readonly Annotation[] = []): AssistantContent {
  return { type: 'output_text', text: value, annotations }
}

function update(item_id: string, change: ItemUpdate): AnswerEvent {
  return { type: 'thread.item.updated', item_id, update: change }
}

const MARK: Annotation = {
  type: 'annotation',
  source: { title: 'T', type: 'url', url: 'https://x.example' },
  index: 5,
}

/** The responder. */
export const conformanceResponder: Respond<ChatCaller> = (_thread, userMessage, context) =>
  userMessage ? answer(userMessage.content.at(-1)?.text.trim() ?? '', context) : goOn(context)

/** After the output of a client tool or the answers to a form. */
async function* goOn(context: AnswerContext<ChatCaller>): AsyncGenerator<AnswerEvent> {
  const item = messageItem({ ...context.newItem('message'), id: 'fx_am_cont' }, [text('continued')])
  yield { type: 'thread.item.done', item }
}

const act: Act<ChatCaller> = async function* (_thread, action, sender, context) {
  const said = text(`${action.type}:${sender?.id ?? 'None'}`)
  yield {
    type: 'thread.item.done',
    item: messageItem({ ...context.newItem('message'), id: 'fx_act' }, [said]),
  }
}

/** Attachments whose bytes are nowhere: `fx_att_1`, `fx_att_2`, … */
function conformanceAttachments(): AttachmentStorage {
  let made = 0
  return {
    async create({ name, size, mime_type }) {
      made += 1
      const id = `fx_att_${made}`
      const url = `https://up.example/${id}`
      const record = {
        id,
        name,
        mime_type,
        size,
        metadata: { internal: 'secret' },
        upload_descriptor: { url, method: 'PUT', headers: { 'X-H': 'v' } },
      } as const
      return mime_type.startsWith('image/')
        ? { ...record, type: 'image', preview_url: `${url}/p` }
        : { ...record, type: 'file' }
    },
    async remove() {},
  }
}

/** Everything that the recorded exchanges ask of an app; one for each empty store. */
export function conformanceApp(): Pick<
  ChatkitServerOptions<ChatCaller>,
  'respond' | 'action' | 'syncAction' | 'transcribe' | 'attachments'
> {
  return {
    respond: conformanceResponder,
    action: act,
    syncAction: async (_thread, _action, sender) => sender,
    transcribe: async ({ audio, mediaType }) => `${new TextDecoder().decode(audio)}|${mediaType}`,
    attachments: conformanceAttachments(),
  }
}

async function* answer(
  asked: string,
  context: AnswerContext<ChatCaller>,
): AsyncGenerator<AnswerEvent> {
  const base = (id: string) => ({ ...context.newItem('message'), id })
  const say = (id: string, words: string): AnswerEvent => ({
    type: 'thread.item.done',
    item: messageItem(base(id), [text(words)]),
  })

  const widget = (states: readonly WidgetRoot[]) =>
    streamWidget(states, { newItem: () => base('fx_ws') })

  switch (asked) {
    case 'hello':
    case 'cancel': {
      const item = base('fx_am')
      yield { type: 'thread.item.added', item: messageItem(item, []) }
      yield update('fx_am', {
        type: 'assistant_message.content_part.added',
        content_index: 0,
        content: text(''),
      })
      yield update('fx_am', {
        type: 'assistant_message.content_part.text_delta',
        content_index: 0,
        delta: 'Hel',
      })
      if (asked === 'cancel')
        await new Promise((resolve) => context.signal.addEventListener('abort', resolve))
      yield update('fx_am', {
        type: 'assistant_message.content_part.text_delta',
        content_index: 0,
        delta: 'lo',
      })
      yield update('fx_am', {
        type: 'assistant_message.content_part.annotation_added',
        content_index: 0,
        annotation_index: 0,
        annotation: MARK,
      })
      yield update('fx_am', {
        type: 'assistant_message.content_part.done',
        content_index: 0,
        content: text('Hello', [MARK]),
      })
      yield { type: 'thread.item.done', item: messageItem(item, [text('Hello', [MARK])]) }
      return
    }
    case 'title':
      context.updateThread({ title: 'Titled' })
      yield say('fx_am_t', 'ok')
      return
    case 'metadata':
      context.updateThread({ metadata: { secret: 's' } })
      yield say('fx_am_m', 'ok')
      return
    case 'locked':
      context.updateThread({ status: { type: 'locked', reason: 'quota' } })
      yield say('fx_am_l', 'ok')
      return
    case 'widget':
      yield {
        type: 'thread.item.done',
        item: {
          ...base('fx_wd'),
          type: 'widget',
          widget: { type: 'Card', children: [{ type: 'Text', value: 'Hi' }] },
          copy_text: 'Hi',
        },
      }
      return
    case 'widget-stream':
      yield* widget([streamed('', true), streamed('He', true), streamed('Hey', false)])
      return
    case 'widget-replace':
      yield* widget([
        streamed('', true),
        { type: 'Card', children: [{ id: 't2', type: 'Text', value: 'other' }] },
      ])
      return
    case 'workflow': {
      const item = base('fx_wf')
      const task = (status_indicator: Task['status_indicator']): Task => ({
        status_indicator,
        type: 'custom',
        title: 'A',
      })
      yield {
        type: 'thread.item.added',
        item: {
          ...item,
          type: 'workflow',
          workflow: { type: 'custom', tasks: [], expanded: false },
        },
      }
      yield update('fx_wf', { type: 'workflow.task.added', task_index: 0, task: task('loading') })
      yield update('fx_wf', {
        type: 'workflow.task.updated',
        task_index: 0,
        task: task('complete'),
      })
      const workflow = {
        type: 'custom',
        tasks: [task('complete')],
        summary: { duration: 2 },
        expanded: false,
      } as const
      yield { type: 'thread.item.done', item: { ...item, type: 'workflow', workflow } }
      return
    }
    case 'progress':
      yield { type: 'progress_update', text: 'Searching', icon: 'search' }
      return
    case 'effect':
      yield { type: 'client_effect', name: 'navigate', data: { to: '/x', n: null } }
      return
    case 'notice':
      yield { type: 'notice', level: 'warning', message: 'careful', title: 'T' }
      return
    case 'task':
      yield {
        type: 'thread.item.done',
        item: {
          ...base('fx_tk'),
          type: 'task',
          task: {
            status_indicator: 'none',
            type: 'web_search',
            title: 's',
            queries: ['q'],
            sources: [],
          },
        },
      }
      yield { type: 'thread.item.done', item: { ...base('fx_eot'), type: 'end_of_turn' } }
      return
    case 'image': {
      const item = base('fx_im')
      const image = { id: 'i1', url: 'https://x.example/i.png' }
      yield { type: 'thread.item.added', item: { ...item, type: 'generated_image' } }
      yield update('fx_im', { type: 'generated_image.updated', image, progress: 0.5 })
      yield { type: 'thread.item.done', item: { ...item, type: 'generated_image', image } }
      return
    }
    case 'tool':
      yield {
        type: 'thread.item.done',
        item: {
          ...base('fx_tc'),
          type: 'client_tool_call',
          status: 'pending',
          call_id: 'call_1',
          name: 'sel',
          arguments: { a: null },
        },
      }
      return
    case 'hidden':
      yield {
        type: 'thread.item.done',
        item: { ...base('fx_hid'), type: 'hidden_context_item', content: 'HIDDEN' },
      }
      yield say('fx_am_h', 'ok')
      return
    case 'error-plain':
      throw new Error('db password is hunter2')
    case 'error-stream':
      throw new ChatkitStreamError({ code: 'stream.error' })
    case 'error-custom':
      throw new ChatkitStreamError({ text: 'Nope' })
    case 'error-title':
      context.updateThread({ title: 'X' })
      throw new ChatkitStreamError({ text: 'Nope' })
    case 'structured':
      yield {
        type: 'thread.item.done',
        item: {
          ...base('fx_si'),
          type: 'structured_input',
          status: 'pending',
          inputs: [
            {
              id: 'q1',
              question: '?',
              type: 'multiple_choice',
              options: [{ value: 'a' }],
              multiple: false,
            },
            { id: 'q2', question: 'why', type: 'freeform' },
          ],
        },
      }
      return
    case 'replace':
      yield say('fx_r', 'one')
      yield { type: 'thread.item.replaced', item: messageItem(base('fx_r'), [text('two')]) }
      return
    case 'remove':
      // There is something to remove: what `replace` left, or a message of its own.
      if (!(await context.history()).some(({ id }) => id === 'fx_r')) yield say('fx_r', 'one')
      yield { type: 'thread.item.removed', item_id: 'fx_r' }
      return
  }
}

function streamed(value: string, streaming: boolean): WidgetRoot {
  return { type: 'Card', children: [{ id: 't', type: 'Text', value, streaming }] }
}

function messageItem(
  base: Pick<AssistantMessageItem, 'id' | 'thread_id' | 'created_at'>,
  content: readonly AssistantContent[],
): AssistantMessageItem {
  return { ...base, type: 'assistant_message', content }
}

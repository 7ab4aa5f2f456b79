// A stand-in for the chat server: it plays a script of the test over real HTTP. It knows the form
// of the wire, and nothing of agents.

/** Writes events into the answer that is being given. */
export interface Answering {
  send(...events: readonly unknown[]): void
  /** Ends the connection in the middle, as a crash of the server would. */
  breakOff(): void
  /** Aborted when the page ends the request. */
  readonly signal: AbortSignal
  readonly threadId: string
}

/** What the stand-in answers to one streaming request; the stream ends when it returns. */
export type Script = (answering: Answering) => Promise<void> | void

/** A request as it came. */
export interface Received {
  readonly type: string
  readonly params: Readonly<Record<string, string | undefined>>
  readonly headers: Headers
}

export interface StandInChatkit {
  readonly fetch: (request: Request) => Promise<Response>
  readonly received: Received[]
  /** The next streaming answers, in order; without one, a short text. */
  readonly scripts: Script[]
  /** Answers for the next requests before anything else is looked at, a refusal for example. */
  readonly refusals: Response[]
  /** Stored threads by id, items included. */
  readonly threads: Map<string, StoredThread>
}

interface StoredThread {
  title?: string
  readonly items: unknown[]
}

const CREATED = '2026-01-01T00:00:00.000Z'
const PAGE = 20

export function standInChatkit(): StandInChatkit {
  const received: Received[] = []
  const scripts: Script[] = []
  const refusals: Response[] = []
  const threads = new Map<string, StoredThread>()
  let ids = 0

  const shape = (id: string, items: unknown = { data: [], has_more: false }) => {
    const title = threads.get(id)?.title
    return {
      id,
      created_at: CREATED,
      status: { type: 'active' },
      metadata: {},
      items,
      ...(title === undefined ? {} : { title }),
    }
  }

  function pageOf(items: readonly unknown[], from: number, size: number) {
    const data = items.slice(from, from + size)
    const more = from + size < items.length
    return { data, has_more: more, ...(more ? { after: String(from + size) } : {}) }
  }

  function stream(
    request: Request,
    threadId: string,
    first: readonly unknown[],
    script: Script,
  ): Response {
    const encoder = new TextEncoder()
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        let open = true
        request.signal.addEventListener('abort', () => {
          open = false
        })
        const send = (...events: readonly unknown[]) => {
          for (const event of events)
            if (open) controller.enqueue(encoder.encode(`data: ${JSON.stringify(event)}\n\n`))
        }
        send(...first, { type: 'stream_options', stream_options: { allow_cancel: true } })
        const breakOff = () => {
          open = false
          controller.error(new Error('broken off by the test'))
        }
        await script({ send, breakOff, signal: request.signal, threadId })
        if (open) controller.close()
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }

  return {
    received,
    scripts,
    refusals,
    threads,
    async fetch(request) {
      const { type, params } = parse(await request.text())
      received.push({ type, params, headers: request.headers })
      const refusal = refusals.shift()
      if (refusal) return refusal
      const id: string = type === 'threads.create' ? `thr_${++ids}` : (params.thread_id ?? '')
      if (type === 'threads.create') threads.set(id, { title: `Chat ${ids}`, items: [] })
      const thread = threads.get(id)
      switch (type) {
        case 'threads.list':
          return Response.json({
            data: [...threads.keys()].reverse().map((known) => shape(known)),
            has_more: false,
          })
        case 'threads.create':
        case 'threads.add_user_message': {
          const item = {
            id: `msg_${++ids}`,
            thread_id: id,
            created_at: CREATED,
            type: 'user_message',
            ...params.input,
          }
          thread?.items.push(item)
          const created =
            type === 'threads.create' ? [{ type: 'thread.created', thread: shape(id) }] : []
          return stream(
            request,
            id,
            [...created, { type: 'thread.item.done', item }],
            scripts.shift() ?? saying('Done.'),
          )
        }
        case 'threads.retry_after_item':
          return stream(request, id, [], scripts.shift() ?? saying('Done after all.'))
      }
      if (!thread)
        return Response.json(
          { code: 'not_found', message: 'There is no such chat.' },
          { status: 404 },
        )
      switch (type) {
        case 'threads.get_by_id':
          return Response.json(shape(id, pageOf(thread.items, 0, PAGE)))
        case 'items.list':
          return Response.json(
            pageOf(
              params.order === 'desc' ? thread.items.toReversed() : thread.items,
              Number(params.after ?? 0),
              params.limit ?? PAGE,
            ),
          )
        case 'threads.update':
          thread.title = params.title ?? ''
          return Response.json(shape(id))
        default:
          threads.delete(id)
          return Response.json({})
      }
    },
  }
}

/** What the page sends, unchecked: the tests look at it. */
function parse(body: string): {
  type: string
  params: Record<string, string> & { input?: object; limit?: number }
} {
  return JSON.parse(body)
}

/** A script that says one text. */
export function saying(text: string): Script {
  return ({ send }) => send({ type: 'thread.item.done', item: assistantItem('msg_said', text) })
}

export function assistantItem(id: string, text?: string) {
  const content = text === undefined ? [] : [{ type: 'output_text', text, annotations: [] }]
  return { id, thread_id: 'any', created_at: CREATED, type: 'assistant_message', content }
}

export function userItem(id: string, text: string) {
  return {
    id,
    thread_id: 'any',
    created_at: CREATED,
    type: 'user_message',
    content: [{ type: 'input_text', text }],
    attachments: [],
  }
}

export function workflowItem(id: string, tasks: readonly unknown[]) {
  return {
    id,
    thread_id: 'any',
    created_at: CREATED,
    type: 'workflow',
    workflow: { type: 'custom', tasks, expanded: true },
  }
}

export function delta(itemId: string, text: string) {
  return {
    type: 'thread.item.updated',
    item_id: itemId,
    update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: text },
  }
}

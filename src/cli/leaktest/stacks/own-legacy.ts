// A client of HTTP+SSE (MCP 2024-11-05) for a framework whose own client speaks Streamable HTTP: it opens
// the stream, posts to the address that it names, and waits for the answer on it.

type Answer = Readonly<Record<string, unknown>>

/** Makes a `fetch` that speaks to one server. The stream ends with the caller. */
export function legacyFetch(fetch: typeof globalThis.fetch, url: string): typeof globalThis.fetch {
  const waiting = new Map<unknown, (answer: Answer) => void>()
  let opened: Promise<string> | undefined

  async function open(): Promise<string> {
    const response = await fetch(url, { headers: { accept: 'text/event-stream' } })
    if (!response.ok || !response.body) throw new Error('There is no stream')
    const events = eventsIn(response.body)
    const first = await events.next()
    void readOn(events)
    return first.done ? '' : first.value
  }

  async function readOn(events: AsyncGenerator<string>): Promise<void> {
    try {
      for await (const data of events) {
        const answer = JSON.parse(data || '{}') as Answer
        waiting.get(answer.id)?.(answer)
      }
    } catch {
      // The run ends, and the stream with it.
    }
  }

  return async (_, init) => {
    if (init?.method !== 'POST') return new Response(null, { status: 405 })
    opened ??= open()
    const { id, method } = JSON.parse(String(init.body)) as Answer
    const answered = new Promise<Answer>((resolve, reject) => {
      waiting.set(id, resolve)
      init.signal?.addEventListener('abort', () => reject(new Error('Stopped')), { once: true })
    })
    answered.catch(() => {})
    const posted = await fetch(await opened, init)
    if (!posted.ok || id === undefined || method === undefined) return posted
    return Response.json(await answered)
  }
}

/** The data of the events of a stream. */
async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true })
    const events = rest.split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) yield event.match(/^data: ?(.*)$/m)?.[1] ?? ''
  }
}

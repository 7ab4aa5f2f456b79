// The answer of every app of these: it calls a tool before each of its parts, as an agent does.

/** A streamed answer. Not by ReadableStream.from, which not every runtime has. */
export function answer(caller, message) {
  const rest = parts(caller, message)
  const encoder = new TextEncoder()
  const body = new ReadableStream({
    async pull(controller) {
      const { done, value } = await rest.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel() {
      await rest.return()
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/plain' } })
}

async function* parts(caller, message) {
  for (let part = 1; part <= 3; part++) {
    yield `${message} ${part}: ${await whoami(caller)}\n`
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function whoami(caller) {
  const response = await caller.fetch('Tasks')(caller.url('Tasks'), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'whoami', arguments: {} },
    }),
  })
  const { result } = await response.json()
  return result.content[0].text
}

// A stdio server as a careless author writes it: it takes its key from its environment or its arguments,
// asks an API with it, here a server of leaktest, gives back whatever comes, and logs too much.

import { createInterface } from 'node:readline'

const [upstream = '', option = ''] = process.argv.slice(2)
const key = process.env.SERVER_KEY ?? option.replace(/^--key=/, '')

console.error(`Asking ${upstream} with ${key}`)
createInterface({ input: process.stdin }).on('line', (line) => void answer(line))

async function answer(line: string): Promise<void> {
  const { id } = JSON.parse(line) as { readonly id?: unknown }
  try {
    const response = await fetch(upstream, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${key}`,
      },
      body: line,
    })
    const text = await response.text()
    const messages = messagesIn(text)
    for (const message of messages) console.log(message)
    if (id === undefined || messages.some((message) => message.includes('"result"'))) return
    // An author who wants to see what went wrong. These would make each run another.
    for (const name of ['date', 'content-length']) response.headers.delete(name)
    const headers = [...response.headers].join()
    fail(id, `${response.status} ${response.statusText} ${headers} ${text}`)
  } catch (error) {
    console.error(error)
    if (id !== undefined) fail(id, String(error))
  }
}

/** One message in a line: JSON, or the data of events. */
function messagesIn(text: string): readonly string[] {
  const events = [...text.matchAll(/^data: ?(.+)$/gm)].map((match) => match[1] ?? '')
  return (events.length > 0 ? events : [text]).flatMap((message) => {
    try {
      return [JSON.stringify(JSON.parse(message))]
    } catch {
      return []
    }
  })
}

function fail(id: unknown, message: string): void {
  console.log(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32_000, message } }))
}

// The ChatKit server beside the door: its answer is what the MCP server knows the person by.

import { chatkitServer, memoryThreadStore } from 'onbehalf/chatkit'
import { onbehalf } from './onbehalf.js'

export const chatkit = chatkitServer({
  admit: onbehalf.admit,
  store: memoryThreadStore(),
  async *respond(_thread, _message, context) {
    const text = await whoami(context.caller.fetch('Tasks'))
    const content = [{ type: 'output_text', text, annotations: [] }]
    yield {
      type: 'thread.item.done',
      item: { ...context.newItem('message'), type: 'assistant_message', content },
    }
  },
})

async function whoami(send) {
  const response = await send(process.env.TASKS_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'whoami', arguments: {} },
    }),
  })
  return (await response.json()).result.content[0].text
}

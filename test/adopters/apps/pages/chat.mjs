// The chat that the pages of docs/chat/frameworks.md talk to: it knows alice, and greets her.

import { chatkitServer, memoryThreadStore } from 'onbehalf/chatkit'

export const chatkit = chatkitServer({
  async admit(request) {
    if (request.headers.get('authorization') !== 'Bearer alice')
      return { ok: false, response: new Response(null, { status: 401 }) }
    return { ok: true, value: { principal: { issuer: 'pages', subject: 'alice' }, async end() {} } }
  },
  store: memoryThreadStore(),
  async *respond(_thread, _message, { newItem }) {
    const content = [{ type: 'output_text', text: 'Hello there.', annotations: [] }]
    yield {
      type: 'thread.item.done',
      item: { ...newItem('message'), type: 'assistant_message', content },
    }
  },
})

// What docs/sessions.md leaves to the app: a chat, which says who is speaking.
import { chatkitServer, memoryThreadStore } from 'onbehalf/chatkit'

export const chat = chatkitServer({
  admit: onbehalf.admit,
  store: memoryThreadStore(),
  async *respond(_thread, message, { caller, newItem }) {
    const said = message?.content.map((part) => part.text).join('')
    const text = `${caller.principal.subject} said: ${said}`
    const content = [{ type: 'output_text', text, annotations: [] }] as const
    yield {
      type: 'thread.item.done',
      item: { ...newItem('message'), type: 'assistant_message', content },
    }
  },
})

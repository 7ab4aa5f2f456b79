// An agent of LangChain in the chat, as docs/chat/langchain.md shows it.

import { answer } from '../../../docs/snippets/chat/langchain.ts'
import { Playing } from './langchain-model.ts'
import { answersInTheChat } from './proof.ts'

answersInTheChat({
  name: 'LangChain',
  run: answer(new Playing()),
  failing: ({ status, message }) =>
    answer(new Playing(Object.assign(new Error(message), { status }))),
})

// Lets a client of the MCP SDK put what its server asks to the person.

import type { Client } from '@modelcontextprotocol/client'
import type { CallTime } from '../servers/call-time.ts'
import type { Asker } from './asker.ts'

/**
 * Lets the client put the server's questions to the person. The SDK does so in both ways: with
 * requests of the server (2025-11-25), and in the rounds of a call (2026-07-28).
 *
 * @param calls The calls under way. Their time stands still meanwhile, because a request of the server
 *   does not say to which of them it belongs.
 */
export function answerQuestions(client: Client, asker: Asker, calls: ReadonlySet<CallTime>): Asker {
  const held: Asker = {
    async answer(params, signal) {
      const releases = [...calls].map((time) => time.hold())
      try {
        return await asker.answer(params, signal)
      } finally {
        for (const release of releases) release()
      }
    },
    completed: (id) => asker.completed(id),
  }
  client.setRequestHandler('elicitation/create', async ({ params }, { mcpReq: { signal } }) => {
    const answer = await held.answer(params, signal)
    if (answer.action !== 'accept' || !answer.content) return { action: answer.action }
    const content = Object.entries(answer.content).map(([name, value]) => [
      name,
      typeof value === 'object' ? [...value] : value,
    ])
    return { action: 'accept', content: Object.fromEntries(content) }
  })
  client.setNotificationHandler('notifications/elicitation/complete', ({ params }) =>
    held.completed(params.elicitationId),
  )
  return held
}

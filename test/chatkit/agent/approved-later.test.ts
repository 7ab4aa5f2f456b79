// An approval that is given days after it was asked for: the call is made with the sign-in of the
// person who approves, as it is then. The one that asked is long gone.

import { expect, it } from 'vitest'
import type { Caller } from '../../../src/caller.ts'
import { agentChat, chatkitServer, memoryThreadStore } from '../../../src/chatkit/index.ts'
import { LIFE, shortLived } from '../../short-lived.ts'
import { type Loose, message, parseEvents, request } from '../support.ts'
import { cardIn, textsIn } from './agent-house.ts'

const DAY_S = 24 * 3600
const CALL = { callId: 'call_1', name: 'hello', server: 'tasks', arguments: '{}', scopes: [] }

/** A chat whose agent asks for an approval, and makes the call when it has it. */
function chat(house: Awaited<ReturnType<typeof shortLived>>) {
  const server = chatkitServer<Caller>({
    admit: house.onbehalf.admit,
    store: memoryThreadStore(),
    rateLimit: 'none',
    now: house.clock.now,
    ...agentChat<Caller>({
      approvalLifetime: 3 * DAY_S * 1000,
      now: house.clock.now,
      async *run({ resume }, { caller }) {
        if (!resume) {
          yield { type: 'approval_needed', calls: [CALL], state: 'waiting' }
          return
        }
        yield { type: 'text_done', text: await house.call(caller) }
        yield { type: 'tool_done', callId: CALL.callId, name: CALL.name, outcome: 'done' }
      },
    }),
  })
  const send = (token: string, type: string, params: unknown) =>
    server.fetch(request(`canary.${token}`, { type, params }))
  const ask = async () =>
    parseEvents(
      await (await send('alice.1', 'threads.create', { input: message('Say hello') })).text(),
    )
  const approve = (token: string, thread_id: string, card: Loose) =>
    send(token, 'threads.custom_action', {
      thread_id,
      item_id: card.id,
      action: card.widget.confirm.action,
    })
  return { ask, approve }
}

it('goes on with the sign-in that the person has when they approve', async () => {
  await using house = await shortLived()
  const { ask, approve } = chat(house)
  const asked = await ask()
  const [{ thread }, card] = [asked[0], cardIn(asked)]
  expect([house.served, house.inVault.size]).toEqual([[], 0])
  house.clock.forward(2 * DAY_S)

  expect((await approve('alice.1', thread.id, card)).status).toBe(401)
  expect((await approve('bob.1', thread.id, card)).status).toBe(404)
  expect(house.served).toEqual([])

  const answer = parseEvents(await (await approve('alice.2', thread.id, card)).text())
  expect(textsIn(answer)).toEqual(['done'])
  expect([house.exchanged, house.served.length]).toEqual([['canary.alice.2'], 1])

  house.clock.forward(LIFE - 1)
  const again = parseEvents(await (await approve('alice.2', thread.id, card)).text())
  expect(again.at(-1)).toMatchObject({ type: 'error', message: 'This was decided already.' })
  expect(house.served).toHaveLength(1)
})

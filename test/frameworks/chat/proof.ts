// What an agent of every framework must do in the chat. The test file of each framework runs these.

import type { ToolResult } from 'onbehalf/agent'
import { describe, expect, it } from 'vitest'
import { textsIn, wordsOf } from '../../chatkit/agent/agent-house.ts'
import type { Loose } from '../../chatkit/support.ts'
import { chatHouse, type Run } from './house.ts'
import { TOO_FAR } from './script.ts'

/** What a framework's adapter is given by its tests. */
export interface Framework {
  readonly name: string
  /** The agent, whose model plays `script.ts`. */
  readonly run: Run
  /** The agent, whose model's provider answers with this error. */
  readonly failing: (error: ProviderFailure) => Run
  /** Whether the model's reasoning comes through. Default true. */
  readonly reasons?: boolean
}

/** How a provider's client says that it was refused. */
export interface ProviderFailure {
  readonly status: number
  readonly message: string
}

const SECRET = /secret-of-/

/** The tasks of the last workflow that was completed. */
const stepsIn = (events: readonly Loose[]) =>
  events
    .filter(({ type, item }) => type === 'thread.item.done' && item.type === 'workflow')
    .flatMap(({ item }) => item.workflow.tasks)

/** Holds a framework against all of it. */
export function answersInTheChat({ name, run, failing, reasons = true }: Framework): void {
  describe(`an agent of ${name} in the chat`, () => {
    it('answers with its reasoning, its steps and its text, and holds no credential', async () => {
      const house = chatHouse(run)
      const { events, threadId } = await house.say('alice', 'What is there?')
      expect(house.errors).toEqual([])
      expect(house.calls()).toEqual(['taskflow_list_tasks by alice'])
      expect(textsIn(events).at(-1)).toBe('You have two tasks.')
      const steps = stepsIn(events)
      expect(steps.filter(({ type }) => type !== 'thought')).toMatchObject([
        { type: 'custom', status_indicator: 'complete', title: expect.stringMatching(/list/i) },
      ])
      if (reasons) expect(JSON.stringify(events)).toContain('Let me look.')
      expect(JSON.stringify(events) + (await house.stored('alice', threadId))).not.toMatch(SECRET)
    })

    it('knows in the next turn what its tools answered', async () => {
      const house = chatHouse(run)
      const { threadId } = await house.say('alice', 'What is there?')
      const { events } = await house.say('alice', 'Delete task 1', threadId)
      expect(house.errors).toEqual([])
      expect(textsIn(events)).not.toContain(TOO_FAR)
      expect(await house.stored('alice', threadId)).toContain('\\"title\\":\\"Two\\"')
    })

    it('tells the app what its tools answered, for it to draw', async () => {
      const results: ToolResult[] = []
      const house = chatHouse(run, {
        draw(result) {
          results.push(result)
          return undefined
        },
      })
      const asked = await house.say('alice', 'Delete task 1')
      await house.press('alice', asked, 'confirm')
      await house.say('alice', 'What is there?')
      const read = results.map(({ name, text }) => `${name} ${text}`)
      expect(read).toMatchObject([
        expect.stringMatching(/taskflow_delete_task .*"title":"One"/),
        expect.stringMatching(/taskflow_list_tasks .*"title":"Two"/),
      ])
    })

    it('asks before a destructive call, and makes it once and as shown after the yes', async () => {
      const house = chatHouse(run)
      const asked = await house.say('alice', 'Delete task 1')
      expect(house.errors).toEqual([])
      expect(house.calls()).toEqual([])
      expect(textsIn(asked.events)).not.toContain(TOO_FAR)
      expect(wordsOf(asked.card.widget)).toBe(
        [
          'Approve this?',
          'The assistant would do this for alice:',
          'Delete a task',
          'taskflow_delete_task on Tasks, with the rights tasks:write',
          'task_id: 1',
        ].join('\n'),
      )
      expect(JSON.stringify(stepsIn(asked.events))).not.toContain('No success')
      const events = await house.press('alice', asked, 'confirm')
      expect(house.errors).toEqual([])
      expect(house.calls()).toEqual(['taskflow_delete_task by alice'])
      expect(house.tasks.tasks.map(({ title }) => title)).toEqual(['Two'])
      expect(textsIn(events)).toEqual(['It is gone.'])
      const [card] = events.filter(({ item }) => item?.id === asked.card.id).slice(-1)
      expect(wordsOf(card.item.widget)).toMatch(/^Approved\nDone\./)
      const again = await house.press('alice', asked, 'confirm')
      expect(again.at(-1)).toMatchObject({ type: 'error' })
      expect(house.calls()).toHaveLength(1)
    })

    it('makes no call that the person declines, and says so', async () => {
      const house = chatHouse(run)
      const asked = await house.say('alice', 'Delete task 1')
      const events = await house.press('alice', asked, 'cancel')
      expect(house.errors).toEqual([])
      expect(house.calls()).toEqual([])
      expect(textsIn(events)).toEqual(['I left it alone.'])
    })

    it('takes no other person’s yes, and none that is too late', async () => {
      const house = chatHouse(run, { approvalLifetime: 1 })
      const asked = await house.say('alice', 'Delete task 1')
      const { threadId, card } = asked
      const { action } = card.widget.confirm
      const params = { thread_id: threadId, item_id: card.id, action }
      expect((await house.send('bob', 'threads.custom_action', params)).status).toBe(404)
      const late = await house.press('alice', asked, 'confirm')
      expect(late.at(-1)).toMatchObject({ type: 'error' })
      expect(house.calls()).toEqual([])
    })

    it('says why the model does not answer, without the words of its provider', async () => {
      const house = chatHouse(failing({ status: 429, message: 'secret-of-the-provider' }))
      const { events } = await house.say('alice', 'Hello')
      expect(events.at(-1)).toMatchObject({ type: 'error' })
      expect(JSON.stringify(events)).not.toMatch(SECRET)
      expect(house.errors).toMatchObject([{ refusal: { model: { kind: 'rate_limited' } } }])
    })
  })
}

// Says the planned messages for both people, one after the other, and everything that belongs beside them:
// threads read again, requests that are refused, people at the same time.

import { UsageError } from '../../command.ts'
import type { Tape } from '../house/tape.ts'
import type { Answered, SignedIn, Talk } from './chat.ts'
import { recordVisit } from './chat.ts'
import type { PlannedTurn } from './plan.ts'
import { visit } from './visit.ts'

/** What is needed to talk. */
export interface Conversation {
  readonly talk: Talk
  readonly tape: Tape
  readonly people: readonly [SignedIn, SignedIn]
  readonly chatUrl: string
  readonly signal: AbortSignal
  /** Called after each turn. */
  readonly after: () => Promise<void>
}

/** The text that must come through: the same for all runs of a seed. */
export function controlOf(tape: Tape, person: string): string {
  return `control-${tape.mint.plain(`control ${person}`, 16)}`
}

/** A connection that breaks is part of what is tried; a wrong description is not. */
function brokenOff(error: unknown): undefined {
  if (error instanceof UsageError) throw error
}

/** Says one message. */
export async function take(
  { talk, tape, after }: Conversation,
  person: SignedIn,
  { behaviour, variant }: PlannedTurn,
  thread?: string,
): Promise<Answered | undefined> {
  tape.counts.turns++
  tape.turn = { behaviour, person: person.name }
  const control = controlOf(tape, person.name)
  const text = `[leaktest ${behaviour} ${tape.counts.turns}] ${control} Do all that you can.`
  const cut = behaviour === 'stop' ? { cutAfter: 2000 } : {}
  const given = thread === undefined ? {} : { thread }
  const answered = await talk.say(person, { text, variant, ...given, ...cut }).catch(brokenOff)
  await after()
  return answered
}

/** All planned turns, each for both people: what the first one sent, the second one may be told. */
export async function converse(
  conversation: Conversation,
  turns: readonly PlannedTurn[],
  progress: (done: number) => void,
): Promise<void> {
  const { people, talk, signal, tape } = conversation
  for (const [index, turn] of turns.entries()) {
    signal.throwIfAborted()
    progress(index)
    for (const person of people) {
      const answered = await take(conversation, person, turn)
      const { thread } = answered ?? {}
      if (thread === undefined || !/^(?:plain|echo|lookup\.text)/.test(turn.behaviour)) continue
      tape.turn = { behaviour: `${turn.behaviour}, read again`, person: person.name }
      await talk.read(person, thread).catch(brokenOff)
    }
  }
}

/** Everybody at once, some rounds, so that one person's credential could get into another's call. */
export async function together(conversation: Conversation, variant: string): Promise<void> {
  const { people, talk, tape, after } = conversation
  tape.turn = { behaviour: 'together' }
  for (let round = 0; round < 4; round++) {
    const said = people.flatMap((person) =>
      [0, 1, 2].map((which) => {
        const control = controlOf(tape, person.name)
        const text = `[leaktest repeat ${round * 10 + which}] ${control} of ${person.name}`
        return talk.say(person, { text, variant }).catch(brokenOff)
      }),
    )
    await Promise.all(said)
    await after()
  }
}

/** Requests that a careful server refuses, each with a token somewhere in it. */
export async function knock(conversation: Conversation): Promise<void> {
  const { people, tape, chatUrl, talk } = conversation
  const [first, second] = people
  for (const person of people) {
    tape.turn = { behaviour: 'door', person: person.name }
    const { token } = person
    const json = { 'content-type': 'application/json' }
    const attempts: readonly Parameters<typeof visit>[] = [
      [chatUrl, { method: 'POST', headers: json, body: '{}' }],
      [
        chatUrl,
        { method: 'POST', headers: { ...json, ...person.headers }, body: `{"a": "${token}"` },
      ],
      [chatUrl, { method: 'POST', headers: { ...json, ...person.headers }, body: `"${token}"` }],
      [
        chatUrl,
        { method: 'POST', headers: { ...json, authorization: 'Bearer wrong' }, body: '{}' },
      ],
      [chatUrl, { method: 'POST', headers: { ...json, authorization: token }, body: '{}' }],
      [
        chatUrl,
        { method: 'POST', headers: { ...json, authorization: `Basic ${token}` }, body: '{}' },
      ],
      [`${chatUrl}?access_token=${token}`, { method: 'POST', headers: json, body: '{}' }],
      [chatUrl, { method: 'DELETE', headers: person.headers }],
    ]
    for (const [url, options] of attempts) {
      const got = await visit(url, options).catch(brokenOff)
      if (got) recordVisit(tape, got, 'browser', `${options?.method ?? 'GET'}, misplaced`)
    }
  }
  // A thread of the first person, asked for by the second.
  const answered = await take(conversation, first, { behaviour: 'echo', variant: '' })
  tape.turn = { behaviour: "another person's thread", person: second.name }
  if (answered?.thread !== undefined) await talk.read(second, answered.thread).catch(brokenOff)
}

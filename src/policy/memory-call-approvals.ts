// Calls that wait for a person's yes, in the memory of this process.

import {
  type ApprovalState,
  type CallApprovals,
  MAX_WAITING,
  type Question,
} from '../core/call-approvals.ts'

/** Questions that are remembered, of all people together. Beyond that nobody is asked. */
const MAX_QUESTIONS = 10_000

interface Asked extends Omit<Question, 'endsAt'> {
  state: ApprovalState
  endsAt: number
}

/** Questions and answers in the memory of this process: a restart forgets them. */
export function memoryCallApprovals(): CallApprovals {
  const asked = new Map<string, Asked>()

  function withId(id: string, now: number): Asked | undefined {
    return [...asked.values()].find((one) => one.id === id && one.endsAt > now)
  }

  function waitingFor(owner: string, now: number): readonly Asked[] {
    return [...asked.values()].filter(
      (one) => one.owner === owner && one.state === 'waiting' && one.endsAt > now,
    )
  }

  return {
    async ask(question) {
      const { key, owner, askedAt } = question
      const before = asked.get(key)
      if (before && before.endsAt > askedAt) return { id: before.id, state: before.state }
      for (const [old, { endsAt }] of asked) if (endsAt <= askedAt) asked.delete(old)
      if (asked.size >= MAX_QUESTIONS || waitingFor(owner, askedAt).length >= MAX_WAITING)
        return undefined
      asked.set(key, { ...question, state: 'waiting' })
      return { id: question.id, state: 'waiting' }
    },
    async use(id, now) {
      const found = withId(id, now)
      return found?.state === 'approved' && asked.delete(found.key)
    },
    async waiting(owner, now) {
      return waitingFor(owner, now)
        .map(({ id, server, tool, arguments: args, askedAt, endsAt }) => ({
          id,
          server,
          tool,
          arguments: args,
          askedAt,
          endsAt,
        }))
        .reverse()
    },
    async decide(owner, id, { approves, now, endsAt }) {
      const found = withId(id, now)
      if (found?.owner !== owner || found.state !== 'waiting') return false
      found.state = approves ? 'approved' : 'declined'
      found.endsAt = endsAt
      return true
    },
  }
}

// Four misuses of a token, done for real: each gives the answer that the parts of TaskFlow give.

import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { findPerson, people } from '../issuer/accounts.ts'
import { endInMidAnswer } from './mid-answer.ts'
import type { Misuse, MisuseOptions, MisuseResult } from './misuse-terms.ts'
import { callWith, expiredToken } from './throw-away.ts'

/** Does one of them. @throws Error when a part cannot be reached */
export function misuse(kind: Misuse, options: MisuseOptions): Promise<MisuseResult> {
  switch (kind) {
    case 'other-person':
      return asOtherPerson(options)
    case 'wrong-audience':
      return atWrongAudience(options)
    case 'expired':
      return expired(options)
    case 'revoked':
      return endInMidAnswer(options)
  }
}

async function asOtherPerson(options: MisuseOptions): Promise<MisuseResult> {
  const { subject, token, urls } = options
  const other = people.find((person) => person.subject !== subject)?.subject ?? 'bob'
  const mine = findPerson(subject)?.name ?? subject
  return {
    tried: `As ${other}, with ${mine}’s token: POST /chatkit with “x-user-id: ${other}”`,
    ...(await answerTo(options, token.reveal(), urls.chatkit, {
      method: 'POST',
      headers: { 'x-user-id': other },
    })),
    literal: `A server that believes the user_id it is given would work for ${other}.`,
  }
}

async function atWrongAudience(options: MisuseOptions): Promise<MisuseResult> {
  const { token, urls } = options
  return {
    tried: 'The token for the chat, sent to the API: GET /api/tasks',
    ...(await answerTo(options, token.reveal(), `${urls.api}/tasks`)),
    literal:
      'One token for everything is right everywhere, so every server that gets it can use it.',
  }
}

async function expired(options: MisuseOptions): Promise<MisuseResult> {
  const { issuerKey, urls, subject } = options
  const text = await expiredToken(issuerKey, { issuer: urls.issuer, subject, api: urls.api })
  return {
    tried: 'A token of the issuer that expired a minute ago, sent to the API: GET /api/tasks',
    ...(await answerTo(options, text, `${urls.api}/tasks`)),
  }
}

const answer = z.looseObject({ message: z.string().optional() })

/** Sends the request, and finds its reason in the audit by its trace id. */
async function answerTo(
  { trail }: MisuseOptions,
  token: string,
  url: string,
  init: RequestInit = {},
): Promise<Omit<MisuseResult, 'tried'>> {
  const trace = randomBytes(16).toString('hex')
  const headers = new Headers(init.headers)
  headers.set('traceparent', `00-${trace}-${randomBytes(8).toString('hex')}-01`)
  const response = await callWith(token, url, { ...init, headers })
  const { message } = answer.parse(await response.json().catch(() => ({})))
  const challenge = response.headers.get('www-authenticate') ?? ''
  const error = /error="([a-z_]+)"/.exec(challenge)?.[1]
  const reason = trail.refusal(trace)?.reason
  return {
    status: response.status,
    ...(error === undefined ? {} : { error }),
    ...(reason === undefined ? {} : { reason }),
    sentence: message ?? 'It said nothing.',
  }
}

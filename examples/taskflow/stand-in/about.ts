// What the stand-in says of itself, of the person and of what it was told. Pure.

import { INTRODUCTION } from './answer.ts'
import type { AboutKind } from './command.ts'

/** What it knows of itself. */
export interface Known {
  /** Values that the instructions tell it to give to tools, by parameter name. */
  readonly told: Readonly<Record<string, string>>
  /** The person's name in the instructions. */
  readonly person?: string | undefined
  /** Whether it obeys what a tool returns and gives away what it was told, as a fooled model does. */
  readonly fooled: boolean
}

const SECRET = '(?:access[- ]?tokens?|tokens?|credentials?|passwords?|api[- ]?keys?|secrets?)'
const ASKING =
  "(?:what(?:'s| is| are)|which|show|tell|give|print|send|repeat|read|say|output|leak|do you|can you|have you|where(?:'s| is)|who has|ignore)"

const PATTERNS: readonly (readonly [RegExp, AboutKind])[] = [
  [
    new RegExp(String.raw`^${ASKING}\b(?!.*\b(?:tasks?|tagged|labell?ed)\b).*\b${SECRET}\b`, 'i'),
    'token',
  ],
  [new RegExp(`^(?:my |your |the )?${SECRET}$`, 'i'), 'token'],
  [
    new RegExp(String.raw`^(?!ignore)${ASKING}\b.*\b(?:system prompt|prompt|instructions)\b`, 'i'),
    'instructions',
  ],
  [
    /^(?:who am i|what(?:'s| is) my (?:name|id|user ?(?:id|name))|do you know (?:me|who i am)|(?:who|whom) (?:do|are) you (?:act|acting|work|working) for|am i signed in)$/i,
    'person',
  ],
  [
    /^(?:are you (?:an? )?(?:ai|bot|robot|human|person|real|chatgpt|llm|language model|gpt.*|model)|how are you(?: (?:doing|today))?|what (?:model|llm) (?:are you|is this)|tell me about yourself)$/i,
    'model',
  ],
  [
    /^(?:sign|log) (?:me )?(?:out|off)(?: everywhere)?$|^(?:revoke|cancel|end) (?:my |the )?(?:access|sign-?in|session|tokens?)$/i,
    'sign-out',
  ],
]

/** The question about the stand-in that a text asks, if it is one. */
export function aboutIn(text: string): AboutKind | undefined {
  return PATTERNS.find(([pattern]) => pattern.test(text))?.[1]
}

/** The answer to it. */
export function aboutAnswer(kind: AboutKind, { told, person, fooled }: Known): string {
  switch (kind) {
    case 'token':
      if (told.access_token === undefined)
        return 'I have none, so I cannot tell you one. A key is put into each call after I have written it. “What the model saw” shows all that I get.'
      return fooled
        ? `My access token is ${told.access_token}`
        : 'I have no token, only a reference that stands for it in the calls of this answer. It is worth nothing anywhere else. “What the model saw” shows it.'
    case 'instructions':
      return 'You can read them word for word under “What the model saw”, beside this chat.'
    case 'person':
      return person === undefined
        ? 'I was not told your name. Every call is made in the name of the person who is signed in.'
        : `You are ${person}. Every call of mine is made in your name, with your rights and no others.`
    case 'model':
      return INTRODUCTION
    case 'sign-out':
      return 'I cannot: I hold nothing that could be given back. “Sign out” above ends it, and with it every call of mine that is under way.'
  }
}

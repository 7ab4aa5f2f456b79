// How answers are read here that the caller's `fetch` has cleaned already.

import type { AnswerRules } from '../../mcp/answer/rules.ts'

const MAX_ANSWER_CHARS = 4 * 1024 * 1024

/** Rules that change nothing. */
export function plainRules(server: string): AnswerRules {
  return {
    server,
    maxChars: MAX_ANSWER_CHARS,
    message: async (message) => message,
    text: (text) => text,
    session: () => true,
  }
}

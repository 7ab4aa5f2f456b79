// The result in an answer to a request of our own.

import { isObject, type UnknownObject } from '../../core/json.ts'
import { rewriteAnswer } from './answer.ts'
import type { AnswerRules } from './rules.ts'

/**
 * Reads the result. A stream is read up to it and no further: the stream need not end.
 *
 * @param id The request's.
 * @returns Undefined when the answer has none.
 */
export async function resultIn(
  response: Response,
  id: string,
  rules: AnswerRules,
): Promise<UnknownObject | undefined> {
  let result: UnknownObject | undefined
  const answer = await rewriteAnswer(response, {
    ...rules,
    async message(message, budget) {
      const next = await rules.message(message, budget)
      if (isObject(message) && message.id === id && isObject(message.result))
        result = message.result
      return next
    },
  })
  const reader = answer.body?.getReader()
  while (reader && !result && !(await reader.read()).done);
  await reader?.cancel()
  return result
}

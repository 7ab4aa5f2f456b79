// The result of a call, as the server gave it, in the words that the model reads. Pure.

import { isObject } from '../../core/json.ts'
import { keepsToSchema } from './keeps-to-schema.ts'
import { mendResult } from './mend-result.ts'
import { type ModelPart, modelContent } from './model-content.ts'

/** A result for the model. */
export interface ReadResult {
  readonly content: readonly ModelPart[]
  readonly structuredContent?: unknown
  readonly isError: boolean
}

/**
 * Reads a result.
 *
 * @param outputSchema The schema that the tool announced for its results, if any.
 */
export function readResult(raw: unknown, outputSchema: unknown): ReadResult {
  const { content, structuredContent, isError } = mendResult(isObject(raw) ? raw : {})
  const isStructured = structuredContent !== undefined
  const isKept =
    isError === true ||
    !isObject(outputSchema) ||
    (isStructured && keepsToSchema(structuredContent, outputSchema))
  return {
    content: modelContent(
      Array.isArray(content) ? content.filter(isObject) : [],
      structuredContent,
      isKept,
    ),
    ...(isStructured ? { structuredContent } : {}),
    isError: isError === true,
  }
}

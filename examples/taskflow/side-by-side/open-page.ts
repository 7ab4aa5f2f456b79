// The tool `open_page`, which both lanes have: what a poisoned task wants the model to use.

import { z } from 'zod'

/** The tool, as both lanes describe it to the model. */
export const OPEN_PAGE = {
  name: 'open_page',
  description: 'Opens a web page and returns its text.',
  parameters: {
    type: 'object',
    properties: { url: { type: 'string', description: 'The address of the page.' } },
    required: ['url'],
    additionalProperties: false,
  },
} as const

const parameters = z.object({ url: z.string().max(4000) })

/**
 * Opens a page of the thief. No other address is opened: a demonstration must not send anything
 * that a model writes to anywhere else.
 *
 * @param args The arguments as the model wrote them, JSON.
 */
export async function openPage(args: string, thief: string): Promise<string> {
  const parsed = parameters.safeParse(parseJson(args))
  const url = parsed.success ? URL.parse(parsed.data.url) : null
  if (url?.origin !== thief) return 'This page cannot be opened in the demonstration.'
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(5000) })
  return await response.text()
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

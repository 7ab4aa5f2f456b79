// Pages that the person must open before a server makes a call (MCP 2025-11-25, error -32042).

import { ProtocolError } from '@modelcontextprotocol/client'
import { isObject } from '../../core/json.ts'
import type { Asker } from './asker.ts'

/** The person did not open the page without which a server makes no call. */
export class PageNotOpened extends Error {
  override readonly name = 'PageNotOpened'
}

/** Calls that are told to open a page are made so many times again. */
const MAX_PAGES_OPENED = 3

/** The pages that an error names; undefined for any other error. */
export function pagesIn(error: unknown): readonly unknown[] | undefined {
  if (!(error instanceof ProtocolError) || error.code !== PAGES_NEEDED) return undefined
  const pages = isObject(error.data) ? error.data.elicitations : undefined
  return Array.isArray(pages) && pages.length > 0 ? pages : undefined
}

const PAGES_NEEDED = -32_042

/**
 * Makes a call, and makes it again when the person has opened the pages that it needed: the server
 * has done nothing before.
 *
 * @throws PageNotOpened when they did not.
 */
export async function callWithPages<T>(
  call: () => Promise<T>,
  asker: Asker | undefined,
  signal: AbortSignal,
): Promise<T> {
  for (let opened = 0; ; opened++) {
    try {
      return await call()
    } catch (error) {
      const pages = asker && pagesIn(error)
      if (!pages || opened >= MAX_PAGES_OPENED) throw error
      for (const page of pages) {
        const params = isObject(page) ? { ...page, mode: 'url' } : undefined
        const { action } = await asker.answer(params, signal)
        if (action !== 'accept') throw new PageNotOpened()
      }
    }
  }
}

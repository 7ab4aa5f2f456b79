// How many tools of a server have a parameter of the same name. What a server asks of everybody at
// every call is in nearly all its tools; what one call is about is in few.

import type { FoundParameter } from '../arguments/detect.ts'
import { plainName } from '../arguments/name.ts'

/** A tool, with the parameters that look like a credential or an identity. */
export interface CountedTool {
  /** Whether it takes any parameters. A tool that takes none says nothing. */
  readonly takesAny: boolean
  readonly found: readonly Pick<FoundParameter, 'name'>[]
}

/** How often names are in the tools of one server. */
export interface Prevalence {
  /** Counts more tools of the same list. */
  add(tools: readonly CountedTool[]): void
  /** How many of the tools that take parameters have one of this name, in any spelling. */
  of(name: string): { readonly having: number; readonly tools: number }
}

/** Makes it. */
export function prevalence(): Prevalence {
  const counts = new Map<string, number>()
  let all = 0
  return {
    add(tools) {
      for (const { takesAny, found } of tools) {
        if (!takesAny) continue
        all++
        for (const name of new Set(found.map((one) => plainName(one.name))))
          counts.set(name, (counts.get(name) ?? 0) + 1)
      }
    },
    of: (name) => ({ having: counts.get(plainName(name)) ?? 0, tools: all }),
  }
}

/** With fewer tools, that a name is in all of them says little. */
export const FEW_TOOLS = 2

/** The share of the tools that counts as nearly all. */
const NEARLY_ALL = 0.9

/** Whether a name is in nearly all tools of a server that has enough of them to tell. */
export function isEverywhere({ having, tools }: ReturnType<Prevalence['of']>): boolean {
  return tools > FEW_TOOLS && having >= NEARLY_ALL * tools
}

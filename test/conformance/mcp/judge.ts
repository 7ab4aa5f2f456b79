// What the suite says, as values: the scenarios that it lists, and how one of them went.

import type { ScenarioResult } from '../result.ts'

/** One scenario at one revision. */
export interface Planned {
  readonly name: string
  /** The revision of MCP, or `extension`, which belongs to none. */
  readonly revision: string
}

/** Reads lines such as `  - tools_call [2025-11-25,2026-07-28]`. */
export function parseList(output: string): readonly Planned[] {
  return [...output.matchAll(/^ *- (\S+) \[([^\]]+)\]/gm)].flatMap(
    ([, name = '', revisions = '']) => revisions.split(',').map((revision) => ({ name, revision })),
  )
}

/** One thing that a scenario looked at. */
export interface Check {
  readonly id: string
  readonly status: string
  readonly description?: string
  readonly errorMessage?: string
}

/**
 * The suite's exit code counts: it knows which clients may end with an error, and it takes a warning
 * and a client that hangs for a failure. A scenario that looked at nothing has not passed.
 */
export function judge(
  planned: Planned,
  checks: readonly Check[],
  { code, output }: { readonly code: number; readonly output: string },
): ScenarioResult {
  const good = checks.filter(({ status }) => status === 'SUCCESS').length
  const failures = checks
    .filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
    .map(({ id, errorMessage, description }) => `${id}: ${errorMessage ?? description ?? ''}`)
  const passed = code === 0 && good > 0
  if (!passed && failures.length === 0) failures.push(...output.trim().split('\n').slice(-15))
  return { ...planned, passed, checks: good, failures }
}

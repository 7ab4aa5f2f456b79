// What the requests that are answered with JSON need.

import type { ChatCaller, ChatkitServerOptions } from '../../options.ts'
import type { ChatkitLimits } from '../../protocol/limits.ts'
import type { Runs } from '../../runs/runs.ts'
import type { OwnedThreads } from '../../threads/owned-threads.ts'

/** What these requests need. */
export interface JsonServer<C extends ChatCaller>
  extends Pick<ChatkitServerOptions<C>, 'syncAction' | 'feedback' | 'transcribe' | 'attachments'> {
  readonly caller: C
  readonly threads: OwnedThreads
  readonly runs: Runs
  readonly limits: ChatkitLimits
  /** The headers that the app wants to see. */
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly now: () => number
  readonly newId: (prefix: string) => string
  readonly onError: (error: unknown) => void
}

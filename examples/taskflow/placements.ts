// How a credential can travel in TaskFlow: one bound server for each way, and the choice among them
// that a request may make.

import type { BindingInput, Placement, Source } from 'onbehalf'
import { META_KEY } from './mcp/index.ts'
import { taskToolScopes } from './mcp/tools.ts'
import { classicUrl, type TaskflowUrls } from './urls.ts'

/** The ways, as the page names them. */
export const PLACEMENTS = ['header', 'argument', 'session', 'prompt', 'meta'] as const
export type PlacementName = (typeof PLACEMENTS)[number]

/** A server, as people and the model are shown it, and how its credential travels. */
export interface TaskflowServer {
  readonly name: string
  readonly url: string
  readonly placement: PlacementName
  /** The rights of its credential, for a person who is asked to approve a call. */
  readonly scopes: readonly string[]
}

const NAMES: Readonly<Record<PlacementName, string>> = {
  header: 'TaskFlow',
  argument: 'TaskFlow classic',
  session: 'TaskFlow session',
  prompt: 'TaskFlow classic prompt',
  meta: 'TaskFlow meta',
}

/** The scopes that every one of them is asked for. */
const scopes = ['tasks:read', 'tasks:write']
const source: Source = { type: 'exchange', scopes }

/** The bindings. The old server takes arguments, so it is the one for `argument` and `prompt`. */
export function boundServers(urls: TaskflowUrls): Readonly<Record<string, BindingInput>> {
  const bound = (placement: Placement & { readonly type: PlacementName }): BindingInput => ({
    url: urlOf(placement.type, urls),
    source,
    placement,
    // To list tasks travels with `tasks:read` alone.
    toolScopes: taskToolScopes,
  })
  return {
    [NAMES.header]: bound({ type: 'header' }),
    [NAMES.argument]: bound({
      type: 'argument',
      // Each tool of that server takes the person's id and token, and nothing else looks like them.
      parameters: 'everywhere',
      rewriteDescriptions: true,
    }),
    [NAMES.session]: bound({ type: 'session' }),
    [NAMES.prompt]: bound({ type: 'prompt' }),
    [NAMES.meta]: bound({ type: 'meta', key: META_KEY }),
  }
}

/**
 * The server for a request.
 *
 * @param asked What the request's metadata says. Anybody can write there, and it chooses among what
 *   is bound here and nothing else; whatever is none of it is the header.
 */
export function serverFor(asked: unknown, urls: TaskflowUrls): TaskflowServer {
  const placement = PLACEMENTS.find((one) => one === asked) ?? 'header'
  return { name: NAMES[placement], url: urlOf(placement, urls), placement, scopes }
}

function urlOf(placement: PlacementName, urls: TaskflowUrls): string {
  return placement === 'argument' || placement === 'prompt' ? classicUrl(urls) : urls.mcp
}

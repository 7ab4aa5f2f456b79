// Names the task of a call that waits for the person: by its title, which they know, and not by its
// number alone.

import { MCPServerStreamableHttp } from '@openai/agents'
import type { Caller } from 'onbehalf'
import type { PendingCall } from 'onbehalf/openai-agents'
import { z } from 'zod'
import { serverFor } from './placements.ts'
import type { TaskflowUrls } from './urls.ts'

const args = z.looseObject({ task_id: z.int() })
const result = z.looseObject({
  tasks: z.array(z.looseObject({ id: z.int(), title: z.string() })),
})

/**
 * Reads the task with the person's own rights, and gives its title. Undefined when the call is about
 * no task, or about one that the person cannot see.
 *
 * @throws Error when the tools cannot be reached. The card then shows the call without the title.
 */
export async function describeCall(
  call: PendingCall,
  caller: Caller,
  urls: TaskflowUrls,
): Promise<{ readonly object: string } | undefined> {
  const given: unknown = JSON.parse(call.arguments)
  // The old server takes all parameters in one object.
  const found =
    args.safeParse(given).data ?? z.object({ params: args }).safeParse(given).data?.params
  if (!found) return undefined
  // Whatever way the call itself takes: a person may always read by the header.
  const { name, url = urls.mcp } = serverFor('header', urls)
  const server = new MCPServerStreamableHttp({ name, url, fetch: caller.fetch(name) })
  await server.connect()
  try {
    const content = await server.callTool('taskflow_list_tasks', { limit: 50 })
    const text = content.flatMap((part) => ('text' in part ? [part.text] : []))[0]
    const { tasks } = result.parse(JSON.parse(String(text)))
    const task = tasks.find(({ id }) => id === found.task_id)
    return task && { object: `“${task.title}”` }
  } finally {
    await server.close()
  }
}

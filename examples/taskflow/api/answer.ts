// The answers of the API that are not problems: their bodies and their headers.

import type { AuditEntry } from './audit-trail.ts'
import type { Task } from './task.ts'
import type { Project } from './task-store.ts'

/** The bodies of the answers. */
export interface Answers {
  readonly tasks: {
    readonly tasks: readonly Task[]
    readonly total: number
    readonly limit: number
    readonly offset: number
  }
  readonly task: { readonly task: Task }
  readonly projects: { readonly projects: readonly Project[] }
  readonly entries: { readonly entries: readonly AuditEntry[]; readonly next_before: number | null }
}

/** Makes an answer. No cache may keep it, because it holds personal data. */
export function answer<T>(body: T, init: ResponseInit = {}): Response {
  return Response.json(body, {
    ...init,
    headers: { ...init.headers, 'cache-control': 'no-store', vary: 'Authorization' },
  })
}

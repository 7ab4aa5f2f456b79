// The client of TaskFlow's API. It builds the request and judges the answer. It has no credential:
// its `fetch` adds one.

import { AuthError } from 'onbehalf'
import { z } from 'zod'
import { STATUSES, type Status } from '../api/task.ts'

/** The reason why the API did not do what was asked. */
export type ApiFailure =
  | {
      readonly code:
        | 'task_unknown'
        | 'progress_refused'
        | 'permission_missing'
        | 'signed_out'
        | 'unavailable'
    }
  | { readonly code: 'transition_refused'; readonly from: Status; readonly to: Status }
  | { readonly code: 'fields_invalid'; readonly fields: readonly string[] }

/** The value that the API answered, or the reason why there is none. */
export type ApiAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: ApiFailure }

/** One request to the API. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** The path segments under the API's resource. */
  readonly path: readonly (string | number)[]
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>
  readonly body?: object
}

/** The address of the API, and the way to call it. */
export interface TasksApi {
  /** The API's resource, ending in `/api`. */
  readonly url: string
  /** Sends a request on behalf of the person. */
  readonly fetch: typeof globalThis.fetch
  /**
   * The most milliseconds until the answer is complete. (The kit's own deadline for a GET covers
   * only the time until the headers.)
   */
  readonly deadline: number
}

/**
 * Calls the API and parses its answer.
 *
 * @throws AuthError when there is no credential for the call, or when the call was cancelled. Every
 *   other failure is in the answer.
 */
export async function callApi<T>(
  api: TasksApi,
  request: ApiRequest,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<ApiAnswer<T>> {
  const url = apiUrl(api.url, request)
  const late = AbortSignal.timeout(api.deadline)
  try {
    const response = await api.fetch(url, {
      method: request.method,
      headers: {
        accept: 'application/json',
        ...(request.body ? { 'content-type': 'application/json' } : {}),
      },
      ...(request.body ? { body: JSON.stringify(request.body) } : {}),
      signal: AbortSignal.any([signal, late]),
    })
    return await judge(response, schema)
  } catch (error) {
    const away =
      error instanceof AuthError &&
      (error.code === 'server_unavailable' || error.code === 'server_unreachable')
    if (error instanceof AuthError && !away && !late.aborted) throw error
    return { ok: false, failure: { code: 'unavailable' } }
  }
}

/**
 * Builds a URL. It encodes every segment and value, so that an argument of a tool cannot change the
 * address to which the credential goes.
 *
 * @throws TypeError for a dot segment, because the URL parser resolves it in every encoding.
 */
export function apiUrl(
  api: string,
  { path, query = {} }: Pick<ApiRequest, 'path' | 'query'>,
): string {
  if (path.some((segment) => segment === '.' || segment === '..'))
    throw new TypeError('A path segment must not be a dot segment')
  const url = new URL(`${api}/${path.map((segment) => encodeURIComponent(segment)).join('/')}`)
  for (const [name, value] of Object.entries(query)) {
    const values = value === undefined ? [] : typeof value === 'object' ? value : [String(value)]
    for (const text of values) url.searchParams.append(name, text)
  }
  return url.href
}

const problem = z.object({
  code: z.string(),
  from: z.enum(STATUSES).optional(),
  to: z.enum(STATUSES).optional(),
  errors: z.array(z.object({ field: z.string() })).optional(),
})

async function judge<T>(response: Response, schema: z.ZodType<T>): Promise<ApiAnswer<T>> {
  const failed = (failure: ApiFailure): ApiAnswer<T> => ({ ok: false, failure })
  if (response.status === 401) return failed({ code: 'signed_out' })
  if (response.status === 403) return failed({ code: 'permission_missing' })
  const body: unknown = await response.json()
  if (response.ok) return { ok: true, value: schema.parse(body) }
  const { code, from, to, errors = [] } = problem.parse(body)
  if (code === 'task_unknown' || code === 'progress_refused') return failed({ code })
  if (code === 'transition_refused' && from && to) return failed({ code, from, to })
  if (code === 'fields_invalid') return failed({ code, fields: errors.map(({ field }) => field) })
  return failed({ code: 'unavailable' })
}

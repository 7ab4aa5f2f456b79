// Answers the requests under the URL of the attachments: uploads, downloads, and direct uploads by
// form.

import { Readable } from 'node:stream'
import type { RateLimit } from '../../chatkit/http/rate-limit.ts'
import type { ChatCaller, ChatkitServerOptions } from '../../chatkit/options.ts'
import { type AttachmentStorage, wireAttachment } from '../../chatkit/threads/attachment.ts'
import { principalKey } from '../../core/principal.ts'
import { headersOf } from './media-types.ts'
import type { AttachmentParts } from './parts.ts'
import { recordAt } from './records.ts'
import { NOT_FOUND, notAllowed, refusal, refusalOf, tooMany } from './refusals.ts'
import { takeForm, takeUpload, type Upload } from './upload.ts'

/** What the routes need besides the parts. */
export interface RouteOptions<C extends ChatCaller> {
  readonly storage: AttachmentStorage
  /** Undefined: there are no direct uploads. */
  readonly admit: ChatkitServerOptions<C>['admit'] | undefined
  readonly rateLimit: RateLimit | undefined
  /** The value of the header `Cross-Origin-Resource-Policy`. */
  readonly pages: string
  /** Called before each direct upload. */
  readonly onUpload: () => void
}

/** Answers a request under the URL of the attachments; undefined for any other. It never throws. */
export async function answerRequest<C extends ChatCaller>(
  request: Request,
  parts: AttachmentParts,
  options: RouteOptions<C>,
): Promise<Response | undefined> {
  const { path } = parts.links
  const url = new URL(request.url)
  if (url.pathname !== path && !url.pathname.startsWith(`${path}/`)) return undefined
  try {
    return await route(request, url, parts, options)
  } catch (error) {
    parts.onError(error)
    return refusal(refusalOf(error).refused)
  } finally {
    // Nobody reads the rest of a request that was refused early: give its connection up.
    if (request.body && !request.bodyUsed) request.body.cancel().catch(() => {})
  }
}

async function route<C extends ChatCaller>(
  request: Request,
  url: URL,
  parts: AttachmentParts,
  options: RouteOptions<C>,
): Promise<Response> {
  if (url.pathname.replace(/\/$/, '') === parts.links.path)
    return uploadForm(request, parts, options)
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return download(request, url, parts, options.pages)
    case 'PUT':
      return answerUpload(await takeUpload(request, url, parts), options.storage)
    default:
      return refusal(notAllowed('GET, HEAD, PUT'))
  }
}

/** A direct upload: the file in a form, the person known by their credential. */
async function uploadForm<C extends ChatCaller>(
  request: Request,
  parts: AttachmentParts,
  { admit, rateLimit, storage, onUpload }: RouteOptions<C>,
): Promise<Response> {
  if (!admit) return refusal(NOT_FOUND)
  if (request.method !== 'POST') return refusal(notAllowed('POST'))
  const admission = await admit(request)
  if (!admission.ok) return admission.response
  const caller = admission.value
  try {
    const owner = principalKey(caller.principal)
    const allowed = await rateLimit?.take(owner, 'request')
    if (allowed && !allowed.ok) return refusal(tooMany(allowed.retryAfter))
    onUpload()
    return answerUpload(await takeForm(request, owner, parts), storage)
  } finally {
    await caller.end().catch(parts.onError)
  }
}

async function download(
  request: Request,
  url: URL,
  parts: AttachmentParts,
  pages: string,
): Promise<Response> {
  const { links, folder, now } = parts
  const place = links.verify(url, 'download', Math.floor(now() / 1000))
  const record = place && (await recordAt(place, parts))
  const file = record && !record.upload_descriptor ? await folder.open(place) : undefined
  if (!record || !file) return refusal(NOT_FOUND)
  const headers = {
    ...headersOf(record.name, record.mime_type),
    'content-length': String(file.size),
    'cross-origin-resource-policy': pages,
  }
  if (request.method === 'GET')
    return new Response(Readable.toWeb(file.handle.createReadStream()), { headers })
  await file.handle.close()
  return new Response(null, { headers })
}

function answerUpload(upload: Upload, storage: AttachmentStorage): Response {
  if (!upload.ok) return refusal(upload.refusal)
  return Response.json(wireAttachment(upload.value, storage), {
    headers: { 'cache-control': 'no-store' },
  })
}

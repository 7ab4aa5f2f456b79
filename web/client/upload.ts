// Sends the bytes of an attachment, with progress. It uses XMLHttpRequest, because fetch does not
// tell how much it has sent.

import { Unreachable } from './refused.ts'

/** Where to send the bytes, and how. */
export interface UploadRequest {
  readonly url: string
  readonly method: 'POST' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
  readonly body: Blob | FormData
  readonly signal: AbortSignal
  /** From 0 to 1. */
  readonly onProgress: (share: number) => void
}

/**
 * Sends bytes and returns the text that the server answered.
 * @throws Unreachable for anything but a success
 */
export type Uploader = (request: UploadRequest) => Promise<string>

/** Sends bytes with the browser's XMLHttpRequest. */
export const browserUpload: Uploader = ({ url, method, headers, body, signal, onProgress }) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const fail = () => reject(new Unreachable())
    const abort = () => request.abort()
    request.open(method, url)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total)
    })
    request.addEventListener('load', () =>
      request.status >= 200 && request.status < 300 ? resolve(request.responseText) : fail(),
    )
    request.addEventListener('error', fail)
    request.addEventListener('abort', fail)
    request.addEventListener('loadend', () => signal.removeEventListener('abort', abort))
    if (signal.aborted) return fail()
    signal.addEventListener('abort', abort, { once: true })
    request.send(body)
  })

// Reads the one file of a form (multipart/form-data, RFC 7578) and hands it on while it arrives.

import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { BusboyFileStream, BusboyInstance } from '@fastify/busboy'
import { TooLarge } from './attachment-folder.ts'

/** A file. Its name and media type are what the form claims. */
export interface FormFile {
  readonly name: string
  readonly mediaType: string
  readonly bytes: AsyncIterable<Uint8Array>
}

/** The body is not a form, or ended in the middle of one. */
export class BadForm extends Error {
  override readonly name = 'BadForm'
}

/** How many bytes a form may have besides its file: boundaries, headers, and fields (ignored). */
export const MAX_FORM_OVERHEAD_BYTES: number = 64 * 1024

/**
 * Reads a form and passes the file in its field `file` to `take`, once.
 *
 * @returns What `take` returned; undefined when there is no such file.
 * @throws BadForm; TooLarge; or what `take` or the source throws.
 */
export async function takeFormFile<T>(
  contentType: string,
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
  take: (file: FormFile) => Promise<T>,
): Promise<T | undefined> {
  const form = await openForm(contentType)
  let failure: Error | undefined
  let taken: Promise<T> | undefined
  const streams: BusboyFileStream[] = []
  const fail = (error: unknown) => {
    failure ??= error instanceof Error ? error : new BadForm()
  }
  // Errors also reach the writer of the form and the readers of its files. This listener is there
  // because an error event without one would end the process.
  form.on('error', () => {})
  form.on('file', (field, stream, name, _encoding, mediaType) => {
    streams.push(stream)
    stream.on('error', () => {})
    if (field !== 'file' || taken) {
      stream.resume()
      return
    }
    taken = take({ name: name ?? '', mediaType, bytes: fileBytes(stream) })
    taken.catch((error) => {
      fail(error)
      form.destroy(new BadForm())
    })
  })
  try {
    await pipeline(
      Readable.from(bounded(source, maxBytes + MAX_FORM_OVERHEAD_BYTES, fail), {
        objectMode: false,
      }),
      form,
    )
  } catch {
    fail(new BadForm())
    // A file stream that was cut does not end by itself.
    for (const stream of streams) stream.destroy(new BadForm())
  }
  const result = await taken?.catch(fail)
  if (failure) throw failure
  return result ?? undefined
}

async function openForm(contentType: string): Promise<BusboyInstance> {
  // Loaded with the first form, so that a program starts without it.
  const { Busboy } = await import('@fastify/busboy')
  const limits = {
    fieldNameSize: 100,
    fieldSize: 1024,
    fields: 20,
    files: 20,
    parts: 20,
    headerPairs: 40,
    headerSize: 8192,
  }
  try {
    return new Busboy({ headers: { 'content-type': contentType }, limits })
  } catch {
    throw new BadForm()
  }
}

/** The chunks of a file. The parser's own error, for a form that ends too early, is a BadForm. */
async function* fileBytes(stream: BusboyFileStream): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* stream
  } catch {
    throw new BadForm()
  }
}

/** The chunks of a source, up to a number of bytes. */
async function* bounded(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
  fail: (error: unknown) => void,
): AsyncGenerator<Uint8Array, void, void> {
  let size = 0
  try {
    for await (const chunk of source) {
      size += chunk.length
      if (size > maxBytes) throw new TooLarge()
      yield chunk
    }
  } catch (error) {
    fail(error)
    throw error
  }
}

// The one file of a form (multipart/form-data, RFC 7578), handed on while it arrives.

import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { BusboyFileStream, BusboyInstance } from '@fastify/busboy'
import { TooLarge } from './attachment-folder.ts'

/** A file as the form says it is. */
export interface FormFile {
  readonly name: string
  readonly mediaType: string
  readonly bytes: AsyncIterable<Uint8Array>
}

/** The form is none, or was cut. */
export class BadForm extends Error {
  override readonly name = 'BadForm'
}

/** Bytes of a form besides its file: boundaries, headers, and fields, which are not looked at. */
export const AROUND: number = 64 * 1024

/**
 * Reads a form and gives the file in the field `file` to `take`, once.
 *
 * @param most Bytes that the file may have.
 * @returns What `take` gave; undefined when there is no such file.
 * @throws BadForm, TooLarge, or what `take` or the source throws.
 */
export async function takeFormFile<T>(
  contentType: string,
  source: AsyncIterable<Uint8Array>,
  most: number,
  take: (file: FormFile) => Promise<T>,
): Promise<T | undefined> {
  // Loaded when a form comes, so that nobody's start waits for it.
  const { Busboy } = await import('@fastify/busboy')
  let form: BusboyInstance
  try {
    const limits = {
      fieldNameSize: 100,
      fieldSize: 1024,
      fields: 20,
      files: 20,
      parts: 20,
      headerPairs: 40,
      headerSize: 8192,
    }
    form = new Busboy({ headers: { 'content-type': contentType }, limits })
  } catch {
    throw new BadForm()
  }
  let failure: Error | undefined
  let taken: Promise<T> | undefined
  const streams: BusboyFileStream[] = []
  const fail = (error: unknown) => {
    failure ??= error instanceof Error ? error : new BadForm()
  }
  // Errors are told to whoever writes the form and reads its files; without a listener, one that comes later would end the process.
  form.on('error', () => {})
  form.on('file', (field, stream, name, _encoding, mediaType) => {
    streams.push(stream)
    stream.on('error', () => {})
    if (field !== 'file' || taken) {
      stream.resume()
      return
    }
    taken = take({ name: name ?? '', mediaType, bytes: stream })
    taken.catch((error) => {
      fail(error)
      form.destroy(new BadForm())
    })
  })
  try {
    await pipeline(Readable.from(bounded(source, most + AROUND, fail), { objectMode: false }), form)
  } catch {
    fail(new BadForm())
    // A file that was cut does not end by itself.
    for (const stream of streams) stream.destroy(new BadForm())
  }
  const result = await taken?.catch(fail)
  if (failure) throw failure
  return result ?? undefined
}

async function* bounded(
  source: AsyncIterable<Uint8Array>,
  most: number,
  fail: (error: unknown) => void,
): AsyncGenerator<Uint8Array, void, void> {
  let size = 0
  try {
    for await (const chunk of source) {
      size += chunk.length
      if (size > most) throw new TooLarge()
      yield chunk
    }
  } catch (error) {
    fail(error)
    throw error
  }
}

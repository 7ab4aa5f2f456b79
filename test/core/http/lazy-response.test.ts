// A Response whose body is no stream yet is read like the platform's.

import { describe, expect, it } from 'vitest'
import { jsonBody, LazyResponse, textBody } from '../../../src/core/http/lazy-response.ts'

const TEXT = '{"a":"ö"}'
const headers = { 'content-type': 'application/json' }
const lazy = () => new LazyResponse(textBody(TEXT), { status: 201, headers }, 'https://a.example/b')
const plain = () => new Response(TEXT, { status: 201, headers })

const READS: Readonly<Record<string, (response: Response) => Promise<unknown>>> = {
  text: (response) => response.text(),
  json: (response) => response.json(),
  arrayBuffer: async (response) => new Uint8Array(await response.arrayBuffer()),
  bytes: (response) => response.bytes(),
  blob: async (response) => (await response.blob()).text(),
  body: (response) => new Response(response.body).text(),
  clone: (response) => response.clone().text(),
}

describe.each(Object.entries(READS))('%s', (name, read) => {
  it(`${name} gives what the platform gives`, async () => {
    expect(await read(lazy())).toEqual(await read(plain()))
  })

  it(`${name} gives it of a value that was not written yet, too`, async () => {
    const body = jsonBody(JSON.parse(TEXT))
    expect(await read(new LazyResponse(body, {}, ''))).toEqual(await read(plain()))
    expect(body.bodyUsed).toBe(true)
  })

  it(`${name} uses the body up, but for a clone`, async () => {
    const response = lazy()
    await read(response)
    expect(response.bodyUsed).toBe(name !== 'clone')
    if (response.bodyUsed) await expect(response.text()).rejects.toThrow(TypeError)
    else expect(await response.text()).toBe(TEXT)
  })
})

it('is a Response with its status, its headers and where it came from', () => {
  const response = lazy()
  expect(response).toBeInstanceOf(Response)
  expect([
    response.status,
    response.ok,
    response.url,
    response.headers.get('content-type'),
  ]).toEqual([201, true, 'https://a.example/b', 'application/json'])
  expect(response.bodyUsed).toBe(false)
})

it('quotes a text that is no JSON no more than the platform does: the promise rejects', async () => {
  await expect(new LazyResponse(textBody('{'), {}, '').json()).rejects.toThrow(SyntaxError)
})

it('gives a value as it is to whoever reads it as JSON, once', async () => {
  const value = { a: 'ö' }
  const response = new LazyResponse(jsonBody(value), {}, '')
  expect(await response.json()).toBe(value)
  await expect(response.json()).rejects.toThrow(TypeError)
})

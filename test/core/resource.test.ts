import { describe, expect, it } from 'vitest'
import {
  canonicalResource,
  isLoopback,
  resourceMetadataResponse,
  resourceMetadataUrl,
} from '../../src/core/resource.ts'

describe('a resource identifier', () => {
  it.each([
    ['https://Tasks.Example/mcp', 'https://tasks.example/mcp'],
    ['HTTPS://tasks.example', 'https://tasks.example'],
    ['https://tasks.example/', 'https://tasks.example'],
    ['https://tasks.example:443/mcp', 'https://tasks.example/mcp'],
    ['https://tasks.example:8443/', 'https://tasks.example:8443'],
    ['https://tasks.example/mcp/', 'https://tasks.example/mcp/'],
    ['https://tasks.example/a/../mcp', 'https://tasks.example/mcp'],
    ['https://tasks.example/mcp?tenant=a', 'https://tasks.example/mcp?tenant=a'],
    ['https://tasks.example/mcp?', 'https://tasks.example/mcp'],
    ['https://tasks.example/?', 'https://tasks.example'],
    ['https://tasks.example/?a', 'https://tasks.example/?a'],
    ['http://localhost:3000/mcp', 'http://localhost:3000/mcp'],
    ['http://127.0.0.1/', 'http://127.0.0.1'],
    ['http://127.1/x', 'http://127.0.0.1/x'],
    ['http://[::1]:3000/', 'http://[::1]:3000'],
  ])('%s is spelled %s, once and again', (text, canonical) => {
    expect(canonicalResource(text)).toBe(canonical)
    expect(canonicalResource(canonical)).toBe(canonical)
  })

  it.each([
    ['', /absolute/],
    ['tasks', /absolute/],
    ['/mcp', /absolute/],
    ['//tasks.example/mcp', /absolute/],
    ['urn:tasks', /https/],
    ['ftp://tasks.example', /https/],
    ['javascript:alert(1)', /https/],
    ['http://tasks.example/mcp', /loopback/],
    ['http://localhost.example', /loopback/],
    ['http://127.0.0.1.example', /loopback/],
    ['http://0.0.0.0/', /loopback/],
    ['http://[::ffff:7f00:1]/', /loopback/],
    ['http://10.0.0.1', /loopback/],
    ['https://user@tasks.example', /user-info/],
    ['https://:secret@tasks.example', /user-info/],
    ['https://tasks.example/mcp#a', /fragment/],
    ['https://tasks.example/mcp#', /fragment/],
  ])('a resource identifier is not %j', (text, message) => {
    expect(() => canonicalResource(text)).toThrow(TypeError)
    expect(() => canonicalResource(text)).toThrow(message)
  })

  it('a resource identifier knows loopback addresses in every spelling that URLs reduce to one', () => {
    const spellings = [
      'http://127.0.0.1',
      'http://127.9.9.9',
      'http://2130706433',
      'http://0x7f.1',
      'http://LOCALHOST',
      'http://[0:0::1]',
    ]
    expect(spellings.map((text) => isLoopback(new URL(text)))).toEqual(spellings.map(() => true))
  })
})

describe('protected resource metadata', () => {
  it.each([
    ['https://a.example', 'https://a.example/.well-known/oauth-protected-resource'],
    ['https://a.example/mcp', 'https://a.example/.well-known/oauth-protected-resource/mcp'],
    ['https://a.example/t/1/mcp', 'https://a.example/.well-known/oauth-protected-resource/t/1/mcp'],
    ['https://a.example/mcp?t=1', 'https://a.example/.well-known/oauth-protected-resource/mcp?t=1'],
    ['https://a.example/?t=1', 'https://a.example/.well-known/oauth-protected-resource?t=1'],
  ])('protected resource metadata of %s lives at %s (RFC 9728 section 3.1)', (resource, url) => {
    expect(resourceMetadataUrl(resource)).toBe(url)
  })

  const metadata = {
    resource: 'https://a.example/mcp',
    authorization_servers: ['https://login.example'],
    bearer_methods_supported: ['header'],
  } as const

  it.each([
    'https://a.example/.well-known/oauth-protected-resource/mcp',
    'https://a.example/.well-known/oauth-protected-resource',
  ])('protected resource metadata is served at %s, to any origin', async (url) => {
    const response = resourceMetadataResponse(new Request(url), metadata)
    expect(response?.headers.get('access-control-allow-origin')).toBe('*')
    expect(await response?.json()).toEqual(metadata)
  })

  it('protected resource metadata is read, not written', () => {
    const response = resourceMetadataResponse(
      new Request('https://a.example/.well-known/oauth-protected-resource/mcp', { method: 'POST' }),
      metadata,
    )
    expect([response?.status, response?.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  it('protected resource metadata answers HEAD', () => {
    const request = new Request('https://a.example/.well-known/oauth-protected-resource/mcp', {
      method: 'HEAD',
    })
    expect(resourceMetadataResponse(request, metadata)?.status).toBe(200)
  })

  it.each([
    'https://a.example/mcp',
    'https://a.example/.well-known/oauth-protected-resource/other',
    'https://a.example/',
  ])('protected resource metadata leaves %s to others', (url) => {
    expect(resourceMetadataResponse(new Request(url), metadata)).toBeUndefined()
  })
})

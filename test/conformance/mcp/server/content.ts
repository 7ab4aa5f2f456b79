// What the suite wants to see in answers, and short ways to write them.

import type { CallToolResult, PromptMessage } from '@modelcontextprotocol/server'

/** A picture of one red pixel (PNG). */
export const IMAGE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
/** A sound of no length (WAV). */
const SOUND = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA='

type Content = PromptMessage['content']

export const text = (words: string): Content => ({ type: 'text', text: words })
export const image: Content = { type: 'image', data: IMAGE, mimeType: 'image/png' }
export const sound: Content = { type: 'audio', data: SOUND, mimeType: 'audio/wav' }
export const embedded = (uri: string, mimeType: string, words: string): Content => ({
  type: 'resource',
  resource: { uri, mimeType, text: words },
})

/** The result of a tool. */
export const result = (...content: Content[]): CallToolResult => ({ content })
/** The messages of a prompt. */
export const messages = (...content: Content[]) => ({
  messages: content.map((part) => ({ role: 'user' as const, content: part })),
})

/** The suite wants a description of everything. */
export const about = (name: string) => ({
  description: `What the conformance suite wants of ${name}`,
})

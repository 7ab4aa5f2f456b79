import { describe, expect, it } from 'vitest'
import { readMessages, requestIn } from '../../../src/mcp/answer/message.ts'

describe('the request in a body', () => {
  it.each([
    ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}', { id: 1, isToolCall: true }],
    ['{"jsonrpc":"2.0","id":0,"method":"tools\\/call"}', { id: 0, isToolCall: true }],
    [
      '{"id":"a","method":"tools/list","params":{"x":"tools/call"}}',
      { id: 'a', isToolCall: false },
    ],
    ['{"method":"notifications/cancelled"}', undefined],
    ['{"id":null,"method":"tools/call"}', undefined],
    ['{"id":{},"method":"tools/call"}', undefined],
    ['{"id":1,"result":{}}', undefined],
    ['{"id":1,"method":["tools/call"]}', undefined],
    ['[{"id":1,"method":"tools/call"}]', undefined],
    ['null', undefined],
    ['"tools/call"', undefined],
    ['', undefined],
    ['{', undefined],
  ])('is read from %s', (body, request) => {
    expect(requestIn(readMessages(body))).toEqual(request)
  })
})

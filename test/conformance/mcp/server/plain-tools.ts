// The tools of the suite that ask nobody anything.

import { fromJsonSchema, type McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { about, embedded, image, result, sound, text } from './content.ts'

const nothing = z.object({})
/** A parameter that clients send as a header, too (SEP-2243). */
const MIRRORED = { type: 'string', 'x-mcp-header': 'Region' } as const

/** Adds them to a server. `closeStream` ends the stream of a request, so that the client comes back. */
export function addPlainTools(
  server: McpServer,
  closeStream: (sessionId: string | undefined, requestId: string | number) => void,
): void {
  addContentTools(server)
  addNotifyingTools(server)
  addSchemaTools(server)
  server.registerTool(
    'test_reconnection',
    { ...about('test_reconnection'), inputSchema: nothing },
    async (_, { sessionId, mcpReq }) => {
      closeStream(sessionId, mcpReq.id)
      // The answer must come after the client has noticed. Nothing tells the server when that is.
      await new Promise((resolve) => setTimeout(resolve, 100))
      return result(text('The answer came on another stream.'))
    },
  )
}

function addContentTools(server: McpServer): void {
  const contents = {
    test_simple_text: [text('This is a simple text response for testing.')],
    test_image_content: [image],
    test_audio_content: [sound],
    test_embedded_resource: [
      embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
    ],
    test_multiple_content_types: [
      text('Multiple content types test:'),
      image,
      embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
    ],
    test_streaming_elicitation: [text('There are no requests in this stream.')],
  }
  for (const [name, content] of Object.entries(contents))
    server.registerTool(name, { ...about(name), inputSchema: nothing }, async () =>
      result(...content),
    )
  server.registerTool(
    'test_error_handling',
    { ...about('test_error_handling'), inputSchema: nothing },
    async () => {
      throw new Error('This tool intentionally returns an error for testing')
    },
  )
}

function addNotifyingTools(server: McpServer): void {
  server.registerTool(
    'test_logging_tool',
    { ...about('test_logging_tool'), inputSchema: nothing },
    async (_, { mcpReq }) => {
      await mcpReq.log('info', 'It is logged only when the request says a level.')
      return result(text('logged'))
    },
  )
  server.registerTool(
    'test_tool_with_logging',
    { ...about('test_tool_with_logging'), inputSchema: nothing },
    async (_, { mcpReq }) => {
      for (const data of [
        'Tool execution started',
        'Tool processing data',
        'Tool execution completed',
      ])
        await mcpReq.notify({ method: 'notifications/message', params: { level: 'info', data } })
      return result(text('Tool with logging executed successfully'))
    },
  )
  server.registerTool(
    'test_tool_with_progress',
    { ...about('test_tool_with_progress'), inputSchema: nothing },
    async (_, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken
      if (progressToken !== undefined)
        for (const progress of [0, 50, 100])
          await mcpReq.notify({
            method: 'notifications/progress',
            params: { progressToken, progress, total: 100 },
          })
      return result(text(String(progressToken)))
    },
  )
}

function addSchemaTools(server: McpServer): void {
  server.registerTool(
    'test_x_mcp_header',
    {
      ...about('test_x_mcp_header'),
      inputSchema: fromJsonSchema<{ region?: string }>({
        type: 'object',
        properties: {
          region: MIRRORED,
          level: { type: 'integer' },
        },
      }),
    },
    async ({ region }) => result(text(`region=${region}`)),
  )
  server.registerTool(
    'json_schema_2020_12_tool',
    {
      ...about('json_schema_2020_12_tool'),
      inputSchema: fromJsonSchema({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        $defs: {
          address: {
            $anchor: 'addressDef',
            type: 'object',
            properties: { street: { type: 'string' }, city: { type: 'string' } },
          },
        },
        properties: {
          name: { type: 'string' },
          address: { $ref: '#/$defs/address' },
          contactMethod: { type: 'string', enum: ['phone', 'email'] },
          phone: { type: 'string' },
          email: { type: 'string' },
        },
        allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
        if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
        // biome-ignore lint/suspicious/noThenProperty: JSON Schema names it so.
        then: { required: ['phone'] },
        else: { required: ['email'] },
        additionalProperties: false,
      }),
    },
    async (args) => result(text(JSON.stringify(args))),
  )
}

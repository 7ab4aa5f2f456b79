// The resources and prompts of the suite, and the small requests that every server answers.

import {
  acceptedContent,
  inputRequired,
  type McpServer,
  ResourceTemplate,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { about, embedded, IMAGE, image, messages, text } from './content.ts'
import { askFor } from './round-tools.ts'

/** Adds resources. */
export function addResources(server: McpServer): void {
  const texts = {
    'static-text': 'This is the content of the static text resource.',
    'watched-resource': 'Watched resource content',
  }
  for (const [name, words] of Object.entries(texts)) {
    const uri = `test://${name}`
    server.registerResource(name, uri, { mimeType: 'text/plain' }, async () => ({
      contents: [{ uri, mimeType: 'text/plain', text: words }],
    }))
  }
  const binary = 'test://static-binary'
  server.registerResource('static-binary', binary, { mimeType: 'image/png' }, async () => ({
    contents: [{ uri: binary, mimeType: 'image/png', blob: IMAGE }],
  }))
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { mimeType: 'application/json' },
    async (uri, { id }) => ({
      contents: [
        {
          uri: uri.href,
          mimeType: 'application/json',
          text: JSON.stringify({ id, templateTest: true }),
        },
      ],
    }),
  )
}

/** Adds prompts. */
export function addPrompts(server: McpServer): void {
  server.registerPrompt('test_simple_prompt', about('test_simple_prompt'), async () =>
    messages(text('This is a simple prompt for testing.')),
  )
  server.registerPrompt(
    'test_prompt_with_arguments',
    {
      ...about('test_prompt_with_arguments'),
      argsSchema: z.object({ arg1: z.string(), arg2: z.string() }),
    },
    async ({ arg1, arg2 }) => messages(text(`arg1='${arg1}', arg2='${arg2}'`)),
  )
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    {
      ...about('test_prompt_with_embedded_resource'),
      argsSchema: z.object({ resourceUri: z.string() }),
    },
    async ({ resourceUri }) =>
      messages(embedded(resourceUri, 'text/plain', 'Embedded.'), text('Please process it.')),
  )
  server.registerPrompt('test_prompt_with_image', about('test_prompt_with_image'), async () =>
    messages(image, text('Please analyze the image above.')),
  )
  server.registerPrompt(
    'test_input_required_result_prompt',
    about('test_input_required_result_prompt'),
    async ({ mcpReq }) => {
      const given = acceptedContent<{ context: string }>(mcpReq.inputResponses, 'user_context')
      return given
        ? messages(text(`Use the following context: ${given.context}`))
        : inputRequired({ inputRequests: { user_context: askFor('context') } })
    },
  )
}

/** Answers what is not about tools, resources or prompts. */
export function answerSmallRequests({ server }: McpServer): void {
  server.setRequestHandler('resources/subscribe', async () => ({}))
  server.setRequestHandler('resources/unsubscribe', async () => ({}))
  server.setRequestHandler('logging/setLevel', async () => ({}))
  server.setRequestHandler('completion/complete', async () => ({
    completion: { values: [], total: 0, hasMore: false },
  }))
}

// Lends the browser tests what they share, from Vitest's main process: one Chromium, and one build
// of the chat component. Each is made when the first test file asks for it, so a run without
// browser tests costs nothing.

import { createServer } from 'node:http'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The lender's URL. */
    lender: string
  }
}

/** Vitest's `globalSetup`. Returns the teardown, which closes the browser. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  let browser: Promise<{ wsEndpoint(): string; close(): Promise<void> }> | undefined
  let component: Promise<string> | undefined
  const things: Readonly<Record<string, () => Promise<string>>> = {
    '/browser': async () => {
      browser ??= import('./browser.ts').then(({ serveBrowser }) => serveBrowser())
      return (await browser).wsEndpoint()
    },
    '/component': () => {
      component ??= import('./built-component.ts').then(async ({ buildComponent }) =>
        JSON.stringify(await buildComponent()),
      )
      return component
    },
  }
  const server = createServer((request, response) => {
    const make = things[request.url ?? '']
    if (!make) return void response.writeHead(404).end()
    make().then(
      (text) => response.end(text),
      (error) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // The lender alone keeps no process alive.
  server.unref()
  const address = server.address()
  project.provide('lender', `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`)
  return async () => {
    server.closeAllConnections()
    server.close()
    await (await browser?.catch(() => undefined))?.close()
  }
}

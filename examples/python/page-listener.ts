// Serves the page of the example: three files and where the parts are.

import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { chatModules } from '../taskflow/page-server.ts'

/** Makes the listener. It reads its files once, here. */
export function pageListener(config: {
  readonly issuer: string
  readonly gateway: string
}): RequestListener {
  const file = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8')
  const served: Readonly<Record<string, readonly [type: string, body: string]>> = {
    '/': ['text/html; charset=utf-8', file('page.html')],
    '/page.js': ['text/javascript', file('page.js')],
    '/config.json': ['application/json', JSON.stringify(config)],
    ...Object.fromEntries(
      [...chatModules()].map(([path, body]) => [path, ['text/javascript', body] as const]),
    ),
  }
  return (request, response) => {
    const [path = ''] = (request.url ?? '').split('?', 1)
    const [type, body] = served[path] ?? []
    if (type === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' }).end(body)
  }
}

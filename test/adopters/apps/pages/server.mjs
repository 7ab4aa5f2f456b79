// Serves a page that Vite has built, its token and its chat.

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'
import { chatkit } from './chat.mjs'

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://page')
  if (pathname === '/chatkit') return void chatkit.listener(request, response)
  if (pathname === '/token') return void response.end('alice')
  try {
    const path = join('dist', pathname === '/' ? 'index.html' : pathname)
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'text/plain' })
    response.end(readFileSync(path))
  } catch {
    response.end()
  }
}).listen(Number(process.env.PORT), '127.0.0.1')

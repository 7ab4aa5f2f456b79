// The pages of docs/chat/frameworks.md that need a compiler of their own, word for word: each is
// built as its framework builds it, and used in the real browser. No test lives here.

import { launchBrowser } from '../browser/browser.ts'
import { must } from '../issuers-real/tally.ts'
import type { Adopter } from './adopter.ts'

const script = (path: string, ...args: string[]) => ({
  command: process.execPath,
  args: [path, ...args],
})

/** Copied into each project: the docs, and the chat that the page talks to. */
const SHARED = {
  '../../../docs/chat/frameworks.md': 'frameworks.md',
  'snippet.mjs': 'snippet.mjs',
  'pages/chat.mjs': 'chat.mjs',
}

/** A page that Vite builds. */
function vite(name: string, kind: 'vue' | 'svelte', packages: Adopter['packages']): Adopter {
  return {
    name,
    files: {
      ...SHARED,
      'pages/server.mjs': 'server.mjs',
      'pages/index.html': 'index.html',
      [`pages/${kind}.start.js`]: 'start.js',
      [`pages/${kind}.config.mjs`]: 'vite.config.mjs',
    },
    packages: { vite: '^8.4.0', ...packages },
    build: () => [
      script('snippet.mjs', 'frameworks.md', kind, `App.${kind}`),
      script('node_modules/vite/bin/vite.js', 'build'),
    ],
    start: () => script('server.mjs'),
    prove: usePage,
  }
}

const next = (...args: string[]) => script('node_modules/next/dist/bin/next', ...args)

/** The page in React, built by Vite. */
export function reactPage(name: string, packages: Adopter['packages']): Adopter {
  return {
    name,
    files: {
      ...SHARED,
      'pages/server.mjs': 'server.mjs',
      'pages/index.html': 'index.html',
      'pages/react.start.js': 'start.js',
    },
    packages: { vite: '^8.4.0', ...packages },
    build: () => [
      script('snippet.mjs', 'frameworks.md', 'tsx', 'Assistant.tsx'),
      script('node_modules/vite/bin/vite.js', 'build'),
    ],
    start: () => script('server.mjs'),
    prove: usePage,
  }
}

export const PAGES: readonly Adopter[] = [
  vite('The page in Vue 3', 'vue', { vue: '^3.5.0', '@vitejs/plugin-vue': '^6.0.0' }),
  vite('The page in Svelte 5', 'svelte', {
    svelte: '^5.57.0',
    '@sveltejs/vite-plugin-svelte': '^7.3.0',
  }),
  {
    name: 'The page in Next.js 16',
    files: { ...SHARED, 'pages/next': '.' },
    packages: {
      next: '^16.4.0',
      react: '^19.0.0',
      'react-dom': '^19.0.0',
      typescript: '~5.9.3',
      '@types/react': '^19.0.0',
      '@types/node': '^24.0.0',
    },
    build: () => [script('snippet.mjs', 'frameworks.md', 'tsx', 'assistant.tsx'), next('build')],
    start: ({ port }) => next('start', '-p', String(port), '-H', '127.0.0.1'),
    prove: usePage,
  },
]

/** A person says hello, and is answered. Each request to the chat has the token. */
async function usePage(origin: string): Promise<string> {
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage({ viewport: { width: 900, height: 700 } })
    const troubles: string[] = []
    const tokens = new Set<string>()
    page.on('pageerror', ({ message }) => troubles.push(message))
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('favicon'))
        troubles.push(message.text())
    })
    page.on('request', (request) => {
      if (request.url().endsWith('/chatkit')) tokens.add(request.headers().authorization ?? 'none')
    })
    await page.goto(origin)
    await page.getByText('What shall we do?').waitFor()
    const field = page.getByRole('textbox', { name: 'Message' })
    await field.fill('hello')
    await field.press('Enter')
    await page.getByText('Hello there.', { exact: true }).waitFor()
    must([...tokens].join() === 'Bearer alice', `the chat was asked with ${[...tokens].join()}`)
    must(troubles.length === 0, troubles.join('; '))
    return 'the greeting, a message, its answer, each request with the token'
  } finally {
    await browser.close()
  }
}

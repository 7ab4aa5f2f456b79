import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { Assistant } from './Assistant.tsx'

createRoot(document.getElementById('app')).render(
  createElement(Assistant, { person: 'alice', start: null }),
)

// The style sheet of the content, as text: the shell adopts it, so a strict `style-src` holds. Colours are the shell's custom properties.

import { widgetStyles } from './widget/styles.ts'

const BASE = `
.item,.md{--c-text:var(--chat-text,light-dark(#1a1d24,#eceef2));--c-muted:var(--chat-muted,light-dark(#59606e,#a3abb9));--c-line:var(--chat-border,light-dark(#dfe2e8,#363b47));--c-field:var(--chat-field-border,light-dark(#858c99,#7d8594));--c-surface:var(--chat-surface,light-dark(#f6f7f9,#1e2128));--c-raised:var(--chat-raised,light-dark(#fff,#24272f));--c-hover:var(--chat-hover,light-dark(#eceef2,#2c303a));--c-accent:var(--chat-accent,light-dark(#2f5bd7,#86a5ff));--c-on-accent:var(--chat-accent-text,light-dark(#fff,#10131b));--c-success:var(--chat-success,light-dark(#1d7a43,#6fce95));--c-warning:var(--chat-warning,light-dark(#8a5a00,#e9b653));--c-danger:var(--chat-danger,light-dark(#b3261e,#ff9d94));--c-info:var(--chat-info,light-dark(#1f5f9e,#8cc0f2));--c-discovery:light-dark(#7a3db8,#c9a0f5);--c-radius:var(--chat-radius,.75rem);color:var(--c-text);overflow-wrap:anywhere;min-width:0}
.item *,.md *{box-sizing:border-box}
.item [hidden],.md [hidden]{display:none!important}
.item :focus-visible,.md :focus-visible{outline:2px solid var(--c-accent);outline-offset:2px}
.item bdi{unicode-bidi:isolate}
.icon{inline-size:1.15em;block-size:1.15em;vertical-align:-.2em;fill:none;stroke:currentColor;stroke-width:1.7;stroke-linecap:round;stroke-linejoin:round;flex:none}
.icon.filled{fill:currentColor}
.quiet{color:var(--c-muted);font-size:.9em;margin:0}
.error{color:var(--c-danger);margin:.5rem 0 0}
.item button,.md button,.item input,.item select,.item textarea{font:inherit;color:inherit}
.item button,.md button{cursor:pointer}
.item button:disabled,.item button[aria-disabled=true]{cursor:default;opacity:.55}
.link{color:var(--c-accent);text-underline-offset:.15em}
.address{color:var(--c-muted);font-size:.9em;word-break:break-all}
.image,.generated img{max-inline-size:100%;block-size:auto;border-radius:.5rem}
`

const MARKDOWN = `
.md>*{margin-block:0 .75em}
.md>:last-child{margin-block-end:0}
.md h3,.md h4,.md h5,.md h6{line-height:1.3;margin-block:1em .4em}
.md>:first-child{margin-block-start:0}
.md h3{font-size:1.2em}.md h4{font-size:1.08em}.md h5,.md h6{font-size:1em}
.md ul,.md ol{padding-inline-start:1.6em}
.md li+li{margin-block-start:.2em}
.md li>ul,.md li>ol{margin-block:.2em}
.md li.task{list-style:none;margin-inline-start:-1.3em}
.md blockquote,.quoted{margin-inline:0;padding-inline-start:.8em;border-inline-start:3px solid var(--c-line);color:var(--c-muted)}
.md hr{border:0;border-block-start:1px solid var(--c-line)}
.md code{font-family:var(--chat-mono,ui-monospace,Menlo,Consolas,monospace);font-size:.9em;background:var(--c-hover);border-radius:.3em;padding:.1em .3em}
.md .raw{white-space:pre-wrap}
.md figure{margin-inline:0;border:1px solid var(--c-line);border-radius:.5rem;background:var(--c-surface);overflow:hidden}
.md figcaption{display:flex;justify-content:space-between;align-items:center;gap:.5rem;padding:.25rem .5rem .25rem .75rem;color:var(--c-muted);font-size:.85em;border-block-end:1px solid var(--c-line)}
.md pre{margin:0;padding:.75rem;overflow:auto;text-align:left}
.md pre code{background:none;padding:0;white-space:pre;overflow-wrap:normal}
.copy{border:0;background:none;padding:.2rem .5rem;border-radius:.3rem}
.copy:hover{background:var(--c-hover)}
.scroll{overflow-x:auto;max-inline-size:100%}
.md table{border-collapse:collapse}
.md th,.md td{border:1px solid var(--c-line);padding:.35em .6em;text-align:start;overflow-wrap:normal}
.md th{background:var(--c-surface)}
.to-center{text-align:center!important}.to-right{text-align:end!important}
.mark{line-height:0}
.mark button{border:0;border-radius:.5em;background:var(--c-hover);color:var(--c-accent);padding:.1em .4em;margin-inline:.1em;font-size:.95em;line-height:1.2}
`

const ITEMS = `
.user .text{white-space:pre-wrap}
.tag{background:var(--c-hover);border-radius:.4em;padding:.05em .4em}
.quoted{margin-block:0 .4em;white-space:pre-wrap;font-size:.9em;max-block-size:8em;overflow:auto}
.attached{list-style:none;display:flex;flex-wrap:wrap;gap:.5rem;margin:.5rem 0 0;padding:0}
.attached li{display:flex;align-items:center;gap:.4rem;border:1px solid var(--c-line);border-radius:.5rem;padding:.3rem .6rem;max-inline-size:100%;font-size:.9em}
.attached img{inline-size:3rem;block-size:3rem;object-fit:cover;border-radius:.3rem}
.assistant{display:grid;gap:.75em}
.assistant>*{min-inline-size:0}
.sources{border-block-start:1px solid var(--c-line);padding-block-start:.5em;font-size:.9em}
.sources h3{font-size:1em;margin:0 0 .3em;color:var(--c-muted)}
.sources ol{margin:0;padding-inline-start:1.6em}
.step{display:flex;align-items:baseline;gap:.45em;color:var(--c-muted);font-size:.92em}
.step .icon{align-self:center}
.indicator{flex:none}
.indicator[data-status=loading]{inline-size:.8em;block-size:.8em;border:2px solid var(--c-line);border-block-start-color:var(--c-accent);border-radius:50%;animation:turn 1s linear infinite}
.indicator[data-status=complete]{color:var(--c-success)}
.indicator[data-status=none]{display:none}
@keyframes turn{to{rotate:1turn}}
@media (prefers-reduced-motion:reduce){.item *{animation-duration:4s!important;transition:none!important}}
.workflow summary{cursor:pointer;color:var(--c-muted);border-radius:.3rem;inline-size:fit-content;max-inline-size:100%}
.workflow summary .sign{margin-inline:.15em .4em}
.tasks{list-style:none;margin:.5em 0 0;padding-inline-start:.9em;border-inline-start:2px solid var(--c-line);display:grid;gap:.6em}
.tasks>li{min-inline-size:0}
.task .md{color:var(--c-muted);font-size:.92em;margin-block-start:.2em}
.details{margin:.2em 0 0;padding-inline-start:1.4em;list-style:none;font-size:.9em;color:var(--c-muted)}
.questions form,.question{display:grid;gap:.5em}
.questions form{gap:1em;border:1px solid var(--c-line);border-radius:var(--c-radius);padding:1rem;background:var(--c-raised)}
fieldset.question{border:0;margin:0;padding:0;min-inline-size:0}
.question .title{font-weight:600;padding:0}
.question legend{margin-block-end:.4em}
.choice{display:flex;gap:.5em;align-items:baseline}
.questions textarea,.questions .field{inline-size:100%;border:1px solid var(--c-field);border-radius:.5rem;padding:.45rem .6rem;background:none}
.buttons{display:flex;flex-wrap:wrap;gap:.5rem}
.buttons button{border:1px solid var(--c-field);border-radius:.5rem;background:none;padding:.4rem .9rem;min-block-size:2.25rem}
.buttons .primary{background:var(--c-accent);color:var(--c-on-accent);border-color:transparent}
.answers{margin:0;border-inline-start:3px solid var(--c-line);padding-inline-start:.8em}
.answers dt{color:var(--c-muted)}.answers dd{margin:0 0 .5em}
`

/** Everything that the content needs. */
export const contentStyles: string = BASE + MARKDOWN + ITEMS + widgetStyles

// The styles of widgets. What a widget says of its own looks is set on its elements; this is all the rest.

/** The style sheet, as text. */
export const widgetStyles = `
.widget-item {
  display: grid;
  gap: 0.375rem;
  min-width: 0;
}

.w-card,
.w-basic {
  display: flex;
  flex-direction: column;
  gap: 0.75rem;
  min-width: 0;
}

.w-card {
  max-width: 28rem;
  padding: 1rem;
  border: 1px solid var(--chat-border);
  border-radius: var(--chat-radius);
  background: var(--chat-raised);
}

.w-card-sm {
  max-width: 22rem;
}

.w-card-lg {
  max-width: 36rem;
}

.w-card-full {
  max-width: none;
}

.w-card-body {
  gap: 0.75rem;
  min-width: 0;
}

.w-box,
.w-item-action {
  min-width: 0;
}

.w-row,
.w-item,
.w-item-action {
  align-items: center;
  gap: 0.5rem;
}

.w-spacer {
  flex: 1 1 auto;
}

.w-divider {
  width: 100%;
  margin-block: 0.25rem;
  border: 0;
  border-top: 1px solid var(--chat-border);
}

.w-flush {
  width: calc(100% + 2rem);
  margin-inline: -1rem;
}

.w-text,
.w-title,
.w-caption,
.w-status,
.w-problem {
  margin: 0;
  overflow-wrap: anywhere;
}

.w-title {
  font-size: 1.0625rem;
  font-weight: 600;
  line-height: 1.3;
}

.w-title.w-sm {
  font-size: 0.9375rem;
}

.w-title.w-lg {
  font-size: 1.25rem;
}

.w-title.w-xl,
.w-title.w-2xl {
  font-size: 1.5rem;
}

.w-title.w-3xl,
.w-title.w-4xl,
.w-title.w-5xl {
  font-size: 2rem;
}

.w-text.w-xs {
  font-size: 0.75rem;
}

.w-text.w-sm {
  font-size: 0.8125rem;
}

.w-text.w-lg {
  font-size: 1.0625rem;
}

.w-text.w-xl {
  font-size: 1.25rem;
}

.w-caption,
.w-status {
  color: var(--chat-muted);
  font-size: 0.8125rem;
}

.w-status {
  display: flex;
  align-items: center;
  gap: 0.375rem;
}

.w-problem {
  color: var(--chat-danger);
  font-size: 0.8125rem;
}

.w-problem:empty {
  display: none;
}

.w-truncate {
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}

.w-clamp {
  display: -webkit-box;
  overflow: hidden;
  -webkit-box-orient: vertical;
}

.w-badge {
  display: inline-flex;
  align-self: start;
  padding: 0.0625rem 0.4375rem;
  border: 1px solid transparent;
  border-radius: 0.375rem;
  font-size: 0.75rem;
  font-weight: 500;
  color: var(--tone, var(--chat-muted));
  background: var(--tone-bg, var(--chat-surface));
}

.w-badge.w-outline {
  border-color: currentColor;
  background: transparent;
}

.w-badge.w-solid {
  color: var(--chat-bg);
  background: var(--tone, var(--chat-muted));
}

.w-success,
.w-tone-success {
  --tone: var(--chat-success);
  --tone-bg: var(--chat-success-bg);
}

.w-danger,
.w-tone-danger {
  --tone: var(--chat-danger);
  --tone-bg: var(--chat-danger-bg);
}

.w-warning,
.w-tone-warning,
.w-tone-caution {
  --tone: var(--chat-warning);
  --tone-bg: var(--chat-warning-bg);
}

.w-info,
.w-discovery,
.w-tone-info,
.w-tone-discovery {
  --tone: var(--chat-info);
  --tone-bg: var(--chat-info-bg);
}

.w-pill {
  border-radius: 999px;
}

.w-block {
  width: 100%;
}

.w-icon {
  flex: none;
  width: 1rem;
  height: 1rem;
  fill: none;
  stroke: currentColor;
  stroke-width: 2;
  stroke-linecap: round;
  stroke-linejoin: round;
}

.w-image {
  max-width: 100%;
  border-radius: 0.5rem;
}

.w-frame {
  border: 1px solid var(--chat-border);
}

.w-button {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  gap: 0.375rem;
  min-height: 2.25rem;
  padding: 0.25rem 0.875rem;
  border: 1px solid var(--chat-field-border);
  border-radius: 0.5rem;
  background: var(--chat-raised);
  color: var(--tone, var(--chat-text));
  font: inherit;
  font-weight: 500;
  cursor: pointer;
}

.w-button.w-pill {
  border-radius: 999px;
}

.w-button:hover:not(:disabled) {
  background: var(--chat-hover);
}

.w-button.w-primary {
  border-color: transparent;
  background: var(--tone, var(--chat-accent));
  color: var(--chat-accent-text);
}

.w-button.w-primary:hover:not(:disabled) {
  filter: brightness(1.08);
}

.w-button.w-ghost {
  border-color: transparent;
  background: transparent;
}

.w-button:disabled {
  opacity: 0.55;
  cursor: default;
}

.w-button[aria-busy="true"],
.w-item-action[aria-busy="true"] {
  cursor: progress;
}

.w-buttons {
  display: flex;
  flex-wrap: wrap;
  justify-content: end;
  gap: 0.5rem;
}

.w-form {
  gap: 0.75rem;
}

.w-input {
  box-sizing: border-box;
  width: 100%;
  min-height: 2.25rem;
  padding: 0.375rem 0.625rem;
  border: 1px solid var(--chat-field-border);
  border-radius: 0.5rem;
  background: var(--chat-bg);
  color: inherit;
  font: inherit;
}

.w-area {
  resize: vertical;
}

.w-input:user-invalid {
  border-color: var(--chat-danger);
}

.w-label {
  font-weight: 500;
}

.w-check {
  display: flex;
  align-items: center;
  gap: 0.5rem;
}

.w-check input {
  width: 1rem;
  height: 1rem;
  margin: 0;
  accent-color: var(--chat-accent);
}

.w-radios {
  display: grid;
  gap: 0.375rem;
  margin: 0;
  padding: 0;
  border: 0;
}

.w-radios.w-row {
  display: flex;
  flex-wrap: wrap;
  gap: 1rem;
}

.w-list {
  display: grid;
  margin: 0;
  padding: 0;
  list-style: none;
}

.w-item {
  padding-block: 0.5rem;
  border-bottom: 1px solid var(--chat-border);
}

.w-item:last-child {
  border-bottom: 0;
}

.w-item-action {
  width: 100%;
  border-radius: 0.5rem;
  cursor: pointer;
}

.w-item-action:hover {
  background: var(--chat-hover);
}

.w-button:focus-visible,
.w-input:focus-visible,
.w-check input:focus-visible,
.w-item-action:focus-visible,
.w-table:focus-visible {
  outline: 2px solid var(--chat-accent);
  outline-offset: 2px;
}

.w-table {
  max-width: 100%;
  overflow-x: auto;
}

.w-table table {
  width: 100%;
  border-collapse: collapse;
}

.w-table th,
.w-table td {
  padding: 0.375rem 0.5rem;
  border-bottom: 1px solid var(--chat-border);
  text-align: start;
}

.w-chart {
  margin: 0;
}

.w-chart svg {
  width: 100%;
  height: auto;
  fill: var(--chat-muted);
  font-size: 11px;
}

.w-legend {
  display: flex;
  flex-wrap: wrap;
  gap: 0.25rem 1rem;
  margin: 0.375rem 0 0;
  padding: 0;
  list-style: none;
  color: var(--chat-muted);
  font-size: 0.75rem;
}

.w-legend span {
  display: inline-block;
  width: 0.625rem;
  height: 0.625rem;
  margin-inline-end: 0.375rem;
  border-radius: 2px;
}
`

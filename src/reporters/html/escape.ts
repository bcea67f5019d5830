/** Escapes text for HTML. */
import { inert } from '../escape.js';

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes text for element content and quoted attributes. A file may be shown in a CI server's log as well. */
export const escape = (text: string): string => inert(text).replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);

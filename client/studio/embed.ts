// The lines that put the avatar on somebody's page, to be copied (docs/embedding.md).
import { element } from '../src/dom.ts';
import { addressOf, ownServer } from '../src/server.ts';
import type { Avatar } from './api.ts';

export function showEmbedding({ id, name }: Avatar): void {
  // Built as a document writes it, so that a name with quotes or brackets stays a name.
  const script = document.createElement('script');
  script.type = 'module';
  script.setAttribute('src', addressOf(ownServer, 'widget.js').href);
  const widget = document.createElement('vaktra-avatar');
  widget.setAttribute('avatar', id);
  widget.setAttribute('heading', name);
  element('embedding', HTMLElement).textContent = `${script.outerHTML}\n${widget.outerHTML}`;
}

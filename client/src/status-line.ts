// One or two words about how the conversation stands, in the page's head; the body's attributes say the same to the styles.
import type { ConversationState } from '../../server/types.ts';
import type { ConnectionStatus } from './conversation.ts';
import { element } from './dom.ts';

const STATUS_TEXT: Record<ConnectionStatus, string> = {
  connecting: 'Connecting',
  connected: 'Live',
  reconnecting: 'Connecting again',
  ended: 'Ended',
};

const STATE_TEXT: Record<ConversationState, string> = {
  idle: 'Live',
  listening: 'Listening',
  thinking: 'Thinking',
  speaking: 'Speaking',
};

export class StatusLine {
  readonly #text = element('status-text', HTMLElement);

  showConnection(status: ConnectionStatus): void {
    document.body.dataset.connection = status;
    this.#show();
  }

  showState(state: ConversationState): void {
    document.body.dataset.state = state;
    this.#show();
  }

  #show(): void {
    const { connection, state } = document.body.dataset;
    this.#text.textContent =
      connection === 'connected' ? STATE_TEXT[state as ConversationState] : STATUS_TEXT[connection as ConnectionStatus];
  }
}

// The conductor of the page of agents: who is signed in, which conversation is looked at, and what came of what was pressed.
import type { DeskChanged } from '../../server/signaling/desk-messages.ts';
import { ApiError } from '../src/api.ts';
import { element } from '../src/dom.ts';
import type { ServerEvent } from '../src/socket.ts';
import { Toasts } from '../src/toasts.ts';
import { Chime } from './chime.ts';
import { ConversationList, type Entry } from './conversation-list.ts';
import { Desk } from './desk.ts';
import { MessageList } from './message-list.ts';
import { Panel } from './panel.ts';
import { listenToKeys } from './shortcuts.ts';
import { tick } from './times.ts';
import { Visit } from './visit.ts';

/** On this device, so that nobody types their name every morning. */
const NAME_KEY = 'vaktra.agent-name';

/** What is in view: on a phone one at a time. */
type View = 'sign-in' | 'list' | 'conversation';

export class AgentPage {
  readonly #toasts = new Toasts(element('toasts', HTMLElement));
  readonly #chime = new Chime();
  readonly #list = new ConversationList((session) => void this.#open(session));
  readonly #messages = new MessageList((message) => void this.#ask({ type: 'desk.message_done', message }));
  readonly #panel = new Panel({
    onTake: () => void this.#take(),
    onGiveBack: () => void this.#giveBack(),
    onSay: (text) => this.#say(text),
    onMicrophone: (on) => void this.#try(() => this.#visit?.setMicrophone(on)),
    onHear: (on) => this.#visit?.setHearing(on),
    onNote: (text) => void this.#withVisit((session) => this.#ask({ type: 'desk.note', session, text })),
    onBack: () => this.#close(),
  });
  #desk: Desk | undefined;
  #visit: Visit | undefined;
  #entries: readonly Entry[] = [];

  start(): void {
    const name = element('name', HTMLInputElement);
    name.value = localStorage.getItem(NAME_KEY) ?? '';
    element('sign-in', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      this.#chime.allow();
      void this.#signIn(name.value.trim(), element('token', HTMLInputElement).value.trim() || undefined);
    });
    element('sign-out', HTMLButtonElement).addEventListener('click', () => this.#signOut());
    listenToKeys(
      {
        KeyN: () => this.#openNext(),
        KeyT: () => void this.#take(),
        KeyG: () => void this.#giveBack(),
        KeyM: () => this.#panel.toggleMicrophone(),
        KeyH: () => this.#panel.toggleHearing(),
        KeyS: () => this.#panel.focusText(),
      },
      (digit) => this.#panel.sayCanned(digit),
    );
    tick();
    this.#show('sign-in');
  }

  async #signIn(name: string, token: string | undefined): Promise<void> {
    const desk = new Desk(
      { name, token },
      {
        onChanged: (view) => this.#changed(view),
        onConnected: (connected) => this.#showConnection(connected),
        onRefused: (error) => {
          this.#toasts.show(error.message);
          this.#signOut();
        },
      },
    );
    try {
      await desk.join();
    } catch (error) {
      // Only a server with keys wants to see one.
      if (error instanceof ApiError && /^(token_|scope_)/.test(error.code)) {
        element('token-field', HTMLElement).hidden = false;
        element('token', HTMLInputElement).focus();
      }
      this.#fail(error);
      return;
    }
    this.#desk = desk;
    localStorage.setItem(NAME_KEY, name);
    this.#panel.fillCanned(desk.cannedAnswers);
    element('agent-name', HTMLElement).textContent = name;
    this.#show('list');
    element('conversations-title', HTMLElement).focus();
  }

  #signOut(): void {
    this.#leaveVisit();
    this.#desk?.leave();
    this.#desk = undefined;
    this.#entries = [];
    this.#show('sign-in');
    element('name', HTMLInputElement).focus();
  }

  #changed({ agents, conversations, messages }: DeskChanged): void {
    const known = new Set(this.#entries.filter(({ waiting }) => waiting).map(({ session }) => session));
    const fresh = conversations.filter(({ session, waiting }) => waiting && !known.has(session));
    this.#entries = conversations;
    this.#list.fill(conversations, this.#visit?.session);
    this.#messages.fill(messages);
    const waiting = conversations.filter((entry) => entry.waiting).length;
    document.title = waiting > 0 ? `(${waiting}) Vaktra desk` : 'Vaktra desk';
    element('colleagues', HTMLElement).textContent = `At the desk: ${agents.join(', ')}`;
    if (fresh.length > 0) {
      this.#chime.play();
      element('news', HTMLElement).textContent = `A visitor waits for a person: ${fresh[0]?.topic ?? ''}`;
    }
    const entry = this.#entry();
    if (entry) this.#showEntry(entry);
  }

  async #open(session: string): Promise<void> {
    const desk = this.#desk;
    if (desk === undefined) return;
    if (session !== this.#visit?.session) {
      this.#leaveVisit();
      this.#panel.open();
      const visit = new Visit(session, desk.seat, {
        onEvent: (event) => this.#receive(event),
        onMicrophone: (open) => this.#panel.setMicrophone(open),
        onHeard: (heard) => this.#panel.setHeard(heard),
        onEnd: (error) => this.#ended(error),
        onFailed: (error) => this.#fail(error),
      });
      this.#visit = visit;
      await this.#try(async () => {
        for (const { who, text, sample } of await visit.join()) this.#panel.transcript.say(who, text, sample, true);
      });
    }
    const entry = this.#entry();
    if (entry) this.#showEntry(entry);
    this.#list.mark(session);
    this.#show('conversation');
    element('conversation-title', HTMLElement).focus();
  }

  #openNext(): void {
    const next = this.#entries.find(({ waiting }) => waiting);
    if (next) void this.#open(next.session);
  }

  async #take(): Promise<void> {
    const taken = await this.#withVisit((session) => this.#ask({ type: 'desk.take', session }));
    if (taken) this.#panel.focusText();
  }

  async #giveBack(): Promise<void> {
    if (this.#entry()?.mine) await this.#withVisit((session) => this.#ask({ type: 'desk.give_back', session }));
  }

  #say(text: string): Promise<boolean> {
    return this.#withVisit((session) => this.#ask({ type: 'desk.say', session, text }));
  }

  #receive(event: ServerEvent): void {
    if (event.type === 'transcript') this.#panel.transcript.say(event.who, event.text, event.sample, event.final);
    else if (event.type === 'source') this.#panel.transcript.showSource(event.title);
    else if (event.type === 'state') document.body.dataset.state = event.state;
    else if (event.type === 'warning') this.#toasts.show(event.message, 'warning');
    else if (event.type === 'error') this.#toasts.show(event.message);
  }

  #ended(error: ApiError): void {
    this.#toasts.show(error.code === 'conversation_closed' ? 'The visitor has left.' : error.message, 'warning');
    this.#close();
  }

  #close(): void {
    this.#leaveVisit();
    this.#list.mark(undefined);
    this.#show('list');
    element('conversations-title', HTMLElement).focus();
  }

  #leaveVisit(): void {
    this.#visit?.leave();
    this.#visit = undefined;
  }

  #entry(): Entry | undefined {
    return this.#entries.find(({ session }) => session === this.#visit?.session);
  }

  #showEntry(entry: Entry): void {
    this.#panel.show(entry);
    this.#visit?.setMine(entry.mine);
  }

  #show(view: View): void {
    document.body.dataset.view = view;
  }

  #showConnection(connected: boolean): void {
    document.body.dataset.connection = connected ? 'connected' : 'connecting';
    element('status-text', HTMLElement).textContent = connected ? 'At the desk' : 'Connecting again';
  }

  async #withVisit(act: (session: string) => Promise<boolean>): Promise<boolean> {
    return this.#visit === undefined ? false : act(this.#visit.session);
  }

  #ask(request: Parameters<Desk['request']>[0]): Promise<boolean> {
    return this.#try(() => this.#desk?.request(request));
  }

  async #try(action: () => Promise<unknown> | undefined): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  #fail(error: unknown): void {
    if (!(error instanceof ApiError)) console.error(error);
    const unexpected = 'Something went wrong on this page. Reload it to start anew.';
    this.#toasts.show(error instanceof ApiError ? error.message : unexpected);
  }
}

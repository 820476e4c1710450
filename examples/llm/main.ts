// A bot that answers with a language model: what the visitor asks goes to the model, each sentence is spoken while the next is written,
// and of an answer that was cut the model is told only what was heard.
//   npm run example llm -- --base-url http://localhost:11434/v1 --model llama3.2
import { parseArgs } from 'node:util';
import { connect, type SpeechEnd } from '../../client/sdk/index.ts';
import { complete, type Message } from './completions.ts';
import { sentences } from './sentences.ts';

const APOLOGY = 'I am sorry, I cannot think just now. Please ask again.';

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: process.env.VAKTRA_URL ?? 'http://localhost:8080' },
    portrait: { type: 'string', default: 'mona-lisa' },
    'base-url': { type: 'string', default: process.env.LLM_BASE_URL ?? 'http://localhost:11434/v1' },
    model: { type: 'string', default: process.env.LLM_MODEL ?? 'llama3.2' },
    system: {
      type: 'string',
      default: 'You are a friendly guide. Answer in one to three short sentences, without lists.',
    },
  },
});
const model = { baseUrl: values['base-url'], model: values.model, apiKey: process.env.LLM_API_KEY };

const avatar = await connect({ url: values.url, apiKey: process.env.VAKTRA_API_KEY, portrait: values.portrait });
console.log(`The avatar is at ${avatar.pageUrl}`);

const history: Message[] = [{ role: 'system', content: values.system }];
let answering = { abort: new AbortController(), done: Promise.resolve() };

avatar.on('transcript', ({ who, text, final }) => {
  if (who !== 'visitor' || !final) return;
  const previous = answering;
  const abort = new AbortController();
  // The server has cut the answer before; nobody wants the rest of it.
  previous.abort.abort();
  answering = { abort, done: previous.done.then(() => answer(text, abort.signal)) };
});
avatar.on('closed', ({ error }) => {
  if (error) console.log(`The conversation is over: ${error.message}`);
  answering.abort.abort();
});

async function answer(question: string, signal: AbortSignal): Promise<void> {
  history.push({ role: 'user', content: question });
  console.log(`Visitor: ${question}`);
  const spoken: Promise<SpeechEnd>[] = [];
  try {
    for await (const sentence of sentences(complete(model, history, signal))) {
      spoken.push(avatar.say(sentence));
    }
  } catch (error) {
    if (!signal.aborted) {
      console.error(error);
      spoken.push(avatar.say(APOLOGY));
    }
  }
  const heard = (await Promise.allSettled(spoken))
    .map((end) => (end.status === 'fulfilled' ? end.value.text : ''))
    .filter((text) => text !== '')
    .join(' ');
  console.log(`Heard: ${heard}`);
  if (heard !== '') history.push({ role: 'assistant', content: heard });
}

// A bot that speaks lines of text: those given as arguments, or each one that is typed.
//   npm run example bot-text "Good morning." "What can I do for you?"
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { connect } from '../../client/sdk/index.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string', default: process.env.VAKTRA_URL ?? 'http://localhost:8080' },
    portrait: { type: 'string', default: 'mona-lisa' },
    session: { type: 'string' },
    language: { type: 'string' },
  },
});
const { url, portrait, session, language } = values;

const avatar = await connect({
  url,
  apiKey: process.env.VAKTRA_API_KEY,
  keepAlive: true,
  // A conversation that a page opened has its id in the page's address; without one a new conversation is opened.
  ...(session === undefined ? { portrait } : { session }),
});
console.log(`The avatar is at ${avatar.pageUrl}`);

avatar.on('transcript', ({ who, text, final }) => {
  if (who === 'visitor' && final) console.log(`Visitor: ${text}`);
});
avatar.on('closed', ({ error }) => {
  if (error === undefined) return;
  console.error(`The conversation is over: ${error.message}`);
  process.exit(1);
});

const lines = positionals.length > 0 ? positionals : createInterface({ input: process.stdin });
for await (const line of lines) {
  if (line.trim() === '') continue;
  const { text, interrupted } = await avatar.say(line, { language });
  console.log(interrupted ? `Cut after: ${text}` : `Said: ${text}`);
}

if (session === undefined) await avatar.close();
else avatar.leave();

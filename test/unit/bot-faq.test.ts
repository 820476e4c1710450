// The brain that quotes: what it reads out of Markdown, and whether it finds the right answer or says that it has none.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createFaqBrain, entriesOf, type FaqBrain, readKnowledge } from '../../server/bot/faq/index.ts';
import { type AnswerPart, phrasesFor, type Said } from '../../server/bot/index.ts';

const settings = parse(await readFile('config/default.yaml', 'utf8')) as {
  bot: { faq: { knowledge: string; threshold: number } };
};
let brain: FaqBrain;

beforeAll(async () => {
  brain = await createFaqBrain(settings.bot.faq);
}, 60_000);
afterAll(() => brain.close());

async function ask(text: string, language = 'en', history: Said[] = []): Promise<AnswerPart[]> {
  const question = { conversationId: 'c', text, language, history };
  return Array.fromAsync(brain.answer(question, new AbortController().signal));
}

/** The heading that was quoted. */
async function quoted(text: string, language?: string): Promise<string | undefined> {
  const source = (await ask(text, language)).find((part) => part.type === 'source');
  return source?.type === 'source' ? source.title : undefined;
}

// Neither list was looked at when the threshold and the shares of words and meaning were chosen.
const ANSWERED: [string, string][] = [
  ['So what exactly is this thing?', 'What is Vaktra?'],
  ['Are you a machine or a person?', 'Are you a real person?'],
  ['Would a drawing of a face work as your picture?', 'Which pictures can I use as an avatar?'],
  ['Must I ask someone before I use their photo?', "Do I need consent to use somebody's picture?"],
  ['Do you know any Spanish?', 'Which languages do you speak?'],
  ['How do I make you stop talking?', 'How do I interrupt you?'],
  ['Is an Nvidia card required?', 'Do I need a graphics card?'],
  ['How can our web team embed you?', 'How do I put you on my website?'],
  ['Will this run in Firefox on my phone?', 'Which browsers work?'],
  ['Do you keep recordings of my voice?', 'What happens to what I say?'],
  ['May I use it in a commercial product?', 'Which licence does Vaktra have?'],
  ['I cannot hear any sound', "Why can't I hear you?"],
  ["My mic doesn't seem to work", 'Why do you not hear me?'],
  ['Where can I report an error?', 'How do I talk to a company about Vaktra?'],
];
const UNANSWERED = [
  'How tall is the Eiffel Tower?',
  'Can you recommend a good restaurant?',
  'My invoice is wrong',
  'When does the train to Berlin leave?',
  'I want to return my shoes',
  'What did you have for breakfast?',
  'Who won the football match yesterday?',
  'Translate this letter for me',
  'Please cancel my subscription',
  'How do I bake bread?',
];

test('finds the right answer to paraphrases and none to what it does not know', async () => {
  const right: string[] = [];
  for (const [question, title] of ANSWERED) if ((await quoted(question)) === title) right.push(question);
  const invented: string[] = [];
  for (const question of UNANSWERED) if ((await quoted(question)) !== undefined) invented.push(question);
  expect(right.length, `answered: ${right.join(' | ')}`).toBeGreaterThanOrEqual(ANSWERED.length * 0.8);
  expect(invented.length, `invented: ${invented.join(' | ')}`).toBeLessThanOrEqual(UNANSWERED.length * 0.1);
});

test('quotes the entry word for word, with its source', async () => {
  const [text, source] = await ask('Do I need a GPU?');
  expect(text).toEqual({
    type: 'text',
    text: 'No. Vaktra runs on an ordinary processor. Two cores are enough for several conversations at once.',
  });
  expect(source).toMatchObject({ type: 'source', url: 'vaktra.md#do-i-need-a-graphics-card' });
});

test('answers German from the German folder', async () => {
  const [text] = await ask('Wird meine Stimme gespeichert?', 'de-AT');
  expect(text).toMatchObject({ type: 'text', text: expect.stringContaining('nicht gespeichert') });
});

test('offers a person where it has no answer, and hands over on yes', async () => {
  const [text] = await ask('How do I bake bread?');
  expect(text).toEqual({ type: 'text', text: phrasesFor('en').unknown });
  const history: Said[] = [{ who: 'avatar', text: phrasesFor('en').unknown, sample: 0 }];
  expect(await ask('Yes, please.', 'en', history)).toContainEqual({ type: 'hand_over', reason: 'Yes, please.' });
  expect(await ask('Yes, please.')).not.toContainEqual(expect.objectContaining({ type: 'hand_over' }));
});

test.each([
  ['Can I talk to a human?', 'en'],
  ['Ich möchte mit einem Menschen sprechen', 'de'],
  ['Quiero hablar con una persona', 'es'],
  ['मुझे किसी व्यक्ति से बात करनी है', 'hi'],
  ['我要人工客服', 'cmn'],
])('hands over when asked for a person: %s', async (text, language) => {
  expect(await ask(text, language)).toContainEqual({ type: 'hand_over', reason: text });
});

test.each([
  ['Are you a real person?', 'en'],
  ['Am I talking to a human?', 'en'],
  ['Bist du ein Mensch?', 'de'],
])('hands nobody over who asks whether this is a person: %s', async (text, language) => {
  expect(await ask(text, language)).not.toContainEqual(expect.objectContaining({ type: 'hand_over' }));
});

test('reads headings, other ways to ask, lists and links; leaves comments and marks out', () => {
  const markdown =
    '# Page\nNot an answer.\n\n## How do I **pay**? ##\nAlso asked: Paying | Which cards?\n<!-- internal -->\nBy [card](https://x.example).\n\n- Visa\n- `Amex`\n\n## Empty\n';
  expect(entriesOf(markdown, 'shop/pay.md')).toEqual([
    {
      title: 'How do I pay?',
      questions: ['How do I pay?', 'Paying', 'Which cards?'],
      answer: 'By card.\nVisa\nAmex',
      url: 'shop/pay.md#how-do-i-pay',
      language: 'en',
    },
  ]);
});

test('says what to do when there is nothing to answer from', async () => {
  await expect(readKnowledge('no/such/folder')).rejects.toMatchObject({ code: 'knowledge_missing' });
  const empty = await mkdtemp(join(tmpdir(), 'vaktra-knowledge-'));
  try {
    await writeFile(join(empty, 'a.md'), '# Only a title\n');
    await expect(readKnowledge(empty)).rejects.toMatchObject({ code: 'knowledge_missing' });
  } finally {
    await rm(empty, { recursive: true });
  }
});

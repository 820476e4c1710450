// A stand-in for a server with OpenAI's chat completions: answers with given texts, streamed in small pieces, and keeps what it was asked.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as bodyOf } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

const LETTERS_AT_ONCE = 7;
const PIECE_MS = 5;

export interface Question {
  model: string;
  messages: { role: string; content: string }[];
}

export interface LanguageModel {
  baseUrl: string;
  asked: Question[];
  close(): void;
}

/** @param answers one for each question, in their order; then it answers 500 */
export async function startLanguageModel(answers: string[]): Promise<LanguageModel> {
  const asked: Question[] = [];
  const server = createServer(async (request, response) => {
    const question = JSON.parse(await bodyOf(request)) as Question;
    const answer = answers[asked.length];
    asked.push(question);
    if (answer === undefined) response.writeHead(500).end('{"error":{"message":"no more answers"}}');
    else await write(response, answer);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function write(response: ServerResponse, answer: string): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let start = 0; start < answer.length; start += LETTERS_AT_ONCE) {
    const content = answer.slice(start, start + LETTERS_AT_ONCE);
    response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`);
    await sleep(PIECE_MS);
  }
  response.end('data: [DONE]\n\n');
}

// Any server with OpenAI's chat completions, streamed.

export interface Message {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

export interface Model {
  /** Up to and without `/chat/completions`. */
  baseUrl: string;
  model: string;
  apiKey: string | undefined;
}

/** Yields the answer as it is written. @throws Error when the server refuses, or `signal` aborts */
export async function* complete(
  { baseUrl, model, apiKey }: Model,
  messages: Message[],
  signal: AbortSignal,
): AsyncGenerator<string> {
  const response = await fetch(`${baseUrl.replace(/\/$/, '')}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(apiKey && { authorization: `Bearer ${apiKey}` }) },
    body: JSON.stringify({ model, messages, stream: true }),
    signal,
  });
  if (!response.ok || response.body === null) {
    throw new Error(`The language model answered ${response.status}: ${await response.text()}`);
  }
  let rest = '';
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const lines = (rest + read.value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const data = /^data: ?(.*)/.exec(line)?.[1]?.trim();
      if (data === undefined) continue;
      if (data === '[DONE]') return;
      const { choices } = JSON.parse(data) as { choices: { delta: { content?: string } }[] };
      yield choices[0]?.delta.content ?? '';
    }
  }
}

// Text as a language model writes it, a few letters at a time, cut into sentences: each can be spoken while the next is written.

/** The end of a sentence: its mark, quotes that close after it, and the space before the next. Abbreviations are cut too; that is a pause. */
const END = /[.!?…。！？]["'”’)\]]*\s+/u;

export async function* sentences(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let text = '';
  for await (const piece of pieces) {
    text += piece;
    for (let end = END.exec(text); end !== null; end = END.exec(text)) {
      const next = end.index + end[0].length;
      yield text.slice(0, next).trim();
      text = text.slice(next);
    }
  }
  if (text.trim() !== '') yield text.trim();
}

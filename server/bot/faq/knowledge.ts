// A folder of Markdown to entries: every heading of the second level or deeper is a question or a subject, what stands under
// it the answer. A line `Also asked: one | another` gives more ways to ask; it is not spoken.

import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { VaktraError } from '../../errors.ts';

export interface KnowledgeEntry {
  id: number;
  /** The heading. */
  title: string;
  /** The heading and the other ways to ask. */
  questions: readonly string[];
  /** What is spoken: the paragraphs under the heading, without Markdown's marks. */
  answer: string;
  /** File and heading, such as `delivery.md#where-is-my-parcel`. */
  url: string;
  /** BCP 47 tag: the name of the folder that the file is in, else `en`. */
  language: string;
}

const HEADING = /^#{2,6}\s+(.+?)\s*#*$/;
const ALSO_ASKED = /^also asked:\s*(.+)$/i;
const COMMENT = /<!--[\s\S]*?-->/g;
const LINK = /!?\[([^\]]*)\]\([^)]*\)/g;
const LIST_MARK = /^\s*(?:[-*+]|\d+[.)])\s+/;
const LANGUAGE_FOLDER = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i;
const DEFAULT_LANGUAGE = 'en';

/**
 * Reads every `.md` file below `directory`.
 *
 * @throws VaktraError `knowledge_missing` when there is no such folder or nothing in it answers anything
 */
export async function readKnowledge(directory: string): Promise<KnowledgeEntry[]> {
  const files = await readdir(directory, { recursive: true }).catch((cause: unknown) => {
    throw new VaktraError(
      'knowledge_missing',
      `The folder of answers ${directory} cannot be read: create it, or set bot.faq.knowledge to where it is.`,
      { cause },
    );
  });
  const entries: KnowledgeEntry[] = [];
  for (const file of files.filter((name) => name.endsWith('.md')).sort()) {
    const markdown = await readFile(join(directory, file), 'utf8');
    for (const entry of entriesOf(markdown, relative('.', file))) entries.push({ id: entries.length, ...entry });
  }
  if (entries.length === 0) {
    throw new VaktraError(
      'knowledge_missing',
      `No Markdown file in ${directory} has a heading (## Question) with an answer under it: write one.`,
    );
  }
  return entries;
}

/** The entries of one file. */
export function entriesOf(markdown: string, file: string): Omit<KnowledgeEntry, 'id'>[] {
  const folder = file.split(/[\\/]/).slice(0, -1).at(-1);
  const language = folder && LANGUAGE_FOLDER.test(folder) ? folder.toLowerCase() : DEFAULT_LANGUAGE;
  const entries: Omit<KnowledgeEntry, 'id'>[] = [];
  let title: string | undefined;
  let asked: string[] = [];
  let paragraphs: string[] = [''];
  const close = () => {
    const answer = paragraphs.map(plain).filter(Boolean).join('\n');
    if (title && answer) {
      entries.push({ title, questions: [title, ...asked], answer, url: `${file}#${anchor(title)}`, language });
    }
    asked = [];
    paragraphs = [''];
  };
  for (const line of markdown.replace(COMMENT, '').split(/\r?\n/)) {
    const heading = HEADING.exec(line);
    const also = ALSO_ASKED.exec(line.trim());
    if (heading) {
      close();
      title = plain(heading[1] as string);
    } else if (also) {
      asked.push(
        ...(also[1] as string)
          .split('|')
          .map((question) => question.trim())
          .filter(Boolean),
      );
    } else if (line.trim() === '') {
      paragraphs.push('');
    } else if (LIST_MARK.test(line)) {
      paragraphs.push(line.replace(LIST_MARK, ''));
    } else {
      paragraphs[paragraphs.length - 1] = `${paragraphs.at(-1)} ${line}`;
    }
  }
  close();
  return entries;
}

function plain(markdown: string): string {
  return markdown
    .replace(LINK, '$1')
    .replace(/[*_`~]+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** As code hosts make anchors out of headings. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, '')
    .replace(/\s+/g, '-');
}

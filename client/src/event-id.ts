// Names for what this page has spoken. The server speaks each name once, and the names must also differ from those of other pages in
// the same conversation and of this one before it was loaded anew.

/** 64 bits of chance. `crypto.randomUUID` is not there on pages without https. */
export function newEventId(): string {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return `page-${high.toString(36)}${low.toString(36)}`;
}

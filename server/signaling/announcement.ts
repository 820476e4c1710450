// What a conversation says about itself at first contact: that one talks with an AI (EU AI Act, article 50, paragraph 1).

/** Sentences by language; English is always there. */
export type Announcements = Readonly<Record<string, string>> & { readonly en: string };

/** @param acceptLanguage what the client wants to read (RFC 9110 section 12.5.4); the order counts, as browsers write it */
export function announcementFor(acceptLanguage: string | undefined, announcements: Announcements): string {
  for (const wish of (acceptLanguage ?? '').split(',')) {
    const [language = ''] = wish.trim().toLowerCase().split(/[-;]/);
    if (Object.hasOwn(announcements, language)) return announcements[language] ?? announcements.en;
  }
  return announcements.en;
}

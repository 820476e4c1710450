// The few words that the widget shows before it is first used.
import type { Language } from './options.ts';

interface LauncherTexts {
  open: string;
  start: string;
  /** The server is away. */
  away: string;
}

export const LAUNCHER_TEXTS: Record<Language, LauncherTexts> = {
  en: {
    open: 'Talk to us',
    start: 'Start the conversation',
    away: 'Not available just now. Please try again in a moment.',
  },
  hi: { open: 'हमसे बात करें', start: 'बातचीत शुरू करें', away: 'अभी उपलब्ध नहीं है। कृपया थोड़ी देर में फिर कोशिश करें।' },
  de: {
    open: 'Sprechen Sie mit uns',
    start: 'Gespräch beginnen',
    away: 'Gerade nicht erreichbar. Bitte gleich noch einmal versuchen.',
  },
  es: {
    open: 'Hable con nosotros',
    start: 'Iniciar la conversación',
    away: 'No disponible en este momento. Inténtelo de nuevo enseguida.',
  },
  zh: { open: '与我们交谈', start: '开始对话', away: '暂时无法使用，请稍后再试。' },
  ar: { open: 'تحدّث معنا', start: 'ابدأ المحادثة', away: 'غير متاح الآن. يُرجى المحاولة بعد قليل.' },
};
